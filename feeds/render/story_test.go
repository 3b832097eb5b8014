package render

import (
	"strings"
	"testing"

	"tributary/feeds"
)

func TestWithReports(t *testing.T) {
	others := reports([]feeds.Article{
		{URL: "https://a.example/1?a=1&b=\"2\"", Title: "A <b> & B", Source: feeds.Source{Title: "The \"A\" & Co"}},
		{Title: "Without a page", Source: feeds.Source{Title: "B"}},
	})
	const list = `<ul><li>The "A" &amp; Co: <a href="https://a.example/1?a=1&amp;b=%222%22">A &lt;b&gt; &amp; B</a></li></ul>`
	for _, c := range []struct{ name, content, summary, language, want string }{
		{"after the content", "<p>x</p>", "x", "en", "<p>x</p><p>Also reported by:</p>" + list},
		{"after the summary", "", "x < y", "es-MX", "<p>x &lt; y</p><p>También publicado por:</p>" + list},
		{"alone", "", "", "pt", "<p>Também publicado por:</p>" + list},
		{"in a language that we do not write", "", "", "ja", "<p>Also reported by:</p>" + list},
	} {
		if got := withReports(c.content, c.summary, c.language, others); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := withReports("", "x", "en", nil); got != "" {
		t.Errorf("nobody else reports it: %s", got)
	}
}

// TestReportsOfMany sees that a story told by many does not swamp its entry.
func TestReportsOfMany(t *testing.T) {
	others := make([]feeds.Article, 500)
	for i := range others {
		others[i] = feeds.Article{URL: "https://a.example/", Title: strings.Repeat("title ", 1000)}
	}
	if got := reports(others); len(got) != mostReports || len(got[0].title) > 4*titleLength {
		t.Errorf("%d reports, the first of %d bytes", len(got), len(got[0].title))
	}
}
