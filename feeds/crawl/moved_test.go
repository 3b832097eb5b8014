package crawl

import (
	"testing"
	"time"

	"tributary/feeds"
)

// TestFollow: which redirects are adopted, and when.
func TestFollow(t *testing.T) {
	const own, b, c = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
	start := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	type visit struct {
		after time.Duration // since the start
		to    string        // where the permanent redirects led
	}
	for _, test := range []struct {
		name   string
		source string
		visits []visit
		want   string
	}{
		{"no redirect", own, []visit{{0, ""}, {8 * day, ""}, {9 * day, ""}}, ""},
		{"seen often and long enough", own, []visit{{0, b}, {1 * day, b}, {7 * day, b}}, b},
		{"not long enough", own, []visit{{0, b}, {1 * day, b}, {2 * day, b}, {6 * day, b}}, ""},
		{"not often enough", own, []visit{{0, b}, {8 * day, b}}, ""},
		{"a target that flips", own, []visit{{0, b}, {3 * day, c}, {7 * day, b}, {8 * day, b}}, ""},
		{"a target that settles", own, []visit{{0, b}, {3 * day, c}, {7 * day, c}, {10 * day, c}}, c},
		{"a visit without a redirect between", own, []visit{{0, b}, {3 * day, ""}, {7 * day, b}, {8 * day, b}}, ""},
		{"https", "http://a.example/feed?x=1", []visit{{0, "https://a.example/feed?x=1"}}, "https://a.example/feed?x=1"},
		{"https elsewhere", "http://a.example/feed", []visit{{0, "https://www.a.example/feed"}}, ""},
		{"https and another path", "http://a.example/feed", []visit{{0, "https://a.example/rss"}}, ""},
	} {
		st := feeds.State{Source: test.source}
		for _, v := range test.visits {
			follow(&st, address(st), v.to, start.Add(v.after))
		}
		if st.Adopted != test.want {
			t.Errorf("%s: adopted %q, want %q", test.name, st.Adopted, test.want)
		}
		if st.Adopted != "" && (st.Moved != "" || st.MovedSeen != 0 || !st.MovedSince.IsZero()) {
			t.Errorf("%s: still counts: %+v", test.name, st)
		}
	}
}

// TestAdoptedIsDoubted: an adopted URL that fails is given up when the configured one works without it.
func TestAdoptedIsDoubted(t *testing.T) {
	const own, b, c = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
	adopted := feeds.State{Source: own, Adopted: b}
	for failures, want := range []string{b, b, b, own, b, own} {
		adopted.Failures = failures
		if got := address(adopted); got != want {
			t.Errorf("after %d failures %s is asked, want %s", failures, got, want)
		}
	}
	for _, test := range []struct {
		name, asked, to, want string
	}{
		{"the adopted one answers", b, "", b},
		{"the configured one still leads there", own, b, b},
		{"the configured one answers", own, "", ""},
		{"the configured one leads elsewhere", own, c, ""},
	} {
		st := feeds.State{Source: own, Adopted: b, Failures: 3}
		follow(&st, test.asked, test.to, time.Now())
		if st.Adopted != test.want {
			t.Errorf("%s: adopted %q, want %q", test.name, st.Adopted, test.want)
		}
	}
}
