package feeds

import (
	"slices"
	"testing"
	"time"
)

func TestProblems(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, test := range []struct {
		name string
		State
		want []string
	}{
		{"new", State{}, nil},
		{"fine", State{LastVisit: now, Newest: ago(time.Hour), Rhythm: time.Hour}, nil},
		{"one 410", State{LastVisit: now, Gone: now, Failing: now, Failures: 1}, nil},
		{"two 410s", State{LastVisit: now, Gone: ago(day), Failing: ago(day), Failures: 2}, []string{"gone"}},
		{"two failures", State{Failing: ago(day), Failures: 2}, nil},
		{"three failures", State{Failing: ago(29 * day), Failures: 3}, []string{"failing"}},
		{"a month of failures", State{Failing: ago(30 * day), Failures: 30}, []string{"dead"}},
		{"a weekend", State{Newest: ago(3 * day), Rhythm: time.Hour}, nil},
		{"a busy source gone quiet", State{Newest: ago(3*day + 1), Rhythm: time.Hour}, []string{"silent"}},
		{"a weekly source in its rhythm", State{Newest: ago(80 * day), Rhythm: 7 * day}, nil},
		{"a weekly source gone quiet", State{Newest: ago(85 * day), Rhythm: 7 * day}, []string{"silent"}},
		{"a quiet source that fails", State{Newest: ago(85 * day), Rhythm: day, Failures: 1}, nil},
		{"moved", State{Adopted: "https://b.example/"}, []string{"moved"}},
		{"a duplicate that fails", State{Failures: 4, Adopted: "https://b.example/", Duplicate: "https://c.example/"}, []string{"failing", "duplicate"}},
		{"validators in vain", State{Ignored: 3}, []string{"unconditional"}},
	} {
		var got []string
		for _, p := range test.Problems(now) {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
