package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/feeds"
	"tributary/feeds/render/rendertest"
)

// readItem is what the checks below read back of an entry.
type readItem struct{ ID, Title, Link, Updated string }

// readBack reads a document with the standard library alone, and fails the test when it is not
// well formed.
func readBack(t testing.TB, format Format, doc []byte) []readItem {
	t.Helper()
	if !utf8.Valid(doc) {
		t.Fatalf("%s: not UTF-8", format.Name)
	}
	var read []readItem
	var err error
	switch format.Ext {
	case "rss":
		var d struct {
			Channel struct {
				Items []struct {
					GUID  string `xml:"guid"`
					Title string `xml:"title"`
					Link  string `xml:"link"`
				} `xml:"item"`
			} `xml:"channel"`
		}
		err = decodeXML(doc, &d)
		for _, i := range d.Channel.Items {
			read = append(read, readItem{ID: i.GUID, Title: i.Title, Link: i.Link})
		}
	case "atom":
		var d struct {
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
				Links   []struct {
					Rel  string `xml:"rel,attr"`
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		err = decodeXML(doc, &d)
		for _, e := range d.Entries {
			i := readItem{ID: e.ID, Title: e.Title}
			for _, l := range e.Links {
				if l.Rel == "alternate" {
					i.Link = l.Href
				}
			}
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
				t.Errorf("entry %q was updated %v", e.ID, err)
			}
			read = append(read, i)
		}
	case "json":
		var d struct {
			Items []struct{ ID, Title, URL string }
		}
		err = json.Unmarshal(doc, &d)
		for _, i := range d.Items {
			read = append(read, readItem{ID: i.ID, Title: i.Title, Link: i.URL})
		}
	default:
		t.Fatalf("the tests cannot read %s", format.Name)
	}
	if err != nil {
		t.Fatalf("%s: %v", format.Name, err)
	}
	return read
}

// decodeXML decodes the document and reads on to its end, which Unmarshal does not.
func decodeXML(doc []byte, into any) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	if err := d.Decode(into); err != nil {
		return err
	}
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// checkHostile writes f in every format and checks what must hold whatever the articles are.
func checkHostile(t testing.TB, f *feeds.Feed) {
	t.Helper()
	var first []readItem
	for _, format := range Formats {
		doc := render(t, format, f)
		if !bytes.Equal(doc, render(t, format, f)) {
			t.Errorf("%s: written twice, the bytes differ", format.Name)
		}
		read := readBack(t, format, doc)
		if len(read) != len(f.Entries) {
			t.Fatalf("%s: %d entries, want %d", format.Name, len(read), len(f.Entries))
		}
		if first == nil {
			first = read
		}
		if err := Check(format.Ext, doc); err != nil {
			t.Errorf("%s: %v", format.Name, err)
		}
		for _, p := range rendertest.Check(format.Ext, doc, noon.AddDate(0, 0, 1)) {
			if !ofHTML[p.Rule] {
				t.Errorf("%s: %s", format.Name, p)
			}
		}
		ids := make(map[string]bool)
		for i, r := range read {
			if r != first[i] {
				t.Errorf("%s: entry %d is %.200q, in %s %.200q", format.Name, i, r, Formats[0].Name, first[i])
			}
			if ids[r.ID] {
				t.Errorf("%s: id %.200q is there twice", format.Name, r.ID)
			}
			ids[r.ID] = true
			if r.Title == "" || strings.ContainsFunc(r.Title, unicode.IsControl) || strings.ContainsFunc(r.Title, turnsText) {
				t.Errorf("%s: title %.200q", format.Name, r.Title)
			}
		}
	}
}

// ofHTML are the rules for the HTML inside, which is clean before it is stored, and not in these tests.
var ofHTML = map[string]bool{"NotHtml": true, "SecurityRisk": true, "SecurityRiskAttr": true, "ContainsRelRef": true}

// hostile makes strings that a publisher should not send.
type hostile struct{ *rand.Rand }

var hostilePieces = []string{
	"]]>", "<![CDATA[", "<!--", "-->", "<?xml", "&", "&amp;", "&#0;", "&#x26;", "<b>", "</item>", "</entry>", `"`, "'",
	"\x00", "\x0b", "\x1b[31m", "\x7f", "\u0085", "\r\n", "\t", " ", "\u2028", "\u2029", "\ufeff", "\ufffd", "\ufffe", "\uffff",
	"\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
	"https://", "tag:", "urn:", "@", "%", "%zz", "título", "日本", "👩‍💻", "e\u0301",
}

func (h hostile) text() string {
	var b strings.Builder
	for range h.IntN(12) {
		switch h.IntN(4) {
		case 0: // any character of any plane, surrogates too (they become U+FFFD here)
			b.WriteRune(rune(h.IntN(17)<<16 + h.IntN(1<<16)))
		case 1:
			b.WriteByte(byte(h.Uint32()))
		default:
			b.WriteString(hostilePieces[h.IntN(len(hostilePieces))])
		}
	}
	return b.String()
}

func (h hostile) texts() []string {
	texts := make([]string, h.IntN(4))
	for i := range texts {
		texts[i] = h.text()
	}
	return texts
}

func (h hostile) url() string {
	return []string{"", "https://x.example/", "http://u:p@x.example/?a=", "javascript:"}[h.IntN(4)] + h.text()
}

func (h hostile) guid() string {
	switch h.IntN(4) {
	case 0:
		return fmt.Sprintf("https://x.example/%d", h.IntN(3))
	case 1:
		return minted(articleID(h.IntN(12)))
	}
	return h.url()
}

func (h hostile) time() time.Time {
	switch h.IntN(4) {
	case 0:
		return time.Time{}
	case 1:
		return time.Unix(h.Int64N(math.MaxInt64>>20)-math.MaxInt64>>21, h.Int64N(1e9))
	}
	return noon.Add(time.Duration(h.IntN(100)-50) * time.Hour)
}

func (h hostile) feed() *feeds.Feed {
	f := &feeds.Feed{
		ID: "urn:x-topic:1", Title: "T" + h.text(), Description: h.text(), Language: h.text(),
		HomeURL: "https://x.example/", SelfURL: "https://x.example/feed", Updated: noon, TTL: time.Duration(h.IntN(1e9)),
	}
	for n := range h.IntN(12) {
		a := feeds.Article{
			ID: articleID(n), GUID: h.guid(), URL: h.url(), Title: h.text(), Summary: h.text(), Content: h.text(),
			Authors: h.texts(), Categories: h.texts(), Language: h.text(), Image: h.url(), Rights: h.text(),
			Published: h.time(), Updated: h.time(), Seen: noon.Add(-time.Duration(h.IntN(1e9))),
			Source: feeds.Source{
				URL: h.url(), SiteURL: h.url(), Title: h.text(), Language: h.text(),
				Publish: []feeds.Publish{"", feeds.Full, feeds.Excerpt, feeds.Link}[h.IntN(4)],
			},
		}
		for range h.IntN(3) {
			a.Enclosures = append(a.Enclosures, feeds.Enclosure{URL: h.url(), Type: h.text(), Length: h.Int64() - 1<<62})
		}
		f.Entries = append(f.Entries, feeds.Entry{Article: a, Evidence: feeds.Evidence{Hits: []feeds.Hit{{Term: h.text()}}}})
	}
	return f
}

func TestHostileArticles(t *testing.T) {
	for seed := range uint64(60) {
		checkHostile(t, hostile{rand.New(rand.NewPCG(seed, 1))}.feed())
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// TestEveryKindOfCharacter puts into every field the characters of all planes: every one where
// special ones live, and a part of the rest.
func TestEveryKindOfCharacter(t *testing.T) {
	var b strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r < 0x3100 || r&0xffff >= 0xfdc0 && r < 0x20000 || r&0xffff >= 0xfff0 || r%997 == 0 {
			b.WriteRune(r)
		}
	}
	s := b.String()
	checkHostile(t, &feeds.Feed{ID: "urn:x-topic:1", Title: s, Description: s, HomeURL: "https://x.example/", SelfURL: "https://x.example/feed", Entries: []feeds.Entry{{Article: feeds.Article{
		ID: articleID(1), Seen: noon, GUID: s, URL: "https://x.example/" + s, Title: s, Summary: s, Content: s, Rights: s,
		Authors: []string{s}, Categories: []string{s}, Source: feeds.Source{Title: s},
		Enclosures: []feeds.Enclosure{{URL: "https://x.example/" + s, Type: s}},
	}}}})
}

func TestHugeTitle(t *testing.T) {
	huge := strings.Repeat("]]>\u0301&\x00 "+strings.Repeat("title ", 20), 1<<20/129)
	for _, a := range []feeds.Article{{ID: articleID(1), Title: huge}, {ID: articleID(1), Summary: huge[:5000]}} {
		for _, format := range Formats {
			f := &feeds.Feed{Entries: []feeds.Entry{{Article: a}}}
			got := readBack(t, format, render(t, format, f))[0].Title
			if want := line(a.Title); want != "" && got != want {
				t.Errorf("%s: of a title of %d bytes, %d came back", format.Name, len(want), len(got))
			}
			if a.Title == "" && utf8.RuneCountInString(got) > titleLength {
				t.Errorf("%s: a title of %d bytes was made from the summary", format.Name, len(got))
			}
		}
	}
}

// TestCrowd is about numbers that no publisher has.
func TestCrowd(t *testing.T) {
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprint("category ", i)
	}
	a := feeds.Article{ID: articleID(1), Title: "A", Seen: noon, Authors: many, Categories: many}
	for i := range 1000 {
		a.Enclosures = append(a.Enclosures, feeds.Enclosure{URL: fmt.Sprint("https://x.example/", i)})
	}
	checkHostile(t, &feeds.Feed{ID: "urn:x-topic:1", Title: "T", HomeURL: "https://x.example/", SelfURL: "https://x.example/feed", Entries: []feeds.Entry{{Article: a}}})
}

func FuzzWrite(f *testing.F) {
	f.Add("https://x.example/1", "https://x.example/1", "https://x.example/1", "A title", "<p>text</p>")
	f.Add("tag:x,2026:1", minted(articleID(0)), "http://u:p@x.example?token=1", "", "]]>")
	for _, piece := range slices.Compact(hostilePieces) {
		f.Add(piece, "urn:"+piece, "https://x.example/"+piece, piece, piece)
	}
	f.Fuzz(func(t *testing.T, guid, other, url, title, content string) {
		doc := &feeds.Feed{ID: "urn:x-topic:1", Title: "T" + title, HomeURL: "https://x.example/", SelfURL: "https://x.example/feed"}
		for n, g := range []string{guid, other, guid} {
			doc.Entries = append(doc.Entries, feeds.Entry{Article: feeds.Article{
				ID: articleID(n), GUID: g, Seen: noon, URL: url, Title: title, Summary: content, Content: content, Image: url,
				Authors: []string{title}, Categories: []string{title, content}, Source: feeds.Source{URL: url, Title: title},
				Enclosures: []feeds.Enclosure{{URL: url, Type: title}},
			}})
		}
		checkHostile(t, doc)
	})
}
