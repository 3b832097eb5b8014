package discover

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds/fetch"
)

func linksOf(body string) (found []string) {
	for _, l := range pageLinks(&fetch.Response{URL: "https://www.a.example/dir/page", Body: []byte(body)}) {
		found = append(found, string(l.via)+" "+l.url)
	}
	return found
}

func TestPageLinks(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"RSS":                      {`<link rel="alternate" type="application/rss+xml" href="feed">`, "linked https://www.a.example/dir/feed"},
		"Atom, in capitals":        {`<LINK REL=ALTERNATE TYPE=APPLICATION/ATOM+XML HREF=/x />`, "linked https://www.a.example/x"},
		"JSON Feed":                {`<link rel="alternate" type="application/feed+json" href="//b.example/x">`, "linked https://b.example/x"},
		"several relations":        {`<link rel="home alternate" type="application/rss+xml; charset=utf-8" href="/x">`, "linked https://www.a.example/x"},
		"rel=feed":                 {`<link rel="feed" href="/atom.xml">`, "linked https://www.a.example/atom.xml"},
		"a base":                   {`<base href="https://c.example/d/"><link rel="alternate" type="application/rss+xml" href="x">`, "linked https://c.example/d/x"},
		"feed: as a scheme":        {`<a href="feed:https://a.example/f">x</a><a href="feed://a.example/rss/g">x</a>`, "named https://a.example/rss/g"},
		"escaped":                  {`<link rel="alternate" type="application/rss+xml" href="/x?a=1&amp;b=2#c">`, "linked https://www.a.example/x?a=1&b=2"},
		"in the body":              {`<body><p><link rel="alternate" type="application/rss+xml" href="/x">`, "linked https://www.a.example/x"},
		"JSON of another kind":     {`<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">`, ""},
		"JSON Feed as JSON":        {`<link rel="alternate" type="application/json" href="/feed.json">`, "linked https://www.a.example/feed.json"},
		"oEmbed":                   {`<link rel="alternate" type="text/xml+oembed" href="/oembed?feed=1">`, ""},
		"another language":         {`<link rel="alternate" hreflang="es" href="/es/">`, ""},
		"a style sheet":            {`<link rel="stylesheet" type="text/css" href="/rss/style.css">`, ""},
		"script":                   {`<script>var s = '<link rel="alternate" type="application/rss+xml" href="/x">'</script>`, ""},
		"a comment":                {`<!-- <link rel="alternate" type="application/rss+xml" href="/x"> -->`, ""},
		"a link in the text":       {`<a href="/rss/portada.xml">Portada</a>`, "named https://www.a.example/rss/portada.xml"},
		"a page about feeds":       {`<a href="/rss">RSS</a>`, "named https://www.a.example/rss"},
		"feeds on their own host":  {`<a href="https://feeds.a.example/world">x</a>`, "named https://feeds.a.example/world"},
		"somebody else's feed":     {`<a href="https://b.example/feed">x</a>`, ""},
		"a service for readers":    {`<a href="https://feedly.com/i/subscription/feed/https://a.example/feed">x</a>`, ""},
		"FeedBurner":               {`<a href="http://feeds.feedburner.com/A">x</a>`, "named http://feeds.feedburner.com/A"},
		"an article about feeding": {`<a href="/2026/feed-the-birds">x</a><a href="/food/feeding">x</a>`, ""},
		"a picture":                {`<a href="/img/rss.png">x</a>`, ""},
		"no address":               {`<link rel="alternate" type="application/rss+xml"><a>rss</a><a href="javascript:rss()">x</a>`, ""},
		"bad address":              {`<link rel="alternate" type="application/rss+xml" href="https://[x/feed">`, ""},
	} {
		want := strings.Fields(c.want)
		if len(want) > 0 {
			want = []string{c.want}
		}
		if diff := cmp.Diff(want, linksOf(c.body), cmp.Transformer("", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s: want -, got +\n%s", name, diff)
		}
	}
}

func TestReadsLikeFeed(t *testing.T) {
	for address, want := range map[string]bool{
		"https://e.org/feed/": true, "https://e.org/rss.xml": true, "https://e.org/a/rss____1.xml": true, "https://e.org/feeds/posts/default?alt=rss": true,
		"https://e.org/arc/outboundfeeds/rss/?outputType=xml": true, "https://e.org/news.rss": true, "https://e.org/?feed=rss2": true,
		"https://rss.e.org/world": true, "https://e.org/rss2.php": true, "https://e.org/rss-all": true, "https://e.org/Feed": true,
		"https://e.org/": false, "https://e.org/feedback": false, "https://e.org/atomic": false, "https://e.org/index.xml": false, "https://e.org/rss/a.jpg": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := readsLikeFeed(u); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

func FuzzPageLinks(f *testing.F) {
	f.Add(`<base href=x><link rel=alternate type=application/rss+xml href="?a"><a href=feed:rss>`)
	f.Add(`<a href="//[::1]/rss">` + "\x00<a href=rss")
	f.Fuzz(func(t *testing.T, body string) {
		for _, l := range pageLinks(&fetch.Response{URL: "https://e.org/", Body: []byte(body)}) {
			u, err := url.Parse(l.url)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" {
				t.Fatalf("%q leads to %q: %v", body, l.url, err)
			}
		}
	})
}
