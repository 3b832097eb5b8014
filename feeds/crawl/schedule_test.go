package crawl

import (
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/parse"
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
			got = now.Add(facts{now: now, schedule: s}.wanted().Duration).UTC().Format(time.RFC3339)
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
		if w := (facts{now: now, schedule: s}).wanted(); w.Duration <= 0 {
			t.Errorf("%q is due again at once: %s", text, w.Duration)
		}
	})
}

// TestSpread: sources that would be due together are spread, each always to the same place.
func TestSpread(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	seconds := map[int64]int{}
	for i := range 1000 {
		f := facts{now: now, source: "https://a.example/" + strings.Repeat("x", i)}
		at, _ := next(f)
		if again, _ := next(f); !at.Equal(again) {
			t.Fatal("a source has no place of its own")
		}
		seconds[at.Unix()]++
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

// TestNewest sees that what is announced for later does not pass for news: the source would never seem
// silent.
func TestNewest(t *testing.T) {
	now := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	v := feeds.Visit{
		At:       now,
		Articles: []feeds.Article{{Published: now.AddDate(70, 0, 0)}, {Published: now.Add(-time.Hour)}, {}},
		Kept:     []feeds.Item{{Published: now.Add(-2 * time.Hour)}, {Published: now.Add(time.Hour)}},
	}
	learn(&v, &parse.Feed{})
	if got, want := v.State.Newest, now.Add(-time.Hour); !got.Equal(want) {
		t.Errorf("the newest article is of %v, want %v", got, want)
	}
}
