package render

import (
	"encoding/xml"
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
	gorilla.AtomFeed
	Links     []gorilla.AtomLink
	Generator string               `xml:"generator"`
	Entries   []ownLine[atomEntry] `xml:"entry"`
}

// atomEntry hides what the embedded struct has once or as text and Atom has several times or as
// an element with a structure.
type atomEntry struct {
	XMLName xml.Name `xml:"entry"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	gorilla.AtomEntry
	Authors    []gorilla.AtomAuthor
	Categories []atomCategory
	Source     atomSource
	Image      *media
}

type atomCategory struct {
	XMLName xml.Name `xml:"category"`
	Term    string   `xml:"term,attr"`
}

// atomSource is the metadata of the feed that an entry came from (RFC 4287 §4.2.11).
type atomSource struct {
	XMLName xml.Name `xml:"source"`
	ID      string   `xml:"id,omitempty"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Links   []gorilla.AtomLink
}

// unknownTime stands for a date that Atom demands and nobody knows.
var unknownTime = time.Unix(0, 0).UTC()

func writeAtom(w io.Writer, f *feeds.Feed) error {
	d := prepare(f)
	if d.updated.IsZero() {
		d.updated = unknownTime
	}
	doc := atomFeed{
		Lang:  d.language,
		Media: mediaNS,
		AtomFeed: gorilla.AtomFeed{
			Xmlns:    "http://www.w3.org/2005/Atom",
			Title:    d.title,
			Id:       d.id,
			Updated:  stamp(d.updated, time.RFC3339),
			Rights:   rights,
			Subtitle: d.description,
		},
		Links: append(
			atomLink("self", d.self, "application/atom+xml"),
			atomLink("alternate", d.home, "text/html")...),
		Generator: generator,
	}
	for _, e := range d.entries {
		if e.updated.IsZero() {
			e.updated = d.updated
		}
		doc.Entries = append(doc.Entries, ownLine[atomEntry]{newAtomEntry(e)})
	}
	return writeXML(w, doc)
}

func newAtomEntry(e entry) atomEntry {
	updated := stamp(e.updated, time.RFC3339)
	x := atomEntry{
		Lang: e.language,
		AtomEntry: gorilla.AtomEntry{
			Title:     e.title,
			Updated:   updated,
			Id:        e.id,
			Rights:    e.rights,
			Published: stamp(e.published, time.RFC3339),
			Links:     atomLink("alternate", e.link, ""),
		},
		Source: atomSource{
			ID:      e.source.url,
			Title:   e.source.title,
			Updated: updated,
			Links:   append(atomLink("self", e.source.feed, ""), atomLink("alternate", e.source.site, "")...),
		},
		Image: image(e.image),
	}
	if e.summary != "" {
		x.Summary = &gorilla.AtomSummary{Content: e.summary, Type: "text"}
	}
	switch {
	case e.content != "":
		x.Content = &gorilla.AtomContent{Content: e.content, Type: "html"}
	case e.link == "": // without an alternate link there must be content (RFC 4287 §4.1.2)
		x.Content = &gorilla.AtomContent{Content: e.summary, Type: "text"}
	}
	for _, name := range e.authors {
		x.Authors = append(x.Authors, gorilla.AtomAuthor{AtomPerson: gorilla.AtomPerson{Name: name}})
	}
	for _, term := range e.categories {
		x.Categories = append(x.Categories, atomCategory{Term: term})
	}
	for _, f := range e.enclosures {
		l := gorilla.AtomLink{Rel: "enclosure", Href: f.URL, Type: f.Type}
		if f.Length > 0 {
			l.Length = strconv.FormatInt(f.Length, 10)
		}
		x.Links = append(x.Links, l)
	}
	return x
}

// atomLink gives one link, or none when there is no address.
func atomLink(rel, href, mediaType string) []gorilla.AtomLink {
	if href == "" {
		return nil
	}
	return []gorilla.AtomLink{{Rel: rel, Href: href, Type: mediaType}}
}
