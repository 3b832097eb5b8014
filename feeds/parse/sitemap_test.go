package parse

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// TestSitemaps reads news sitemaps as publishers get them wrong.
func TestSitemaps(t *testing.T) {
	const news = `<news:news><news:publication><news:name>F</news:name></news:publication><news:title>A</news:title></news:news>`
	for name, c := range map[string]struct{ doc, want string }{
		"as it should be":             {`<urlset><url><loc>http://e.org/a</loc>` + news + `</url></urlset>`, "F: A"},
		"no news today":               {`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>`, ":"},
		"the news before the page":    {`<urlset><url>` + news + `<loc>http://e.org/a</loc></url></urlset>`, "F: A"},
		"another prefix":              {`<urlset xmlns:x="http://www.google.com/schemas/sitemap-news/0.9"><url>` + strings.ReplaceAll(news, "news:", "x:") + `</url></urlset>`, "F: A"},
		"among pages":                 {`<urlset><url><loc>http://e.org/1</loc></url><url>` + news + `</url><url><loc>http://e.org/2</loc></url></urlset>`, "F: A"},
		"pages by the thousand":       {`<urlset>` + strings.Repeat(`<url><loc>http://e.org/1</loc></url>`, 3*maxItems) + `<url>` + news + `</url></urlset>`, "F: A"},
		"end tag of a page missing":   {`<urlset><url>` + news + `<url>` + strings.ReplaceAll(news, ">A<", ">B<") + `</url></urlset>`, "F: A, B"},
		"truncated":                   {`<urlset><url>` + news + `</url><url>` + strings.ReplaceAll(news, ">A<", ">B<"), "F: A"},
		"end tag of the news missing": {`<urlset><url>` + strings.ReplaceAll(news, "</news:news>", "") + `</url></urlset>`, "F: A"},
		"a title in CDATA":            {`<urlset><url>` + strings.ReplaceAll(news, ">A<", "><![CDATA[A & B]]><") + `</url></urlset>`, "F: A & B"},
		"a title beside the news":     {`<urlset><url><title>no</title>` + news + `</url></urlset>`, "F: A"},
		"pictures' titles":            {`<urlset><url><image:image><image:title>no</image:title></image:image>` + news + `</url></urlset>`, "F: A"},
		"capitals":                    {strings.ToUpper(`<urlset><url>` + news + `</url></urlset>`), "F: A"},
	} {
		f, err := Parse(Document{URL: "https://e.org/news.xml", Body: []byte(c.doc)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := summaryOf(f); got != c.want || f.Version != "sitemap" {
			t.Errorf("%s: %q in %s, want %q in sitemap", name, got, f.Version, c.want)
		}
	}
}

// TestSitemapIsKnown: the items of a sitemap are known again by their hashes, and its name stays.
func TestSitemapIsKnown(t *testing.T) {
	body, err := os.ReadFile("testdata/sitemap.xml")
	if err != nil {
		t.Fatal(err)
	}
	d := Document{Body: body, Now: time.Unix(1772373600, 0)}
	first, err := Parse(d)
	if err != nil {
		t.Fatal(err)
	}
	d.Known = func(raw feeds.RawHash) bool {
		return slices.ContainsFunc(first.Items, func(i Item) bool { return i.Raw == raw })
	}
	again, err := Parse(d)
	if err != nil || again.Known != 2 || len(again.Articles) != 0 || again.Title != first.Title {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestSitemapIndex(t *testing.T) {
	index := `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
		<sitemap><loc>https://news.example/pages.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
		<sitemap><loc><![CDATA[https://news.example/a?b&c]]></loc></sitemap>
		<sitemap><loc>
			https://news.example/sitemap-noticias.xml </loc></sitemap>
		<sitemap><loc>javascript:alert(1)</loc></sitemap><sitemap><loc>https://news.example/cut`
	want := []string{"https://news.example/sitemap-noticias.xml", "https://news.example/pages.xml", "https://news.example/a?b&c"}
	if diff := cmp.Diff(want, Sitemaps([]byte(index))); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if got := Sitemaps([]byte(`<urlset><url><loc>https://e.org/</loc></url></urlset>`)); got != nil {
		t.Errorf("a sitemap is no index, and gave %v", got)
	}
}
