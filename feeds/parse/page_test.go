package parse

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// TestPages compares the articles of pages with golden files.
func TestPages(t *testing.T) {
	for _, name := range []string{"wordpress", "latin1"} {
		body, err := os.ReadFile(filepath.Join("testdata/pages", name+".html"))
		if err != nil {
			t.Fatal(err)
		}
		if !IsPage(body) {
			t.Errorf("%s is no page", name)
		}
		a, err := Page(Document{Body: body, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := fmt.Sprintf("%s\nurl %s\nauthors %q\ncategories %q\nlanguage %s\nimage %s\npublished %v\n\n%s\n\n%s\n",
			a.Title, a.URL, a.Authors, a.Categories, a.Language, a.Image, a.Published, a.Summary, a.Content)
		compare(t, filepath.Join("testdata/pages", name+".golden"), got)
	}
}

func TestIsPage(t *testing.T) {
	for text, want := range map[string]bool{
		"<!doctype html><p>a": true, "\xef\xbb\xbf\n<!-- a --><html>": true, "<?xml version='1.0'?><html xmlns='x'>": true, "<h1>Peru</h1>": true,
		"": false, "Peru <b>votes</b>": false, "<rss><channel>": false, `{"html": "<html>"}`: false, "%PDF-1.4": false,
	} {
		if IsPage([]byte(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// TestPageErrors: what is no article, and what is too much, is told apart and told soon.
func TestPageErrors(t *testing.T) {
	for name, c := range map[string]struct {
		page string
		want error
	}{
		"nothing":               {"", ErrNoArticle},
		"nothing to read":       {"<html><body><img src=a.png></body></html>", ErrNoArticle},
		"deep":                  {strings.Repeat("<div>", 100_000), ErrTooComplex},
		"crowded":               {strings.Repeat("<div>", 400) + strings.Repeat("<p>text</p>", 2_000), ErrTooComplex},
		"many trees":            {strings.Repeat(strings.Repeat("<div>", 300)+"text"+strings.Repeat("</div>", 300), 20), ErrTooComplex},
		"big":                   {strings.Repeat("<p>text</p>", maxPage/11+1), ErrTooComplex},
		"a comment never ended": {"<!--" + strings.Repeat("text ", 1000), ErrNoArticle},
	} {
		if a, err := Page(Document{URL: "https://e.org/", Body: []byte(c.page)}); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v; want %v", name, a, err, c.want)
		}
	}
}

func TestText(t *testing.T) {
	long := strings.Repeat("Words of a longer story. ", 40)
	for text, want := range map[string]feeds.Article{
		"":                                       {},
		"\n Chile votes \n":                      {Title: "Chile votes"},
		"Chile\r\n\r\nIt votes\non Sunday. 1<2":  {Title: "Chile", Summary: "It votes on Sunday. 1<2"},
		"\xef\xbb\xbfPer\xc3\xba\x1b[31m\n\x07a": {Title: "Perú[31m", Summary: "a"},
		"Per\xfa vota\nma\xf1ana":                {Title: "Perú vota", Summary: "mañana"},
		"T\n\n" + long:                           {Title: "T", Summary: strings.TrimSpace(long[:600]), Content: "<p>" + strings.TrimSpace(long) + "</p>", Language: "en"},
	} {
		if diff := cmp.Diff(want, Text(Document{Body: []byte(text)})); diff != "" {
			t.Errorf("%.40q: want -, got +\n%s", text, diff)
		}
	}
	if a := Text(Document{Body: []byte("A"), URL: "https://e.org/a", Language: "pt"}); a.URL != "https://e.org/a" || a.Language != "pt" {
		t.Errorf("%+v", a)
	}
}

func FuzzPage(f *testing.F) {
	for _, name := range []string{"wordpress", "latin1"} {
		body, err := os.ReadFile(filepath.Join("testdata/pages", name+".html"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, s := range []string{
		"", "<", "<p>a", "<title>a</title><p>b", "<table><tr><td>a<table>b", "<script type='application/ld+json'>{\"@graph\":[{\"headline\":1}]}</script><p>a",
		"<meta property='article:published_time' content='2026-13-45'><p>a", "<base href='javascript:a'><a href=b>c", "<svg><title>a</svg><math><p>b", "<template><p>a",
		"<noscript><img src=a></noscript><img data-src=b>", "<link rel=canonical href='http://[::1'><p>a", "<frameset><frame>", "<p>" + strings.Repeat("a, b. ", 200),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := Document{URL: "https://e.org/dir/page", Body: body, Now: time.Unix(1772373600, 0)}
		articles := []feeds.Article{Text(d)}
		a, err := Page(d)
		switch {
		case err == nil:
			articles = append(articles, a)
		case errors.Is(err, ErrBroken) || !errors.Is(err, ErrNoArticle) && !errors.Is(err, ErrTooComplex):
			t.Fatal(err)
		}
		for _, a := range articles {
			for _, s := range append(append([]string{a.Title, a.Summary, a.Content}, a.Authors...), a.Categories...) {
				if !utf8.ValidString(s) || legalText(s) != s {
					t.Fatalf("illegal text %q", s)
				}
			}
			if a.Image != "" && !strings.HasPrefix(strings.ToLower(a.Image), "http") {
				t.Fatalf("address %q", a.Image)
			}
			for _, n := range fragment(a.Content) {
				for c := range n.Descendants() {
					if wrong := unfitNode(c); wrong != nil {
						t.Fatalf("%q: %v", a.Content, wrong)
					}
				}
			}
		}
	})
}
