package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// archivedStore gives a store with a topic of so many entries.
func archivedStore(n int64) *memory {
	store := newStore()
	p := store.pages["latin-america"]
	p.Entries = nil
	for ; n > 0; n-- {
		e := entry("latin-america", n, fmt.Sprintf("News %d.", n))
		e.At = changed.Add(time.Duration(n-1000) * time.Minute)
		p.Entries = append(p.Entries, e)
	}
	store.pages["latin-america"] = p
	return store
}

var prevArchive = regexp.MustCompile(`rel="prev-archive"[^>]* href="https://feeds\.example([^"]+)"`)

// TestArchivesLeadToEveryEntry walks from the live document back to the first entry (RFC 5005 §4).
func TestArchivesLeadToEveryEntry(t *testing.T) {
	for _, entries := range []int64{1, 49, 50, 51, 99, 100, 163} {
		h := newServer(archivedStore(entries), site()).Handler()
		found, documents := map[string]bool{}, 0
		for path := "/topics/latin-america.rss"; path != ""; documents++ {
			a, body := do(h, "GET "+path)
			if a.StatusCode != http.StatusOK || documents > 10 {
				t.Fatalf("%s answers %d", path, a.StatusCode)
			}
			for _, title := range regexp.MustCompile(`News \d+\.`).FindAllString(body, -1) {
				found[title] = true
			}
			path = ""
			if m := prevArchive.FindStringSubmatch(body); m != nil {
				path = m[1]
			}
		}
		if want := int(entries / 50); documents != want+1 || len(found) != int(entries) {
			t.Errorf("%d entries: %d found in %d documents, want %d", entries, len(found), documents, want+1)
		}
	}
}

func TestAnArchiveStaysTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := archivedStore(163)
		s := newServer(store, site())

		tag := func() string {
			a, _ := do(s.Handler(), "GET /topics/latin-america/2.atom")
			return a.Header.Get("Etag")
		}
		first, reads := tag(), store.readsOf("latin-america")
		for range 20 {
			if tag() != first {
				t.Fatal("an archive document has changed")
			}
		}
		if n := store.readsOf("latin-america") - reads; n > 0 {
			t.Errorf("%d readings for what was just made", n)
		}
		for range 30 {
			time.Sleep(day)
			p := store.pages["latin-america"]
			p.Revision.Version++
			p.Revision.Changed = time.Now()
			store.pages["latin-america"] = p
			if tag() != first {
				t.Fatal("an archive document has changed since the topic did")
			}
		}

		store.set(errors.New("disk on fire"))
		time.Sleep(time.Hour)
		if tag() != first {
			t.Error("what was made is not served while the store fails")
		}
		if a, _ := do(s.Handler(), "GET /topics/latin-america/3.atom"); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("what was never made: status %d", a.StatusCode)
		}
		store.set(nil)
		store.mu.Lock()
		p := store.pages["latin-america"]
		p.Entries = p.Entries[150:]
		store.pages["latin-america"] = p
		store.mu.Unlock()
		time.Sleep(archiveAge + time.Second)
		if a, _ := do(s.Handler(), "GET /topics/latin-america/2.atom"); a.StatusCode != http.StatusNotFound {
			t.Errorf("what was taken down: status %d", a.StatusCode)
		}
	})
}

func TestCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t.Context(), 100<<10, 2)
		made := 0
		get := func(key string, age time.Duration) *document {
			d, err := c.get(t.Context(), key, age, produce(&made))
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		for range 3 {
			get("a", time.Hour)
		}
		time.Sleep(time.Hour + 1)
		get("a", time.Hour)
		if made != 2 {
			t.Errorf("made %d times in an hour and a moment, want 2", made)
		}
		for n := range 100 {
			get(fmt.Sprint(n), time.Hour)
			get("a", time.Hour) // asked for all the time: it stays
		}
		if made != 102 {
			t.Errorf("made %d times, want 102", made)
		}
		if c.bytes > c.most || len(c.held) != c.order.Len() || len(c.held) < 10 {
			t.Errorf("%d bytes in %d documents and %d places, limit %d", c.bytes, len(c.held), c.order.Len(), c.most)
		}
		sum := 0
		for _, e := range c.held {
			sum += e.Value.(*kept).document.weight
		}
		if sum != c.bytes {
			t.Errorf("%d bytes are held and %d counted", sum, c.bytes)
		}
	})
}

// produce makes documents and counts them.
func produce(made *int) func(context.Context) (*document, error) {
	return func(context.Context) (*document, error) {
		*made++
		return newDocument([]byte(strings.Repeat("x", 1000)), time.Time{}, http.Header{}, http.Header{}), nil
	}
}
