package fetch

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// now is a day ahead of every Date below: our clock is not the one that counts.
var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// header reads "Name: value" lines.
func header(lines string) http.Header {
	h := http.Header{}
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.Add(name, strings.TrimSpace(value))
		}
	}
	return h
}

func TestFreshness(t *testing.T) {
	const date = "Date: Sun, 01 Mar 2026 12:00:00 GMT\n"
	for _, tt := range []struct {
		lines string
		want  time.Duration
	}{
		{"", 0},
		{"Cache-Control: max-age=3600", time.Hour},
		{"cache-control: MAX-AGE=3600", time.Hour},
		{"Cache-Control: public, max-age=3600", time.Hour},
		{"Cache-Control: public,max-age=3600,must-revalidate", time.Hour},
		{"Cache-Control:   ,, max-age=3600 ,", time.Hour},
		{"Cache-Control: max-age = 3600", time.Hour},
		{`Cache-Control: max-age="3600"`, time.Hour},
		{`Cache-Control: no-cache="Set-Cookie, max-age=1", max-age=3600`, time.Hour},
		{`Cache-Control: ext="a\", max-age=1", max-age=3600`, time.Hour},
		{`Cache-Control: ext="never closed, max-age=3600`, 0},
		{"Cache-Control: public\nCache-Control: max-age=3600", time.Hour},
		{"Cache-Control: max-age=60, max-age=3600", time.Minute},
		{"Cache-Control: max-age=x, max-age=3600", time.Hour},
		{"Cache-Control: xmax-age=3600", 0},
		{"Cache-Control: max-age", 0},
		{"Cache-Control: max-age=", 0},
		{"Cache-Control: max-age=-1", 0},
		{"Cache-Control: max-age=+60", 0},
		{"Cache-Control: max-age=1.5", 0},
		{"Cache-Control: max-age=1h", 0},
		{"Cache-Control: max-age=0x10", 0},
		{"Cache-Control: max-age=0", 0},
		{"Cache-Control: max-age=0000000000000060", time.Minute},
		{"Cache-Control: max-age=2147483647", maxDelta},
		{"Cache-Control: max-age=2147483648", maxDelta},
		{"Cache-Control: max-age=99999999999999999999999", maxDelta},
		{"Cache-Control: max-age=3600\nAge: 3500", 100 * time.Second},
		{"Cache-Control: max-age=3600\nAge: 3600", 0},
		{"Cache-Control: max-age=3600\nAge: 99999999999999", 0},
		{"Cache-Control: max-age=3600\nAge: -5", time.Hour},
		{"Cache-Control: max-age=3600\nAge: old", time.Hour},
		{"Cache-Control: max-age=3600\nAge: 100, 200", 3500 * time.Second},
		{"Cache-Control: no-cache, no-store, must-revalidate, max-age=0\nPragma: no-cache\nExpires: 0", 0},
		{"Cache-Control: no-cache, max-age=3600", time.Hour},
		{"Cache-Control: max-age=300, s-maxage=31536000", 5 * time.Minute},
		{"Cache-Control: s-maxage=31536000, max-age=300", 5 * time.Minute},
		{"Cache-Control: max-age=0, s-maxage=300", 0},
		{"Cache-Control: s-maxage=300", 5 * time.Minute},
		{"Cache-Control: s-maxage=31536000", 24 * time.Hour},
		{"Cache-Control: s-maxage=300, max-age=bad", 5 * time.Minute},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT", 2 * time.Hour},
		{date + "Expires: Sunday, 01-Mar-26 14:00:00 GMT", 2 * time.Hour},
		{date + "Expires: Sun Mar  1 14:00:00 2026", 2 * time.Hour},
		{date + "Expires: Sun, 01 Mar 2026 15:00:00 +0100", 2 * time.Hour},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT\nAge: 3600", time.Hour},
		{date + "Expires: Sun, 01 Mar 2026 11:00:00 GMT", 0},
		{date + "Expires: Fri, 31 Dec 9999 23:59:59 GMT", maxDelta},
		{date + "Expires: 0", 0},
		{date + "Expires: -1", 0},
		{date + "Expires: 2026-03-01T14:00:00Z", 0},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT\nCache-Control: max-age=60", time.Minute},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT\nCache-Control: max-age=0", 0},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT\nCache-Control: max-age=oops", 2 * time.Hour},
		{date + "Expires: Sun, 01 Mar 2026 14:00:00 GMT\nCache-Control: private", 2 * time.Hour},
		{"Expires: Mon, 02 Mar 2026 13:00:00 GMT", time.Hour},
		{"Date: yesterday\nExpires: Mon, 02 Mar 2026 13:00:00 GMT", time.Hour},
	} {
		if got := freshness(header(tt.lines), now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.lines, got, tt.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	const date = "\nDate: Sun, 01 Mar 2026 12:00:00 GMT"
	for _, tt := range []struct {
		value string
		want  time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"1", time.Second},
		{"120", 2 * time.Minute},
		{" 120 ", 2 * time.Minute},
		{"007", 7 * time.Second},
		{"2592000", MaxRetryAfter},
		{"2592001", MaxRetryAfter},
		{"1000000000000", MaxRetryAfter},
		{"99999999999999999999999999999999", MaxRetryAfter},
		{"-1", 0},
		{"+120", 0},
		{"1.5", 0},
		{"1e3", 0},
		{"120s", 0},
		{"two minutes", 0},
		{"120, 240", 0},
		{"١٢٠", 0},
		{"Sun, 01 Mar 2026 12:30:00 GMT" + date, 30 * time.Minute},
		{"Sunday, 01-Mar-26 12:30:00 GMT" + date, 30 * time.Minute},
		{"Sun Mar  1 12:30:00 2026" + date, 30 * time.Minute},
		{"Sun, 01 Mar 2026 12:30:00 +0000" + date, 30 * time.Minute},
		{"Sun, 01 Mar 2026 12:00:00 GMT" + date, 0},
		{"Sun, 01 Mar 2026 11:00:00 GMT" + date, 0},
		{"Thu, 01 Jan 1970 00:00:00 GMT" + date, 0},
		{"Sun, 01 Mar 2027 12:00:00 GMT" + date, MaxRetryAfter},
		{"Fri, 31 Dec 9999 23:59:59 GMT" + date, MaxRetryAfter},
		{"Mon, 02 Mar 2026 12:30:00 GMT", 30 * time.Minute},
		{"Mon, 02 Mar 2026 12:30:00 GMT\nDate: nonsense", 30 * time.Minute},
		{"Sun, 01 Mar 2026 25:00:00 GMT" + date, 0},
		{"Sun, 32 Mar 2026 12:00:00 GMT" + date, 0},
		{"2026-03-01T12:30:00Z" + date, 0},
		{"60\nRetry-After: 120", time.Minute},
	} {
		if got := retryAfter(header("Retry-After: "+tt.value), now); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.value, got, tt.want)
		}
	}
}

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
