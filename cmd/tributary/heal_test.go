package main

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"tributary/feeds"
)

// changing is a publisher whose site can be changed while it is read; it counts requests.
type changing struct {
	mu    sync.Mutex
	site  publisher
	asked int
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.asked++
	site := c.site
	c.mu.Unlock()
	site.ServeHTTP(w, r)
}

// become replaces the site, and gives how often the old one was asked.
func (c *changing) become(site publisher) (asked int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked, c.site, c.asked = c.asked, site, 0
	return asked
}

// healing is a service with one source at /feed of a publisher.
type healing struct {
	*testing.T
	*service
	publisher *changing
	address   string
}

func newHealing(t *testing.T) *healing {
	p := &changing{}
	h := &healing{T: t, publisher: p, address: open(t, p)}
	plan, err := readPlan(writeConfig(t, freeAddress(t), patient, h.address+"/feed"))
	if err != nil {
		t.Fatal(err)
	}
	h.service, err = openService(t.Context(), plan, logger(t.Output(), plan.Log), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.service.Close() })
	return h
}

// visit visits the source so many times.
func (h *healing) visit(times int) {
	h.Helper()
	for range times {
		if err := h.db.Hurry(h.Context(), 0, true); err != nil {
			h.Fatal(err)
		}
		if err := h.crawler.Pass(h.Context()); err != nil {
			h.Fatal(err)
		}
	}
}

// proposal runs the job and gives what is proposed for the source.
func (h *healing) proposal() string {
	h.Helper()
	if err := h.heal(h.Context()); err != nil {
		h.Fatal(err)
	}
	states, err := h.db.Sources(h.Context())
	if err != nil || len(states) != 1 {
		h.Fatalf("%v, %v", states, err)
	}
	return states[0].Proposal
}

// siteFeed is rssFeed without the address of a site elsewhere.
func siteFeed(name string, n int) string {
	return strings.Replace(rssFeed(name, n), "<link>https://"+name+".example/</link>", "", 1)
}

func TestHeal(t *testing.T) {
	moved := publisher{"/the/feed": siteFeed("paper", 5)}
	with := func(more publisher) publisher {
		site := maps.Clone(moved)
		maps.Copy(site, more)
		return site
	}
	for name, c := range map[string]struct {
		now  publisher
		want string // path
	}{
		"the feed became a page that links to the new one": {with(publisher{"/feed": linkToFeed}), "/the/feed"},
		"the feed is gone and the home page links":         {with(publisher{"/": linkToFeed}), "/the/feed"},
		"the feed became a page and the home page links":   {with(publisher{"/feed": "<html>", "/": linkToFeed}), "/the/feed"},
		"it is where publishing systems have it":           {publisher{"/": "<html>", "/rss.xml": siteFeed("paper", 5)}, "/rss.xml"},
		"another feed is there":                            {publisher{"/": linkToFeed, "/the/feed": siteFeed("magazine", 5)}, ""},
		"robots.txt forbids to look":                       {with(publisher{"/": linkToFeed, "/robots.txt": "User-agent: *\nDisallow: /"}), ""},
		"nothing is there":                                 {publisher{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHealing(t)
			h.publisher.become(publisher{"/feed": siteFeed("paper", 5)})
			h.visit(1)
			h.publisher.become(c.now)
			h.visit(lostAfter - 1)
			if got := h.proposal(); got != "" {
				t.Fatalf("after %d failures %s is proposed", lostAfter-1, got)
			}
			h.visit(1)
			want := ""
			if c.want != "" {
				want = h.address + c.want
			}
			if got := h.proposal(); got != want {
				t.Errorf("%q is proposed, want %q", got, want)
			}
			h.publisher.become(c.now)
			if again := h.proposal(); again != want {
				t.Errorf("then %q is proposed, want %q", again, want)
			}
			if asked := h.publisher.become(publisher{"/feed": siteFeed("paper", 6)}); asked != 0 {
				t.Errorf("%d requests for a source that was just looked for", asked)
			}
			h.visit(1)
			if got := h.proposal(); got != "" {
				t.Errorf("%q is proposed for a source that has recovered", got)
			}
		})
	}
}

// TestHealLeavesAlone: a source that is ill and not lost is not looked for, nor one that we have nothing of.
func TestHealLeavesAlone(t *testing.T) {
	h := newHealing(t)
	h.publisher.become(publisher{"/": linkToFeed, "/the/feed": siteFeed("paper", 5)})
	h.visit(lostAfter)
	h.publisher.become(h.publisher.site)
	if got := h.proposal(); got != "" || h.publisher.become(nil) != 0 {
		t.Errorf("%q is proposed for a source that never brought anything", got)
	}
	for _, st := range []feeds.State{
		{Failures: lostAfter, Result: feeds.Unreachable, Reason: "no such host"},
		{Failures: lostAfter, Result: feeds.Refused, Reason: "403 Forbidden"},
		{Failures: lostAfter, Result: feeds.Refused, Reason: "503 Service Unavailable"},
		{Failures: lostAfter - 1, Result: feeds.NotAFeed},
		{Result: feeds.Fetched},
	} {
		if lost(st) {
			t.Errorf("%+v counts as lost", st)
		}
	}
}
