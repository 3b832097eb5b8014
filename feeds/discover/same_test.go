package discover

import (
	"testing"

	"tributary/feeds"
)

func TestSame(t *testing.T) {
	a := func(url, title string) feeds.Article { return feeds.Article{URL: url, Title: title} }
	recent := []feeds.Article{
		a("https://www.a.example/1?utm_source=rss", "The harbour opens after the storm"), a("https://a.example/2/", "One"), a("https://a.example/?p=3", "Two"),
		a("https://a.example/4", "Three"),
	}
	feed := func(url string, articles ...feeds.Article) Feed { return Feed{URL: url, Articles: articles} }
	for name, c := range map[string]struct {
		found  []Feed
		recent []feeds.Article
		want   string
		shared int
	}{
		"the same links":             {[]Feed{feed("x", recent...)}, recent, "x", 4},
		"links written another way":  {[]Feed{feed("x", a("https://b.example/new/1", "The  Harbour opens after the storm"), a("http://a.example/2", ""), a("https://www.a.example?p=3", ""))}, recent, "x", 3},
		"links of a site that moved": {[]Feed{feed("x", a("https://b.example/1", "The harbour opens after the Storm"), a("https://a.example/2", ""), a("https://a.example/4/?utm_medium=feed", ""))}, recent, "x", 3},
		"short titles prove nothing": {[]Feed{feed("x", a("https://b.example/1", "One"), a("https://b.example/2", "Two"), a("https://b.example/3", "Three"))}, recent, "", 0},
		"too few":                    {[]Feed{feed("x", recent[0], recent[1], a("https://a.example/8", ""), a("https://a.example/9", ""))}, recent, "", 0},
		"all of a short feed":        {[]Feed{feed("x", recent[0], recent[1])}, recent, "x", 2},
		"all that we know":           {[]Feed{feed("x", recent...)}, recent[:1], "x", 1},
		"the one that shares most":   {[]Feed{feed("x", recent[:3]...), feed("y", recent...), feed("z", recent...)}, recent, "y", 4},
		"another query":              {[]Feed{feed("x", a("https://a.example/?p=9", ""))}, recent[2:3], "", 0},
		"an empty feed":              {[]Feed{feed("x")}, recent, "", 0},
		"nothing to compare":         {[]Feed{feed("x", recent...)}, nil, "", 0},
	} {
		got, shared, ok := Same(c.found, c.recent)
		if got.URL != c.want || ok != (c.want != "") || ok && shared != c.shared {
			t.Errorf("%s: %q with %d, %v; want %q with %d", name, got.URL, shared, ok, c.want, c.shared)
		}
	}
}
