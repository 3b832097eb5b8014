package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// documents are the feeds in testdata by name.
func documents(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{}
	for _, name := range files {
		if filepath.Ext(name) == ".golden" {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		docs[filepath.Base(name)] = body
	}
	return docs
}

func TestParse(t *testing.T) {
	for name, doc := range documents(t) {
		f, err := Parse(Document{
			URL: "https://final.example/dir/feed.xml", Language: "it", Now: time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC), Body: doc,
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compare(t, filepath.Join("testdata", name+".golden"), string(tidy(t, f)))
	}
}

// compare compares what came of a document with a golden file.
func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: want -, got +\n%s", golden, diff)
	}
}

// tidy is a feed as JSON, without what is empty and without the hashes.
func tidy(t *testing.T, f *Feed) []byte {
	for i := range f.Items {
		f.Items[i].Raw = [16]byte{} // TestRawHash
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(withoutEmpty(v)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(k string, x any) bool {
			v[k] = withoutEmpty(x)
			return v[k] == nil || k == "Raw"
		})
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = withoutEmpty(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" {
			return nil
		}
	case float64:
		if v == 0 {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return v
}

func TestNotFeed(t *testing.T) {
	for doc, says := range map[string]string{
		"":      "empty",
		" \n\t": "empty",
		"<!DOCTYPE html><html><head><title>Login</title></head><body>x</body></html>": "an HTML page",
		"\x89PNG\r\n\x1a\n":                  "a file of another kind",
		"hello":                              `begins with "hello"`,
		"<opml version='2.0'><body/></opml>": "begins with",
		"<urlset><url><loc>https://e.org/</loc></url></urlset>":                                                                         "a sitemap of pages without news",
		"<sitemapindex><sitemap><loc>https://e.org/sitemap/News.xml?a=1&amp;b=2</loc></sitemap></sitemapindex>":                         "the news sitemap in it is https://e.org/sitemap/News.xml?a=1&b=2",
		"<sitemapindex><sitemap><loc>https://news.e.org/pages.xml</loc></sitemap><sitemap><loc>ftp://x/</loc></sitemap></sitemapindex>": "of the 1 sitemaps in it none is named after news",
		`{"a":1}`:                      "without the version",
		`{"version":"1.0","items":[]}`: "without the version",
		`{`:                            "without the version",
		`[]`:                           "begins with",
	} {
		_, err := Parse(Document{Body: []byte(doc)})
		if !errors.Is(err, ErrNotFeed) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", doc, err, says)
		}
	}
	f, err := Parse(Document{Body: []byte("<rss><channel><title>Nothing yet</title></channel></rss>")})
	if err != nil || len(f.Articles) != 0 || f.Title != "Nothing yet" {
		t.Errorf("a feed without items: %+v, %v", f, err)
	}
}

func TestBase(t *testing.T) {
	doc := func(base string) string {
		return `<rss` + base + `><channel><link>..</link><item><link>a/b?c#d</link><description>&lt;a href="../x"&gt;y&lt;/a&gt;</description></item></channel></rss>`
	}
	for name, c := range map[string]struct {
		doc, location, site, link, inside string
	}{
		"the document's address": {doc(""), "", "https://final.example/", "https://final.example/dir/a/b?c#d", "https://final.example/x"},
		"Content-Location":       {doc(""), "/moved/here/feed", "https://final.example/moved/", "https://final.example/moved/here/a/b?c#d", "https://final.example/moved/x"},
		"unsafe location":        {doc(""), "javascript:alert(1)", "https://final.example/", "https://final.example/dir/a/b?c#d", "https://final.example/x"},
		"xml:base":               {doc(" xml:base='http://b.example/p/q'"), "/moved/feed", "http://b.example/", "http://b.example/p/a/b?c#d", "http://b.example/x"},
		"relative xml:base":      {doc(" xml:base='../z/'"), "", "https://final.example/", "https://final.example/z/a/b?c#d", "https://final.example/x"},
		"unsafe xml:base":        {doc(" xml:base='data:x'"), "", "https://final.example/", "https://final.example/dir/a/b?c#d", "https://final.example/x"},
	} {
		f, err := Parse(Document{URL: "https://final.example/dir/feed.xml", ContentLocation: c.location, Body: []byte(c.doc)})
		if err != nil {
			t.Fatal(err)
		}
		a := f.Articles[0]
		if f.SiteURL != c.site || a.URL != c.link || !strings.Contains(a.Content, `"`+c.inside+`"`) {
			t.Errorf("%s: site %s, link %s, content %s", name, f.SiteURL, a.URL, a.Content)
		}
	}
}

func TestTruncatedJSON(t *testing.T) {
	doc := string(documents(t)["feed11.json"])
	at := strings.Index(doc, `"external_url"`)
	f, err := Parse(Document{Body: []byte(doc[:at])})
	if err != nil || len(f.Articles) != 1 || f.Title != "JSON & friends" || !f.Cut {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err := Parse(Document{Body: []byte(doc)}); err != nil || f.Cut {
		t.Errorf("the whole document: %+v, %v", f, err)
	}
}
