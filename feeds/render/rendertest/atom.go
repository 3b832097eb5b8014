package rendertest

import "strings"

// construct is a text construct of Atom: text or HTML.
var construct = &kind{attrs: "type", rules: []check{blank, func(c *checker, e *element) {
	switch t := e.attrs["type"]; t {
	case "html":
		c.html(e.where, e.text)
	case "", "text":
		c.plain(e.where, e.text, e.line)
	default:
		c.say("InvalidTextType", e.where, t)
	}
}}}

var (
	canonicalID = leaf(address, func(c *checker, e *element) {
		if !canonical(e.text) {
			c.say("NonCanonicalURI", e.where, e.text)
		}
	})
	atomPerson = &kind{many: true, rules: []check{needs("atom:name")}, children: map[string]*kind{
		"atom:name": leaf(blank, plain, personName), "atom:uri": leaf(address),
	}}
	atomCategory = &kind{many: true, attrs: "term", rules: []check{empty, func(c *checker, e *element) {
		if e.attrs["term"] == "" {
			c.say("NotBlank", e.where+"@term", "")
		}
	}}}
)

var atomSource = &kind{
	children: map[string]*kind{
		"atom:id": canonicalID, "atom:title": construct, "atom:updated": leaf(atomDate), "atom:rights": construct, "atom:link": link,
	},
	rules: []check{needs("atom:id", "atom:title", "atom:updated"), alternates},
}

var atomFeed = &kind{
	children: map[string]*kind{
		"atom:id": canonicalID, "atom:title": construct, "atom:subtitle": construct, "atom:rights": construct, "atom:updated": leaf(atomDate),
		"atom:generator": {attrs: "uri version", rules: []check{plain, blank}}, "atom:author": atomPerson, "atom:link": link,
		"fh:archive": leaf(empty), "atom:entry": atomEntry,
	},
	rules: []check{needs("atom:id", "atom:title", "atom:updated"), feedLinks, alternates, archive, func(c *checker, e *element) {
		c.unique("DuplicateEntries", e.all("atom:entry"), "atom:id")
		c.unique("DuplicateUpdated", e.all("atom:entry"), "atom:updated")
		entries := false
		for _, x := range e.children {
			if x.name != "atom:entry" && entries {
				c.say("MisplacedMetadata", e.where, x.name)
			}
			entries = entries || x.name == "atom:entry"
			if x.name == "atom:entry" && !x.has("atom:author") && !e.has("atom:author") {
				c.say("MissingElement", x.where, "atom:author")
			}
		}
	}},
}

var atomEntry = &kind{
	many: true,
	children: map[string]*kind{
		"atom:id": canonicalID, "atom:title": construct, "atom:updated": leaf(atomDate), "atom:published": leaf(atomDate),
		"atom:author": atomPerson, "atom:category": atomCategory, "atom:summary": construct, "atom:content": construct,
		"atom:rights": construct, "atom:link": link, "atom:source": atomSource,
		"media:content": mediaContent, "media:thumbnail": mediaThumbnail,
	},
	rules: []check{needs("atom:id", "atom:title", "atom:updated"), alternates, func(c *checker, e *element) {
		alternate := false
		for _, l := range e.all("atom:link") {
			alternate = alternate || l.attrs["rel"] == "alternate"
			if containsWord(history, l.attrs["rel"]) {
				c.say("FeedHistoryRelInEntry", l.where, l.attrs["rel"])
			}
		}
		if !e.has("atom:content") && !e.has("atom:summary") {
			c.say("MissingTextualContent", e.where, "")
		}
		if !e.has("atom:content") && !alternate {
			c.say("MissingContentOrAlternate", e.where, "")
		}
	}},
}

const (
	history   = "current first last next next-archive prev-archive previous"
	relations = history + " alternate enclosure hub related replies self via"
)

var link = &kind{many: true, attrs: "href rel type title hreflang length", rules: []check{empty, func(c *checker, e *element) {
	rel := e.attrs["rel"]
	if !containsWord(relations, rel) {
		c.say("UnregisteredAtomLinkRel", e.where, rel)
	}
	c.uri(fullURI, e.where+"@href", e.attrs["href"])
	if t, ok := e.attrs["type"]; ok {
		c.media(e.where+"@type", t)
		if rel == "self" && !strings.HasSuffix(e.parent.name, "source") && !containsWord("application/atom+xml application/rss+xml", t) {
			c.say("SelfNotAtom", e.where, t)
		}
	}
	if t, ok := e.attrs["title"]; ok {
		if c.plain(e.where+"@title", t, e.line); t == "" {
			c.say("AttrNotBlank", e.where+"@title", "")
		}
	}
	if l, ok := e.attrs["hreflang"]; ok {
		c.language(e.where+"@hreflang", l)
	}
	if n, ok := e.attrs["length"]; ok {
		c.number(e.where+"@length", n, 0)
	}
}}}

// feedLinks checks the links of a whole feed: one to itself.
func feedLinks(c *checker, e *element) {
	self := 0
	for _, l := range e.all("atom:link") {
		if l.attrs["rel"] == "self" {
			self++
		}
	}
	if self != 1 {
		c.say("MissingSelf", e.where, "")
	}
}

// alternates checks that no two of them have the same type and language (RFC 4287 §4.1.1).
func alternates(c *checker, e *element) {
	seen := map[string]bool{}
	for _, l := range e.all("atom:link") {
		key := l.attrs["type"] + " " + l.attrs["hreflang"]
		if l.attrs["rel"] != "alternate" {
			continue
		}
		if seen[key] {
			c.say("DuplicateAtomLink", e.where, key)
		}
		seen[key] = true
	}
}

// archive checks what RFC 5005 §4 asks of an archive document.
func archive(c *checker, e *element) {
	if !e.has("fh:archive") {
		return
	}
	rels := ""
	for _, l := range e.all("atom:link") {
		rels += " " + l.attrs["rel"]
	}
	if !containsWord(rels, "current") {
		c.say("MissingCurrentInArchive", e.where, rels)
	}
	if !containsWord(rels, "prev-archive") && !containsWord(rels, "next-archive") {
		c.say("ArchiveIncomplete", e.where, rels)
	}
}
