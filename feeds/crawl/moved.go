package crawl

import (
	"net/url"
	"time"

	"tributary/feeds"
)

// When a permanent redirect's target is asked in place of the source's own URL, and when that is
// doubted. Redirects of hotel networks and of publishers' mishaps last for days, not for a week.
const (
	adoptAfter  = 7 * day
	adoptSeen   = 3 // feeds found there
	doubtedFrom = 3 // failures in a row
)

// address is the URL to ask: the adopted one, and in turn with it the configured one again when visits
// fail.
func address(st feeds.State) string {
	if st.Adopted == "" || st.Failures >= doubtedFrom && st.Failures%2 == 1 {
		return st.Source
	}
	return st.Adopted
}

// follow notes where the leading permanent redirects of an answer led that ended in a feed, and adopts
// that target when they have done so often and long enough. to is "" when there were none.
func follow(st *feeds.State, asked, to string, now time.Time) {
	if asked == st.Source && st.Adopted != "" {
		if to == st.Adopted {
			return
		}
		st.Adopted = "" // it failed, and the configured one works without it
	}
	if to != st.Moved {
		st.Moved, st.MovedSince, st.MovedSeen = to, now, 0
	}
	if to == "" {
		forget(st)
		return
	}
	st.MovedSeen++
	if st.MovedSeen >= adoptSeen && now.Sub(st.MovedSince) >= adoptAfter || secured(asked, to) {
		st.Adopted = to
		forget(st)
	}
}

// forget drops where redirects led.
func forget(st *feeds.State) {
	st.Moved, st.MovedSince, st.MovedSeen = "", time.Time{}, 0
}

// secured says whether the only change is from http to https.
func secured(from, to string) bool {
	a, errA := url.Parse(from)
	b, errB := url.Parse(to)
	if errA != nil || errB != nil || a.Scheme != "http" || b.Scheme != "https" {
		return false
	}
	return a.Host == b.Host && a.EscapedPath() == b.EscapedPath() && a.RawQuery == b.RawQuery
}
