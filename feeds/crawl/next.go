package crawl

import (
	"hash/fnv"
	"net/http"
	"time"

	"tributary/feeds"
)

const day = 24 * time.Hour

// The defaults of the adaptive schedule, and the bounds of what publishers may ask for.
const (
	usualInterval   = time.Hour        // while the rhythm is unknown
	shortestAdapted = 15 * time.Minute // a busy source is visited no more often
	longestAdapted  = day              // a quiet one at least daily
	quietAfter      = 90 * day         // without anything new
	asleepAfter     = 365 * day        // without anything new
	longestAsked    = 7 * day          // max-age, ttl, skipHours and skipDays
	longestPause    = 30 * day         // Retry-After

	shortestBlind = time.Hour     // without validators to send
	longestBlind  = 6 * time.Hour // the same, when nothing speaks for asking more often
)

// How long failures keep us away.
const (
	longestBackoff = day
	longestMissing = 17 * time.Hour // the same for what is missing, perhaps for some hours of every day: at another hour each time
	brokenAfter    = 7 * day        // of failures; from then on:
	longestBroken  = 7 * day
	forbiddenFor   = 4 * time.Hour // after 401 and 403
	goneFor        = 30 * day      // after 410, once that is confirmed
)

// facts is all that decides when a source is due again.
type facts struct {
	now         time.Time
	schedule    Schedule
	minInterval time.Duration
	rhythm      time.Duration // between two of its articles; 0 while unknown
	quiet       time.Duration // since it last brought anything new; 0 while unknown
	blind       bool          // it takes no notice of validators, or gives none
	failures    int           // in a row, this visit's included
	failing     time.Duration // since the first of them
	gone        time.Duration // since the first 410
	status      int           // of an answer that is a failure; 0 for the others
	fresh       time.Duration // how long the answer said it stays fresh (RFC 9111 §4.2)
	ttl         time.Duration // how long the document asks to be left alone
	skip        feeds.Skip    // when the document asks to be left alone
	retryAfter  time.Duration // RFC 9110 §10.2.3
	source      string        // spreads sources that would be due at one moment
}

// wait is an interval and why it is that long.
type wait struct {
	time.Duration
	because string
}

func (w *wait) atLeast(d time.Duration, because string) {
	if d > w.Duration {
		*w = wait{d, because}
	}
}

// next says when a source is due again, and why then: when its schedule says so, later after failures,
// and never earlier than the publisher or the admin's floor allows.
func next(f facts) (at time.Time, because string) {
	w := f.wanted()
	if f.blind && f.schedule == (Schedule{}) {
		w.atLeast(f.unconditional(), "no validators")
	}
	w.atLeast(f.minInterval, "min_interval")
	if f.failures > 0 {
		f.backOff(&w)
	}
	w.atLeast(min(f.fresh, longestAsked), "max-age")
	w.atLeast(min(f.ttl, longestAsked), "ttl")
	w.atLeast(min(f.retryAfter, longestPause), "Retry-After")
	spread := f.spread(w.Duration)
	at = f.now.Add(w.Duration + spread)
	if end := skipped(f.skip, at); end.After(at) {
		return end.Add(spread), "skipHours"
	}
	return at, w.because
}

// wanted is the interval that the schedule asks for.
func (f facts) wanted() wait {
	switch s := f.schedule; {
	case s.cron != nil:
		return wait{s.cron.Next(f.now).Sub(f.now), "cron"}
	case s.every > 0:
		return wait{s.every, "schedule"}
	case f.quiet > asleepAfter:
		return wait{longestAsked, "asleep"}
	case f.quiet > quietAfter:
		return wait{longestAdapted, "quiet"}
	case f.rhythm == 0:
		return wait{usualInterval, "rhythm unknown"}
	}
	return wait{min(max(f.rhythm/2, shortestAdapted), longestAdapted), "rhythm"} // about two visits for each article
}

// unconditional is the least interval between requests that cannot be conditional. Where the document
// has changed since, such a request costs no more than a conditional one, so the interval follows the
// publisher's max-age or the source's rhythm, where they are shorter than six hours.
func (f facts) unconditional() time.Duration {
	d := longestBlind
	for _, known := range []time.Duration{f.fresh, f.rhythm} {
		if known > 0 {
			d = min(d, known)
		}
	}
	return max(d, shortestBlind)
}

// backOff doubles the interval with each failure in a row, to a day, and to a week for what has failed
// for a week.
func (f facts) backOff(w *wait) {
	longest := longestBackoff
	switch {
	case f.failing >= brokenAfter:
		longest = longestBroken
	case f.failing < day && f.missing():
		longest = 2 * w.Duration
	case f.missing():
		longest = longestMissing
	}
	doubled := w.Duration
	for n := 1; n < f.failures && doubled < longest; n++ {
		doubled *= 2
	}
	w.atLeast(min(doubled, longest), "failures")
	switch {
	case f.status == http.StatusUnauthorized, f.status == http.StatusForbidden:
		w.atLeast(forbiddenFor, "forbidden")
	case f.status == http.StatusGone && f.gone >= feeds.GoneAfter:
		w.atLeast(goneFor, "gone")
	case f.status == http.StatusGone:
		w.atLeast(feeds.GoneAfter, "gone, to be confirmed")
	}
	if f.failing >= feeds.DeadAfter {
		w.atLeast(longestBroken, "dead")
	}
}

// missing says whether the answer was 404 or its like.
func (f facts) missing() bool {
	return f.status/100 == 4 && f.status != http.StatusTooManyRequests
}

// skipped is the first moment from t on that a publisher's skipHours and skipDays leave free; t when
// they leave none.
func skipped(skip feeds.Skip, t time.Time) time.Time {
	for at := t; at.Before(t.Add(longestAsked)); at = at.Truncate(time.Hour).Add(time.Hour) {
		if !skip.Covers(at) {
			return at
		}
	}
	return t
}

// spread is up to a tenth of the interval, at most half an hour: the same for a source each time, so
// that it keeps its place, and another for each source.
func (f facts) spread(wait time.Duration) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(f.source))
	return time.Duration(float64(min(wait/10, 30*time.Minute)) * float64(h.Sum32()) / (1 << 32))
}
