package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// insertArticles stores rows of articles and entries as bare as a search takes them: id, source, title, summary
// and language; topic, sequence number and article.
func insertArticles(t testing.TB, db *storage.DB, articles, entries [][]any) {
	t.Helper()
	err := errors.Join(
		db.Insert(t.Context(), `INSERT INTO article (id, source_id, title, summary, language, uid, guid, url, canon, authors, categories, image,
			rights, enclosures, published_at, updated_at, hash, likeness) VALUES ($1, $2, $3, $4, $5, $6, $6, '', $6, '', '', '', '', '', 0, 0, $6, 0)`, articles),
		db.Insert(t.Context(), `INSERT INTO entry (topic_id, seq, article_id, at, score, evidence) VALUES ($1, $2, $3, 0, 3.0, '')`, entries))
	if err != nil {
		t.Fatal(err)
	}
}

// someWords are what random news and random searches are made of.
var someWords = strings.Fields("oil gas price prices pri Perú perú. bank 北京 京 مُحَمَّد covid-19 19 o'clock")

// randomNews gives rows of articles over months, some close together, with entries in two topics.
func randomNews(r *rand.Rand) (articles, entries [][]any) {
	text := func(n int) string {
		var some []string
		for range n {
			some = append(some, someWords[r.IntN(len(someWords))])
		}
		return strings.Join(some, " ")
	}
	id := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() << 20
	for n := range 500 {
		id += 1 + r.Int64N(1<<(20+r.IntN(33)))
		articles = append(articles, []any{id, 1 + n%7/6, text(1 + r.IntN(4)), text(r.IntN(12)), []string{"es", "en-GB", ""}[r.IntN(3)], fmt.Append(nil, n)})
		if n%3 == 0 {
			entries = append(entries, []any{1 + r.IntN(2), n, id})
		}
	}
	return articles, entries
}

func randomSearch(r *rand.Rand) feeds.Search {
	term := func() string {
		marks := [...]string{"%s", "%s", "%s", "-%s", "title:%s", "%s OR oil", "%.2s*", `"%s gas"`, `"%s p"*`, `-"%s price"`}
		return fmt.Sprintf(marks[r.IntN(len(marks))], someWords[r.IntN(len(someWords)-1)])
	}
	want := feeds.Search{Text: term(), Limit: 1 + r.IntN(60)}
	if r.IntN(2) == 0 {
		want.Text += " " + term()
	}
	for _, set := range []func(){
		func() { want.Topic = []string{"peru", "energy"}[r.IntN(2)] },
		func() { want.Source = []string{"a.example", "https://b.example/"}[r.IntN(2)] },
		func() { want.Language = "es" },
		func() { want.Since = time.Date(2026, 1, r.IntN(60), 0, 0, 0, 0, time.UTC) },
		func() { want.Until = time.Date(2026, 1, 10+r.IntN(100), 0, 0, 0, 0, time.UTC) },
	} {
		if r.IntN(4) == 0 {
			set()
		}
	}
	return want
}

// TestWaysAgree: walking along the articles and asking the index find the same, whatever is asked, on both
// engines.
func TestWaysAgree(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		db := open(t, dsn)
		if err := db.Sync(t.Context(), []feeds.Source{{URL: "https://a.example/"}, {URL: "https://b.example/"}}, []feeds.Topic{{ID: "peru"}, {ID: "energy"}}, ""); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		articles, entries := randomNews(r)
		insertArticles(t, db, articles, entries)
		if err := db.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
		found := 0
		for range 300 {
			want := randomSearch(r)
			walked, asked, err := db.SearchWays(t.Context(), want)
			if bad := feeds.BadSearch(""); errors.As(err, &bad) {
				continue
			} else if err != nil {
				t.Fatalf("%+v: %v", want, err)
			}
			if asked != nil && !slices.Equal(walked, asked) {
				t.Errorf("%+v: a walk finds %d\n%v\nand the index %d\n%v", want, len(walked), walked, len(asked), asked)
			}
			if got, err := db.Search(t.Context(), want); err != nil || len(got) != len(walked) {
				t.Errorf("%+v finds %d articles, %v, and a walk %d", want, len(got), err, len(walked))
			}
			found += len(walked)
		}
		if found < 1000 {
			t.Errorf("only %d articles were found in all", found)
		}
	})
}

// TestSliceMarks: every article of a slice has one of its marks, and few others have.
func TestSliceMarks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		first := r.Int64N(1 << 61)
		length := 1 + r.Int64N(1<<(20+r.IntN(35)))
		marks := storage.SliceMarks(first, first+length)
		if marks == nil && length < 30<<50 || len(marks) > 33 {
			t.Fatalf("%d marks for %d ids from %d on", len(marks), length, first)
		}
		has := func(id int64) bool {
			return marks == nil || slices.ContainsFunc(strings.Fields(storage.AgeMarks(id)), func(m string) bool { return slices.Contains(marks, m) })
		}
		if inside := first + r.Int64N(length); !has(inside) || !has(first) || !has(first+length-1) {
			t.Fatalf("%d is not found by %q", inside, marks)
		}
		if outside := first + length + max(length, 1<<40) + 1; marks != nil && has(outside) {
			t.Fatalf("%d is found by %q, from %d on for %d", outside, marks, first, length)
		}
	}
}

// TestSearchEnds: a search that waits for others, or that somebody gives up, says so.
func TestSearchEnds(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		db := open(t, dsn)
		release := db.HoldSearches()
		started := time.Now()
		_, err := db.Search(t.Context(), feeds.Search{Text: "peru"})
		if !errors.Is(err, feeds.ErrSearchTooLong) || time.Since(started) < time.Second {
			t.Errorf("a search that found no place ends after %v with %v", time.Since(started), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Search(ctx, feeds.Search{Text: "peru"}); !errors.Is(err, context.Canceled) {
			t.Errorf("a search that was given up ends with %v", err)
		}
		release()
		if _, err := db.Search(t.Context(), feeds.Search{Text: "peru"}); err != nil {
			t.Error(err)
		}
	})
}
