package parse

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

func outline(line int, url, title string, tags ...string) Outline {
	return Outline{feeds.Subscription{URL: url, Title: title, Tags: tags}, line}
}

func TestOPMLFiles(t *testing.T) {
	faro := outline(11, "https://faro.example/feed?a=1&b=2", "El Faro del Norte", "Américas", "México")
	faro.SiteURL, faro.Language = "https://faro.example/", "es"
	for name, want := range map[string][]Outline{
		"reader.opml": {
			faro,
			outline(13, "https://meridian.example/atom.xml", "The Meridian Desk", "Américas"),
			outline(15, "https://plain.example/rss", ""),
			outline(19, "https://faro.example/feed?a=1&b=2", "Faro again", "News", "Latin", "daily"),
		},
		"latin1.opml": {outline(4, "http://manha.example/rss.xml", "Jornal da Manhã", "Política")},
	} {
		text, err := os.ReadFile(filepath.Join("testdata/opml", name))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := OPML(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", name, diff)
		}
	}
}

// opmlSeeds are lists as programs write them and as they are when something went wrong.
var opmlSeeds = []struct {
	name, doc string
	want      []Outline
}{
	{"byte order mark", "\xef\xbb\xbf\xef\xbb\xbf<opml><body><outline xmlUrl='http://e.org/' text='A'/></body></opml>", []Outline{outline(1, "http://e.org/", "A")}},
	{"UTF-16", "\xff\xfe" + utf16("<opml><outline xmlUrl='http://e.org/'/></opml>"), []Outline{outline(1, "http://e.org/", "")}},
	{"& not escaped", `<opml><outline text="A & B" xmlUrl="http://e.org/?a=1&b=2"/></opml>`, []Outline{outline(1, "http://e.org/?a=1&b=2", "A & B")}},
	{"escaped twice", `<opml><outline text="A &amp;lt; B" xmlUrl="http://e.org/"/></opml>`, []Outline{outline(1, "http://e.org/", "A &lt; B")}},
	{"never closed", "<opml><body><outline text=F><outline xmlUrl=http://e.org/a>\n<outline xmlUrl='http://e.org/b'", []Outline{outline(1, "http://e.org/a", "", "F")}},
	{"closed too often", `<opml></outline></outline><outline text="F"></outline><outline xmlUrl="http://e.org/"/></opml>`, []Outline{outline(1, "http://e.org/", "")}},
	{"no root", `<outline xmlUrl="http://e.org/"/>`, []Outline{outline(1, "http://e.org/", "")}},
	{"a feed with feeds inside", `<opml><outline xmlUrl="http://e.org/a" text="A"><outline xmlUrl="http://e.org/b"/></outline></opml>`,
		[]Outline{outline(1, "http://e.org/a", "A"), outline(1, "http://e.org/b", "")}},
	{"in a comment", `<opml><!-- <outline xmlUrl="http://e.org/"/> --><![CDATA[<outline xmlUrl="http://e.org/"/>]]></opml>`, nil},
	{"folder without a name", `<opml><outline><outline xmlUrl="http://e.org/"/></outline></opml>`, []Outline{outline(1, "http://e.org/", "")}},
	{"one folder in another of that name", `<opml><outline text="A"><outline text="A"><outline xmlUrl="http://e.org/"/></outline></outline></opml>`, []Outline{outline(1, "http://e.org/", "", "A")}},
	{"line breaks in attributes", "<opml><outline text='A\nB' xmlUrl=' http://e.org/\n' /></opml>", []Outline{outline(1, "http://e.org/", "A B")}},
	{"feed: addresses", `<opml><outline xmlUrl="feed:https://e.org/a"/><outline xmlUrl="FEED://e.org/b"/></opml>`, []Outline{outline(1, "https://e.org/a", ""), outline(1, "http://e.org/b", "")}},
	{"a link that is no feed", `<opml><outline type="link" text="A" url="http://e.org/"/></opml>`, nil},
	{"an address to be judged", `<opml><outline xmlUrl="javascript:alert(1)"/></opml>`, []Outline{outline(1, "javascript:alert(1)", "")}},
	{"document type", `<!DOCTYPE opml [<!ENTITY a "b">]><opml><outline xmlUrl="http://e.org/&a;"/></opml>`, []Outline{outline(1, "http://e.org/&a;", "")}},
	{"a stray <", "<opml>a < b <<outline xmlUrl='http://e.org/'/><", []Outline{outline(1, "http://e.org/", "")}},
	{"not in order", `<opml><outline language="pt-BR" xmlUrl="http://e.org/" type="rss" text="A"/></opml>`,
		[]Outline{{feeds.Subscription{URL: "http://e.org/", Title: "A", Language: "pt-BR"}, 1}}},
	{"nothing in it", `<opml version="2.0"><head/><body/></opml>`, nil},
	{"only the root", `<opml`, nil},
	{"control characters", "<opml><outline text='A\x00\x1bB\u202e' xmlUrl='http://e.org/'/></opml>", []Outline{outline(1, "http://e.org/", "AB")}},
}

func utf16(ascii string) string {
	var b strings.Builder
	for _, c := range ascii {
		b.WriteRune(c)
		b.WriteByte(0)
	}
	return b.String()
}

func TestOPML(t *testing.T) {
	for _, test := range opmlSeeds {
		got, _, err := OPML([]byte(test.doc))
		if err != nil && !errors.Is(err, ErrNotOPML) {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", test.name, diff)
		}
	}
}

// TestOPMLCut: a list that somebody cut off is told from a whole one.
func TestOPMLCut(t *testing.T) {
	for doc, want := range map[string]bool{
		`<opml><body><outline xmlUrl="http://e.org/"/></body></opml>`:     false,
		`<OPML><outline xmlUrl="http://e.org/"></OPML>`:                   false,
		`<outline xmlUrl="http://e.org/"/>`:                               false, // there is no root to end
		`<opml><body><outline xmlUrl="http://e.org/"/></body>`:            true,
		`<opml><body><outline xmlUrl="http://e.org/"/><outline xmlUrl="h`: true,
		`<opml><body><outline xmlUrl="http://e.org/"/><!-- </opml>`:       true,
	} {
		if _, cut, err := OPML([]byte(doc)); cut != want || err != nil {
			t.Errorf("%s: %v, %v", doc, cut, err)
		}
	}
}

func TestOPMLErrors(t *testing.T) {
	for _, test := range []struct {
		doc  string
		want error
		text string
	}{
		{"", ErrNotOPML, "empty"},
		{"<!DOCTYPE html><html><body>Log in", ErrNotOPML, "an HTML page"},
		{`<rss version="2.0"><channel/></rss>`, ErrNotOPML, `begins with "<rss`},
		{strings.Repeat("<outline text='a'>", maxDepth+1), ErrTooComplex, "one in another"},
		{strings.Repeat("<outline/>", maxOutlines+1), ErrTooComplex, "100001 outlines"},
		{"<y " + strings.Repeat(`b="<y" `, 200_000), ErrTooComplex, "do not end"},
		{strings.Repeat(" ", maxBody+1), ErrTooBig, "25 MiB"},
	} {
		got, _, err := OPML([]byte(test.doc))
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) || got != nil {
			t.Errorf("%.40q: %v, %v; want %v and %q", test.doc, got, err, test.want, test.text)
		}
	}
}

func FuzzOPML(f *testing.F) {
	for _, s := range opmlSeeds {
		f.Add([]byte(s.doc))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, _, err := OPML(body)
		if err != nil && found != nil {
			t.Fatalf("%v and %v", found, err)
		}
		last := 1
		for _, o := range found {
			if o.Line < last {
				t.Fatalf("line %d after line %d", o.Line, last)
			}
			last = o.Line
			for _, s := range append([]string{o.URL, o.Title, o.SiteURL, o.Language}, o.Tags...) {
				if !utf8.ValidString(s) || line(s) != s {
					t.Fatalf("not a line: %q", s)
				}
			}
			if o.URL == "" {
				t.Fatalf("a feed without an address: %+v", o)
			}
		}
	})
}
