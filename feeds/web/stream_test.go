package web

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// TestLanguages: which streams there are follows from the languages that a topic, or else its sources, are in.
func TestLanguages(t *testing.T) {
	set := site()
	set.Topics = []feeds.Topic{
		{ID: "several", Languages: []string{"en", "pt-BR", "pt-PT"}}, {ID: "one", Languages: []string{"es"}}, {ID: "any"},
	}
	v := newView(set, nil)
	for path, want := range map[string]bool{
		"/topics/several.en.rss": true, "/topics/several.pt.atom": true, "/topics/several.pt": true, "/topics/several.es.rss": false,
		"/topics/several.pt-br.rss": false, "/topics/one.es.rss": false, "/topics/any.es.json": true, "/topics/any.en": true, "/topics/any.fr.rss": false,
		"/all.rss": true, "/all": true, "/all.es.json": true, "/all.fr.json": false, "/topics/any.rss.es": false,
	} {
		if (v.routes[path] != nil) != want {
			t.Errorf("%s: there is a document: %v, want %v", path, !want, want)
		}
	}
	set.Sources = set.Sources[:1]
	if v := newView(set, nil); v.routes["/topics/any.es.rss"] != nil || v.routes["/all.es.rss"] != nil {
		t.Error("sources in one language make streams in one language")
	}
	for tag, want := range map[string]string{"es": "español", "pt": "português", "zz": "zz", "not a tag": "not a tag"} {
		if got := languageName(tag); got != want {
			t.Errorf("%s is called %q, want %q", tag, got, want)
		}
	}
}

// rels gives the feed's links as "rel type language URL".
func rels(f feeds.Feed) (all []string) {
	for _, l := range f.Links {
		all = append(all, strings.Join([]string{l.Rel, l.Type, l.Language, strings.TrimPrefix(l.URL, "https://feeds.example/topics/latin-america")}, " "))
	}
	slices.Sort(all)
	return all
}

func TestLinksBetweenDocuments(t *testing.T) {
	s := newView(site(), nil).topics["latin-america"]
	atom := render.Formats[1]
	page := feeds.Page{Older: 7, Revision: feeds.Revision{Changed: changed}, Entries: []feeds.Entry{entry("latin-america", 1, "x")}}
	for name, test := range map[string]struct {
		feed feeds.Feed
		want []string
	}{
		"live": {s.live(page, atom), []string{
			"alternate application/atom+xml en .en.atom", "alternate application/atom+xml es .es.atom",
			"alternate application/feed+json  .json", "alternate application/rss+xml  .rss", "prev-archive application/atom+xml  /7.atom",
		}},
		"live, without archives": {s.live(feeds.Page{}, atom), []string{
			"alternate application/atom+xml en .en.atom", "alternate application/atom+xml es .es.atom",
			"alternate application/feed+json  .json", "alternate application/rss+xml  .rss",
		}},
		"one language": {s.siblings[1].live(page, atom), []string{
			"alternate application/feed+json  .es.json", "alternate application/rss+xml  .es.rss", "prev-archive application/atom+xml  .es/7.atom",
		}},
		"archive": {s.archived(feeds.Page{Older: 3, Newer: 5}, 4, atom), []string{
			"alternate application/feed+json  /4.json", "alternate application/rss+xml  /4.rss", "current application/atom+xml  .atom",
			"next-archive application/atom+xml  /5.atom", "prev-archive application/atom+xml  /3.atom",
		}},
		"first archive, the only one": {s.archived(feeds.Page{}, 1, atom), []string{
			"alternate application/feed+json  /1.json", "alternate application/rss+xml  /1.rss", "current application/atom+xml  .atom",
		}},
	} {
		if got := rels(test.feed); !slices.Equal(got, test.want) {
			t.Errorf("%s: links\n%q, want\n%q", name, got, test.want)
		}
	}
	if got := s.archived(page, 4, atom); !got.Archive || got.TTL != 0 || got.SelfURL != "https://feeds.example/topics/latin-america/4.atom" || !got.Updated.Equal(page.Entries[0].At) {
		t.Errorf("archive %+v", got)
	}
	if a, b := s.feedID("older-name"), s.feedID(""); a == b {
		t.Error("the id that a topic had first does not make its feed's")
	}
}

// TestLazyStreams: what nobody asks for is not made, and what somebody asked for is kept fresh for a day.
func TestLazyStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		s.pass(t.Context())
		queries := func() (n int) {
			store.mu.Lock()
			defer store.mu.Unlock()
			for _, q := range store.queries {
				if q.Topic == "" || q.Language != "" {
					n++
				}
			}
			return n
		}
		s.pass(t.Context())
		if n := queries(); n > 0 {
			t.Fatalf("%d readings of streams that nobody asked for", n)
		}
		if _, body := do(s.Handler(), "GET /topics/latin-america.es.rss"); !strings.Contains(body, "español") || !strings.Contains(body, "Mexico pledges aid") {
			t.Errorf("the topic in Spanish is\n%s", body)
		}
		if _, body := do(s.Handler(), "GET /topics/latin-america.en.rss"); strings.Contains(body, "Mexico pledges aid") {
			t.Errorf("the topic in English is\n%s", body)
		}
		do(s.Handler(), "GET /all.atom")
		before := queries()
		for range 10 {
			s.pass(t.Context())
		}
		if n := queries() - before; n > 1 { // the stream of all topics may be read again by the first pass after the request
			t.Errorf("%d readings though nothing changed", n)
		}
		for hour := range 30 {
			store.add("empty", fmt.Sprint("Now it is not, ", hour))
			time.Sleep(time.Hour)
			s.pass(t.Context())
			_, topic := do(s.Handler(), "GET /topics/empty.rss")
			shown := s.view.Load().everything.shown.Load()
			switch fresh := shown != nil && strings.Contains(shown.headlines[0].Title, fmt.Sprint(hour)); {
			case !strings.Contains(topic, fmt.Sprint("it is not, ", hour)):
				t.Errorf("the topic is not fresh after hour %d", hour)
			case fresh != (hour < 23):
				t.Errorf("after hour %d without a request the stream of all topics is fresh: %v", hour, fresh)
			case hour > 24 && shown != nil:
				t.Errorf("after hour %d it is still held", hour)
			}
		}
		if _, body := do(s.Handler(), "GET /all.atom"); !strings.Contains(body, "it is not, 29") {
			t.Error("the stream of all topics is not made anew when it is asked for again")
		}
	})
}

// TestABadDocumentIsNotServed: the last good one stays, the other streams go on, and the log says why, once.
func TestABadDocumentIsNotServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		store := newStore()
		s := New(Options{Store: store, Site: site(), Logger: slog.New(slog.NewTextHandler(&lines, nil))})
		check := s.check
		var strict atomic.Bool
		strict.Store(true)
		s.check = func(ext string, document []byte) error {
			if strict.Load() && ext == "json" && bytes.Contains(document, []byte("Broken")) {
				return errors.New("a bracket is missing")
			}
			return check(ext, document)
		}
		start(t, s)
		good := map[string]string{}
		for _, kind := range kinds {
			a, _ := do(s.Handler(), strings.TrimSuffix("GET /topics/latin-america."+kind, "."))
			good[kind] = a.Header.Get("Etag")
		}
		store.add("latin-america", "Broken")
		store.add("empty", "Fine")
		time.Sleep(time.Minute)
		for _, kind := range kinds {
			if a, _ := do(s.Handler(), strings.TrimSuffix("GET /topics/latin-america."+kind, ".")); a.Header.Get("Etag") != good[kind] || a.StatusCode != http.StatusOK {
				t.Errorf("%q is another one though they belong together", kind)
			}
		}
		if _, body := do(s.Handler(), "GET /topics/empty.json"); !strings.Contains(body, "Fine") {
			t.Error("another topic does not go on")
		}
		if n := strings.Count(lines.String(), "a bracket is missing"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, &lines)
		}
		store.add("latin-america", "Mended")
		strict.Store(false)
		time.Sleep(3 * time.Second)
		if _, body := do(s.Handler(), "GET /topics/latin-america.json"); !strings.Contains(body, "Mended") {
			t.Error("the topic is not fresh once its documents are good")
		}
	})
}

// TestLargeDocuments: content that is too much goes as a whole, from the oldest entries.
func TestLargeDocuments(t *testing.T) {
	var entries []feeds.Entry
	for n := range 20 {
		e := entry("latin-america", int64(20-n), "Long")
		e.Article.Content = strings.Repeat("x", 1<<20)
		entries = append(entries, e)
	}
	lighten(entries)
	for i, e := range entries {
		if full := len(e.Article.Content) == 1<<20; full != (i < mostContent>>20) || !full && e.Article.Content != "" {
			t.Errorf("entry %d has %d bytes of content", i, len(e.Article.Content))
		}
	}
}
