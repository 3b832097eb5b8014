package crawl

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
)

func TestOutage(t *testing.T) {
	start := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	type try struct {
		hosts int  // so many, each another
		away  bool // failed without a sign of the publisher
		every time.Duration
	}
	for _, test := range []struct {
		name    string
		pending int
		tries   []try
		want    bool
	}{
		{"too few to tell", 0, []try{{9, true, time.Second}}, false},
		{"all of ten", 0, []try{{10, true, time.Second}}, true},
		{"eight of ten", 0, []try{{2, false, time.Second}, {8, true, time.Second}}, true},
		{"seven of ten", 0, []try{{3, false, time.Second}, {7, true, time.Second}}, false},
		{"dead ones answer first", 6, []try{{10, true, time.Second}}, false},
		{"ten in a quarter of an hour", 0, []try{{10, true, 90 * time.Second}}, true},
		{"nine of the last ten in a quarter of an hour", 0, []try{{30, false, 90 * time.Second}, {9, true, 90 * time.Second}}, true},
		{"seven of the last ten", 0, []try{{30, false, 90 * time.Second}, {7, true, 90 * time.Second}}, false},
		{"ten in an hour", 0, []try{{10, true, 6 * time.Minute}}, false},
		{"all was well until then", 0, []try{{30, false, time.Second}, {1, false, 6 * time.Minute}, {10, true, time.Second}}, true},
	} {
		var o outage
		now, n := start, 0
		for range test.pending {
			n++
			o.begin(fmt.Sprint("h", n), now)
		}
		for _, try := range test.tries {
			for range try.hosts {
				n++
				now = now.Add(try.every)
				o.end(fmt.Sprint("h", n), try.away, now)
			}
		}
		if o.lasting() != test.want {
			t.Errorf("%s: outage %v", test.name, o.lasting())
		}
	}
	var o outage
	began := 0
	for i := range 30 {
		if b, _ := o.end(fmt.Sprint("h", i), true, start); b {
			began++
		}
	}
	if began != 1 {
		t.Errorf("one outage began %d times", began)
	}
	for i, want := range []time.Duration{time.Minute, 30 * time.Second, 0, 30 * time.Second, 0} {
		at := start.Add(time.Duration(i) * 30 * time.Second)
		if got := o.probing(at); got != want {
			t.Errorf("after %s: the next try in %s, want %s", at.Sub(start), got, want)
		}
	}
	if _, ended := o.end("h1", false, start); !ended || o.lasting() {
		t.Error("an answer does not end an outage")
	}
	if began, _ := o.end("h2", true, start); began {
		t.Error("what was before the outage's end counts for the next")
	}
}

// TestOnlyAnswersEndAnOutage: a request that was never made is no answer.
func TestOnlyAnswersEndAnOutage(t *testing.T) {
	c := New(Options{Logger: slog.New(slog.DiscardHandler)})
	visit := func(host string, err error) feeds.State {
		v := feeds.Visit{At: time.Now()}
		h := failed(&v.State, err)
		c.conclude(c.plan.Load(), feeds.Source{URL: host}, host, feeds.State{}, &v, &h)
		return v.State
	}
	away := &fetch.Error{Kind: fetch.DNS, Err: errors.New("no network")}
	for i := range 10 {
		visit(fmt.Sprint("h", i), away)
	}
	if st := visit("a", &fetch.Error{Kind: fetch.Busy, Err: errors.New("others go first")}); st.Result != feeds.Postponed || !c.outage.lasting() {
		t.Errorf("not our turn: %s, outage %v", st.Result, c.outage.lasting())
	}
	if st := visit("b", away); st.Result != feeds.Postponed || st.Failures != 0 {
		t.Errorf("without a network: %s, %d failures", st.Result, st.Failures)
	}
	if st := visit("c", &fetch.Error{Kind: fetch.Status, Status: 503, Err: errors.New("503")}); st.Failures != 1 || c.outage.lasting() {
		t.Errorf("an answer: %d failures, outage %v", st.Failures, c.outage.lasting())
	}
}

func TestUnreached(t *testing.T) {
	for want, errs := range map[bool][]fetch.Error{
		true:  {{Kind: fetch.DNS}, {Kind: fetch.Connect}, {Kind: fetch.Timeout}},
		false: {{Kind: fetch.TLS}, {Kind: fetch.Broken}, {Kind: fetch.Timeout, Status: 200}, {Kind: fetch.Status, Status: 503}, {Kind: fetch.Blocked}, {Kind: fetch.DNS, URL: "https://b.example/"}},
	} {
		for _, e := range errs {
			if e.Err = errors.New("x"); unreached(&e) != want {
				t.Errorf("%+v: unreached %v", e, !want)
			}
		}
	}
}

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var set time.Duration
		c := newClock(func() time.Time { return wallClock().Add(set) })
		for _, step := range []struct{ set, want time.Duration }{
			{0, 0}, {30 * time.Second, 0}, {-20 * time.Second, 0}, {time.Hour, time.Hour}, {0, 0},
			{-24 * time.Hour, -24 * time.Hour}, {0, 0}, {10 * 365 * 24 * time.Hour, 10 * 365 * 24 * time.Hour},
		} {
			set += step.set
			time.Sleep(time.Minute)
			if got := c.jump(); got != step.want {
				t.Errorf("set by %s: %s", step.set, got)
			}
		}
	})
}

func TestPace(t *testing.T) {
	for sources, want := range map[int]int{0: 16, 65: 16, 5000: 100} {
		var p pace
		begun, now := 0, time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
		for end := now.Add(10 * time.Second); now.Before(end); {
			n, wait := p.allow(now, sources)
			if (n > 0) == (wait > 0) {
				t.Fatalf("%d may begin, and none for %s", n, wait)
			}
			n = min(n, 7)
			p.begun(n)
			begun += n
			now = now.Add(max(wait, time.Millisecond))
		}
		if begun != 10*want {
			t.Errorf("%d sources: %d begun in ten seconds, want %d", sources, begun, 10*want)
		}
	}
}
