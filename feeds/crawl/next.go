package crawl

import (
	"hash/fnv"
	"time"
)

// The defaults of the adaptive schedule, and the bounds of what publishers may ask for.
const (
	usualInterval   = time.Hour           // while the rhythm is unknown
	shortestAdapted = 15 * time.Minute    // a busy source is visited no more often
	longestAdapted  = 24 * time.Hour      // a quiet one at least daily
	quietAfter      = 90 * 24 * time.Hour // without anything new
	longestAsked    = 7 * 24 * time.Hour  // max-age, ttl
	longestPause    = 30 * 24 * time.Hour // Retry-After
	shortestPause   = time.Hour           // of a host that answers 429 and does not say how long
	longestBackoff  = 24 * time.Hour
)

// facts is all that decides when a source is due again.
type facts struct {
	now         time.Time
	schedule    Schedule
	minInterval time.Duration
	rhythm      time.Duration // between two of its articles; 0 while unknown
	quiet       time.Duration // since it last brought anything new; 0 while unknown
	failures    int           // in a row, this visit's included
	fresh       time.Duration // how long the answer said it stays fresh (RFC 9111 §4.2)
	ttl         time.Duration // how long the document asks to be left alone
	retryAfter  time.Duration // RFC 9110 §10.2.3
	source      string        // spreads sources that would be due at one moment
}

// next says when a source is due again: when its schedule says so, later after failures, and never
// earlier than the publisher or the admin's floor allows.
func next(f facts) time.Time {
	wait := f.wanted()
	if f.failures > 0 {
		wait = max(wait, min(wait<<min(f.failures-1, 16), longestBackoff))
	}
	wait = max(wait, f.minInterval, min(f.fresh, longestAsked), min(f.ttl, longestAsked), min(f.retryAfter, longestPause))
	return f.now.Add(wait + f.spread(wait))
}

// wanted is the interval that the schedule asks for.
func (f facts) wanted() time.Duration {
	switch s := f.schedule; {
	case s.cron != nil:
		return s.cron.Next(f.now).Sub(f.now)
	case s.every > 0:
		return s.every
	case f.quiet > quietAfter:
		return longestAdapted
	case f.rhythm == 0:
		return usualInterval
	}
	return min(max(f.rhythm/2, shortestAdapted), longestAdapted) // about two visits for each article
}

// spread is up to a tenth of the interval, at most half an hour: the same for a source each time, so
// that it keeps its place, and another for each source.
func (f facts) spread(wait time.Duration) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(f.source))
	return time.Duration(float64(min(wait/10, 30*time.Minute)) * float64(h.Sum32()) / (1 << 32))
}
