package render

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"

	"tributary/feeds"
)

type opml struct {
	XMLName xml.Name   `xml:"opml"`
	Version string     `xml:"version,attr"`
	Title   string     `xml:"head>title"`
	Body    []*outline `xml:"body>outline"`
}

// outline is a feed, or a folder of feeds.
type outline struct {
	Type     string     `xml:"type,attr,omitempty"`
	Text     string     `xml:"text,attr"`
	Title    string     `xml:"title,attr,omitempty"`
	Feed     string     `xml:"xmlUrl,attr,omitempty"`
	Site     string     `xml:"htmlUrl,attr,omitempty"`
	Language string     `xml:"language,attr,omitempty"`
	Inside   []*outline `xml:"outline"`
}

// OPML writes a list of feeds in OPML 2.0, with one call of Write on the writer. The tags of a feed are
// the folders around it, from the outermost inwards; a folder stands where its first feed does.
func OPML(w io.Writer, title string, list []feeds.Subscription) error {
	var root outline
	for _, s := range list {
		at := &root
		for _, tag := range lines(s.Tags) {
			at = at.folder(tag)
		}
		name := line(s.Title)
		at.Inside = append(at.Inside, &outline{Type: "rss", Text: cmp.Or(name, legal(s.URL)), Title: name,
			Feed: legal(s.URL), Site: legal(s.SiteURL), Language: tag(s.Language)})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(opml{Version: "2.0", Title: line(title), Body: root.Inside}); err != nil {
		return fmt.Errorf("encode OPML: %w", err)
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}

// Public gives the list without the feeds whose addresses open something to whoever reads them, and
// without such addresses of sites.
func Public(list []feeds.Subscription) []feeds.Subscription {
	var public []feeds.Subscription
	for _, s := range list {
		if PublicURL(s.URL) != "" {
			s.SiteURL = PublicURL(s.SiteURL)
			public = append(public, s)
		}
	}
	return public
}

// folder gives the folder of that name inside o, and makes it where there is none.
func (o *outline) folder(name string) *outline {
	i := slices.IndexFunc(o.Inside, func(x *outline) bool { return x.Feed == "" && x.Text == name })
	if i < 0 {
		i = len(o.Inside)
		o.Inside = append(o.Inside, &outline{Text: name})
	}
	return o.Inside[i]
}
