package feeds

import (
	"fmt"
	"time"
)

// When a source counts as what the admin should know about.
const (
	GoneAfter    = 24 * time.Hour      // between two 410s (RFC 9110 §15.5.11)
	DeadAfter    = 30 * 24 * time.Hour // of nothing but failures
	IgnoredAfter = 3                   // bodies in a row in spite of validators that stood for them

	failingAfter = 3                  // visits
	silentAfter  = 12                 // times the source's rhythm
	leastSilence = 3 * 24 * time.Hour // a weekend and a holiday
)

// Problem is something about a source that its admin should know.
type Problem struct {
	Name string // in a word: the same for every source
	Text string // what it is and what to do about it, in one line
}

// Problems is what the admin should know about the source at a moment, the gravest first.
func (st State) Problems(now time.Time) (found []Problem) {
	add := func(name, format string, args ...any) {
		found = append(found, Problem{name, fmt.Sprintf(format, args...)})
	}
	switch {
	case !st.Gone.IsZero() && st.LastVisit.Sub(st.Gone) >= GoneAfter:
		add("gone", "the publisher says that it was removed for good (410); take it out of the config")
	case !st.Failing.IsZero() && now.Sub(st.Failing) >= DeadAfter:
		add("dead", "no visit since %s was a success (%s); find its new address or take it out of the config", st.Failing.Format(time.DateOnly), st.Reason)
	case st.Failures >= failingAfter:
		add("failing", "%d visits in a row failed: %s", st.Failures, st.Reason)
	case st.Silent(now):
		add("silent", "nothing new since %s, and it used to bring something every %v; see whether it has moved",
			st.Newest.Format(time.DateOnly), st.Rhythm.Round(time.Minute))
	}
	if st.Duplicate != "" {
		add("duplicate", "it has moved to where %s is read already; take one of the two out of the config", st.Duplicate)
	} else if st.Adopted != "" {
		add("moved", "it has moved for good to %s, which is asked in its place; change its url in the config", st.Adopted)
	}
	if st.Ignored >= IgnoredAfter {
		add("unconditional", "the server sends everything again to conditional requests, so it is asked less often")
	}
	return found
}

// Silent says whether a source that answers has brought nothing for far longer than is its rhythm.
func (st State) Silent(now time.Time) bool {
	if st.Failures > 0 || st.Rhythm == 0 || st.Newest.IsZero() {
		return false
	}
	return now.Sub(st.Newest) > max(silentAfter*st.Rhythm, leastSilence)
}
