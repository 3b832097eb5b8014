package storagetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// fail stores a visit of the lease's first source that failed.
func (f *fixture) fail(l feeds.Lease) {
	f.Helper()
	st := l.Due[0]
	st.Failures, st.Result, st.NextVisit = 3, feeds.NotAFeed, time.Now().Add(time.Hour)
	_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: st}, judge)
	f.ok(err)
}

// proposals: an address is kept for a source as long as it fails; what a visit that succeeds says counts more.
func (f *fixture) proposals() {
	l := f.claim("me")["a.example"]
	const address = "https://new.example/feed"
	f.ok(f.store.Propose(f.Context(), feedA, address))
	if got := f.stateOf(feedA).Proposal; got != "" {
		f.Errorf("%q is proposed for a source that does not fail", got)
	}
	f.fail(l)
	f.ok(f.store.Propose(f.Context(), feedA, address))
	f.fail(l) // knows nothing of the proposal
	f.sync()
	if got := f.stateOf(feedA).Proposal; got != address {
		f.Errorf("%q is proposed, want %s", got, address)
	}
	if got := f.stateOf(feedB).Proposal; got != "" {
		f.Errorf("%q is proposed for the other source", got)
	}
	l.Due[0].Proposal = "https://a.example/moving"
	f.save(l, false)
	if got := f.stateOf(feedA).Proposal; got != "https://a.example/moving" {
		f.Errorf("%q is proposed, want what the document says", got)
	}
	l.Due[0].Proposal = ""
	f.save(l, false)
	if got := f.stateOf(feedA).Proposal; got != "" {
		f.Errorf("%q is proposed for a source that has recovered", got)
	}
}

// searches: a source is looked for once in a while, whoever asks.
func (f *fixture) searches() {
	may := func(source string, every time.Duration) bool {
		f.Helper()
		may, err := f.store.BeginSearch(f.Context(), source, every)
		f.ok(err)
		return may
	}
	if !may(feedA, time.Hour) || may(feedA, time.Hour) {
		f.Error("the first search is not the only one")
	}
	if !may(feedB, time.Hour) {
		f.Error("a search for one source hinders that for another")
	}
	if !may(feedA, 0) {
		f.Error("no search though the time has passed")
	}
	if may("https://unknown.example/", 0) {
		f.Error("a search for a source that is not there")
	}
}

// recent: what a source had last can be recognised.
func (f *fixture) recent() {
	leases := f.claim("me")
	var all []feeds.Article
	for n := range 5 {
		all = append(all, article(n))
	}
	f.save(leases["a.example"], false, all...)
	f.save(leases["b.example"], false, fromB(article(9)))
	got, err := f.store.Recent(f.Context(), feedA, 3)
	f.ok(err)
	var want []feeds.Article
	for _, a := range all[:3] {
		want = append(want, feeds.Article{URL: a.URL, Title: a.Title, Published: a.Published})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.Errorf("-want +got:\n%s", diff)
	}
	if none, err := f.store.Recent(f.Context(), "https://unknown.example/", 3); err != nil || len(none) != 0 {
		f.Errorf("%v, %v of a source that is not there", none, err)
	}
}
