package crawl

import (
	"testing"
	"time"

	"tributary/feeds"
)

func TestNext(t *testing.T) {
	every := func(d time.Duration) Schedule { return Schedule{every: d} }
	hourly, err := ParseSchedule("0 * * * *")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 7, 12, 40, 0, 0, time.UTC) // a Saturday
	const floor = 15 * time.Minute
	night := feeds.NewSkip([]int{13, 14, 15}, nil)
	weekend := feeds.NewSkip(nil, []time.Weekday{time.Saturday, time.Sunday})
	for _, test := range []struct {
		name string
		facts
		want    time.Duration
		because string
	}{
		{"nothing known", facts{}, time.Hour, "rhythm unknown"},
		{"an hourly rhythm", facts{rhythm: time.Hour}, 30 * time.Minute, "rhythm"},
		{"a busy source", facts{rhythm: time.Minute}, 15 * time.Minute, "rhythm"},
		{"a yearly one", facts{rhythm: 365 * day}, day, "rhythm"},
		{"quiet for long", facts{rhythm: time.Hour, quiet: 91 * day}, day, "quiet"},
		{"asleep", facts{rhythm: time.Hour, quiet: 366 * day}, 7 * day, "asleep"},
		{"a duration", facts{schedule: every(45 * time.Minute)}, 45 * time.Minute, "schedule"},
		{"a cron line", facts{schedule: hourly}, 20 * time.Minute, "cron"},
		{"the floor", facts{schedule: every(time.Second)}, floor, "min_interval"},
		{"the floor under a cron line", facts{schedule: hourly, now: now.Add(19 * time.Minute)}, floor, "min_interval"},

		{"max-age", facts{schedule: every(time.Hour), fresh: 2 * time.Hour}, 2 * time.Hour, "max-age"},
		{"a short max-age hurries nothing", facts{fresh: time.Second}, time.Hour, "rhythm unknown"},
		{"a max-age of years", facts{fresh: 9000 * day}, 7 * day, "max-age"},
		{"ttl", facts{ttl: 3 * time.Hour}, 3 * time.Hour, "ttl"},
		{"a ttl of years", facts{ttl: 9000 * day}, 7 * day, "ttl"},
		{"hours to skip", facts{skip: night}, 3*time.Hour + 20*time.Minute, "skipHours"},
		{"hours to skip later", facts{skip: night, schedule: every(4 * time.Hour)}, 4 * time.Hour, "schedule"},
		{"days to skip", facts{skip: weekend}, 35*time.Hour + 20*time.Minute, "skipHours"},
		{"always to be skipped", facts{skip: 1<<24 - 1}, time.Hour, "rhythm unknown"},
		{"every day to be skipped", facts{skip: 127 << 24}, time.Hour, "rhythm unknown"},

		{"no validators", facts{blind: true}, 6 * time.Hour, "no validators"},
		{"no validators and a short max-age", facts{blind: true, fresh: 2 * time.Hour}, 2 * time.Hour, "no validators"},
		{"no validators and a very short max-age", facts{blind: true, fresh: time.Minute}, time.Hour, "rhythm unknown"},
		{"no validators and a busy source", facts{blind: true, rhythm: 5 * time.Minute}, time.Hour, "no validators"},
		{"no validators and a slow source", facts{blind: true, rhythm: 10 * day}, day, "rhythm"},
		{"no validators, and the admin's word", facts{blind: true, schedule: every(30 * time.Minute)}, 30 * time.Minute, "schedule"},

		{"Retry-After", facts{failures: 1, retryAfter: 5 * time.Hour}, 5 * time.Hour, "Retry-After"},
		{"a Retry-After of years", facts{failures: 1, retryAfter: 9000 * day}, 30 * day, "Retry-After"},
		{"Retry-After: 0 hurries nothing", facts{failures: 1}, time.Hour, "rhythm unknown"},
		{"max-age of a refusal", facts{failures: 1, status: 429, fresh: 48 * time.Hour}, 48 * time.Hour, "max-age"},

		{"one failure", facts{failures: 1}, time.Hour, "rhythm unknown"},
		{"two failures", facts{failures: 2}, 2 * time.Hour, "failures"},
		{"four failures", facts{failures: 4}, 8 * time.Hour, "failures"},
		{"many failures", facts{failures: 400, failing: 6 * day}, day, "failures"},
		{"a week of failures", facts{failures: 12, failing: 7 * day}, 7 * day, "failures"},
		{"dead", facts{schedule: every(time.Hour), failures: 2, failing: 31 * day}, 7 * day, "dead"},
		{"failures of a slow source", facts{schedule: every(3 * day), failures: 5}, 3 * day, "schedule"},
		{"missing for some hours", facts{failures: 5, failing: 5 * time.Hour, status: 404}, 2 * time.Hour, "failures"},
		{"missing for a day", facts{failures: 5, failing: day, status: 404}, 16 * time.Hour, "failures"},
		{"missing for days", facts{failures: 9, failing: 3 * day, status: 404}, 17 * time.Hour, "failures"},
		{"forbidden", facts{failures: 1, status: 403}, 4 * time.Hour, "forbidden"},
		{"no password", facts{failures: 2, status: 401}, 4 * time.Hour, "forbidden"},
		{"gone, perhaps", facts{failures: 1, status: 410}, day, "gone, to be confirmed"},
		{"gone", facts{failures: 2, failing: day, gone: day, status: 410}, 30 * day, "gone"},
		{"gone, and now broken", facts{failures: 3, failing: 31 * day, gone: 31 * day, status: 500}, 7 * day, "dead"},
	} {
		f := test.facts
		if f.now.IsZero() {
			f.now = now
		}
		f.minInterval = floor
		for _, source := range []string{"", "https://a.example/feed", "https://b.example/feed"} {
			f.source = source
			at, because := next(f)
			if got := at.Sub(f.now); got < test.want || got > test.want+min(test.want/10, 30*time.Minute) {
				t.Errorf("%s: %s, want %s and at most a tenth more", test.name, got, test.want)
			}
			if because != test.because {
				t.Errorf("%s: because of %q, want %q", test.name, because, test.because)
			}
		}
	}
}

// TestBlind: whether validators are worth sending, and when they are doubted.
func TestBlind(t *testing.T) {
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	held := feeds.State{Source: "https://a.example/", ETag: `"1"`, ValidatorURL: "https://a.example/", LastBody: now.Add(-15 * day)}
	for _, test := range []struct {
		name   string
		rhythm time.Duration
		body   time.Duration // since the last body
		want   bool          // a conditional request
	}{
		{"a fortnight of 304", time.Hour, 14 * day, true},
		{"more than a fortnight of 304", time.Hour, 15 * day, false},
		{"a slow source", 7 * day, 41 * day, true},
		{"a slow source for very long", 7 * day, 43 * day, false},
	} {
		st := held
		st.Rhythm, st.LastBody = test.rhythm, now.Add(-test.body)
		if got := request(st, now).ETag != ""; got != test.want {
			t.Errorf("%s: conditional %v, want %v", test.name, got, test.want)
		}
	}
	st := held
	for range 3 {
		if blind(st) {
			t.Errorf("blind after %d bodies", st.Ignored)
		}
		st.Ignored = ignored(st, request(st, st.LastBody), feeds.Unchanged)
	}
	if !blind(st) {
		t.Error("three bodies in spite of validators prove nothing")
	}
	if ignored(st, request(st, st.LastBody), feeds.Fetched) != 0 {
		t.Error("something new is held against the server")
	}
	if got := ignored(st, request(st, now), feeds.Unchanged); got != st.Ignored {
		t.Errorf("a body that was asked for counts: %d", got)
	}
}

// TestStrikes: who is paused, a source or its host.
func TestStrikes(t *testing.T) {
	start := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	var s strikes
	for i, step := range []struct {
		host     string
		status   int
		asked    time.Duration
		failures int
		after    time.Duration // since the start
		want     time.Duration
	}{
		{"a", 429, time.Minute, 1, 0, time.Minute},
		{"a", 429, 90 * day, 1, 0, 30 * day},
		{"a", 429, 0, 1, 0, time.Hour},
		{"a", 429, 0, 3, 0, 4 * time.Hour},
		{"a", 429, 0, 30, 0, 6 * time.Hour},
		{"a", 503, time.Hour, 1, 0, 0},
		{"b", 503, time.Hour, 1, time.Minute, 0},
		{"a", 503, 0, 1, 2 * time.Minute, 0},
		{"a", 403, 2 * time.Hour, 1, 10 * time.Minute, 2 * time.Hour},
		{"b", 503, time.Hour, 1, 12 * time.Minute, 0},
		{"b", 500, time.Hour, 1, 12 * time.Minute, 0},
		{"b", 503, time.Hour, 1, 13 * time.Minute, time.Hour},
	} {
		v := feeds.Visit{At: start.Add(step.after), State: feeds.State{Failures: step.failures}}
		if got := s.pause(step.host, hints{status: step.status, retryAfter: step.asked}, v); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}
