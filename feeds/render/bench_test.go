package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// BenchmarkWrite writes 100 entries in each format, and for the lower bound ("plain") the same
// texts with encoding/xml from a struct that has nothing else. "check" is the check before a document is
// published.
func BenchmarkWrite(b *testing.B) {
	f := &feeds.Feed{ID: "urn:x:1", Title: "Latin America", HomeURL: "https://x.example/", Updated: noon}
	for n := range 100 {
		url := fmt.Sprintf("https://x.example/2026/%d", n)
		f.Entries = append(f.Entries, feeds.Entry{Article: feeds.Article{
			ID: articleID(n), GUID: url, URL: url, Title: "México envía ayuda humanitaria a Cuba",
			Summary:    "Salen de Veracruz." + strings.Repeat(" Dos barcos llevan víveres y medicinas.", 6),
			Content:    strings.Repeat(`<p>Dos barcos <a href="https://x.example/">salen</a> de Veracruz con víveres.</p>`+"\n", 36),
			Authors:    []string{"Ana Ruiz"},
			Categories: []string{"Mundo", "Cuba"},
			Source:     feeds.Source{URL: "https://x.example/feed", Title: "El Diario", SiteURL: "https://x.example/"},
			Published:  noon, Seen: noon.Add(time.Minute),
		}})
	}
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if err := xml.NewEncoder(io.Discard).Encode(plain(f)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, format := range Formats {
		doc := render(b, format, f)
		b.Run("check "+format.Ext, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if err := Check(format.Ext, doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(format.Ext, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if err := format.Write(io.Discard, f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type plainItem struct {
	ID, Link, Title, Date, Summary, Author string
	Content                                struct {
		HTML string `xml:",cdata"`
	}
	Categories []string
}

func plain(f *feeds.Feed) any {
	var doc struct {
		XMLName xml.Name `xml:"plain"`
		Items   []plainItem
	}
	for _, e := range f.Entries {
		a := e.Article
		i := plainItem{
			ID: a.GUID, Link: a.URL, Title: a.Title, Date: a.Published.Format(time.RFC3339),
			Summary: a.Summary, Author: a.Authors[0], Categories: a.Categories,
		}
		i.Content.HTML = a.Content
		doc.Items = append(doc.Items, i)
	}
	return doc
}
