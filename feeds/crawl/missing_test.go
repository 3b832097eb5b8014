package crawl_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
)

// TestMissingForHours: a source that is missing for five hours of every day is read soon after them, for
// ever.
func TestMissingForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, time.Second, source(url, "1h"))
		defer b.stop()
		start := time.Now()
		read := map[int]time.Duration{} // when in each day first
		b.web.answers[url] = func(fetch.Request) (*fetch.Response, error) {
			since := time.Since(start)
			today, at := int(since/(24*time.Hour)), since%(24*time.Hour)
			if at < 5*time.Hour {
				return nil, &fetch.Error{Kind: fetch.Status, Status: 404, Err: errors.New("404 Not Found")}
			}
			if _, ok := read[today]; !ok {
				read[today] = at
			}
			return document(url, 1), nil
		}
		b.run(14 * 24 * time.Hour)
		for today := range 14 {
			if at, ok := read[today]; !ok || at > 7*time.Hour+12*time.Minute {
				t.Errorf("on day %d it was read after %s (%v), want two intervals after the fifth hour", today, at, ok)
			}
		}
	})
}

// TestGone: a source that says for a day that it is gone is asked monthly, and comes back with one answer.
func TestGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, time.Second, source(url, "1h"))
		defer b.stop()
		gone := true
		b.web.answers[url] = func(fetch.Request) (*fetch.Response, error) {
			if gone {
				return nil, &fetch.Error{Kind: fetch.Status, Status: 410, Err: errors.New("410 Gone")}
			}
			return document(url, len(b.web.times(url))), nil
		}
		problems := func() (names []string) {
			states, err := b.db.Sources(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range states[0].Problems(time.Now()) {
				names = append(names, p.Name)
			}
			return names
		}
		b.run(12 * time.Hour)
		if n := len(b.web.times(url)); n != 1 || problems() != nil {
			t.Errorf("after one 410: %d visits, %q", n, problems())
		}
		b.run(29 * 24 * time.Hour)
		if n := len(b.web.times(url)); n != 2 || len(problems()) != 1 || problems()[0] != "gone" {
			t.Errorf("after another: %d visits, %q", n, problems())
		}
		gone = false
		b.run(3 * 24 * time.Hour)
		if n := len(b.web.times(url)); n < 20 || b.reports[url].Result == feeds.Refused || problems() != nil {
			t.Errorf("when it is back: %d visits, %q", n, problems())
		}
	})
}
