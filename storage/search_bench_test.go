package storage_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tributary/feeds"
	"tributary/storage"
)

// archive writes articles as news has them: words by Zipf's law, each language with its own, 40 to 90 of them
// in title and summary, over thirty days.
type archive struct {
	*rand.Rand
	rank, source *rand.Zipf
	begin        time.Time
	phrases      []string // that the articles have
}

const (
	archiveSources = 2000
	archiveTopics  = 12 // each half as large as the one before
	archiveTime    = 30 * 24 * time.Hour
)

func newArchive() *archive {
	r := rand.New(rand.NewPCG(7, 8))
	return &archive{Rand: r, rank: rand.NewZipf(r, 1.07, 2.7, 200_000), source: rand.NewZipf(r, 1.1, 20, archiveSources-1), begin: time.Now().Add(-archiveTime)}
}

// rankedWord is the word of a rank as a language has it; frequent ones are short.
func rankedWord(language string, rank uint64) string {
	const consonants, vowels = "tnrslcdpmvbgfhk", "aeiou"
	n := (rank*7 + uint64(language[0])) * 2654435761
	var b strings.Builder
	for size := rank + 20; size > 0; size /= 35 {
		b.WriteByte(consonants[n%15])
		b.WriteByte(vowels[n/15%5])
		n /= 75
	}
	if rank > 50 { // no other word is the same
		b.WriteString(strconv.FormatUint(rank, 36))
	}
	return b.String()
}

func (a *archive) text(language string, words int) string {
	some := make([]string, words)
	for i := range some {
		some[i] = rankedWord(language, a.rank.Uint64())
	}
	return strings.Join(some, " ")
}

// fill stores the articles, with nothing that no search looks at.
func (a *archive) fill(b *testing.B, db *storage.DB, total int) {
	b.Helper()
	var sources []feeds.Source
	for i := range archiveSources {
		sources = append(sources, feeds.Source{URL: fmt.Sprintf("https://s%d.example/feed", i)})
	}
	var topics []feeds.Topic
	for i := range archiveTopics {
		topics = append(topics, feeds.Topic{ID: fmt.Sprint("t", i)})
	}
	if err := db.Sync(b.Context(), sources, topics, ""); err != nil {
		b.Fatal(err)
	}
	var articles, entries [][]any
	for n := range total {
		id := a.begin.Add(archiveTime/time.Duration(total)*time.Duration(n)).UnixMilli()<<20 + int64(n)
		language := []string{"en", "en", "en", "en", "en", "en", "es", "es", "es", "pt"}[a.IntN(10)]
		title, summary := a.text(language, 6+a.IntN(8)), a.text(language, 30+a.IntN(50))
		if n%(total/500) == 0 {
			a.phrases = append(a.phrases, strings.Join(strings.Fields(summary)[:2+a.IntN(2)], " "))
		}
		articles = append(articles, []any{id, 1 + int64(a.source.Uint64()), title, summary, language, fmt.Appendf(nil, "%016d", n)})
		for topic := range archiveTopics {
			if a.IntN(4<<topic) == 0 {
				entries = append(entries, []any{topic + 1, n, id})
			}
		}
		if len(articles) == 5000 || n == total-1 {
			insertArticles(b, db, articles, entries)
			articles, entries = articles[:0], entries[:0]
		}
	}
	if err := db.Index(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// kinds are what people and their readers ask for; each is another search every time.
func (a *archive) kinds() map[string]func() feeds.Search {
	word := func(least, most int) string { return rankedWord("en", uint64(least+a.IntN(most-least))) }
	text := func(format string, parts ...any) feeds.Search {
		return feeds.Search{Text: fmt.Sprintf(format, parts...)}
	}
	in := func(s feeds.Search, set func(*feeds.Search)) feeds.Search { set(&s); return s }
	inTopic := func(s *feeds.Search) { s.Topic = fmt.Sprint("t", a.IntN(archiveTopics)) }
	inSource := func(s *feeds.Search) { s.Source = fmt.Sprintf("s%d.example", a.IntN(archiveSources)) }
	return map[string]func() feeds.Search{
		"a common word":    func() feeds.Search { return text("%s", word(0, 30)) },
		"a word":           func() feeds.Search { return text("%s", word(100, 5000)) },
		"a rare word":      func() feeds.Search { return text("%s", word(20_000, 150_000)) },
		"two words":        func() feeds.Search { return text("%s %s", word(0, 300), word(20, 3000)) },
		"three words":      func() feeds.Search { return text("%s %s %s", word(0, 100), word(20, 3000), word(100, 20_000)) },
		"a phrase":         func() feeds.Search { return text("%q", a.phrases[a.IntN(len(a.phrases))]) },
		"without words":    func() feeds.Search { return text("%s -%s -%s", word(0, 1000), word(0, 30), word(0, 30)) },
		"all but a word":   func() feeds.Search { return text("-%s", word(0, 30)) },
		"a beginning":      func() feeds.Search { return text("%.*s*", 3+a.IntN(3), word(30, 20_000)) },
		"in a title":       func() feeds.Search { return text("title:%s", word(0, 5000)) },
		"either":           func() feeds.Search { return text("%s OR %s %s", word(20, 3000), word(20, 3000), word(0, 300)) },
		"nothing":          func() feeds.Search { return text("%s xyzzy%d", word(0, 30), a.IntN(1000)) },
		"of a source":      func() feeds.Search { return in(text("%s", word(0, 300)), inSource) },
		"all of a source":  func() feeds.Search { return in(feeds.Search{}, inSource) },
		"common, in topic": func() feeds.Search { return in(text("%s", word(0, 100)), inTopic) },
		"rare, in topic":   func() feeds.Search { return in(text("%s", word(1000, 20_000)), inTopic) },
		"in a language": func() feeds.Search {
			return in(text("%s", word(0, 300)), func(s *feeds.Search) { s.Language = []string{"en", "es", "sw"}[a.IntN(3)] })
		},
		"of a day": func() feeds.Search {
			return in(text("%s", word(0, 3000)), func(s *feeds.Search) {
				s.Since = a.begin.Add(time.Duration(a.IntN(29*24)) * time.Hour)
				s.Until = s.Since.Add(24 * time.Hour)
			})
		},
	}
}

// BenchmarkSearch asks a store of TRIBUTARY_BENCH_ARTICLES articles for the newest 50 of all kinds of
// searches, each kind as often, and reports the median and the 99th percentile of all; those of each kind
// with -v.
func BenchmarkSearch(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkSearch(b, filepath.Join(b.TempDir(), "t.db")) })
	b.Run("postgres", func(b *testing.B) { benchmarkSearch(b, emptyDatabase(b, postgres(b))) })
}

func benchmarkSearch(b *testing.B, dsn string) {
	db, err := storage.Open(b.Context(), dsn, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	a := newArchive()
	a.fill(b, db, benchArticles(b))
	if strings.HasPrefix(dsn, "postgres") { // as the server would do by itself before long
		c, err := pgx.Connect(b.Context(), dsn)
		if err != nil {
			b.Fatal(err)
		}
		_, err = c.Exec(b.Context(), "VACUUM ANALYZE")
		if err := errors.Join(err, c.Close(b.Context())); err != nil {
			b.Fatal(err)
		}
	}
	kinds := a.kinds()
	names := slices.Sorted(maps.Keys(kinds))
	took := map[string][]time.Duration{}
	var all []time.Duration
	for b.Loop() {
		for _, name := range names {
			want := kinds[name]()
			want.Limit = 50
			start := time.Now()
			if _, err := db.Search(b.Context(), want); err != nil {
				b.Errorf("%s, %+v: %v", name, want, err)
			}
			took[name] = append(took[name], time.Since(start))
			all = append(all, took[name][len(took[name])-1])
		}
	}
	percentile := func(t []time.Duration, n int) float64 {
		slices.Sort(t)
		return float64(t[len(t)*n/100].Microseconds())
	}
	for _, name := range names {
		b.Logf("%-16s p50 %7.1f ms, p99 %7.1f ms", name, percentile(took[name], 50)/1000, percentile(took[name], 99)/1000)
	}
	b.ReportMetric(percentile(all, 50), "p50-µs")
	b.ReportMetric(percentile(all, 99), "p99-µs")
}
