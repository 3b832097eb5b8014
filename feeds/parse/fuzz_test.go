package parse

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tributary/feeds"
)

// seeds are small documents of every kind.
func seeds() []string {
	return []string{
		"", "<", "<rss", "<rss>", "</rss>", "<rss/>", "<feed/>", "{", "[]", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"a"},]}`,
		`<rss version="2.0"><channel><title>F</title><item><title>A</title><link>http://e.org/</link></item></channel></rss>`,
		`<rss><channel><item><description><![CDATA[<p>x</p>]]></description></item><item><description>&lt;b&gt;y`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml"><div>A</div></title><content type="html">&lt;p>x</content></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel/><item><title>A</title></item></rdf:RDF>`,
		`<CHANNEL HREF="http://e.org/" LASTMOD="2004-04-06T23:05:43-05:00"><ITEM HREF="/a"><TITLE>x</TITLE></ITEM></CHANNEL>`,
		`<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item><author>&a;&#11;&#x41;</author></item></channel></rss>`,
		`<rss><channel><item><media:content url="a.jpg" medium="image"><media:title>t</media:title></media:content></item></channel></rss>`,
		`<rss xml:base="http://b.example/p/"><channel><link>..</link><item><enclosure url=a type=b></item></channel></rss>`,
		`<rss><channel><title>a < b & c</p></title><item><title>x<item><title>y</title></item></channel></rss>`,
		`<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://e.org/</loc><news:news><news:title>A</news:title></news:news></url><url><loc>x`,
		`<urlset><url><loc>a</loc></url></urlset>`, `<sitemapindex><sitemap><loc>https://e.org/news.xml</loc></sitemap><sitemap><loc>`,
		"\xff\xfe<\x00r\x00s\x00s\x00>\x00", "\xef\xbb\xbf<rss><channel><title>\xff\xfe\x00</title></channel></rss>",
		`<?xml version="1.0" encoding="shift_jis"?><rss><channel><title>` + "\x82\xa0" + `</title></channel></rss>`,
		`<rss><channel><item><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><guid isPermaLink="false">x</guid><x:a><x:b/></x:a></item></channel></rss>`,
	}
}

func FuzzGuard(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	for _, doc := range documents(f) {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body, _ = toUTF8(body, "")
		if !utf8.Valid(body) {
			t.Fatal("not UTF-8 after decoding")
		}
		g := guard{src: body}
		if g.run() != nil {
			return
		}
		if err := wellFormed(g.out); err != nil {
			t.Fatalf("%v in %q", err, g.out)
		}
		if n := bytes.Count(g.out, []byte("<item>")) + bytes.Count(g.out, []byte("<entry>")); n < len(g.items) {
			t.Fatalf("%d items noted and %d written", len(g.items), n)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds() {
		f.Add([]byte(s))
	}
	for _, doc := range documents(f) {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := Document{URL: "https://e.org/dir/feed", Body: body, Now: time.Unix(1772373600, 0)}
		feed, err := Parse(d)
		if err != nil {
			if strings.Contains(err.Error(), ErrBroken.Error()) {
				t.Fatal(err)
			}
			return
		}
		if len(feed.Items) != len(feed.Articles) {
			t.Fatalf("%d articles, %d items", len(feed.Articles), len(feed.Items))
		}
		for _, a := range feed.Articles {
			for _, s := range []string{a.Title, a.Summary, a.Content, a.Rights, strings.Join(a.Authors, ""), strings.Join(a.Categories, "")} {
				if !utf8.ValidString(s) || legalText(s) != s {
					t.Fatalf("illegal text %q", s)
				}
			}
			for _, u := range []string{a.URL, a.Image} {
				if u != "" && !strings.HasPrefix(strings.ToLower(u), "http") {
					t.Fatalf("address %q", u)
				}
			}
			if wrong := unfit(a.Content); wrong != nil {
				t.Fatalf("%q: %v", a.Content, wrong)
			}
		}
		d.Known = func(feeds.RawHash) bool { return true }
		if again, err := Parse(d); err != nil || len(again.Articles) != 0 || again.Title != feed.Title || again.SiteURL != feed.SiteURL {
			t.Fatalf("with all items known: %+v, %v", again, err)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, c := range dates {
		f.Add(c.text)
	}
	now := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDate(s, now)
		if !ok {
			if !d.IsZero() {
				t.Fatalf("%q is no date and %v", s, d)
			}
			return
		}
		if d.Year() < 1970 || d.Year() > 2200 || d.Location() != time.UTC {
			t.Fatalf("%q is %v", s, d)
		}
		if again, ok := parseDate(d.Format(time.RFC3339Nano), now); !ok || !again.Equal(d) {
			t.Fatalf("%q is %v, and written out %v", s, d, again)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"", "<", "a<b", "<p>a<p>b", "<b><p>a</b>b", "<a href=/x>a<a href=y>b", "<ul><li>a<ul><li>b</ul><li>c", "<table><tr><td>a<table>b</table>c",
		"<table>a<caption>b<col><tfoot>c<th>d", "<pre>\n\na</pre>", "<h1>a<h2>b</h1>", "<dl><dt>a<dd>b<dt>c", "<ruby>a<rt>b<rp>c</ruby>", "<ruby>a<dt>b<rp>",
		"<img src=x onerror=alert(1)>", "<a href='java\nscript:x'>", "<svg><style><img src=x></style>", "<math><mtext><table><mglyph><style>x",
		"<noscript><p title='</noscript><img src=x>'>", "<iframe src='https://www.youtube.com/embed/x'></iframe>", "<textarea><b>", "<plaintext><b>", "<!--><b>-->",
		"<video><source src=a><p>b</video>", "<img srcset='a 1x, data:x 2x'>", "<form><form><button><select><option>a", "<xmp><b></xmp>", "&#0;&#x92;&bogus;&lt;b&gt;",
		"<p><a><p><table><td><a>", "<li><div><li>", "<details><summary><p>a</details>", "<template><p>a", "<i><b><u></i>a</b>", "<br></br></p>", "<x:p>a</x:p>",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, xml bool) {
		out := render(build(s, scope{base: "https://e.org/dir/", page: "https://e.org/page", xml: xml}))
		if wrong := unfit(out); wrong != nil {
			t.Fatalf("%q became %q: %v", s, out, wrong)
		}
		if again := Clean(out, "https://e.org/dir/"); again != out {
			t.Fatalf("%q became %q and then %q", s, out, again)
		}
		tree := build(s, scope{base: "https://e.org/dir/"})
		dropBoilerplate(tree)
		if wrong := unfit(render(tree)); wrong != nil {
			t.Fatalf("%q without boilerplate: %v", s, wrong)
		}
	})
}
