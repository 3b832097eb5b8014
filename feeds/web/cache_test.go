package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// TestTheQueueEnds: whoever asks when very many wait is refused at once, unless there is something to show.
func TestTheQueueEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := newDocument([]byte("made"), time.Time{}, http.Header{}, http.Header{})
		produce := func(context.Context) (*document, error) { return made, nil }
		c := newCache(t.Context(), mostMade, 1)
		if _, err := c.get(t.Context(), "known", 0, produce); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		c.turns <- struct{}{}
		gone, leave := context.WithCancel(t.Context())
		leave() // clients that do not wait for an answer
		for n := range mostWaiting {
			if _, err := c.get(gone, fmt.Sprint(n), 0, produce); !errors.Is(err, context.Canceled) {
				t.Fatalf("client %d: %v", n, err)
			}
		}
		synctest.Wait()
		if _, err := c.get(t.Context(), "one more", 0, produce); !errors.Is(err, errBusy) {
			t.Errorf("one more: %v", err)
		}
		if d, err := c.get(t.Context(), "known", 0, produce); d != made || err != nil {
			t.Errorf("what was made before: %v", err)
		}
		<-c.turns
		synctest.Wait()
		if _, err := c.get(t.Context(), "one more", 0, produce); err != nil {
			t.Errorf("after the rush: %v", err)
		}
	})
}

// TestAnotherSiteForgetsWhatWasMade: what a source lets us show may be less from now on.
func TestAnotherSiteForgetsWhatWasMade(t *testing.T) {
	set := storedSite()
	set.Sources = []feeds.Source{{URL: "https://a.example/feed"}, {URL: "https://b.example/feed"}}
	s := newServer(newStore(), set)
	lists := func() string {
		_, body := do(s.Handler(), "GET /sources.opml")
		return body
	}
	if !strings.Contains(lists(), "b.example") {
		t.Fatalf("the sources are %s", lists())
	}
	set.Sources = set.Sources[:1]
	s.SetSite(set)
	if got := lists(); strings.Contains(got, "b.example") || !strings.Contains(got, "a.example") {
		t.Errorf("after the config changed, the sources are %s", got)
	}
}

// TestWhatWasUnderWayIsForgottenToo: it answers those who asked for it, and nobody who asks later.
func TestWhatWasUnderWayIsForgottenToo(t *testing.T) {
	c := newCache(t.Context(), mostMade, 2)
	old := newDocument([]byte("old"), time.Time{}, http.Header{}, http.Header{})
	fresh := newDocument([]byte("fresh"), time.Time{}, http.Header{}, http.Header{})
	got, err := c.get(t.Context(), "key", time.Hour, func(context.Context) (*document, error) {
		c.forget()
		if now, err := c.get(t.Context(), "key", time.Hour, func(context.Context) (*document, error) { return fresh, nil }); now != fresh || err != nil {
			t.Errorf("who asks meanwhile gets what is old: %v", err)
		}
		return old, nil
	})
	if got != old || err != nil {
		t.Errorf("who asked before: %v", err)
	}
	if now, err := c.get(t.Context(), "key", time.Hour, nil); now != fresh || err != nil {
		t.Errorf("who asks later gets what is old: %v", err)
	}
}
