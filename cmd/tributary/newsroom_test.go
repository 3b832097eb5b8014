package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mmcdole/gofeed"
)

const demoPace = 5 * time.Second // between two articles, in these tests

// openNewsrooms gives the newsrooms as they are just after their start.
func openNewsrooms(t *testing.T) []*newsroom {
	t.Helper()
	rooms, err := newsrooms(time.Now(), demoPace)
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

// ask sends a newsroom a GET with the given header lines.
func ask(n *newsroom, target string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:4000"+target, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	return w
}

// readFeed asks for a newsroom's feed and parses it.
func readFeed(t *testing.T, n *newsroom) *gofeed.Feed {
	t.Helper()
	w := ask(n, "/feed", nil)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", n.Name, w.Code, w.Body)
	}
	feed, err := gofeed.NewParser().Parse(w.Body)
	if err != nil {
		t.Fatalf("%s: %v", n.Name, err)
	}
	return feed
}

func TestNewsroomFixtures(t *testing.T) {
	rooms := openNewsrooms(t)
	if len(rooms) != 6 {
		t.Fatalf("%d newsrooms, want 6", len(rooms))
	}
	formats, languages, ids := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, n := range rooms {
		formats[n.Format] = true
		language, _, _ := strings.Cut(n.Language, "-")
		languages[language] = true
		if len(n.Articles) < 14 {
			t.Errorf("%s: %d articles, want 14 or more", n.Name, len(n.Articles))
		}
		if n.Title == "" || n.Domain == "" || n.About == "" || len(n.Country) != 2 || n.Update == "" {
			t.Errorf("%s: the newsroom's description is incomplete: %+v", n.Name, n)
		}
		for _, a := range n.Articles {
			if a.Title == "" || a.Summary == "" || a.Author == "" || len(a.Categories) == 0 {
				t.Errorf("%s: %s is incomplete", n.Name, a.Slug)
			}
			if strings.Count(a.Body, "<p>") < 2 || strings.Count(a.Body, "<p>") != strings.Count(a.Body, "</p>") {
				t.Errorf("%s: %s: want a body of at least two paragraphs, got %q", n.Name, a.Slug, a.Body)
			}
			if strings.Contains(a.Slug, "-update-") || ids[n.ID(a)] {
				t.Errorf("%s: slug %q is taken", n.Name, a.Slug)
			}
			ids[n.ID(a)] = true
		}
	}
	if got := slices.Sorted(maps.Keys(formats)); !slices.Equal(got, []string{"atom", "jsonfeed", "rss"}) {
		t.Errorf("formats %v, want all three", got)
	}
	if got := slices.Sorted(maps.Keys(languages)); !slices.Equal(got, []string{"en", "es", "pt"}) {
		t.Errorf("languages %v, want English, Spanish and Portuguese", got)
	}
}

func TestNewsroomFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, n := range openNewsrooms(t) {
			feed := readFeed(t, n)
			if feed.Title != n.Title || feed.Link != "http://127.0.0.1:4000/" || feed.Description != n.About {
				t.Errorf("%s: feed is %q at %q, %q", n.Name, feed.Title, feed.Link, feed.Description)
			}
			// gofeed drops xml:lang, so the language of Atom is looked up in the document.
			if doc := ask(n, "/feed", nil).Body.String(); feed.Language != n.Language && !strings.Contains(doc, `xml:lang="`+n.Language+`"`) {
				t.Errorf("%s: language %q, want %q", n.Name, feed.Language, n.Language)
			}
			if len(feed.Items) != 8 {
				t.Fatalf("%s: %d articles at the start, want 8", n.Name, len(feed.Items))
			}
			for i, item := range feed.Items {
				want := n.Articles[newsroomStock-1-i]
				checkItem(t, n, item, want)
				if at := item.PublishedParsed; at == nil || at.After(start) || at.Before(start.Add(-newsroomPast)) {
					t.Errorf("%s: %s published %v, want it in the %v before the start", n.Name, want.Slug, at, newsroomPast)
				} else if i > 0 && !at.Before(*feed.Items[i-1].PublishedParsed) {
					t.Errorf("%s: %s is not older than the article above it", n.Name, want.Slug)
				}
			}
		}
	})
}

// checkItem compares what a reader of the feed sees with the article.
func checkItem(t *testing.T, n *newsroom, item *gofeed.Item, want newsroomArticle) {
	t.Helper()
	if item.Title != want.Title || item.Description != want.Summary || item.GUID != n.ID(want) {
		t.Errorf("%s: got %q, %q, %q, want %s", n.Name, item.Title, item.Description, item.GUID, want.Slug)
	}
	if item.Content != want.Body {
		t.Errorf("%s: %s: content %q, want %q", n.Name, want.Slug, item.Content, want.Body)
	}
	if len(item.Authors) != 1 || item.Authors[0].Name != want.Author || !slices.Equal(item.Categories, want.Categories) {
		t.Errorf("%s: %s: authors %v, categories %v", n.Name, want.Slug, item.Authors, item.Categories)
	}
	if item.Link != "http://127.0.0.1:4000/article/"+want.Slug {
		t.Errorf("%s: %s: link %q", n.Name, want.Slug, item.Link)
	}
	page := ask(n, strings.TrimPrefix(item.Link, "http://127.0.0.1:4000"), nil)
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), want.Body) {
		t.Errorf("%s: %s: page has status %d: %s", n.Name, want.Slug, page.Code, page.Body)
	}
}

func TestNewsroomBringsNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		rooms := openNewsrooms(t)
		next := rooms[0].Articles[newsroomStock]
		time.Sleep(demoPace - time.Millisecond)
		if got := len(readFeed(t, rooms[0]).Items); got != newsroomStock {
			t.Errorf("%d articles just before the first is due, want %d", got, newsroomStock)
		}
		if w := ask(rooms[0], "/article/"+next.Slug, nil); w.Code != http.StatusNotFound {
			t.Errorf("the page of an article that is not out has status %d, want 404", w.Code)
		}
		time.Sleep(time.Millisecond)
		for _, n := range rooms {
			feed := readFeed(t, n)
			if len(feed.Items) != newsroomStock+1 || feed.Items[0].Title != n.Articles[newsroomStock].Title {
				t.Errorf("%s: %d articles, the first is %q", n.Name, len(feed.Items), feed.Items[0].Title)
			}
			if at := feed.Items[0].PublishedParsed; !at.Equal(start.Add(demoPace)) {
				t.Errorf("%s: the new article is published %v, want the moment it came out", n.Name, at)
			}
		}
	})
}

func TestNewsroomFollowUps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms := openNewsrooms(t)
		time.Sleep(demoPace * 100)
		for _, n := range rooms {
			feed := readFeed(t, n)
			if len(feed.Items) != 30 {
				t.Errorf("%s: the feed shows %d articles, want 30", n.Name, len(feed.Items))
			}
			last := newsroomStock + 100 - 1
			original, round := n.Articles[last%len(n.Articles)], last/len(n.Articles)+1
			want := original
			want.Title = fmt.Sprintf("%s — %s %d", original.Title, n.Update, round)
			want.Slug = fmt.Sprintf("%s-update-%d", original.Slug, round)
			checkItem(t, n, feed.Items[0], want)

			ids := map[string]bool{}
			for _, item := range feed.Items {
				ids[item.GUID] = true
			}
			if len(ids) != len(feed.Items) {
				t.Errorf("%s: %d ids for %d articles", n.Name, len(ids), len(feed.Items))
			}
		}
	})
}

func TestNewsroomValidators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, n := range openNewsrooms(t) {
			first := ask(n, "/feed", nil)
			etag, modified := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
			if !strings.HasPrefix(etag, `"`) || modified == "" {
				t.Fatalf("%s: ETag %s, Last-Modified %q", n.Name, etag, modified)
			}
			for name, value := range map[string]string{"If-None-Match": etag, "If-Modified-Since": modified} {
				if w := ask(n, "/feed", map[string]string{name: value}); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
					t.Errorf("%s: %s: status %d with %d bytes, want an empty 304", n.Name, name, w.Code, w.Body.Len())
				}
			}
		}
	})
}

func TestNewsroomValidatorsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rooms := openNewsrooms(t)
		n := rooms[0]
		etag := ask(n, "/feed", nil).Header().Get("ETag")
		time.Sleep(demoPace)
		w := ask(n, "/feed", map[string]string{"If-None-Match": etag})
		if w.Code != http.StatusOK || w.Header().Get("ETag") == etag {
			t.Errorf("after a new article: status %d, ETag %s as before %s", w.Code, w.Header().Get("ETag"), etag)
		}
		if got, want := w.Header().Get("Last-Modified"), time.Now().UTC().Format(http.TimeFormat); got != want {
			t.Errorf("Last-Modified %q, want %q", got, want)
		}
	})
}

func TestNewsroomMediaTypes(t *testing.T) {
	want := map[string]string{
		"rss":      "application/rss+xml; charset=utf-8",
		"atom":     "application/atom+xml; charset=utf-8",
		"jsonfeed": "application/feed+json; charset=utf-8",
	}
	for _, n := range openNewsrooms(t) {
		w := ask(n, "/feed", nil)
		if got := w.Header().Get("Content-Type"); got != want[n.Format] {
			t.Errorf("%s: Content-Type %q, want %q", n.Name, got, want[n.Format])
		}
		if json.Valid(w.Body.Bytes()) != (n.Format == "jsonfeed") {
			t.Errorf("%s: the feed is not in the format %s", n.Name, n.Format)
		}
	}
}

func TestNewsroomHome(t *testing.T) {
	for _, n := range openNewsrooms(t) {
		w := ask(n, "/", nil)
		link := fmt.Sprintf(`<link rel="alternate" type="%s" title="%s" href="/feed">`,
			strings.ReplaceAll(n.MediaType(), "+", "&#43;"), n.Title)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), link) {
			t.Errorf("%s: status %d without %s in %s", n.Name, w.Code, link, w.Body)
		}
		for _, target := range []string{"/nothing", "/article/", "/article/nothing"} {
			if w := ask(n, target, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: %s has status %d, want 404", n.Name, target, w.Code)
			}
		}
	}
}
