package storagetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// due gives the sources that can be claimed now, and gives them back.
func (f *fixture) due() (urls []string) {
	f.Helper()
	leases := f.claim("me")
	for _, l := range leases {
		for _, st := range l.Due {
			urls = append(urls, st.Source)
		}
		f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l}))
	}
	slices.Sort(urls)
	return urls
}

func (f *fixture) firstVisits() {
	var many []feeds.Source
	for i := range 60 {
		many = append(many, feeds.Source{URL: fmt.Sprintf("https://h%02d.example/feed", i)})
	}
	f.sources = append(f.sources, many...)
	f.sync() // two are known
	now := time.Now()
	if due := f.due(); len(due) != 2+50 {
		f.Errorf("%d sources are due at once", len(due))
	}
	var waits []time.Duration
	for _, s := range many[50:] {
		waits = append(waits, f.stateOf(s.URL).NextVisit.Sub(now))
	}
	for i := range waits {
		if want := time.Duration(i+1) * 6 * time.Minute; waits[i] < want-time.Minute || waits[i] > want+time.Minute {
			f.Errorf("new source %d starts in %s, want %s", 50+i, waits[i], want)
		}
	}
	f.sync() // a restart
	if again := f.stateOf(many[59].URL).NextVisit.Sub(now); again != waits[9] {
		f.Errorf("a restart changed the first visit from %s to %s", waits[9], again)
	}
	f.sources = append(f.sources, feeds.Source{URL: "https://late.example/"})
	f.sync()
	if due := f.due(); !slices.Contains(due, "https://late.example/") || len(due) != 53 {
		f.Errorf("due with one more source: %d, %q", len(due), due)
	}
	f.ok(f.store.Begin(f.Context()))
	if due := f.due(); len(due) != 63 {
		f.Errorf("%d of 63 sources that were never visited are due", len(due))
	}
}

// learn stores what a visit of a lease's first source has taught, and releases the host.
func (f *fixture) learn(l feeds.Lease, change func(*feeds.State)) {
	f.Helper()
	st := l.Due[0]
	now := time.Now().UTC().Truncate(time.Millisecond)
	st.NextVisit, st.LastVisit, st.LastSuccess, st.Result = now, now, now, feeds.NotModified
	change(&st)
	_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: now, State: st}, judge)
	f.ok(err)
	f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l}))
}

func (f *fixture) adopted() {
	const target = "https://c.example/feed"
	leases := f.claim("me")
	f.learn(leases["a.example"], func(st *feeds.State) { st.Adopted = target })
	f.learn(leases["b.example"], func(*feeds.State) {})
	f.sync() // a restart leaves it where it is
	leases = f.claim("me")
	if l := leases["c.example"]; len(l.Due) != 1 || l.Due[0].Source != feedA || len(leases) != 2 {
		f.Fatalf("the source that has moved is not visited at its new host: %+v", leases)
	}
	f.learn(leases["c.example"], func(*feeds.State) {})

	// Another one ends there too: one request is enough for both.
	f.learn(leases["b.example"], func(st *feeds.State) { st.Adopted = target })
	if a, b := f.stateOf(feedA), f.stateOf(feedB); a.Duplicate != "" || b.Duplicate != feedA {
		f.Errorf("duplicates: of %q and %q, want none and %s", a.Duplicate, b.Duplicate, feedA)
	}
	if due := f.due(); !slices.Equal(due, []string{feedA}) {
		f.Errorf("due are %q, want one of the two that end at one address", due)
	}
	if n, err := f.store.Due(f.Context(), time.Now().Add(time.Minute), time.Hour); err != nil || n != 1 {
		f.Errorf("%d are counted as due, %v", n, err)
	}
	// One that is configured with it goes first.
	f.sources = append(f.sources, feeds.Source{URL: target})
	f.sync()
	if due := f.due(); !slices.Equal(due, []string{target}) {
		f.Errorf("due are %q, want the source that is configured with the address", due)
	}
	// When it goes, one of the others is visited again.
	f.sources = f.sources[:2]
	f.sync()
	if due := f.due(); !slices.Equal(due, []string{feedA}) {
		f.Errorf("due are %q after the duplicate went", due)
	}
	// When the first gives the address up, both are themselves.
	f.learn(f.claim("me")["c.example"], func(st *feeds.State) { st.Adopted = "" })
	if due := f.due(); !slices.Equal(due, []string{feedA, feedB}) {
		f.Errorf("due are %q when one moved back", due)
	}
}

func (f *fixture) clockForward() {
	now := time.Now().UTC().Truncate(time.Millisecond)
	leases := f.claim("me")
	// The clock has just gone forward by an hour: A was visited before, B since.
	f.learn(leases["a.example"], func(st *feeds.State) {
		st.LastVisit, st.NextVisit, st.Paused = now.Add(-70*time.Minute), now.Add(-10*time.Minute), now.Add(50*time.Minute)
	})
	f.learn(leases["b.example"], func(st *feeds.State) { st.NextVisit = now.Add(time.Hour) })
	moved, err := f.store.Reset(f.Context(), time.Hour)
	if err != nil || moved != time.Hour {
		f.Fatalf("moved by %s, %v", moved, err)
	}
	if due := f.due(); len(due) != 0 {
		f.Errorf("%q are asked early", due)
	}
	a, b := f.stateOf(feedA), f.stateOf(feedB)
	if !a.NextVisit.Equal(now.Add(50*time.Minute)) || !a.Paused.Equal(now.Add(110*time.Minute)) || !a.LastVisit.Equal(now.Add(-10*time.Minute)) {
		f.Errorf("a visit before the jump: next %s, paused %s, last %s; it is %s", a.NextVisit, a.Paused, a.LastVisit, now)
	}
	if !b.NextVisit.Equal(now.Add(time.Hour)) {
		f.Errorf("a visit after the jump: next %s", b.NextVisit)
	}
	if _, err := f.store.Reset(f.Context(), time.Hour); err != nil { // another process saw the jump, too
		f.Fatal(err)
	}
	if again := f.stateOf(feedA); !again.NextVisit.Equal(a.NextVisit) {
		f.Errorf("a second process moved the next visit to %s", again.NextVisit)
	}
}

func (f *fixture) clockBack() {
	now := time.Now().UTC().Truncate(time.Millisecond)
	year := 365 * 24 * time.Hour
	leases := f.claim("me")
	f.learn(leases["a.example"], func(st *feeds.State) { st.LastVisit, st.NextVisit = now.Add(year), now.Add(year+time.Hour) })
	f.learn(leases["b.example"], func(st *feeds.State) {
		st.LastVisit, st.NextVisit = now.Add(year-20*time.Minute), now.Add(year+40*time.Minute)
	})
	for range 2 {
		if _, err := f.store.Reset(f.Context(), 0); err != nil {
			f.Fatal(err)
		}
		a, b := f.stateOf(feedA).NextVisit.Sub(now), f.stateOf(feedB).NextVisit.Sub(now)
		if a < time.Hour || a > time.Hour+time.Minute || (a-b).Round(time.Second) != 20*time.Minute {
			f.Errorf("next visits in %s and %s, want 1h and 20 minutes less", a, b)
		}
	}
	if moved, err := f.store.Reset(f.Context(), 0); err != nil || moved != 0 {
		f.Errorf("a clock that is right moves by %s, %v", moved, err)
	}
}

func (f *fixture) quiet() {
	l := f.claim("me")["a.example"]
	f.save(l, true, article(1, "peru"))
	l.Due[0] = f.stateOf(feedA)
	at := time.Now().Add(time.Minute).UTC().Truncate(time.Millisecond)
	st := l.Due[0]
	st.Result, st.Because, st.Ignored = feeds.NotModified, "every 1h", 2
	st.LastVisit, st.LastSuccess, st.LastBody, st.NextVisit = at, at, at, at.Add(time.Hour)
	visit := feeds.Visit{At: at, State: st}
	_, err := f.store.SaveVisit(f.Context(), l, visit, judge)
	f.ok(err)
	if diff := cmp.Diff(st, f.stateOf(feedA)); diff != "" {
		f.Errorf("state changed (-saved +read):\n%s", diff)
	}
	late := l
	late.Token--
	visit.State.Because = "late"
	_, err = f.store.SaveVisit(f.Context(), late, visit, judge)
	f.expectErr(err, feeds.ErrLeaseLost)
	if got := f.stateOf(feedA).Because; got != st.Because {
		f.Errorf("a late owner wrote %q", got)
	}
	visit.State.Source = "https://unknown.example/"
	late = l
	late.Due = []feeds.State{visit.State}
	_, err = f.store.SaveVisit(f.Context(), late, visit, judge)
	f.expectErr(err, feeds.ErrNotFound)
}
