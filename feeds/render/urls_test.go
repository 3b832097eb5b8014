package render

import (
	"testing"

	"tributary/feeds"
)

func TestWebURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://x.example/a?b=c&d=%41#e":         "https://x.example/a?b=c&d=%41#e",
		" HTTP://x.example ":                      "http://x.example",
		"https://x.example/ñ 日|\"<\x01\xff\u202e": "https://x.example/%C3%B1%20%E6%97%A5%7C%22%3C%01%FF%E2%80%AE",
		"https://x.example/100%":                  "https://x.example/100%25",
		"https://x.example/a[1]#b#c":              "https://x.example/a%5B1%5D#b%23c",
		"https://España.example:8080/":            "https://xn--espaa-rta.example:8080/",
		"https://a_b.example/":                    "https://a_b.example/",
		"https://[::1]/":                          "",
		"https://a b.example/":                    "",
		"https://x.example:80a/":                  "",
		"https://u:p@x.example/@me":               "https://x.example/@me",
		"https://x.example?to=a@b":                "https://x.example/?to=a@b",
		"https://a@b@x.example/":                  "https://x.example/",
		"":                                        "",
		"https://":                                "",
		"https:///path":                           "",
		"https://u@/path":                         "",
		"//x.example/a":                           "",
		"/a":                                      "",
		"javascript:alert(1)":                     "",
		"javascript://x.example/%0aalert":         "",
		"ftp://x.example/":                        "",
		"data:text/html,x":                        "",
	} {
		if got := webURL(in); got != want {
			t.Errorf("webURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPublicURL(t *testing.T) {
	const base = "https://x.example/feed"
	for _, public := range []string{
		"", "?", "?q=token", "?author=3", "?authors=3", "?keyword=oil", "?page=2&tag=keys", "?cat=4&signal=1", "#top",
	} {
		if got := PublicURL(base + public); got != base+public {
			t.Errorf("PublicURL(%q) = %q", base+public, got)
		}
	}
	for _, secret := range []string{
		"https://u@x.example/feed", "https://u:p@x.example/feed", "https://x.example:p@feed/", "https://x.example/%zz", "",
		base + "?key=1", base + "?a=b&API_KEY=1", base + "?apikey=1", base + "?accessKey=1", base + "?access_token=1",
		base + "?Token=1", base + "?token", base + "?sig=1", base + "?X-Amz-Signature=1", base + "?auth=1",
		base + "?oauth_token=1", base + "?authkey=1", base + "?authorization=1", base + "?password=1", base + "?client_secret=1",
		base + "?a=1;key=1", base + "?to%6Ben=1", base + "?%zz=1", base + "#token=1", base + "?rss[key]=1",
	} {
		if got := PublicURL(secret); got != "" {
			t.Errorf("PublicURL(%q) = %q", secret, got)
		}
	}
}

func TestProvenance(t *testing.T) {
	const feed, site, secret = "https://x.example/feed", "https://x.example/", "https://x.example/feed?key=1"
	for _, c := range []struct {
		in   feeds.Source
		want source
	}{
		{feeds.Source{URL: feed, Title: " The\nX ", SiteURL: site}, source{id: feed, title: "The X", url: feed, feed: feed, site: site}},
		{feeds.Source{URL: feed}, source{id: feed, title: "x.example", url: feed, feed: feed}},
		{feeds.Source{URL: secret, SiteURL: site}, source{id: site, title: "x.example", url: site, site: site}},
		{feeds.Source{URL: secret, SiteURL: secret}, source{id: "urn:uuid:97df5782-4e5f-8dd1-8fcd-de93e550d002", title: "x.example"}},
		{feeds.Source{}, source{id: "urn:uuid:33b14350-94e3-8879-b421-8489c056b66a", title: "news.example"}},
	} {
		if got := provenance(feeds.Article{Source: c.in, URL: "https://news.example/1"}); got != c.want {
			t.Errorf("%+v gives %+v, want %+v", c.in, got, c.want)
		}
	}
	if got := provenance(feeds.Article{}).title; got == "" {
		t.Error("an article of nobody has a source without a title")
	}
}

func TestMediaType(t *testing.T) {
	for _, c := range []struct{ url, published, want string }{
		{"https://x.example/a", "audio/mpeg; rate=1", "audio/mpeg"},
		{"https://x.example/a", "audio/mpeg", "audio/mpeg"},
		{"https://x.example/A.MP3?x=.png", "", "audio/mpeg"},
		{"https://x.example/a.jpg", "image", "image/jpeg"},
		{"https://x.example/a.jpg", "/jpeg", "image/jpeg"},
		{"https://x.example/a.unknown", "", "application/octet-stream"},
	} {
		if got := mediaType(feeds.Enclosure{URL: c.url, Type: c.published}); got != c.want {
			t.Errorf("%s (%q) is %q, want %q", c.url, c.published, got, c.want)
		}
	}
}
