package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// start runs the server until the test ends, inside a bubble.
func start(t *testing.T, s *Server) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		synctest.Wait() // for what was being rendered
	})
	synctest.Wait()
}

const feedPath = "GET /topics/latin-america.rss"

func TestARevisionIsServedWhenItsSecondIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		h := s.Handler()
		start(t, s)
		before, _ := do(h, feedPath)

		time.Sleep(10*time.Second + 200*time.Millisecond) // a moment between two passes
		began, reads := time.Now(), store.readsOf("latin-america")
		for n, wait := range []time.Duration{0, 300 * time.Millisecond, 400 * time.Millisecond} { // at .2, .5 and .9
			time.Sleep(wait)
			store.add("latin-america", fmt.Sprintf("News %d", n))
			s.Changed("latin-america")
			synctest.Wait()
			if a, _ := do(h, feedPath); a.Header.Get("Etag") != before.Header.Get("Etag") {
				t.Fatalf("change %d was served before its second was over", n)
			}
		}
		time.Sleep(100*time.Millisecond - time.Nanosecond)
		if a, _ := do(h, feedPath); a.Header.Get("Etag") != before.Header.Get("Etag") {
			t.Fatal("served a nanosecond too early")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		answer, body := do(h, feedPath)
		for n := range 3 {
			if !strings.Contains(body, fmt.Sprintf("News %d", n)) {
				t.Errorf("change %d is missing when the second is over", n)
			}
		}
		if got, want := answer.Header.Get("Last-Modified"), began.Truncate(time.Second).Add(time.Second).UTC().Format(http.TimeFormat); got != want {
			t.Errorf("Last-Modified %s, want %s", got, want)
		}
		if n := store.readsOf("latin-america") - reads; n != 1 {
			t.Errorf("three changes of one second took %d readings, want 1", n)
		}
	})
}

func TestLastModifiedGrowsAndIsNeverInTheFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		h := s.Handler()
		start(t, s)
		seen := map[string]string{} // tag by Last-Modified
		var last time.Time
		for n := range 70 {
			time.Sleep(190 * time.Millisecond)
			if n%3 == 0 {
				store.add("latin-america", fmt.Sprintf("News %d", n))
				s.Changed("latin-america")
				synctest.Wait()
			}
			a, _ := do(h, feedPath)
			date, tag := a.Header.Get("Last-Modified"), a.Header.Get("Etag")
			if known, ok := seen[date]; ok && known != tag {
				t.Fatalf("two documents say %s", date)
			}
			seen[date] = tag
			at, err := http.ParseTime(date)
			if err != nil || at.After(time.Now()) || at.Before(last) {
				t.Fatalf("Last-Modified %q (%v) at %v after %v", date, err, time.Now(), last)
			}
			last = at
		}
		if len(seen) < 10 {
			t.Errorf("only %d revisions were served in 13 seconds of change", len(seen))
		}
	})
}

func TestChangesOfOthersAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		start(t, s)
		for offset := range 6 {
			time.Sleep(190 * time.Millisecond)
			title := fmt.Sprintf("From elsewhere %d", offset)
			store.add("latin-america", title) // and nobody calls Changed
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if _, body := do(s.Handler(), feedPath); !strings.Contains(body, title) {
				t.Fatalf("change %d is not served after two seconds", offset)
			}
		}
	})
}

func TestAnIdleTopicIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		start(t, s)
		time.Sleep(10 * time.Minute)
		s.Changed("no such topic")
		if n := store.readsOf("latin-america"); n != 1 {
			t.Errorf("an unchanged topic was read %d times in ten minutes", n)
		}
	})
}

func TestRequestsBeforeTheFirstPassShareOneRendering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		store.hang = make(chan struct{})
		s := newServer(store, site())
		h := s.Handler()
		var waiting sync.WaitGroup
		for range 20 {
			waiting.Go(func() {
				if a, _ := do(h, feedPath); a.StatusCode != http.StatusOK {
					t.Errorf("status %d", a.StatusCode)
				}
			})
		}
		ctx, cancel := context.WithCancel(t.Context())
		waiting.Go(func() { // the one that gives up takes nothing from the others
			r := request("GET /topics/latin-america.atom").WithContext(ctx)
			h.ServeHTTP(discard{http.Header{}}, r)
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(store.hang)
		waiting.Wait()
		if n := store.readsOf("latin-america"); n != 1 {
			t.Errorf("21 requests read the topic %d times", n)
		}
	})
}

func TestTheFirstRequestWaitsForTheEndOfTheSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		time.Sleep(300 * time.Millisecond)
		store.add("latin-america", "Early in the second")
		var asked sync.WaitGroup
		asked.Go(func() {
			a, body := do(s.Handler(), feedPath)
			if !strings.Contains(body, "Early in the second") || !strings.Contains(body, "Late in the second") {
				t.Errorf("a change of the second is missing:\n%s", body)
			}
			if got, want := a.Header.Get("Last-Modified"), "Sat, 01 Jan 2000 00:00:01 GMT"; got != want {
				t.Errorf("Last-Modified %q, want %q", got, want)
			}
		})
		time.Sleep(600 * time.Millisecond)
		store.add("latin-america", "Late in the second")
		asked.Wait()
		if took := time.Since(changed.Add(time.Hour - 300*time.Millisecond)); took != time.Second {
			t.Errorf("answered at %v of the second", took)
		}
	})
}

func TestNoRequestWaitsForAnotherTopicOrTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		h := s.Handler()
		do(h, feedPath)
		start(t, s)
		store.mu.Lock()
		store.hang = make(chan struct{})
		store.mu.Unlock()
		store.add("empty", "No longer")
		s.Changed("empty")
		time.Sleep(3 * time.Second) // the pass hangs in the store now
		began := time.Now()
		for _, path := range []string{"/", "/topics/latin-america.rss", "/topics/empty.rss", "/about"} {
			if a, _ := do(h, "GET "+path); a.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", path, a.StatusCode)
			}
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("requests waited %v for the store", took)
		}
		close(store.hang)
	})
}

func TestTheLastGoodDocumentStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		store := newStore()
		s := New(Options{Store: store, Site: site(), Logger: slog.New(slog.NewTextHandler(&lines, nil))})
		h := s.Handler()
		start(t, s)
		good, _ := do(h, feedPath)

		store.add("latin-america", "Unreachable")
		store.set(errors.New("disk on fire"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if a, _ := do(h, feedPath); a.StatusCode != http.StatusOK || a.Header.Get("Etag") != good.Header.Get("Etag") {
			t.Errorf("status %d and tag %s while the store fails", a.StatusCode, a.Header.Get("Etag"))
		}
		if a, _ := do(h, "GET /readyz"); a.StatusCode != http.StatusOK {
			t.Errorf("not ready while the last good documents are there: %d", a.StatusCode)
		}
		if n := strings.Count(lines.String(), "disk on fire"); n != 1 {
			t.Errorf("a minute of failure was logged %d times:\n%s", n, &lines)
		}
		store.set(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if _, body := do(h, feedPath); !strings.Contains(body, "Unreachable") {
			t.Error("the topic is not fresh after the failure")
		}
		if !strings.Contains(lines.String(), "works again") {
			t.Errorf("the end of the failure is not logged:\n%s", &lines)
		}
	})
}

func TestWithoutAnyDocumentAFailureIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		store.set(errors.New("disk on fire"))
		s := newServer(store, site())
		for _, path := range []string{"/topics/latin-america.rss", "/topics/latin-america", "/"} {
			a, body := do(s.Handler(), "GET "+path+"\nAccept-Encoding: gzip")
			for _, d := range compare(a, body, "503\nCache-Control: no-store\nRetry-After: 60\nContent-Type: text/plain; charset=utf-8\n-Etag\n-Content-Encoding\n-Last-Modified\n-Link\n-Vary") {
				t.Errorf("%s: %s", path, d)
			}
			if strings.Contains(body, "fire") {
				t.Errorf("%s tells the cause to strangers: %s", path, body)
			}
		}
	})
}

func TestReadyAfterTheFirstPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		store.set(errors.New("not yet"))
		s := newServer(store, site())
		start(t, s)
		if a, _ := do(s.Handler(), "GET /readyz"); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("status %d before any document", a.StatusCode)
		}
		store.set(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if a, _ := do(s.Handler(), "GET /readyz"); a.StatusCode != http.StatusOK {
			t.Errorf("status %d after the first pass", a.StatusCode)
		}
	})
}

func TestAfterRunNothingIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		store.hang = make(chan struct{})
		s := newServer(store, site())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Run(ctx); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if a, _ := do(s.Handler(), feedPath); a.StatusCode != http.StatusServiceUnavailable || time.Since(began) > 0 {
			t.Errorf("status %d after %v", a.StatusCode, time.Since(began))
		}
	})
}

func TestAClockAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		p := store.pages["latin-america"]
		p.Revision.Changed = time.Now().Add(8 * time.Second)
		store.pages["latin-america"] = p
		s := newServer(store, site())
		start(t, s)
		if a, _ := do(s.Handler(), feedPath); a.StatusCode != http.StatusOK || a.Header.Get("Last-Modified") != "" {
			t.Errorf("status %d, Last-Modified %q in the future", a.StatusCode, a.Header.Get("Last-Modified"))
		}
		time.Sleep(12 * time.Second)
		if a, _ := do(s.Handler(), feedPath); a.Header.Get("Last-Modified") == "" {
			t.Error("no Last-Modified when its time has come")
		}
	})
}

func TestATopicThatNeverRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		restless := &restless{store}
		s := newServer(restless, site())
		began := time.Now()
		a, _ := do(s.Handler(), feedPath)
		if a.StatusCode != http.StatusOK || time.Since(began) > settleTries*time.Second {
			t.Errorf("status %d after %v", a.StatusCode, time.Since(began))
		}
		if date := a.Header.Get("Last-Modified"); date != "" {
			t.Errorf("Last-Modified %q of a second that is not over", date)
		}
	})
}

// restless is a store whose topics change whenever they are read.
type restless struct{ *memory }

func (r *restless) Page(ctx context.Context, q feeds.Query) (feeds.Page, error) {
	r.add(q.Topic, "Again")
	return r.memory.Page(ctx, q)
}

func TestSetSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, site())
		h := s.Handler()
		start(t, s)
		time.Sleep(100 * time.Millisecond)
		old, _ := do(h, feedPath)

		changed := site()
		changed.Topics = []feeds.Topic{{ID: "latin-america", Title: "América Latina"}, {ID: "unstored", Title: "Stored now"}}
		store.add("unstored", "First")
		s.SetSite(changed)
		if a, _ := do(h, "GET /topics/empty.rss"); a.StatusCode != http.StatusGone {
			t.Errorf("a topic that went: status %d", a.StatusCode)
		}
		if a, _ := do(h, feedPath); a.Header.Get("Etag") != old.Header.Get("Etag") {
			t.Error("a topic that stays is not served as it was until it is rendered anew")
		}
		time.Sleep(900 * time.Millisecond)
		synctest.Wait()
		if a, body := do(h, feedPath); !strings.Contains(body, "América Latina") || a.Header.Get("Etag") == old.Header.Get("Etag") {
			t.Errorf("the new site is not served:\n%s", body)
		}
		if _, body := do(h, "GET /topics/unstored.rss"); !strings.Contains(body, "First") {
			t.Error("the new topic is not served")
		}
		if _, body := do(h, "GET /"); !strings.Contains(body, "América Latina") || strings.Contains(body, "topics/empty") {
			t.Error("the index page shows the old site")
		}

		s.SetSite(Site{Title: "Without topics", URL: "https://feeds.example"})
		time.Sleep(time.Second)
		synctest.Wait()
		if _, body := do(h, "GET /"); !strings.Contains(body, "Without topics") || strings.Contains(body, "América Latina") {
			t.Error("the index page of a site without topics shows the old site")
		}
	})
}

// discard is a ResponseWriter for an answer that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
