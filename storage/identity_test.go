package storage_test

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// told is an item of a document, and the name of the article that it really is.
type told struct {
	real string
	feeds.Article
}

// scenario is what a source serves, one document after the other. The store has to make one article of
// each real one: an extra article is announced twice, a lost one never.
type scenario struct {
	name   string
	docs   [][]told
	every  time.Duration // between two visits; half an hour when 0
	pruned int           // before this document, retention removes every article; never when 0
}

// firstDay is when the first article of the scenarios was published: a moment, not a date.
var firstDay = time.Date(2026, 3, 2, 9, 14, 37, 0, time.UTC)

var headlines = []string{
	"Ferry strike leaves islanders stranded", "Council sells the old cannery", "Record catch of mackerel off the point",
	"Lighthouse keeper retires after forty years", "School roof closed by inspectors", "Film crew takes over the harbour",
}

// textOf is a text of its own for each n.
func textOf(n int) string {
	vocabulary := strings.Fields(`harbour tide council vote boat rope mayor winter ticket engine school roof festival permit
		market salt engineer storm bridge budget meeting library nurse doctor train station farmer cattle orchard price
		court judge lawyer appeal player goal season coach museum painting curator sculpture theatre actor script river
		flood insurance road tunnel drill survey island airport pilot cargo fuel tax wage union strike vaccine clinic`)
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var b strings.Builder
	for range 90 {
		b.WriteString(vocabulary[r.IntN(len(vocabulary))] + " ")
	}
	return "<p>" + b.String() + "</p>"
}

// piece is the n-th article as a well-kept source tells it.
func piece(n int) feeds.Article {
	return feeds.Article{
		GUID: fmt.Sprintf("tag:gazette.example,2026:%d", n), URL: fmt.Sprintf("https://gazette.example/news/%d-story", n),
		Title: headlines[n%len(headlines)], Content: textOf(n), Published: firstDay.Add(time.Duration(n) * 5003 * time.Second),
	}
}

// rounds gives one document for each round, of n articles that f changes.
func rounds(count, n int, f func(round, n int, a *feeds.Article)) (docs [][]told) {
	for round := range count {
		docs = append(docs, window(round, 0, n, f))
	}
	return docs
}

// window gives the document of one round, of the articles from first to before end.
func window(round, first, end int, f func(round, n int, a *feeds.Article)) (doc []told) {
	for n := first; n < end; n++ {
		a := piece(n)
		f(round, n, &a)
		doc = append(doc, told{fmt.Sprint("article ", n), a})
	}
	return doc
}

// daily gives a document of one article for each round, each another one, and each seen in three visits.
func daily(count int, f func(day int, a *feeds.Article)) (docs [][]told) {
	for day := range count {
		a := piece(day * 17)
		a.Title = headlines[day%len(headlines)]
		f(day, &a)
		for range 3 {
			docs = append(docs, []told{{fmt.Sprint("day ", day), a}})
		}
	}
	return docs
}

// TestIdentity plays every scenario into one store, each as a source of its own. They tell of the same
// articles under the same guids and links, so the sources would meet if they could. What comes of it is
// the same whether a document's known items are read again or not.
func TestIdentity(t *testing.T) {
	all := slices.Concat(goodGUIDs, badGUIDs, badLinks, moves, lookalikes, removals)
	var sources []feeds.Source
	for i := range all {
		sources = append(sources, feeds.Source{URL: fmt.Sprintf("https://s%d.example/feed", i)})
	}
	for name, cut := range map[string]bool{"whole documents": false, "known items cut out": true} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "t.db")
			db := open(t, file)
			leases := claimAll(t, db, sources)
			for i, s := range all {
				t.Run(s.name, func(t *testing.T) { play(t, db, file, leases[i], s, cut) })
			}
		})
	}
}

// claimAll configures sources and claims their hosts, in the same order.
func claimAll(t testing.TB, db *storage.DB, sources []feeds.Source) []feeds.Lease {
	t.Helper()
	if err := db.Sync(t.Context(), sources, someTopics, "site"); err != nil {
		t.Fatal(err)
	}
	if err := db.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	claimed, err := db.Claim(t.Context(), "test", len(sources), time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	bySource := map[string]feeds.Lease{}
	for _, l := range claimed {
		bySource[l.Due[0].Source] = l
	}
	var leases []feeds.Lease
	for _, s := range sources {
		leases = append(leases, bySource[s.URL])
	}
	return leases
}

// visits saves documents of one source, and remembers what the source has taught.
type visits struct {
	db    *storage.DB
	lease feeds.Lease
	state feeds.State
	at    time.Time
	cut   bool // leave out what is remembered, as the crawl does
}

func visitsOf(db *storage.DB, l feeds.Lease) *visits {
	return &visits{db: db, lease: l, state: l.Due[0], at: time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)}
}

func (v *visits) save(t testing.TB, articles []feeds.Article, judge feeds.Judge) feeds.Saved {
	t.Helper()
	visit := feeds.Visit{At: v.at, State: v.state, Articles: articles}
	if v.cut {
		items, err := v.db.Items(t.Context(), v.state.Source)
		if err != nil {
			t.Fatal(err)
		}
		visit = v.without(articles, items)
	}
	saved, err := v.db.SaveVisit(t.Context(), v.lease, visit, judge)
	if v.cut && errors.Is(err, feeds.ErrReadWhole) {
		saved, err = v.db.SaveVisit(t.Context(), v.lease, v.without(articles, nil), judge)
	}
	if err != nil {
		t.Fatal(err)
	}
	states, err := v.db.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range states {
		if st.Source == v.state.Source {
			v.state = st
		}
	}
	return saved
}

// without gives the visit of a document that was read without the items that are remembered.
func (v *visits) without(articles []feeds.Article, items []feeds.Item) feeds.Visit {
	visit := feeds.Visit{At: v.at, State: v.state}
	visit.State.Result = feeds.Fetched
	for _, a := range articles {
		sum := sha256.Sum256(fmt.Appendf(nil, "%+v", a))
		raw := feeds.RawHash(sum[:])
		if i := slices.IndexFunc(items, func(it feeds.Item) bool { return it.Raw == raw }); i >= 0 {
			visit.Kept = append(visit.Kept, items[i])
			continue
		}
		visit.Articles, visit.Raw = append(visit.Articles, a), append(visit.Raw, raw)
	}
	return visit
}

// play saves a scenario's documents and compares the articles that came of it with the real ones.
func play(t *testing.T, db *storage.DB, file string, l feeds.Lease, s scenario, cut bool) {
	v := visitsOf(db, l)
	v.cut = cut
	every := max(s.every, 30*time.Minute)
	idsOf, namesOf := map[string]map[string]bool{}, map[string]map[string]bool{}
	judge := func(a *feeds.Article) []feeds.Entry { // told of each new and edited article
		name := a.Rights
		if idsOf[name] == nil {
			idsOf[name] = map[string]bool{}
		}
		if namesOf[a.ID] == nil {
			namesOf[a.ID] = map[string]bool{}
		}
		idsOf[name][a.ID], namesOf[a.ID][name] = true, true
		return nil
	}
	want := map[string]bool{}
	for i, doc := range s.docs {
		if s.pruned > 0 && i == s.pruned {
			removeAll(t, db, file, v.at)
		}
		var articles []feeds.Article
		for _, it := range doc {
			it.Rights = it.real // carried along, and no part of what an article is told by
			articles = append(articles, it.Article)
			want[it.real] = true
		}
		v.save(t, articles, judge)
		v.at = v.at.Add(every)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if n := len(idsOf[name]); n != 1 {
			t.Errorf("%q became %d articles", name, n)
		}
	}
	for id, names := range namesOf {
		if len(names) != 1 {
			t.Errorf("article %s is several: %q", id, slices.Sorted(maps.Keys(names)))
		}
	}
}

// removeAll has retention remove every article.
func removeAll(t *testing.T, db *storage.DB, file string, now time.Time) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = db.Prune(t.Context(), now.AddDate(1, 0, 0), 0, 250); err != nil {
			t.Fatal(err)
		}
	}
	if left := column(t, look(t, file), "SELECT id FROM article"); len(left) > 0 {
		t.Fatalf("%d articles are still there", len(left))
	}
}

// look opens a store's file to see what is in it.
func look(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
