package crawl

import (
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
)

// After so long, or so many times the source's rhythm, of nothing but 304 a request without validators
// finds out whether the server still knows what they stand for.
const (
	doubt304After = 14 * day
	doubt304Times = 6
)

// request is what to ask for: the address that holds, with the validators that its last body came
// with.
func request(st feeds.State, now time.Time) fetch.Request {
	r := fetch.Request{URL: address(st)}
	if !st.LastBody.IsZero() && now.Sub(st.LastBody) > max(doubt304After, doubt304Times*st.Rhythm) {
		return r
	}
	r.ETag, r.LastModified, r.ValidatorURL = st.ETag, st.LastModified, st.ValidatorURL
	return r
}

// ignored counts the bodies in a row that came although the validators sent stood for the same bytes.
func ignored(before feeds.State, asked fetch.Request, r feeds.Result) int {
	switch {
	case r != feeds.Unchanged:
		return 0
	case asked.ETag == "" && asked.LastModified == "":
		return before.Ignored
	}
	return before.Ignored + 1
}

// blind says whether the next request of a source cannot be conditional, or might as well not be.
func blind(st feeds.State) bool {
	if st.LastBody.IsZero() { // nothing is known yet
		return false
	}
	return st.ETag == "" && st.LastModified == "" || st.Ignored >= feeds.IgnoredAfter
}
