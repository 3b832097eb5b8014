package fetch

import (
	"iter"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// MaxRetryAfter is the longest time that an answer can make us stay away.
	MaxRetryAfter = 30 * 24 * time.Hour

	maxShared = 24 * time.Hour              // for s-maxage, which is meant for caches that can be purged
	maxDelta  = math.MaxInt32 * time.Second // RFC 9111 §1.2.2: what a greater number means
)

// freshness gives how long from now an answer stays fresh (RFC 9111 §4.2), or 0 when it is stale or does
// not say. Directives that only concern storing and reuse, no-cache and its like, change nothing: the
// time is used to ask less often, never more.
func freshness(h http.Header, now time.Time) time.Duration {
	life, ok := lifetime(h, now)
	if !ok {
		return 0
	}
	first, _, _ := strings.Cut(h.Get("Age"), ",")
	age, _ := deltaSeconds(strings.TrimSpace(first))
	return max(0, life-age)
}

// lifetime is max-age; failing that s-maxage; failing that the time from Date to Expires.
func lifetime(h http.Header, now time.Time) (time.Duration, bool) {
	var private, shared time.Duration
	var isPrivate, isShared bool
	for name, value := range directives(strings.Join(h.Values("Cache-Control"), ",")) {
		d, ok := deltaSeconds(value)
		switch {
		case !ok:
		case name == "max-age" && !isPrivate:
			private, isPrivate = d, true
		case name == "s-maxage" && !isShared:
			shared, isShared = min(d, maxShared), true
		}
	}
	if isPrivate || isShared {
		if isPrivate {
			return private, true
		}
		return shared, true
	}
	expires, ok := httpDate(h.Get("Expires"))
	if !ok {
		return 0, false
	}
	return min(max(0, expires.Sub(answered(h, now))), maxDelta), true
}

// retryAfter gives how long an answer asks us to stay away, in either form of RFC 9110 §10.2.3; 0 when it
// does not, when the moment has passed and when it makes no sense.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if d, ok := deltaSeconds(v); ok {
		return min(d, MaxRetryAfter)
	}
	if t, ok := httpDate(v); ok {
		return min(max(0, t.Sub(answered(h, now))), MaxRetryAfter)
	}
	return 0
}

// answered is when the answer was made by the clock that its other dates are from: theirs, not ours.
func answered(h http.Header, now time.Time) time.Time {
	if t, ok := httpDate(h.Get("Date")); ok {
		return t
	}
	return now
}

// httpDate reads the three forms of RFC 9110 §5.6.7, and the first with the zone as a number.
func httpDate(s string) (time.Time, bool) {
	t, err := http.ParseTime(s)
	if err != nil {
		t, err = time.Parse(time.RFC1123Z, s)
	}
	return t, err == nil
}

// deltaSeconds reads RFC 9111 §1.2.2. A number too great for the type is the greatest.
func deltaSeconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil { // all digits, so out of range
		return maxDelta, true
	}
	return time.Duration(n) * time.Second, true
}

// directives gives the names, in lower case, and the values, unquoted, of a Cache-Control field
// (RFC 9111 §5.2). Commas in a quoted value do not divide; what has no "=" has an empty value.
func directives(field string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for field != "" {
			var one string
			one, field = cutDirective(field)
			name, value, _ := strings.Cut(one, "=")
			name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
			if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			if name != "" && !yield(name, value) {
				return
			}
		}
	}
}

// cutDirective divides at the first comma that is not inside quotes.
func cutDirective(s string) (one, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++ // whatever it escapes
		case s[i] == ',' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
