package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/storage"
)

// sameSubject takes articles of different sources for one story when their titles have the same word before a colon.
type sameSubject struct {
	last  int64
	ids   map[string]bool
	story map[string]string // by subject
	told  map[string]bool   // story and source
	order []string          // ids, as they were placed
}

func newSameSubject() *sameSubject {
	return &sameSubject{ids: map[string]bool{}, story: map[string]string{}, told: map[string]bool{}}
}

func (s *sameSubject) Last() int64        { return s.last }
func (s *sameSubject) Forgotten() int64   { return 0 }
func (s *sameSubject) Has(id string) bool { return s.ids[id] }
func (s *sameSubject) Remember(t feeds.Told) {
	if t.Number != s.last+1 {
		panic(fmt.Sprintf("number %d after %d", t.Number, s.last))
	}
	s.last, s.ids[t.ID], s.order = t.Number, true, append(s.order, t.ID)
	s.told[t.Story+t.Source] = true
	if t.Story == t.ID {
		s.story[string(t.Signature)] = t.ID
	}
}

func (s *sameSubject) Tell(a *feeds.Article) (feeds.Told, bool) {
	if strings.HasPrefix(a.Title, "Old") {
		return feeds.Told{}, false
	}
	subject, _, _ := strings.Cut(a.Title, ":")
	t := feeds.Told{Number: s.last + 1, ID: a.ID, Story: s.story[subject], Source: a.Source.URL, Date: a.Date(), Seen: a.Seen, Signature: []byte(subject)}
	if t.Story == "" || s.told[t.Story+t.Source] {
		t.Story = t.ID
	}
	s.Remember(t)
	return t, true
}

// telling makes the fixture's topics show stories: peru one entry of each, preferring the sources, and energy those
// that so many sources tell.
func (f *fixture) telling(least int, prefer ...string) {
	f.Helper()
	shown := slices.Clone(topics)
	shown[0].Stories, shown[0].Prefer, shown[1].MinSources = feeds.OneEntry, prefer, least
	f.ok(f.store.Sync(f.Context(), f.sources, shown, "site"))
}

func (f *fixture) group(stories storage.Stories, limit int) storage.Grouped {
	f.Helper()
	done, err := f.store.Group(f.Context(), "me", stories, limit)
	f.ok(err)
	return done
}

// about is an article on a subject.
func about(subject string, n int, topics ...string) feeds.Article {
	a := article(n, topics...)
	a.Title = fmt.Sprintf("%s: %s", subject, a.Title)
	return a
}

// others gives the sources that told the stories of what a topic shows.
func (f *fixture) others(topic string) (sources []string) {
	f.Helper()
	for _, e := range f.page(topic).Entries {
		for _, a := range e.Story.Others {
			sources = append(sources, a.Source.URL)
		}
	}
	return sources
}

func (f *fixture) storiesOne() {
	f.telling(0)
	leases, stories := f.claim("me"), newSameSubject()
	first, second := about("Quake", 1, "peru", "energy"), fromB(about("Quake", 2, "peru", "energy"))
	f.save(leases["a.example"], false, first)
	if got := f.titles("peru"); len(got) != 0 {
		f.Errorf("peru shows %q before they are placed", got)
	}
	if got := f.titles("energy"); len(got) != 1 {
		f.Errorf("energy, which shows everything, has %q", got)
	}
	before := f.page("peru").Revision.Version
	f.group(stories, 10)
	if p := f.page("peru"); len(p.Entries) != 1 || p.Entries[0].Story.ID != "" || p.Revision.Version == before {
		f.Errorf("peru has %+v", p)
	}
	f.save(leases["b.example"], false, second)
	before, plain := f.page("peru").Revision.Version, f.page("energy").Revision.Version
	if done := f.group(stories, 10); done != (storage.Grouped{Articles: 1, Joined: 1}) {
		f.Errorf("grouped %+v", done)
	}
	p := f.page("peru")
	if len(p.Entries) != 1 || p.Entries[0].Article.Title != first.Title || p.Revision.Version == before {
		f.Errorf("peru has %+v", p)
	}
	if diff := cmp.Diff([]string{feedB}, f.others("peru")); diff != "" {
		f.Errorf("others of peru (-want +got):\n%s", diff)
	}
	if e := f.page("energy"); len(e.Entries) != 2 || e.Revision.Version != plain || len(f.others("energy")) > 0 {
		f.Errorf("energy, which shows everything, has %+v", e)
	}
	for _, e := range f.page("energy").Entries {
		placed, err := f.store.Article(f.Context(), e.Article.ID)
		f.ok(err)
		if placed.Story.ID != p.Entries[0].Article.ID || len(placed.Story.Others) != 1 || placed.Story.Others[0].URL == e.Article.URL {
			f.Errorf("%s has the story %+v", e.Article.Title, placed.Story)
		}
	}
	if done := f.group(stories, 10); done != (storage.Grouped{}) {
		f.Errorf("grouped again %+v", done)
	}
}

func (f *fixture) storiesPreferred() {
	f.telling(0, "nobody.example", "B.example")
	leases, stories := f.claim("me"), newSameSubject()
	f.save(leases["a.example"], false, about("Quake", 1, "peru"), about("Flood", 2, "peru"))
	f.group(stories, 10)
	shown := f.titles("peru")
	f.save(leases["b.example"], false, fromB(about("Quake", 3, "peru")))
	f.group(stories, 10)
	if got := f.titles("peru"); len(shown) != 2 || len(got) != 2 || !strings.Contains(got[0], "Quake: Report number 3") {
		f.Errorf("peru showed %q and then %q", shown, got)
	}
	if diff := cmp.Diff([]string{feedA}, f.others("peru")); diff != "" {
		f.Errorf("others (-want +got):\n%s", diff)
	}
	f.telling(0)
	if got := f.titles("peru"); !slices.Equal(got, shown) {
		f.Errorf("without a preference peru shows %q, want %q", got, shown)
	}
}

func (f *fixture) storiesConfirmed() {
	f.telling(2)
	leases, stories := f.claim("me"), newSameSubject()
	quake := about("Quake", 1, "energy")
	copied := quake
	copied.GUID = "another id"
	copied.Categories = []string{"peru"}
	f.save(leases["a.example"], false, quake, about("Flood", 2, "energy"))
	f.save(leases["b.example"], false, copied)
	f.group(stories, 10)
	if got := f.titles("energy"); len(got) != 0 {
		f.Errorf("energy shows %q, which one source tells", got)
	}
	for _, e := range f.page("peru").Entries {
		if placed, err := f.store.Article(f.Context(), e.Article.ID); err != nil || len(placed.Story.Others) > 0 {
			f.Errorf("a copy names %+v as another that tells its story, %v", placed.Story.Others, err)
		}
	}
	f.save(leases["b.example"], false, fromB(about("Flood", 3, "peru")))
	before := f.page("energy").Revision.Version
	f.group(stories, 10)
	if p := f.page("energy"); len(p.Entries) != 1 || !strings.HasPrefix(p.Entries[0].Article.Title, "Flood") || p.Revision.Version == before {
		f.Errorf("energy has %+v", p)
	}
	all, err := f.store.Page(f.Context(), feeds.Query{})
	f.ok(err)
	if len(all.Entries) != 3 {
		f.Errorf("all topics together have %d entries; want the flood twice, and the copy that peru shows", len(all.Entries))
	}
	f.telling(1)
	if got := f.titles("energy"); len(got) != 2 {
		f.Errorf("with one source energy has %q", got)
	}
}

// storiesAnyBatches: whatever the batches, and wherever processes die, the articles are placed once, in one order.
func (f *fixture) storiesAnyBatches() {
	f.telling(0)
	leases := f.claim("me")
	dice := rand.New(rand.NewPCG(1, 2))
	var saved []string
	for n := range 40 {
		in := [][]string{{"peru"}, {"energy"}, {"peru", "energy"}, {}}[dice.IntN(4)]
		a, host := about(fmt.Sprint("Subject ", dice.IntN(8)), n, in...), "a.example"
		if dice.IntN(2) == 0 {
			a, host = fromB(a), "b.example"
		}
		if f.save(leases[host], false, a); len(in) > 0 {
			saved = append(saved, a.Title)
		}
	}
	for dead := true; dead; {
		ctx, die := context.WithCancel(f.Context())
		_, err := f.store.Group(ctx, "me", &mortal{newSameSubject(), die, 1 + dice.IntN(8)}, 1+dice.IntN(4))
		dead = err != nil
		die()
	}
	titles := map[string]string{}
	f.ok(f.store.Stored(f.Context(), time.Time{}, func(int) {}, func(a feeds.Stored) error {
		titles[a.Article.ID] = a.Article.Title
		return nil
	}))
	f.save(leases["a.example"], false, about("Quake", 99, "peru"))
	reader := newSameSubject()
	f.group(reader, 10)
	var placed []string
	for _, id := range reader.order[:len(reader.order)-1] {
		placed = append(placed, titles[id])
	}
	if diff := cmp.Diff(saved, placed); diff != "" {
		f.Errorf("the order (-saved +placed):\n%s", diff)
	}
}

// storiesRetagged: articles that a changed rule brings into topics, the newest first, are placed, too.
func (f *fixture) storiesRetagged() {
	l := f.claim("me")["a.example"]
	for n := range 16 {
		f.save(l, false, about("Quake", n))
	}
	even := func(a *feeds.Article) bool { return strings.ContainsAny(a.GUID[len(a.GUID)-1:], "02468") }
	halves := ruling{"peru": {"even", even}, "energy": {"odd", func(a *feeds.Article) bool { return !even(a) }}}
	f.rule(halves)
	f.retagBy(halves, quietly)
	if done := f.group(newSameSubject(), 10); done.Articles != 16 { // more together than a batch, and none of them first
		f.Errorf("grouped %+v", done)
	}
}

// mortal dies when it has placed so many articles.
type mortal struct {
	*sameSubject
	die  func()
	left int
}

func (m *mortal) Tell(a *feeds.Article) (feeds.Told, bool) {
	if m.left--; m.left == 0 {
		m.die()
	}
	return m.sameSubject.Tell(a)
}

func (f *fixture) storiesAlone() {
	f.telling(0)
	l := f.claim("me")["a.example"]
	stories := newSameSubject()
	f.save(l, false, about("Quake", 1, "peru"))
	f.group(stories, 10)
	f.save(l, false, about("Flood", 2, "peru"), about("Old", 3, "peru"))
	done, err := f.store.Group(f.Context(), "another", newSameSubject(), 10)
	f.ok(err)
	if done != (storage.Grouped{}) {
		f.Errorf("a second process grouped %+v", done)
	}
	f.ok(f.store.EndGroup(f.Context(), "me"))
	follower := newSameSubject()
	done, err = f.store.Group(f.Context(), "another", follower, 10)
	f.ok(err)
	if done != (storage.Grouped{Articles: 1}) || follower.last != 2 {
		f.Errorf("once the first has ended, a second grouped %+v, after which it knows %d articles", done, follower.last)
	}
	f.ok(f.store.EndGroup(f.Context(), "another"))
	f.group(stories, 10)
	if got := f.titles("peru"); len(got) != 3 {
		f.Errorf("peru has %q", got)
	}
	edited := about("Flood", 2, "peru", "energy")
	edited.Summary = "Now in two topics."
	f.save(l, false, edited)
	if done := f.group(stories, 10); done != (storage.Grouped{}) || len(f.titles("energy")) != 1 {
		f.Errorf("an article that came into another topic was placed again: %+v", done)
	}
}

func (f *fixture) storiesPruned() {
	f.telling(0)
	leases, stories := f.claim("me"), newSameSubject()
	f.save(leases["a.example"], true, about("Quake", 100, "energy"))
	f.save(leases["b.example"], false, fromB(about("Quake", 101, "peru")))
	var more []feeds.Article
	for n := range 60 {
		more = append(more, article(n, "energy"))
	}
	f.save(leases["a.example"], false, more...)
	f.group(stories, 100)
	other := f.page("peru").Entries[0].Story.Others
	if len(other) != 1 {
		f.Fatalf("others are %+v", other)
	}
	before := f.page("peru").Revision.Version
	f.prune(time.Now().Add(time.Hour), 0)
	if _, err := f.store.Article(f.Context(), other[0].ID); !errors.Is(err, feeds.ErrNotFound) {
		f.Fatalf("retention left the article: %v", err)
	}
	if p := f.page("peru"); len(p.Entries) != 1 || len(f.others("peru")) > 0 || p.Revision.Version == before {
		f.Errorf("peru has %+v", p)
	}
}

// storiesDeep: what documents show stays, also where much lies above it that they do not show.
func (f *fixture) storiesDeep() {
	confirmed := topics[1]
	confirmed.Window, confirmed.MinSources = feeds.Window{Least: 3, Most: 5}, 2
	f.configure(topics[0], confirmed)
	leases, stories := f.claim("me"), newSameSubject()
	f.save(leases["a.example"], true, about("Quake", 300, "energy"), about("Flood", 301, "energy"))
	f.save(leases["b.example"], true, fromB(about("Quake", 302)), fromB(about("Flood", 303, "peru")))
	f.group(stories, 100)
	var more []feeds.Article
	for n := range 80 {
		more = append(more, article(n, "energy", "peru"))
	}
	f.save(leases["a.example"], false, more...)
	f.save(leases["b.example"], false, fromB(about("Quake", 304, "peru")))
	f.group(stories, 100)
	before := f.ask(feeds.Query{Topic: "energy", Window: confirmed.Window})
	f.prune(time.Now().Add(time.Hour), 0)
	if diff := cmp.Diff(before, f.ask(feeds.Query{Topic: "energy", Window: confirmed.Window})); diff != "" || len(before.Entries) == 0 {
		f.Errorf("retention changed %d entries (-before +after):\n%s", len(before.Entries), diff)
	}
}

// storiesEdited: documents name the other articles of a story, with what their sources and they are called.
func (f *fixture) storiesEdited() {
	f.telling(0)
	leases, stories := f.claim("me"), newSameSubject()
	first, second := about("Quake", 1, "peru"), fromB(about("Quake", 2, "energy"))
	f.save(leases["a.example"], false, first)
	f.save(leases["b.example"], false, second)
	f.group(stories, 10)
	before := f.page("peru")
	second.Title += ", corrected"
	saved := f.save(leases["b.example"], false, second)
	after := f.page("peru")
	if after.Entries[0].Story.Others[0].Title != second.Title || after.Revision.Version == before.Revision.Version {
		f.Errorf("after an edit peru has revision %+v and names %q", after.Revision, after.Entries[0].Story.Others[0].Title)
	}
	if diff := cmp.Diff([]string{"energy", "peru"}, saved.Topics); diff != "" {
		f.Errorf("topics that moved (-want +got):\n%s", diff)
	}
	l := leases["b.example"]
	l.Due[0].Title = "The other newsroom"
	f.save(l, false, second)
	if renamed := f.page("peru"); renamed.Entries[0].Story.Others[0].Source.Title != "The other newsroom" || renamed.Revision.Version == after.Revision.Version {
		f.Errorf("after a source's renaming peru has revision %+v and names %q", renamed.Revision, renamed.Entries[0].Story.Others[0].Source.Title)
	}
}
