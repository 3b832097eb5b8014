package parse

import (
	"testing"
	"time"
)

// TestNewURL: where a feed says that it will live is told when it is elsewhere.
func TestNewURL(t *testing.T) {
	const here = "https://a.example/feed"
	for name, c := range map[string]struct{ says, want string }{
		"elsewhere":  {"https://b.example/feed?a=1&amp;b=2", "https://b.example/feed?a=1&b=2"},
		"relative":   {"/new", "https://a.example/new"},
		"here":       {here, ""},
		"no address": {"javascript:alert(1)", ""},
		"nothing":    {"", ""},
	} {
		doc := `<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>A</title>` +
			`<itunes:new-feed-url>` + c.says + `</itunes:new-feed-url></channel></rss>`
		f, err := Parse(Document{URL: here, Body: []byte(doc)})
		if err != nil || f.NewURL != c.want {
			t.Errorf("%s: %q, %v; want %q", name, f.NewURL, err, c.want)
		}
	}
}

// TestExpired: a JSON Feed that says that it ended is asked once a week.
func TestExpired(t *testing.T) {
	for says, want := range map[string]time.Duration{"true": 7 * 24 * time.Hour, "false": 0} {
		f, err := Parse(Document{Body: []byte(`{"version":"https://jsonfeed.org/version/1.1","title":"A","expired":` + says + `,"items":[]}`)})
		if err != nil || f.TTL != want {
			t.Errorf("expired %s: asked again after %v, %v; want %v", says, f.TTL, err, want)
		}
	}
}
