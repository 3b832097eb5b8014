package storagetest

import (
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

func (f *fixture) visitIsKept() {
	l := f.claim("me")["a.example"]
	a := article(1, "peru", "energy")
	a.Authors, a.Language, a.Image = []string{"Ana Pérez", "Bo"}, "es", "https://a.example/1.jpg"
	a.Enclosures = []feeds.Enclosure{{URL: "https://a.example/1.mp3", Type: "audio/mpeg", Length: 5 << 30}}
	a.Rights = "© A"
	if saved := f.save(l, false, a, article(2)); saved.New != 2 || !slices.Equal(saved.Topics, []string{"energy", "peru"}) {
		f.Fatalf("saved %+v", saved)
	}
	p := f.page("peru")
	if len(p.Entries) != 1 {
		f.Fatalf("%d entries", len(p.Entries))
	}
	got := p.Entries[0]
	if got.Seq != 1 || got.Topic != "peru" || got.Score != 3 || len(got.Evidence.Hits) != 1 || got.Evidence.Hits[0].Term != "peru" {
		f.Errorf("entry %+v", got)
	}
	if len(got.Article.ID) != 26 || got.Article.Seen.IsZero() {
		f.Errorf("id %q, seen %s", got.Article.ID, got.Article.Seen)
	}
	a.ID, a.Seen = got.Article.ID, got.Article.Seen
	a.Source = feeds.Source{URL: feedA, Title: "A"}
	if diff := cmp.Diff(a, got.Article); diff != "" {
		f.Errorf("the article changed (-saved +read):\n%s", diff)
	}
}

func (f *fixture) savingAgain() {
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "peru"), article(2, "peru"))
	before := f.page("peru")
	if saved := f.save(l, false, article(1, "peru"), article(2, "peru")); saved.New != 0 || saved.Known != 2 || len(saved.Topics) != 0 {
		f.Errorf("saved %+v", saved)
	}
	if diff := cmp.Diff(before, f.page("peru")); diff != "" {
		f.Errorf("the topic changed:\n%s", diff)
	}
}

func (f *fixture) edit() {
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "peru"), article(2, "peru"))
	before := f.page("peru")
	a := article(2, "peru", "energy")
	a.Title += ", corrected"
	a.Published = a.Published.Add(time.Hour) // a publisher's moving date moves nothing here
	if saved := f.save(l, false, article(1, "peru"), a); saved.New != 0 || saved.Changed != 1 {
		f.Fatalf("saved %+v", saved)
	}
	after := f.page("peru")
	for i, e := range after.Entries {
		was := before.Entries[i]
		if e.Article.ID != was.Article.ID || e.Seq != was.Seq || !e.At.Equal(was.At) || !e.Article.Published.Equal(was.Article.Published) {
			f.Errorf("entry %d moved: %+v, was %+v", i, e, was)
		}
	}
	if i := slices.Index(f.titles("peru"), a.Title); i < 0 || after.Entries[i].Article.Updated.IsZero() {
		f.Errorf("the edit does not show: %q", f.titles("peru"))
	}
	if after.Revision.Version <= before.Revision.Version {
		f.Error("the topic has no new revision")
	}
	if got := f.titles("energy"); !slices.Equal(got, []string{a.Title}) {
		f.Errorf("energy has %q", got)
	}
	f.save(l, false, article(1, "peru"), article(2)) // edited once more, and out of both topics
	if len(f.titles("energy")) != 0 || len(f.titles("peru")) != 1 {
		f.Errorf("the article is still in: peru %q, energy %q", f.titles("peru"), f.titles("energy"))
	}
}

func (f *fixture) allOrNothing() {
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "peru"))
	before, state := f.page("peru"), f.stateOf(feedA)
	l.Token-- // what makes the commit fail
	st := l.Due[0]
	st.ETag = `"new"`
	_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: st, Articles: []feeds.Article{article(2, "peru")}}, judge)
	f.expectErr(err, feeds.ErrLeaseLost)
	if diff := cmp.Diff(before, f.page("peru")); diff != "" {
		f.Errorf("the topic changed:\n%s", diff)
	}
	if diff := cmp.Diff(state, f.stateOf(feedA)); diff != "" {
		f.Errorf("the state changed:\n%s", diff)
	}
}

func (f *fixture) backfill() {
	leases := f.claim("me")
	f.save(leases["b.example"], false, fromB(article(3, "peru")))
	f.save(leases["a.example"], true, article(1, "peru"), article(5, "peru"))
	got := f.page("peru").Entries
	if len(got) != 3 {
		f.Fatalf("%d entries", len(got))
	}
	// News of B is newest although it was published before A's first; A's old ones stand at their time.
	for i, n := range []int{3, 1, 5} {
		if want := article(n).Title; got[i].Article.Title != want {
			f.Errorf("entry %d is %q, want %q", i, got[i].Article.Title, want)
		}
	}
	for _, e := range got[1:] {
		if !e.At.Equal(e.Article.Published) {
			f.Errorf("%q entered at %s, published %s", e.Article.Title, e.At, e.Article.Published)
		}
	}
}

// sameMoment: articles of one moment stand as in their document, which has the newest first.
func (f *fixture) sameMoment() {
	l := f.claim("me")["a.example"]
	var articles []feeds.Article
	for n := range 4 {
		a := article(n, "peru")
		a.Published = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
		articles = append(articles, a)
	}
	f.save(l, false, articles...)
	for i, title := range f.titles("peru") {
		if title != articles[i].Title {
			f.Errorf("entry %d is %q, want %q", i, title, articles[i].Title)
		}
	}
}

// sideEdits: what stands beside the text is kept up to date too.
func (f *fixture) sideEdits() {
	l := f.claim("me")["a.example"]
	a := article(1, "peru")
	a.Enclosures = []feeds.Enclosure{{URL: "https://a.example/broken.mp3"}}
	f.save(l, false, a)
	a.Enclosures = []feeds.Enclosure{{URL: "https://a.example/good.mp3"}}
	a.Language, a.Rights = "es", "© A"
	guid := a.GUID
	a.GUID = "https://a.example/story/1#edited" // readers know it by the one that it had first
	if saved := f.save(l, false, a); saved.Changed != 1 {
		f.Errorf("saved %+v", saved)
	}
	if got := f.page("peru").Entries[0].Article; got.Enclosures[0].URL != a.Enclosures[0].URL || got.Language != "es" || got.Rights != a.Rights || got.GUID != guid {
		f.Errorf("stored %+v", got)
	}
}

func (f *fixture) lateNews() {
	l := f.claim("me")["a.example"]
	f.save(l, true, article(1, "peru"))
	old := article(2, "peru")
	old.Published = time.Date(2009, 5, 1, 0, 0, 0, 0, time.UTC)
	future := article(3, "peru")
	future.Published = time.Now().Add(1000 * time.Hour).Truncate(time.Millisecond).UTC()
	f.save(l, false, article(1, "peru"), old)
	f.save(l, false, article(1, "peru"), future)
	f.save(l, false, article(4, "peru"))
	want := []string{article(4).Title, future.Title, old.Title, article(1).Title}
	if got := f.titles("peru"); !slices.Equal(got, want) {
		f.Errorf("order %q, want %q", got, want)
	}
}

// fromB gives an article another source's id.
func fromB(a feeds.Article) feeds.Article {
	a.GUID = strings.ReplaceAll(a.GUID, "a.example", "b.example")
	a.URL = strings.ReplaceAll(a.URL, "a.example", "b.example")
	return a
}

func (f *fixture) copies() {
	leases := f.claim("me")
	f.save(leases["a.example"], false, article(1, "peru"))
	again := article(1, "peru", "energy")
	again.GUID, again.URL = "another id", "http://www.a.example/story/1/?utm_source=b"
	f.save(leases["b.example"], false, again)
	if got := f.titles("peru"); len(got) != 1 {
		f.Errorf("peru has %q", got)
	}
	if got := f.titles("energy"); len(got) != 1 {
		f.Errorf("energy has %q", got)
	}
}

func (f *fixture) claimedLink() {
	leases := f.claim("me")
	theft := article(1, "peru")
	theft.Title, theft.Content = "Buy our pills", "<p>Cheap.</p>"
	f.save(leases["b.example"], false, theft)
	f.save(leases["a.example"], false, article(1, "peru"))
	if got := f.titles("peru"); len(got) != 2 || got[0] != article(1).Title {
		f.Errorf("peru has %q", got)
	}
	ids := map[string]bool{}
	for _, e := range f.page("peru").Entries {
		ids[e.Article.ID] = true
	}
	if len(ids) != 2 {
		f.Errorf("two sources share an article: %v", ids)
	}
}

func (f *fixture) texts() {
	l := f.claim("me")["a.example"]
	hard := "🜁 ' \" \\ % $1 ?1 <b>&amp;</b> \u202e \U0010FFFF ｆｕｌｌ"
	a := article(1, "peru")
	a.Title, a.Summary, a.Content, a.Authors = hard, hard, strings.Repeat(hard, 5000), []string{hard, ""}
	a.GUID = "bytes \xff\x00 as they came"
	f.save(l, false, a)
	got := f.page("peru").Entries[0].Article
	if got.Title != hard || got.Summary != hard || got.Content != a.Content || got.GUID != a.GUID || !slices.Equal(got.Authors, a.Authors) {
		f.Errorf("texts changed: %q %q %q", got.Title, got.GUID, got.Authors)
	}
}
