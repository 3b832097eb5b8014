package crawl

import (
	"strings"
	"testing"
	"time"
)

func TestParseSchedule(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 34, 56, 0, time.UTC)
	for _, test := range []struct {
		text string
		next string // after now; "" for the adaptive schedule
	}{
		{"adaptive", ""},
		{" adaptive ", ""},
		{"15m", "2026-03-07T12:49:56Z"},
		{"1h30m", "2026-03-07T14:04:56Z"},
		{"*/20 6-22 * * *", "2026-03-07T12:40:00Z"},
		{"0 0 1 * *", "2026-04-01T00:00:00Z"},
		{"@daily", "2026-03-08T00:00:00Z"},
		{"CRON_TZ=America/Bogota 0 8 * * *", "2026-03-07T13:00:00Z"},
		{"TZ=Asia/Tokyo 0 8 * * *", "2026-03-07T23:00:00Z"},
		{"CRON_TZ=America/New_York 30 2 * * *", "2026-03-09T06:30:00Z"}, // there is no 02:30 on the 8th
	} {
		s, err := ParseSchedule(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		got := ""
		if s != (Schedule{}) {
			got = now.Add(facts{now: now, schedule: s}.wanted()).UTC().Format(time.RFC3339)
		}
		if got != test.next {
			t.Errorf("%q: next %s, want %s", test.text, got, test.next)
		}
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "not a schedule",
		"often":                          "not a schedule",
		"* * * *":                        "five fields",
		"* * * * * *":                    "five fields",
		"61 * * * *":                     "the cron line is wrong",
		"0 0 30 2 *":                     "never comes",
		"0 0 31 4,6,9,11 *":              "never comes",
		"TZ=UTC":                         "names a zone and no times",
		"CRON_TZ=UTC":                    "names a zone and no times",
		"CRON_TZ=":                       "names a zone and no times",
		"CRON_TZ=Mars/Olympus 0 8 * * *": "Mars/Olympus",
		"@every 1m":                      "plain duration",
		"@every 0s":                      "plain duration",
		"@fortnightly":                   "the cron line is wrong",
		"0s":                             "more than 0",
		"-5m":                            "more than 0",
		"15":                             "not a schedule",
	} {
		_, err := ParseSchedule(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	for _, seed := range []string{"adaptive", "15m", "*/20 6-22 * * *", "TZ=UTC", "CRON_TZ=UTC ", "@every -5m", "0 0 30 2 *", "TZ= * * * * *", "@", "*/0 * * * *", "0-0/1 ? L W #"} {
		f.Add(seed)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSchedule(text)
		if err != nil {
			return
		}
		if wait := (facts{now: now, schedule: s}).wanted(); wait <= 0 {
			t.Errorf("%q is due again at once: %s", text, wait)
		}
	})
}

func TestNext(t *testing.T) {
	every := func(d time.Duration) Schedule { return Schedule{every: d} }
	hourly, err := ParseSchedule("0 * * * *")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 7, 12, 40, 0, 0, time.UTC)
	const floor, day = 15 * time.Minute, 24 * time.Hour
	for _, test := range []struct {
		name string
		facts
		want time.Duration
	}{
		{"nothing known", facts{}, time.Hour},
		{"an hourly rhythm", facts{rhythm: time.Hour}, 30 * time.Minute},
		{"a busy source", facts{rhythm: time.Minute}, 15 * time.Minute},
		{"a yearly one", facts{rhythm: 365 * day}, day},
		{"quiet for long", facts{rhythm: time.Hour, quiet: 91 * day}, day},
		{"a duration", facts{schedule: every(45 * time.Minute)}, 45 * time.Minute},
		{"a cron line", facts{schedule: hourly}, 20 * time.Minute},
		{"the floor", facts{schedule: every(time.Second)}, floor},
		{"the floor under a cron line", facts{schedule: hourly, now: now.Add(19 * time.Minute)}, floor},
		{"max-age", facts{schedule: every(time.Hour), fresh: 2 * time.Hour}, 2 * time.Hour},
		{"a short max-age hurries nothing", facts{fresh: time.Second}, time.Hour},
		{"a max-age of years", facts{fresh: 9000 * day}, 7 * day},
		{"ttl", facts{ttl: 3 * time.Hour}, 3 * time.Hour},
		{"a ttl of years", facts{ttl: 9000 * day}, 7 * day},
		{"Retry-After", facts{failures: 1, retryAfter: 5 * time.Hour}, 5 * time.Hour},
		{"a Retry-After of years", facts{failures: 1, retryAfter: 9000 * day}, 30 * day},
		{"Retry-After: 0 hurries nothing", facts{failures: 1}, time.Hour},
		{"one failure", facts{failures: 1}, time.Hour},
		{"two failures", facts{failures: 2}, 2 * time.Hour},
		{"four failures", facts{failures: 4}, 8 * time.Hour},
		{"many failures", facts{failures: 400}, day},
		{"failures of a slow source", facts{schedule: every(3 * day), failures: 5}, 3 * day},
	} {
		f := test.facts
		if f.now.IsZero() {
			f.now = now
		}
		f.minInterval = floor
		for _, source := range []string{"", "https://a.example/feed", "https://b.example/feed"} {
			f.source = source
			got := next(f).Sub(f.now)
			if got < test.want || got > test.want+min(test.want/10, 30*time.Minute) {
				t.Errorf("%s: %s, want %s and at most a tenth more", test.name, got, test.want)
			}
		}
	}
}

// TestSpread: sources that would be due together are spread, each always to the same place.
func TestSpread(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	seconds := map[int64]int{}
	for i := range 1000 {
		f := facts{now: now, source: "https://a.example/" + strings.Repeat("x", i)}
		if !next(f).Equal(next(f)) {
			t.Fatal("a source has no place of its own")
		}
		seconds[next(f).Unix()]++
	}
	for second, n := range seconds {
		if n > 20 {
			t.Errorf("%d of 1000 sources are due in second %d", n, second)
		}
	}
}

func TestRhythm(t *testing.T) {
	base := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	at := func(hours ...int) (dates []time.Time) {
		for _, h := range hours {
			dates = append(dates, base.Add(time.Duration(h)*time.Hour))
		}
		return dates
	}
	for _, test := range []struct {
		dates []time.Time
		want  time.Duration
	}{
		{nil, 0},
		{at(1, 2, 3), 0}, // too few to tell
		{at(1, 2, 3, 4, 5), time.Hour},
		{at(5, 1, 4, 2, 3), time.Hour}, // in any order
		{at(1, 2, 3, 4, 500), time.Hour},
		{at(0, 24, 48, 72, 96), 24 * time.Hour},
	} {
		if got := rhythm(test.dates); got != test.want {
			t.Errorf("%v: %s, want %s", test.dates, got, test.want)
		}
	}
}
