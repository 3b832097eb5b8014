package discover

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tributary/feeds/fetch"
)

// errSpent says that a search has made all its requests.
var errSpent = errors.New("too many requests for one search")

// host is one host, and the right to ask it something: who holds turn may.
type host struct {
	turn   chan struct{}
	next   time.Time          // no request before
	gone   error              // why it is asked nothing more
	robots map[string]*robots // by scheme and authority (RFC 9309 §2.3)
}

// host gives the record of an address's host. The port does not matter: one machine answers on all.
func (f *Finder) host(u *url.URL) *host {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.ToLower(u.Hostname())
	h := f.hosts[name]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1), robots: map[string]*robots{}}
		f.hosts[name] = h
	}
	return h
}

// take waits for the turn to ask.
func (h *host) take(ctx context.Context) error {
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *host) give() { <-h.turn }

// get makes a request when it is its turn.
func (s *search) get(ctx context.Context, address string) (*fetch.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	h := s.host(u)
	if err := h.take(ctx); err != nil {
		return nil, err
	}
	defer h.give()
	return s.ask(ctx, h, address)
}

// ask makes a request to a host whose turn is held. A host that answers 429 is asked nothing more: that
// means all of us (RFC 6585 §4).
func (s *search) ask(ctx context.Context, h *host, address string) (*fetch.Response, error) {
	switch {
	case h.gone != nil:
		return nil, h.gone
	case s.requests == MaxRequests:
		return nil, errSpent
	}
	gap := time.NewTimer(time.Until(h.next))
	defer gap.Stop()
	select {
	case <-gap.C:
	case <-ctx.Done():
	}
	if ctx.Err() != nil { // select chooses at random when both have come
		return nil, context.Cause(ctx)
	}
	if s.Progress != nil {
		s.Progress(address)
	}
	s.requests++
	res, err := s.Fetch.Get(ctx, fetch.Request{URL: address})
	h.next = time.Now().Add(s.HostGap)
	if e, ok := errors.AsType[*fetch.Error](err); ok && e.URL == "" && e.Status == http.StatusTooManyRequests {
		h.gone = err
	}
	return res, err
}

// allowed says whether robots.txt lets us ask for an address that nobody but us has chosen.
func (s *search) allowed(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	r := s.robotsOf(ctx, u)
	return r != nil && r.allows(u)
}

// robotsOf gives the robots.txt that holds for an address; nil when there was no way to ask for it.
func (s *search) robotsOf(ctx context.Context, u *url.URL) *robots {
	h := s.host(u)
	if h.take(ctx) != nil {
		return nil
	}
	defer h.give()
	site := u.Scheme + "://" + u.Host
	if r, ok := h.robots[site]; ok {
		return r
	}
	res, err := s.ask(ctx, h, site+"/robots.txt")
	if errors.Is(err, errSpent) || ctx.Err() != nil {
		return nil
	}
	h.robots[site] = answeredRobots(res, err, s.UserAgent)
	return h.robots[site]
}
