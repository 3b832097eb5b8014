package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/storage"
)

// broken is a store that keeps no visit.
type broken struct{ *storage.DB }

func (broken) SaveVisit(context.Context, feeds.Lease, feeds.Visit, feeds.Judge) (feeds.Saved, error) {
	return feeds.Saved{}, errors.New("disk full")
}

// TestVisitsThatAreNotStored are not made again and again, and a pass ends in spite of them.
func TestVisitsThatAreNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, time.Second, source(url, "1h"))
		defer b.stop()
		b.crawler.Store = broken{b.db}
		b.pass()
		b.run(time.Hour)
		if n := len(b.web.times(url)); n < 4 || n > 5 {
			t.Errorf("asked %d times in an hour, with a least interval of 15 minutes", n)
		}
	})
}

// far is a store that is some way off, as a database server is.
type far struct{ *storage.DB }

func (f far) Release(ctx context.Context, ended ...feeds.Release) error {
	time.Sleep(100 * time.Millisecond)
	return f.DB.Release(ctx, ended...)
}

// TestReleaseTakesTime: a host with more due sources than one lease hands out goes on once it is given back.
func TestReleaseTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sources []feeds.Source
		for i := range 20 {
			sources = append(sources, source(fmt.Sprintf("https://a.example/%d", i), "1h"))
		}
		b := newBench(t, time.Second, sources...)
		defer b.stop()
		b.crawler.Store = far{b.db}
		start := time.Now()
		b.pass()
		if took := time.Since(start); took < 19*time.Second || took > 25*time.Second {
			t.Errorf("20 sources of one host, a second apart, took %s", took)
		}
	})
}

// TestTTL: what a document says holds for the answers without one that follow.
func TestTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, 0, source(url, "1h"))
		defer b.stop()
		b.web.answers[url] = func(r fetch.Request) (*fetch.Response, error) {
			if r.ETag != "" {
				return &fetch.Response{Status: 304, URL: url, NotModified: true}, nil
			}
			d := document(url, 1)
			d.Body = []byte(strings.Replace(string(d.Body), "<link>", "<ttl>720</ttl><link>", 1))
			return d, nil
		}
		b.run(72 * time.Hour)
		if n := len(b.web.times(url)); n < 5 || n > 7 {
			t.Errorf("asked %d times in three days, with a ttl of 12 hours", n)
		}
	})
}

// TestTooManyRequests: 429 means the host, whichever source it answers.
func TestTooManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sources []feeds.Source
		for i := range 5 {
			sources = append(sources, source(fmt.Sprintf("https://a.example/%d", i), "1h"))
		}
		b := newBench(t, time.Second, sources...)
		defer func() { b.stop() }()
		total := 0
		for _, s := range sources {
			b.web.answers[s.URL] = func(fetch.Request) (*fetch.Response, error) {
				total++
				return nil, &fetch.Error{Kind: fetch.Status, Status: 429, RetryAfter: 2 * time.Hour, Err: errors.New("429")}
			}
		}
		start := time.Now()
		b.pass()
		if took := time.Since(start); took > time.Minute {
			t.Errorf("a pass waited %s for a host that asked for a pause", took)
		}
		b.run(30 * time.Minute)
		b.stop() // the pause outlives the process
		b.start(time.Second, sources...)
		b.run(80 * time.Minute)
		if total != 1 {
			t.Errorf("%d requests in two hours of pause", total)
		}
	})
}

func TestGapLongerThanLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sources := []feeds.Source{source("https://a.example/1", "24h"), source("https://a.example/2", "24h"), source("https://a.example/3", "24h")}
		b := newBench(t, 5*time.Minute, sources...)
		defer b.stop()
		b.run(20 * time.Minute)
		var last time.Time
		for _, s := range sources {
			asked := b.web.times(s.URL)
			if len(asked) != 1 || asked[0].Sub(last) < 5*time.Minute {
				t.Errorf("%s was asked at %v, the one before at %s", s.URL, asked, last)
				continue
			}
			last = asked[0]
		}
	})
}

// TestDocumentSaysThatItMoves: the new address is told and not asked, until the document says so no more.
func TestDocumentSaysThatItMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url, there = "https://a.example/feed", "https://b.example/feed"
		b := newBench(t, 0, source(url, "1h"))
		defer b.stop()
		says := there
		b.web.answers[url] = func(fetch.Request) (*fetch.Response, error) {
			d := document(url, 1)
			d.Body = []byte(strings.Replace(string(d.Body), "<link>", "<itunes:new-feed-url>"+says+"</itunes:new-feed-url><link>", 1))
			return d, nil
		}
		for _, now := range []string{there, url, there, ""} {
			says = now
			want := now
			if now == url { // it has arrived
				want = ""
			}
			b.run(2 * time.Hour)
			if states, err := b.db.Sources(t.Context()); err != nil || states[0].Proposal != want {
				t.Errorf("the document says %q, and %+v is told; %v", now, states, err)
			}
		}
		if n := len(b.web.times(there)); n != 0 {
			t.Errorf("the new address was asked %d times", n)
		}
	})
}
