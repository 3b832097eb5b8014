package render

import (
	"encoding/xml"
	"hash/fnv"
	"io"
	"strconv"
	"time"

	gorilla "github.com/gorilla/feeds"

	"tributary/feeds"
)

type atomFeed struct {
	XMLName xml.Name `xml:"feed"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	Media   string   `xml:"xmlns:media,attr"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	gorilla.AtomFeed
	Links     []atomLink
	Archive   *struct{}            `xml:"fh:archive"`
	Generator string               `xml:"generator"`
	Entries   []ownLine[atomEntry] `xml:"entry"`
}

// atomEntry hides what the embedded struct has once or as text and Atom has several times or as
// an element with a structure.
type atomEntry struct {
	XMLName xml.Name `xml:"entry"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	gorilla.AtomEntry
	Links      []atomLink
	Authors    []gorilla.AtomAuthor
	Categories []atomCategory
	Source     atomSource
	Media      []media
	Thumbnail  *thumbnail
	Content    *atomHTML
}

// atomLink has what the element of gorilla/feeds lacks.
type atomLink struct {
	XMLName xml.Name `xml:"link"`
	atomAttrs
}

// atomAttrs are the attributes of Atom's links, in Atom and in RSS.
type atomAttrs struct {
	Rel      string `xml:"rel,attr"`
	Type     string `xml:"type,attr,omitempty"`
	Href     string `xml:"href,attr"`
	Language string `xml:"hreflang,attr,omitempty"`
	Title    string `xml:"title,attr,omitempty"`
	Length   string `xml:"length,attr,omitempty"`
}

// atomHTML is a text of HTML; it is shorter and quicker to write as character data.
type atomHTML struct {
	XMLName xml.Name `xml:"content"`
	Type    string   `xml:"type,attr"`
	HTML    string   `xml:",cdata"`
}

type atomCategory struct {
	XMLName xml.Name `xml:"category"`
	Term    string   `xml:"term,attr"`
}

// atomSource is the metadata of the feed that an entry came from (RFC 4287 §4.2.11).
type atomSource struct {
	XMLName xml.Name `xml:"source"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Links   []atomLink
}

// unknownTime stands for a date that Atom demands and nobody knows: one that nobody takes for news.
var unknownTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func writeAtom(w io.Writer, f *feeds.Feed) error {
	d := prepare(f)
	if d.updated.IsZero() {
		d.updated = newest(d.entries)
	}
	doc := atomFeed{
		Lang:  d.language,
		Media: mediaNS,
		AtomFeed: gorilla.AtomFeed{
			Xmlns:    atomNS,
			Title:    d.title,
			Id:       d.id,
			Updated:  stamp(d.updated, time.RFC3339),
			Rights:   rights,
			Subtitle: d.description,
		},
		Links:     atomLinks(d, "application/atom+xml"),
		Generator: generator,
	}
	if d.archive {
		doc.History, doc.Archive = historyNS, &struct{}{}
	}
	updated := updates(d)
	for i, e := range d.entries {
		doc.Entries = append(doc.Entries, ownLine[atomEntry]{newAtomEntry(e, updated[i])})
	}
	return writeXML(w, doc)
}

// newest is when the latest of the entries changed: a feed that does not know better changed then.
func newest(entries []entry) time.Time {
	latest := unknownTime
	for _, e := range entries {
		if e.updated.After(latest) {
			latest = e.updated
		}
	}
	return latest
}

// updates gives when each entry changed. No two are the same, since readers and validators ask which of
// two is the later: of entries of one second the oldest has it as it is, and the others with a fraction
// that depends on their id, too small to show.
func updates(d document) []string {
	taken := make(map[string]bool, len(d.entries))
	all := make([]string, len(d.entries))
	for i := len(d.entries) - 1; i >= 0; i-- {
		t := d.entries[i].updated
		if t.IsZero() {
			t = d.updated
		}
		s := stamp(t, time.RFC3339)
		if taken[s] {
			h := fnv.New32a()
			_, _ = io.WriteString(h, d.entries[i].id) // does not fail
			for n := h.Sum32()%999 + 1; taken[s]; n++ {
				s = t.Add(time.Duration(n) * time.Microsecond).Format("2006-01-02T15:04:05.000000Z07:00")
			}
		}
		taken[s] = true
		all[i] = s
	}
	return all
}

func newAtomEntry(e entry, updated string) atomEntry {
	x := atomEntry{
		Lang: e.language,
		AtomEntry: gorilla.AtomEntry{
			Title:     e.title,
			Updated:   updated,
			Id:        e.id,
			Rights:    e.rights,
			Published: stamp(e.published, time.RFC3339),
		},
		Links: linkTo("alternate", e.link, ""),
		Source: atomSource{
			ID:      e.source.id,
			Title:   e.source.title,
			Updated: updated,
			Links:   append(linkTo("self", e.source.feed, ""), linkTo("alternate", e.source.site, "")...),
		},
	}
	x.Media, x.Thumbnail = pictures(e)
	if e.summary != "" {
		x.Summary = &gorilla.AtomSummary{Content: e.summary, Type: "text"}
	}
	switch {
	case e.content != "":
		x.Content = &atomHTML{HTML: e.content, Type: "html"}
	case e.link == "": // without an alternate link there must be content (RFC 4287 §4.1.2)
		x.Content = &atomHTML{HTML: asHTML(e.summary), Type: "html"}
	}
	for _, name := range e.authors {
		x.Authors = append(x.Authors, gorilla.AtomAuthor{AtomPerson: gorilla.AtomPerson{Name: name}})
	}
	for _, term := range e.categories {
		x.Categories = append(x.Categories, atomCategory{Term: term})
	}
	for _, f := range e.enclosures {
		l := atomAttrs{Rel: "enclosure", Href: f.URL, Type: f.Type}
		if f.Length > 0 {
			l.Length = strconv.FormatInt(f.Length, 10)
		}
		x.Links = append(x.Links, atomLink{atomAttrs: l})
	}
	return x
}

// atomLinks gives a document's links: to itself, to its page, and to the others.
func atomLinks(d document, mediaType string) []atomLink {
	all := append(linkTo("self", d.self, mediaType), linkTo("alternate", d.home, "text/html")...)
	for _, l := range d.links {
		if l.Rel == "alternate" && l.Type == "text/html" && l.Language == "" && d.home != "" {
			continue // the page is there
		}
		all = append(all, atomLink{atomAttrs: atomAttrs{Rel: l.Rel, Href: l.URL, Type: l.Type, Language: l.Language, Title: l.Title}})
	}
	return all
}

// linkTo gives one link, or none when there is no address.
func linkTo(rel, href, mediaType string) []atomLink {
	if href == "" {
		return nil
	}
	return []atomLink{{atomAttrs: atomAttrs{Rel: rel, Href: href, Type: mediaType}}}
}
