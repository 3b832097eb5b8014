// Package discover finds the feeds that a web site offers: those that its pages link to, those at the
// addresses where publishing systems have them, and its news sitemaps. Every one that it names it has
// read. It asks one host one question at a time, few in all, and what it finds by itself it asks only
// where robots.txt allows.
package discover

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
)

// Bounds of one search.
const (
	MaxRequests = 25 // robots.txt included, redirects not
	MaxTime     = time.Minute
)

// Fetcher makes one request; *fetch.Client is one.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// Options is what a Finder needs. Progress may be nil.
type Options struct {
	Fetch     Fetcher
	UserAgent string               // as Fetch sends it: robots.txt is read for its first word
	Obey      bool                 // robots.txt holds for the address that is asked for, too: nobody typed it
	HostGap   time.Duration        // between two requests to one host
	Progress  func(address string) // told before each request
}

// Via says how a feed was found.
type Via string

// The ways, the most reliable first.
const (
	Itself  Via = "itself"  // the address that was asked for is the feed
	Linked  Via = "linked"  // <link rel=alternate> of a page
	Named   Via = "named"   // a link whose address reads like a feed's
	Sitemap Via = "sitemap" // a news sitemap that robots.txt or a sitemap index tells of
	Guessed Via = "guessed" // an address where many sites have one
)

// ways has them in the order in which they are tried and shown.
var ways = []Via{Itself, Linked, Named, Sitemap, Guessed}

// Feed is a feed that was found and read.
type Feed struct {
	URL      string
	Kind     string // parse.Feed.Version
	Title    string
	Language string
	Newest   time.Time // publication of its newest article; zero when it tells none
	Via      Via
	Articles []feeds.Article
}

// Finder searches for feeds. It may be used from many goroutines, and keeps to one request at a time for
// each host across all of them; what it has read of robots.txt it keeps, so that it should not be used
// for longer than a day (RFC 9309 §2.4).
type Finder struct {
	Options
	mu    sync.Mutex
	hosts map[string]*host
}

// New gives a Finder. Nothing happens before it is asked.
func New(o Options) *Finder { return &Finder{Options: o, hosts: map[string]*host{}} }

// Find gives the feeds that a site offers, the best first; none is no error. When the address is a feed
// itself, that is the only one. The error says why the address could not be read, or that it is neither
// a page nor a feed; it wraps a *fetch.Error or parse.ErrNotFeed.
func (f *Finder) Find(ctx context.Context, address string) ([]Feed, error) {
	return f.find(ctx, address, true)
}

// Look is Find without guesses: it gives the feed that the address is, or those that the page links to.
func (f *Finder) Look(ctx context.Context, address string) ([]Feed, error) {
	return f.find(ctx, address, false)
}

func (f *Finder) find(ctx context.Context, address string, guess bool) ([]Feed, error) {
	limited, cancel := context.WithTimeoutCause(ctx, MaxTime, fmt.Errorf("no answer within %v", MaxTime))
	defer cancel()
	s := &search{Finder: f, seen: map[string]bool{address: true}}
	if s.Obey && !s.allowed(limited, address) {
		return nil, fmt.Errorf("robots.txt of %s does not let us ask", address)
	}
	res, err := s.get(limited, address)
	if err != nil {
		return nil, err
	}
	at := candidate{url: address, via: Itself}
	if err := s.read(res, at); err == nil || !s.follow(res, at) {
		return s.found, err
	}
	if guess {
		s.guess(limited, res.URL)
	}
	s.run(limited)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return s.best(), nil
}
