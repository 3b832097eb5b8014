package storagetest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// documents is how many entries a topic's documents show of old articles.
var documents = feeds.DefaultWindow.Least

// prune removes old articles, few at a time, and gives how many went.
func (f *fixture) prune(cutoff time.Time, perSource int) int {
	f.Helper()
	n, err := f.store.Prune(f.Context(), cutoff, perSource, 4)
	f.ok(err)
	return n
}

// shown is what documents show of a topic.
func (f *fixture) shown(topic string) feeds.Page {
	f.Helper()
	p, err := f.store.Page(f.Context(), feeds.Query{Topic: topic, Content: true})
	f.ok(err)
	return p
}

func (f *fixture) pruneByAge() {
	l := f.claim("me")["a.example"]
	var all []feeds.Article
	for n := range 63 {
		a := article(n, "peru")
		if n >= 60 {
			a.Categories = nil
		}
		all = append(all, a)
	}
	f.save(l, true, all...)
	before := f.shown("peru")
	if n := f.prune(time.Now().Add(-time.Hour), 0); n != 0 {
		f.Fatalf("%d articles went that are not old", n)
	}
	if n := f.prune(time.Time{}, 0); n != 0 {
		f.Fatalf("%d articles went though all are to stay", n)
	}
	if n := f.prune(time.Now().Add(time.Hour), 0); n != 13 {
		f.Errorf("%d old articles went, want the 10 that no document shows and the 3 without a topic", n)
	}
	if diff := cmp.Diff(before, f.shown("peru")); diff != "" {
		f.Errorf("the topic changed (-before +after):\n%s", diff)
	}
	if got := len(f.page("peru").Entries); got != documents {
		f.Errorf("%d entries are left", got)
	}
	found, err := f.store.Search(f.Context(), feeds.Search{Text: "report", Limit: 100})
	f.ok(err)
	if len(found) != documents {
		f.Errorf("search finds %d articles, %d are left", len(found), documents)
	}
	// The source still lists all of them: none comes back, and none is announced again.
	if saved := f.save(l, false, all...); saved.New != 0 || saved.Changed != 0 || len(saved.Topics) != 0 {
		f.Errorf("saved %+v", saved)
	}
	all[0].Title += ", corrected" // the newest still is edited as ever
	all[62].Title += ", corrected"
	if saved := f.save(l, false, all...); saved.New != 0 || saved.Changed != 1 {
		f.Errorf("saved %+v", saved)
	}
}

func (f *fixture) pruneBySource() {
	leases := f.claim("me")
	var ofA, ofB []feeds.Article
	for n := range 30 {
		ofA = append(ofA, article(n))
		if n < 5 {
			ofB = append(ofB, fromB(article(n)))
		}
	}
	ofA[29].Categories = []string{"peru"} // it is the oldest, and a document shows it: it stays
	f.save(leases["a.example"], false, ofA...)
	f.save(leases["b.example"], false, ofB...)
	for _, step := range []struct{ keep, want int }{{20, 9}, {20, 0}, {5, 15}} {
		if n := f.prune(time.Time{}, step.keep); n != step.want {
			f.Errorf("%d articles went, want %d: %d of each source stay and the one that is shown", n, step.want, step.keep)
		}
	}
	if got := f.titles("peru"); !slices.Equal(got, []string{ofA[29].Title}) {
		f.Errorf("peru has %q", got)
	}
	found, err := f.store.Search(f.Context(), feeds.Search{Text: "report", Limit: 100})
	f.ok(err)
	ofEach := map[string]int{}
	for _, a := range found {
		ofEach[a.Source.URL]++
	}
	if ofEach[feedB] != 5 || ofEach[feedA] != 6 {
		f.Errorf("left of each source: %v", ofEach)
	}
}
