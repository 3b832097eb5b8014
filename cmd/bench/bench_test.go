package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the tests' program serve as the bare handler.
func TestMain(m *testing.M) {
	if file := os.Getenv(bareFile); file != "" {
		panic(serveBare(file))
	}
	os.Exit(m.Run())
}

// TestSmall makes all the measurements at a size that takes seconds. How many articles there are is
// judged, and how long it took is not.
func TestSmall(t *testing.T) {
	r, err := measure(t.Context(), options{
		feeds: 50, runs: 1, lagFeeds: 50, lagHosts: 10, interval: 2 * time.Second, hostGap: 10 * time.Millisecond, served: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{50 * 30, 50 * 31, 50 * 31} {
		m := r.runs[0][i]
		if m.articles != want || m.expected != want {
			t.Errorf("%s: tributary stored %d articles and the bound %d, not %d", states[i].name, m.articles, m.expected, want)
		}
		if m.bound <= 0 || m.cost.cpu <= 0 || m.cost.peak <= 0 {
			t.Errorf("%s: something took nothing: %+v", states[i].name, m)
		}
	}
	if r.lag.articles != 50*30 || r.lag.expected != 50*30 || len(r.lag.lags) == 0 {
		t.Errorf("with many sources on few hosts tributary stored %d articles, not %d, and was measured %d times", r.lag.articles, 50*30, len(r.lag.lags))
	}
	if s := r.serving; s.size < 100_000 || s.gzipped > s.size/2 || len(s.answers) != 2 || s.answers[0].tributary <= 0 || s.answers[1].bare <= 0 {
		t.Errorf("serving was measured as %+v", s)
	}
	var table strings.Builder
	r.print(&table)
	t.Logf("\n%s", &table)
	for _, want := range []string{"50 feeds", "all 304", "1,550", "50 sources on 10 hosts", "p99"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q", want)
		}
	}
}

// TestVerdict holds the table to its bars.
func TestVerdict(t *testing.T) {
	good := measurement{feeds: 10, bound: time.Second, cost: cost{cpu: 300 * time.Millisecond}, articles: 300, expected: 300}
	tests := map[string]struct {
		change func(m *measurement, l *lagReport, s *servingReport)
		held   bool
	}{
		"all is well":  {func(*measurement, *lagReport, *servingReport) {}, true},
		"slow":         {func(m *measurement, _ *lagReport, _ *servingReport) { m.cost.cpu = 360 * time.Millisecond }, false},
		"lost":         {func(m *measurement, _ *lagReport, _ *servingReport) { m.articles-- }, false},
		"fat":          {func(m *measurement, _ *lagReport, _ *servingReport) { m.cost.peak = mostMemory + 1 }, false},
		"late":         {func(_ *measurement, l *lagReport, _ *servingReport) { l.lags = []time.Duration{6 * time.Second} }, false},
		"fat crawl":    {func(_ *measurement, l *lagReport, _ *servingReport) { l.crawl.peak = mostMemory + 1 }, false},
		"lost there":   {func(_ *measurement, l *lagReport, _ *servingReport) { l.articles++ }, false},
		"slow serving": {func(_ *measurement, _ *lagReport, s *servingReport) { s.answers[0].tributary *= 2 }, false},
		"fat serving":  {func(_ *measurement, l *lagReport, _ *servingReport) { l.serve.peak = mostMemory + 1 }, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run := []measurement{good, good, good}
			lag := &lagReport{sources: 10, hosts: 5, lags: []time.Duration{time.Second}}
			serving := &servingReport{answers: []servedAnswer{{"200", time.Microsecond, time.Microsecond}}}
			test.change(&run[1], lag, serving)
			var table strings.Builder
			if held := (report{[][]measurement{run}, lag, serving}).print(&table); held != test.held || held == strings.Contains(table.String(), "missed") {
				t.Errorf("held = %v, and the table says\n%s", held, &table)
			}
		})
	}
}

// TestReadLags holds the reading of the log to its rules: what is due before the sources have fallen into
// their rhythm does not count.
func TestReadLags(t *testing.T) {
	start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	at := func(second int) string { return start.Add(time.Duration(second) * time.Second).Format(time.RFC3339) }
	line := func(second int, source string, next int) string {
		return `{"time":"` + at(second) + `","level":"DEBUG","msg":"visited","source":"` + source + `","next":"` + at(next) + `"}` + "\n"
	}
	log := line(0, "a", 10) + line(1, "b", 11) + // all have been visited: what is due from second 11 on counts
		line(11, "a", 20) + line(12, "b", 20) + // 1 s late
		`{"time":"` + at(15) + `","msg":"something else"}` + "\n" +
		line(20, "a", 30) + line(25, "b", 34) + // 0 s and 5 s late, the latter after the interval
		line(30, "a", 40) // was due after it
	ended := 0
	lags, last := readLags(strings.NewReader(log), 2, 10*time.Second, func() { ended++ })
	if !slices.Equal(lags, []time.Duration{time.Second, 0, 5 * time.Second}) || ended != 1 || !strings.Contains(last, at(30)) {
		t.Errorf("lags %v, ended %d times, last line %s", lags, ended, last)
	}
}
