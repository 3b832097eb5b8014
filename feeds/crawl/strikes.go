package crawl

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"tributary/feeds"
)

// How long a host is left alone that answers 429 and does not say how long.
const (
	shortestPause   = time.Hour
	longestHostRest = 6 * time.Hour
)

// strikeWithin is the time in which a second request to stay away speaks for the whole host.
const strikeWithin = 10 * time.Minute

// strikes remembers the hosts of which one source asked us to stay away.
type strikes struct {
	mu sync.Mutex
	at map[string]time.Time
}

// pause is how long the host asks to be left alone as a whole. 429 means all of us (RFC 6585 §4); 403
// and 503 with Retry-After mean one source until a second one of the host says so.
func (s *strikes) pause(host string, h hints, v feeds.Visit) time.Duration {
	asked := min(h.retryAfter, longestPause)
	switch {
	case h.status == http.StatusTooManyRequests && asked > 0:
		return asked
	case h.status == http.StatusTooManyRequests:
		return min(shortestPause<<min(v.State.Failures-1, 3), longestHostRest)
	case asked == 0, h.status != http.StatusForbidden && h.status != http.StatusServiceUnavailable:
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.at, func(_ string, at time.Time) bool { return v.At.Sub(at) > strikeWithin })
	if _, second := s.at[host]; second {
		return asked
	}
	if s.at == nil {
		s.at = map[string]time.Time{}
	}
	s.at[host] = v.At
	return 0
}
