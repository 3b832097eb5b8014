package storagetest

import (
	"errors"
	"slices"
	"time"

	"tributary/feeds"
)

// stored: articles come newest first, whole, with the topics that have them; copies have a number in common.
func (f *fixture) stored() {
	f.sources[0].Tags, f.sources[0].Assume = []string{"x", "y"}, []string{"PE"}
	f.sync()
	leases := f.claim("me")
	f.save(leases["a.example"], false, article(1, "peru", "energy"), article(2))
	again := article(1, "peru")
	again.GUID = "another id"
	f.save(leases["b.example"], false, again)
	var got []feeds.Stored
	total := 0
	read := func(since time.Time, visit func(feeds.Stored) error) error {
		return f.store.Stored(f.Context(), since, func(n int) { total = n }, visit)
	}
	f.ok(read(time.Now().Add(-time.Hour), func(s feeds.Stored) error { got = append(got, s); return nil }))
	if total != 3 || len(got) != 3 {
		f.Fatalf("%d of %d articles", len(got), total)
	}
	if got[0].Article.Source.URL != feedB || got[1].Article.Title != article(1).Title || got[2].Article.Title != article(2).Title {
		f.Errorf("order: %q, %q, %q", got[0].Article.Title, got[1].Article.Title, got[2].Article.Title)
	}
	if got[0].Copies != got[1].Copies || got[1].Copies == got[2].Copies {
		f.Error("copies are not told")
	}
	if len(got[0].Topics) != 0 || !slices.Equal(got[1].Topics, []string{"peru", "energy"}) || len(got[2].Topics) != 0 {
		f.Errorf("topics %q, %q, %q", got[0].Topics, got[1].Topics, got[2].Topics)
	}
	if a := got[1].Article; a.Content != article(1).Content || !slices.Equal(a.Source.Tags, []string{"x", "y"}) || !slices.Equal(a.Source.Assume, []string{"PE"}) {
		f.Errorf("article %+v", a)
	}
	f.ok(read(time.Now().Add(time.Hour), func(feeds.Stored) error { panic("it is of no such time") }))
	broken := errors.New("enough")
	f.expectErr(read(time.Time{}, func(feeds.Stored) error { return broken }), broken)
}
