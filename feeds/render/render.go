// Package render writes feeds.Feed as RSS 2.0, Atom 1.0 and JSON Feed 1.1. A document is a function
// of the feed alone: no clock, no map order. Every format has the same entries, in the same order,
// with the same ids, titles, texts and dates.
//
// The element structs of gorilla/feeds are embedded in ours, which hide the fields that it writes
// against the specifications (category, source, author, dates, sizes) with fields of the same name.
package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"tributary/feeds"
)

// Format is a way to write a feed.
type Format struct {
	Name      string // for people: "RSS"
	Ext       string // ends the document's URL, without the dot: "rss"
	MediaType string // the Content-Type header, with parameters

	// Write writes the document with one call of Write on the writer; when the feed cannot be
	// encoded, nothing is written.
	Write func(io.Writer, *feeds.Feed) error
}

// Formats are the formats that we publish, in the order in which they are offered. What is listed
// here is served, linked and tested everywhere; there is no other list.
var Formats = []Format{
	{Name: "RSS", Ext: "rss", MediaType: "application/rss+xml; charset=utf-8", Write: writeRSS},
	{Name: "Atom", Ext: "atom", MediaType: "application/atom+xml; charset=utf-8", Write: writeAtom},
	{Name: "JSON Feed", Ext: "json", MediaType: "application/feed+json", Write: writeJSON},
}

// Type gives the media type without its parameters.
func (f Format) Type() string {
	t, _, _ := strings.Cut(f.MediaType, ";")
	return t
}

// ByExt gives the format whose documents end in ext ("rss"), and whether there is one.
func ByExt(ext string) (Format, bool) {
	i := slices.IndexFunc(Formats, func(f Format) bool { return f.Ext == ext })
	if i < 0 {
		return Format{}, false
	}
	return Formats[i], true
}

const (
	generator = "Tributary"
	rights    = "Each article belongs to the publisher that its entry names."

	atomNS    = "http://www.w3.org/2005/Atom"
	mediaNS   = "http://search.yahoo.com/mrss/"
	historyNS = "http://purl.org/syndication/history/1.0" // RFC 5005
)

// media is Media RSS's element for a file that goes with an entry.
type media struct {
	XMLName xml.Name `xml:"media:content"`
	URL     string   `xml:"url,attr"`
	Type    string   `xml:"type,attr,omitempty"`
	Medium  string   `xml:"medium,attr,omitempty"`
	Size    int64    `xml:"fileSize,attr,omitempty"`
}

// thumbnail is Media RSS's element for the picture that a list shows of an entry.
type thumbnail struct {
	XMLName xml.Name `xml:"media:thumbnail"`
	URL     string   `xml:"url,attr"`
}

// pictures gives the elements for an entry's image.
func pictures(e entry) ([]media, *thumbnail) {
	if e.image == "" {
		return nil, nil
	}
	return []media{{URL: e.image, Medium: "image"}}, &thumbnail{URL: e.image}
}

// mediaFile gives the element for a file.
func mediaFile(x feeds.Enclosure) media {
	m := media{URL: x.URL, Type: x.Type, Size: x.Length}
	switch kind, _, _ := strings.Cut(x.Type, "/"); kind {
	case "image", "audio", "video":
		m.Medium = kind
	}
	return m
}

// ownLine is an element that begins a line, so that a document has one entry per line.
type ownLine[T any] struct{ element T }

// MarshalXML writes a line break and the element, under its own name.
func (l ownLine[T]) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	if err := e.EncodeToken(xml.CharData("\n")); err != nil {
		return err
	}
	return e.Encode(l.element)
}

func writeXML(w io.Writer, root any) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(root); err != nil {
		return fmt.Errorf("encode feed: %w", err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(numericReferences(b.Bytes())); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return nil
}

// numericReferences writes & and < in texts as numeric references, which no reader takes for markup
// (RSS Advisory Board, Best Practices Profile, "Character Data"). Sections of CDATA stay.
func numericReferences(doc []byte) []byte {
	out := make([]byte, 0, len(doc)+len(doc)/64)
	for {
		i := bytes.IndexAny(doc, "&<")
		if i < 0 {
			return append(out, doc...)
		}
		out, doc = append(out, doc[:i]...), doc[i:]
		n := 1
		switch {
		case bytes.HasPrefix(doc, []byte("&amp;")):
			out, doc, n = append(out, "&#x26;"...), doc[len("&amp;"):], 0
		case bytes.HasPrefix(doc, []byte("&lt;")):
			out, doc, n = append(out, "&#x3C;"...), doc[len("&lt;"):], 0
		case bytes.HasPrefix(doc, []byte("<![CDATA[")):
			n = bytes.Index(doc, []byte("]]>")) + len("]]>") // the encoder closes what it opens
		}
		out, doc = append(out, doc[:n]...), doc[n:]
	}
}
