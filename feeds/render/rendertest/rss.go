package rendertest

import "time"

type check = func(*checker, *element)

// What texts, addresses and dates are checked for.
var (
	text  = check(func(*checker, *element) {})
	plain = check(func(c *checker, e *element) { c.plain(e.where, e.text, e.line) })
	blank = check(func(c *checker, e *element) {
		if e.text == "" {
			c.say("NotBlank", e.where, "")
		}
	})
	address  = check(func(c *checker, e *element) { c.uri(fullURI, e.where, e.text) })
	code     = check(func(c *checker, e *element) { c.language(e.where, e.text) })
	rssDate  = check(func(c *checker, e *element) { c.date(e.where, e.text, time.RFC1123, rfc2822) })
	atomDate = check(func(c *checker, e *element) { c.date(e.where, e.text, time.RFC3339Nano, rfc3339) })
	fragment = check(func(c *checker, e *element) { c.html(e.where, e.text) })
)

func leaf(rules ...check) *kind { return &kind{rules: rules} }
func list(rules ...check) *kind { return &kind{rules: rules, many: true} }

// needs says which children an element must have.
func needs(names ...string) check {
	return func(c *checker, e *element) {
		for _, name := range names {
			if !e.has(name) {
				c.say("MissingElement", e.where, name)
			}
		}
	}
}

var rssRoot = &kind{attrs: "version", children: map[string]*kind{"channel": rssChannel}, rules: []check{needs("channel"),
	func(c *checker, e *element) {
		if e.attrs["version"] != "2.0" {
			c.say("InvalidRSSVersion", e.where, e.attrs["version"])
		}
	}}}

var rssChannel = &kind{
	children: map[string]*kind{
		"title": leaf(plain, blank), "link": leaf(address), "description": leaf(plain), "language": leaf(code), "copyright": leaf(plain),
		"lastBuildDate": leaf(rssDate), "generator": leaf(text), "docs": leaf(address), "category": list(plain, blank),
		"ttl":       leaf(func(c *checker, e *element) { c.number(e.where, e.text, 1) }),
		"atom:link": link, "fh:archive": leaf(empty), "item": rssItem,
	},
	rules: []check{needs("title", "link", "description"), feedLinks, archive,
		func(c *checker, e *element) {
			items := false
			for _, x := range e.children {
				if x.name != "item" && items {
					c.say("MisplacedItem", e.where, x.name)
				}
				items = items || x.name == "item"
			}
			c.unique("DuplicateValue", e.all("item"), "guid")
		}},
}

var rssItem = &kind{
	many: true,
	children: map[string]*kind{
		"title": leaf(plain, blank), "link": leaf(address), "description": leaf(fragment), "pubDate": leaf(rssDate),
		"category": list(plain, blank), "dc:creator": list(blank, personName), "dc:language": leaf(code), "dc:rights": leaf(plain), "atom:updated": leaf(atomDate),
		"content:encoded": leaf(fragment),
		"guid":            {attrs: "isPermaLink", rules: []check{blank, rssGUID}},
		"source":          {attrs: "url", rules: []check{plain, blank, func(c *checker, e *element) { c.uri(fullURI, e.where, e.attrs["url"]) }}},
		"enclosure":       {attrs: "url length type", rules: []check{rssEnclosure}},
		"media:content":   mediaContent,
		"media:thumbnail": mediaThumbnail,
	},
	rules: []check{needs("guid"), func(c *checker, e *element) {
		description := false
		if !e.has("title") && !e.has("description") {
			c.say("ItemMustContainTitleOrDescription", e.where, "")
		}
		for _, x := range e.children {
			if x.name == "content:encoded" && !description {
				c.say("NeedDescriptionBeforeContent", e.where, "")
			}
			description = description || x.name == "description"
		}
	}},
}

// unique checks that no two elements have a child of that name with the same text.
func (c *checker) unique(rule string, all []*element, child string) {
	seen := map[string]bool{}
	for _, e := range all {
		for _, x := range e.all(child) {
			if seen[x.text] {
				c.say(rule, x.where, x.text)
			}
			seen[x.text] = true
		}
	}
}

func empty(c *checker, e *element) {
	if e.text != "" {
		c.say("UnexpectedText", e.where, e.text)
	}
}

func personName(c *checker, e *element) {
	if mailInText.MatchString(e.text) {
		c.say("ContainsEmail", e.where, e.text)
	}
}

func rssGUID(c *checker, e *element) {
	switch permanent := e.attrs["isPermaLink"]; {
	case permanent == "true":
		c.uri(fullURI, e.where, e.text)
		if !absolute(e.text) {
			c.say("InvalidPermalink", e.where, e.text)
		}
	case permanent != "false":
		c.say("InvalidBooleanAttribute", e.where, permanent)
	case len(e.text) < 9:
		c.say("NotSufficientlyUnique", e.where, e.text)
	}
}

func rssEnclosure(c *checker, e *element) {
	c.number(e.where+"@length", e.attrs["length"], 0)
	c.media(e.where+"@type", e.attrs["type"])
	if url := e.attrs["url"]; !httpURI.MatchString(url) || !fullURI.MatchString(url) {
		c.say("InvalidURLAttribute", e.where, url)
	}
}

var mediaContent = &kind{many: true, attrs: "url type medium fileSize", rules: []check{empty, func(c *checker, e *element) {
	c.uri(fullURI, e.where, e.attrs["url"])
	if t, ok := e.attrs["type"]; ok {
		c.media(e.where+"@type", t)
	}
	if n, ok := e.attrs["fileSize"]; ok {
		c.number(e.where+"@fileSize", n, 1)
	}
	if m, ok := e.attrs["medium"]; ok && !containsWord("image audio video document executable", m) {
		c.say("InvalidMediaMedium", e.where, m)
	}
}}}

var mediaThumbnail = &kind{many: true, attrs: "url", rules: []check{empty, func(c *checker, e *element) {
	c.uri(fullURI, e.where, e.attrs["url"])
}}}
