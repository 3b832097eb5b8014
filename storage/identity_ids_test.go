package storage_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// rebuild stores the documents of awkward scenarios in an empty store, each as a source of its own, and gives
// the ids of the articles by source and name. before are articles that another source had first.
func rebuild(t *testing.T, dsn string, at time.Time, before int) map[string]string {
	t.Helper()
	db := open(t, dsn)
	scenarios := slices.Concat(badGUIDs, badLinks, lookalikes)
	sources := []feeds.Source{{URL: "https://before.example/feed"}}
	for i := range scenarios {
		sources = append(sources, feeds.Source{URL: fmt.Sprintf("https://s%d.example/feed", i)})
	}
	leases := claimAll(t, db, sources)
	nowhere := func(*feeds.Article) []feeds.Entry { return nil }
	for n := range before {
		visitsOf(db, leases[0]).save(t, []feeds.Article{piece(n)}, nowhere)
	}
	ids := map[string]string{}
	for i, s := range scenarios {
		v := visitsOf(db, leases[i+1])
		for round, doc := range s.docs {
			v.at = at.Add(time.Duration(round) * max(s.every, 30*time.Minute))
			var articles []feeds.Article
			for _, it := range doc {
				it.Rights = fmt.Sprintf("%s, %s", s.name, it.real)
				articles = append(articles, it.Article)
			}
			v.save(t, articles, func(a *feeds.Article) []feeds.Entry {
				ids[a.Rights] = a.ID
				return nil
			})
		}
	}
	return ids
}

// TestIDs: an article's public id comes from the source and what the publisher tells, so both engines
// give the same, and so does a store that is built again later, among other articles.
func TestIDs(t *testing.T) {
	sqlite := func() string { return filepath.Join(t.TempDir(), "t.db") }
	year := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	first := rebuild(t, sqlite(), year, 0)
	if len(first) < 100 {
		t.Fatalf("only %d articles", len(first))
	}
	used := map[string]string{}
	for name, id := range first {
		if other, ok := used[id]; ok || len(id) != 26 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("%q has the id %q; %q has it, too", name, id, other)
		}
		used[id] = name
	}
	if diff := cmp.Diff(first, rebuild(t, sqlite(), year.AddDate(7, 5, 3), 5)); diff != "" {
		t.Errorf("built again later (-first +again):\n%s", diff)
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		again := rebuild(t, emptyDatabase(t, postgres(t)), year.AddDate(1, 0, 0), 2)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("SQLite and PostgreSQL differ (-SQLite +PostgreSQL):\n%s", diff)
		}
	})
}

// TestIDsStay: the ids that readers have must come out of every later version.
func TestIDsStay(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"))
	leases := claimAll(t, db, []feeds.Source{{URL: "https://a.example/feed"}, {URL: "https://b.example/feed"}})
	got := map[string]string{}
	note := func(prefix string) feeds.Judge {
		return func(a *feeds.Article) []feeds.Entry {
			got[prefix+a.Title] = a.ID
			return nil
		}
	}
	when := time.Date(2026, 3, 2, 9, 14, 37, 5e6, time.UTC)
	articles := []feeds.Article{
		{Title: "by guid", GUID: "https://www.a.example/?p=7#3", URL: "https://a.example/one", Published: when},
		{Title: "by link", URL: "http://WWW.a.example:80/two/?utm_source=x&b=2&a=1#4", Published: when},
		{Title: "by all of it", Summary: "Été, naïve", Content: "<p>Text</p>", Published: when},
	}
	for i, prefix := range []string{"a ", "b "} {
		visitsOf(db, leases[i]).save(t, articles, note(prefix))
	}
	want := map[string]string{
		"a by guid": "25nepkopw3j34lyya2yxbj7diy", "a by link": "onw5zzddjisrff4q4ujfcdd62a", "a by all of it": "hdbsbmwrrs3zdcn7s5f4ihfzni",
		"b by guid": "5xhuwpyii6us7uj3fq2okikory", "b by link": "qlkkobc77576oly7ij46snujze", "b by all of it": "ds2qlgdxm6eaox6tej75kndtie",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ids changed (-were +are):\n%s", diff)
	}
}

// TestSourcesApart: two sources with the very same items have their own articles, and what one does
// with them does not touch the other's.
func TestSourcesApart(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"))
	leases := claimAll(t, db, []feeds.Source{{URL: "https://victim.example/feed"}, {URL: "https://attacker.example/feed"}})
	victim, attacker := visitsOf(db, leases[0]), visitsOf(db, leases[1])
	articles := []feeds.Article{piece(0), piece(1), piece(2)}
	held := func() map[string]feeds.Article {
		articles := map[string]feeds.Article{}
		for _, e := range page(t, db, "peru").Entries {
			if e.Article.Source.URL == "https://victim.example/feed" {
				articles[e.Article.ID] = e.Article
			}
		}
		return articles
	}
	victim.save(t, articles, inPeru)
	before := held()
	if len(before) != 3 {
		t.Fatalf("%d articles", len(before))
	}
	for round := range 3 {
		taken := slices.Clone(articles)
		for i := range taken {
			taken[i].Title, taken[i].Content = fmt.Sprintf("Cheap pills %d", round), "<p>Buy now.</p>"
		}
		if saved := attacker.save(t, taken, inPeru); round == 0 && saved.New != 3 {
			t.Errorf("the second source's articles: %+v", saved)
		}
	}
	if diff := cmp.Diff(before, held()); diff != "" {
		t.Errorf("another source changed them:\n%s", diff)
	}
	if saved := victim.save(t, articles, inPeru); saved.Known != 3 {
		t.Errorf("afterwards: %+v", saved)
	}
}
