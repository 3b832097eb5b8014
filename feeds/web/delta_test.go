package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// titles gives the titles of a JSON Feed.
func titles(t *testing.T, body string) (all []string) {
	t.Helper()
	if body == "" {
		return nil
	}
	var f struct{ Items []struct{ Title string } }
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		t.Fatalf("%v: %.200s", err, body)
	}
	for _, i := range f.Items {
		all = append(all, i.Title)
	}
	return all
}

// TestDeltas plays a reader that asks with A-IM: it holds the same as one that reads the whole each time.
func TestDeltas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		start(t, s)
		ask := func(tag, more string) (*http.Response, string) {
			a, body := do(s.Handler(), "GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: "+tag+more)
			return a, body
		}
		whole, _ := ask(`"none"`, "")
		if whole.StatusCode != http.StatusOK {
			t.Fatalf("an unknown tag: status %d", whole.StatusCode)
		}
		first := whole.Header.Get("Etag")
		last := first
		for n := 1; n < remembered; n++ {
			store.add("latin-america", fmt.Sprint("News ", n))
			time.Sleep(3 * time.Second)
			a, body := ask(first, "")
			if a.StatusCode != http.StatusIMUsed || len(titles(t, body)) != n || titles(t, body)[0] != fmt.Sprint("News ", n) {
				t.Fatalf("after %d news: status %d with %q", n, a.StatusCode, body)
			}
			if a, body := ask(last, ""); a.StatusCode != http.StatusIMUsed || !slices.Equal(titles(t, body), []string{fmt.Sprint("News ", n)}) {
				t.Fatalf("since the document before: status %d with %q", a.StatusCode, titles(t, body))
			}
			last = a.Header.Get("Etag")
		}
		now, _ := do(s.Handler(), "GET /topics/latin-america.json")
		a, body := ask(first, "")
		for _, d := range compare(a, body, "226\nIm: feed\nEtag: "+now.Header.Get("Etag")+"\nLast-Modified: "+now.Header.Get("Last-Modified")+
			"\nVary: Accept-Encoding, A-IM, If-None-Match\nCache-Control: no-store\nContent-Type: application/feed+json\nX-Content-Type-Options: nosniff\nAccess-Control-Allow-Origin: *") {
			t.Error(d)
		}
		if a, _ := ask(a.Header.Get("Etag"), ""); a.StatusCode != http.StatusNotModified {
			t.Errorf("the tag of a delta is not that of the whole: status %d", a.StatusCode)
		}
		choosers(t, s.Handler(), first, now.Header.Get("Etag"))
		a, body = ask(first+", "+now.Header.Get("Etag"), "")
		for _, d := range compare(a, body, "304\n-Im\nEtag: "+now.Header.Get("Etag")+"\nVary: Accept-Encoding\nCache-Control: "+now.Header.Get("Cache-Control")+"\nbody: none") {
			t.Error("the present tag too:", d)
		}
		store.add("latin-america", "One too many")
		time.Sleep(3 * time.Second)
		if a, _ := ask(first, ""); a.StatusCode != http.StatusOK {
			t.Errorf("a document that is forgotten: status %d", a.StatusCode)
		}
	})
}

// choosers asks in all ways for a document of which the reader may hold the first or the present version.
func choosers(t *testing.T, h http.Handler, first, now string) {
	t.Helper()
	for name, test := range map[string]struct {
		request string
		want    int
	}{
		"no A-IM":             {"GET /topics/latin-america.json\nIf-None-Match: " + first, 200},
		"no tag":              {"GET /topics/latin-america.json\nA-IM: feed", 200},
		"another manipulator": {"GET /topics/latin-america.json\nA-IM: vcdiff, gzip\nIf-None-Match: " + first, 200},
		"excluded":            {"GET /topics/latin-america.json\nA-IM: feed;q=0\nIf-None-Match: " + first, 200},
		"one of several":      {"GET /topics/latin-america.json\nA-IM: vcdiff, Feed;q=0.5\nIf-None-Match: " + first, 226},
		"several tags":        {"GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: \"x\", W/" + first, 226},
		"the present tag too": {"GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: " + first + ", " + now, 304},
		"any tag":             {"GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: *", 304},
		"of another format":   {"GET /topics/latin-america.rss\nA-IM: feed\nIf-None-Match: " + first, 200},
		"a page":              {"GET /topics/latin-america\nA-IM: feed\nIf-None-Match: " + first, 200},
		"a sibling":           {"GET /topics/latin-america.es.json\nA-IM: feed\nIf-None-Match: " + first, 200},
		"only a date":         {"GET /topics/latin-america.json\nA-IM: feed\nIf-Modified-Since: Fri, 31 Dec 1999 23:00:01 GMT", 200},
		"head":                {"HEAD /topics/latin-america.json\nA-IM: feed\nIf-None-Match: " + first, 226},
		"compressed":          {"GET /topics/latin-america.json\nA-IM: feed\nAccept-Encoding: gzip\nIf-None-Match: " + first, 226},
	} {
		if a, _ := do(h, test.request); a.StatusCode != test.want {
			t.Errorf("%s: status %d, want %d", name, a.StatusCode, test.want)
		}
	}
}

// TestADeltaHasWhatChanged: also entries that were edited, and none when the change was another.
func TestADeltaHasWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		start(t, s)
		before, _ := do(s.Handler(), "GET /topics/latin-america.json\nAccept-Encoding: gzip")
		revise := func(change func([]feeds.Entry) []feeds.Entry) (int, []string) {
			store.mu.Lock()
			p := store.pages["latin-america"]
			p.Entries = change(slices.Clone(p.Entries))
			p.Revision.Version++
			p.Revision.Changed = time.Now()
			store.pages["latin-america"] = p
			store.mu.Unlock()
			time.Sleep(3 * time.Second)
			a, body := do(s.Handler(), "GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: "+before.Header.Get("Etag"))
			return a.StatusCode, titles(t, body)
		}
		if status, got := revise(func(e []feeds.Entry) []feeds.Entry { return e }); status != http.StatusNotModified || len(got) != 0 {
			t.Errorf("nothing new: status %d with %q", status, got)
		}
		if status, got := revise(func(e []feeds.Entry) []feeds.Entry { return slices.Insert(e, 0, e[1])[:2] }); status != http.StatusIMUsed || len(got) != 0 {
			t.Errorf("another order: status %d with %q", status, got)
		}
		if status, got := revise(func(e []feeds.Entry) []feeds.Entry {
			e[1].Article.Title = "Mexico pledges more aid"
			return e
		}); status != http.StatusIMUsed || !slices.Equal(got, []string{"Mexico pledges more aid"}) {
			t.Errorf("one was edited: status %d with %q", status, got)
		}
		e := entry("latin-america", 60, "Written by")
		e.Article.Authors = []string{"Ana María"}
		revise(func(all []feeds.Entry) []feeds.Entry { return append(all, e) })
		before, _ = do(s.Handler(), "GET /topics/latin-america.json")
		if status, got := revise(func(all []feeds.Entry) []feeds.Entry {
			all[len(all)-1].Article.Authors = []string{"Ana", "María"}
			return all
		}); status != http.StatusIMUsed || !slices.Equal(got, []string{"Written by"}) {
			t.Errorf("one author became two: status %d with %q", status, got)
		}
		revise(func(all []feeds.Entry) []feeds.Entry { return all[:len(all)-1] })
		before, _ = do(s.Handler(), "GET /topics/latin-america.json")
		revise(func(all []feeds.Entry) []feeds.Entry {
			all[1].Article.Title = "Mexico pledges even more"
			return all
		})
		if status, got := revise(func(e []feeds.Entry) []feeds.Entry { return e[1:] }); status != http.StatusOK || len(got) != 1 {
			t.Errorf("one went, and all that is left was edited: status %d with %q", status, got)
		}
		if status, got := revise(func(e []feeds.Entry) []feeds.Entry {
			twin, other := entry("latin-america", 50, "Twin"), entry("latin-america", 51, "Other")
			twin.Article.GUID, other.Article.GUID = "https://news.example/1", "https://news.example/1"
			return append([]feeds.Entry{other, twin, entry("latin-america", 1, "México & Cuba <agree>")}, e...)
		}); status != http.StatusOK || len(got) != 4 {
			t.Errorf("two claim one id: status %d with %q", status, got)
		}
	})
}

// TestDeltasWaitForNoStore: a delta is there while every turn to read the store is taken.
func TestDeltasWaitForNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := archivedStore(160)
		s := newServer(store, storedSite())
		start(t, s)
		before, _ := do(s.Handler(), "GET /topics/latin-america.json")
		store.add("latin-america", "News")
		time.Sleep(3 * time.Second)
		for range runtime.GOMAXPROCS(0) { // as archives of many topics would
			s.made.turns <- struct{}{}
		}
		asked := time.Now()
		a, body := do(s.Handler(), "GET /topics/latin-america.json\nA-IM: feed\nIf-None-Match: "+before.Header.Get("Etag"))
		if a.StatusCode != http.StatusIMUsed || !slices.Equal(titles(t, body), []string{"News"}) || time.Since(asked) > 0 {
			t.Errorf("after %v: status %d with %q", time.Since(asked), a.StatusCode, titles(t, body))
		}
	})
}

func FuzzHistory(f *testing.F) {
	d := newDocument([]byte("document"), time.Time{}, http.Header{}, http.Header{})
	first := &snapshot{documents: []*document{d, d}, history: next(nil, nil)}
	h := next(first, nil)
	f.Add(d.variant(stored).etag)
	f.Add(`W/"x", ,"`)
	f.Fuzz(func(t *testing.T, tags string) {
		since, start := h.held([]string{tags}, 1)
		if since >= h.generation || (since >= 0) != (start != 0) {
			t.Errorf("%q is generation %d, %x", tags, since, start)
		}
		if since >= 0 && !strings.Contains(strings.ToLower(tags), fmt.Sprintf("%016x", start)) {
			t.Errorf("%q is taken for %x", tags, start)
		}
	})
}
