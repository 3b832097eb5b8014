package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func FuzzFreshness(f *testing.F) {
	for _, s := range []string{
		"", "max-age=3600", "MAX-AGE = \"3600\"", "s-maxage=1", "max-age=99999999999999999999", "max-age=-1",
		"private, no-cache=\"a, max-age=2\", max-age=1", "a=\"\\", "\"", ",,,", "=", "=,=", "max-age=0,max-age=1",
	} {
		f.Add(s, "", "")
		f.Add(s, "17", "Sun, 01 Mar 2026 12:30:00 GMT")
	}
	f.Fuzz(func(t *testing.T, control, age, expires string) {
		h := http.Header{"Cache-Control": {control}, "Age": {age}, "Expires": {expires}}
		got := freshness(h, now)
		if got < 0 || got > maxDelta {
			t.Errorf("fresh for %v", got)
		}
		// What has been read is read the same when written down again.
		var again []string
		for name, value := range directives(control) {
			if strings.ContainsAny(name+value, `,"\`) {
				return
			}
			again = append(again, fmt.Sprintf(`%s="%s"`, name, value))
		}
		h.Set("Cache-Control", strings.Join(again, ", "))
		if second := freshness(h, now); second != got {
			t.Errorf("fresh for %v, but for %v as %q", got, second, again)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{
		"", "0", "120", "-1", "+1", "1.5", "10000000000000", "soon", " 5", "5 ", "0x10", "1e9", "１２",
		"Sun, 01 Mar 2026 12:30:00 GMT", "Sunday, 01-Mar-26 12:30:00 GMT", "Sun Mar  1 12:30:00 2026",
		"Sun, 01 Mar 2026 12:30:00 +0000", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0000 00:00:00 GMT",
		"2026-03-01T12:30:00Z", "120, 240",
	} {
		f.Add(s, "Sun, 01 Mar 2026 12:00:00 GMT")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		got := retryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, now)
		if got < 0 || got > MaxRetryAfter {
			t.Errorf("away for %v", got)
		}
	})
}
