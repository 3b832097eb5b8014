package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// cpu is the CPU time that this process and, for PostgreSQL, the server's processes have used. Wall
// time says little on a machine that others use.
func cpu(b *testing.B, server bool) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	used := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	if !server {
		return used
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), "(postgres)") {
			continue
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		for _, ticks := range fields[11:13] { // utime and stime, in hundredths of a second (proc(5))
			n, err := strconv.Atoi(ticks)
			if err != nil {
				b.Fatal(err)
			}
			used += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return used
}

// prose is n bytes of text that compresses about as news does.
func prose(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(vocabulary[min(r.IntN(len(vocabulary)), r.IntN(len(vocabulary)))])
		if r.IntN(9) == 0 {
			b.WriteByte('.')
		}
		b.WriteByte(' ')
	}
	return b.String()[:n]
}

var vocabulary = func() (words []string) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		w := make([]byte, 2+r.IntN(4)+r.IntN(6))
		for i := range w {
			w[i] = "etaoinshrdlucmfwypvbgkjqxz"[min(r.IntN(26), r.IntN(26))]
		}
		words = append(words, string(w))
	}
	return words
}()

// newsArticle is an article as feeds have them: half of them a summary alone, the others whole.
func newsArticle(r *rand.Rand, source, n int, topics ...string) feeds.Article {
	a := feeds.Article{
		GUID: fmt.Sprintf("tag:s%d.example,2026:%d", source, n), URL: fmt.Sprintf("https://s%d.example/2026/%d/%s", source, n, strings.ReplaceAll(prose(r, 30), " ", "-")),
		Title: prose(r, 60), Summary: prose(r, 150+r.IntN(300)), Authors: []string{prose(r, 14)}, Language: "en", Categories: topics,
		Published: time.Now().UTC().Add(-time.Duration(n) * time.Second).Truncate(time.Millisecond),
	}
	if r.IntN(100) < 45 {
		a.Content = "<p>" + prose(r, 2000+r.IntN(5000)) + "</p>"
	}
	return a
}

func byCategory(a *feeds.Article) (entries []feeds.Entry) {
	for _, c := range a.Categories {
		entries = append(entries, feeds.Entry{Topic: c, Score: 3, Evidence: feeds.Evidence{Hits: []feeds.Hit{{Term: c, Field: feeds.TitleField, Score: 3}}}})
	}
	return entries
}

// benchStore is a store of some sources, each on its own host and claimed for an hour, and some topics.
func benchStore(b *testing.B, dsn string, sources, topics int) (*storage.DB, []feeds.Lease) {
	b.Helper()
	db, err := storage.Open(b.Context(), dsn, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	var list []feeds.Source
	for i := range sources {
		list = append(list, feeds.Source{URL: fmt.Sprintf("https://s%d.example/feed", i), Title: fmt.Sprint("Source ", i)})
	}
	var named []feeds.Topic
	for i := range topics {
		named = append(named, feeds.Topic{ID: fmt.Sprint("t", i), Title: fmt.Sprint("Topic ", i)})
	}
	if err := db.Sync(b.Context(), list, named, ""); err != nil {
		b.Fatal(err)
	}
	if err := db.Begin(b.Context()); err != nil {
		b.Fatal(err)
	}
	leases, err := db.Claim(b.Context(), "bench", sources, time.Hour, 0)
	if err != nil || len(leases) != sources {
		b.Fatal(len(leases), err)
	}
	return db, leases
}

func save(b *testing.B, db *storage.DB, l feeds.Lease, articles []feeds.Article) {
	b.Helper()
	st := l.Due[0]
	now := time.Now().UTC()
	st.LastVisit, st.LastSuccess, st.NextVisit = now, now, now.Add(time.Hour)
	saved, err := db.SaveVisit(context.WithoutCancel(b.Context()), l, feeds.Visit{At: now, State: st, Articles: articles}, byCategory)
	if err != nil {
		b.Fatal(err)
	}
	if saved.New != len(articles) {
		b.Fatalf("%d of %d articles are new", saved.New, len(articles))
	}
}

// BenchmarkVisit saves visits of 30 new articles, two thirds of them in one topic, and compares their
// CPU time with that of the same rows inserted by bare prepared statements into a database of the same
// schema, 30 articles in a transaction. x-bare is the ratio.
func BenchmarkVisit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		benchmarkVisit(b, filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db"), false)
	})
	b.Run("postgres", func(b *testing.B) {
		server := postgres(b)
		benchmarkVisit(b, emptyDatabase(b, server), emptyDatabase(b, server), true)
	})
}

func benchmarkVisit(b *testing.B, dsn, bare string, server bool) {
	const sources, size = 50, 30
	db, leases := benchStore(b, dsn, sources, 20)
	other, _ := benchStore(b, bare, sources, 20)
	if err := other.Close(); err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	documents := make([][]feeds.Article, b.N)
	for visit := range documents {
		for i := range size {
			var topics []string
			if i%3 != 0 {
				topics = []string{fmt.Sprint("t", visit%20)}
			}
			documents[visit] = append(documents[visit], newsArticle(r, visit%sources, visit*size+i, topics...))
		}
	}
	b.ResetTimer()
	start := cpu(b, server)
	for visit, articles := range documents {
		save(b, db, leases[visit%sources], articles)
	}
	used := cpu(b, server) - start
	b.StopTimer()
	rows := storedRows(b, dsn)
	insertBare := bareSQLite
	if server {
		insertBare = barePostgres
	}
	base := insertBare(b, bare, rows, b.N)
	b.ReportMetric(float64(used.Microseconds())/float64(b.N), "cpu-µs/visit")
	b.ReportMetric(float64(base.Microseconds())/float64(b.N), "bare-µs/visit")
	b.ReportMetric(float64(used)/float64(base), "x-bare")
}

// benchArticles is how many articles the benchmarks of a full store have; TRIBUTARY_BENCH_ARTICLES says more.
func benchArticles(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("TRIBUTARY_BENCH_ARTICLES"))
	if err != nil {
		n = 20_000
	}
	return n
}

// BenchmarkPage reads pages with their content while another goroutine saves visits, and reports the median
// and the 99th percentile of each kind of page, and the bytes that an article takes. There are 1,000 topics
// of all sizes, and an article is in two of them.
func BenchmarkPage(b *testing.B) {
	const sources, topics = 200, 1000
	file := filepath.Join(b.TempDir(), "t.db")
	db, leases := benchStore(b, file, sources, topics)
	c := &benchCrawl{db: db, leases: leases, r: rand.New(rand.NewPCG(5, 6)), topics: topics}
	for range benchArticles(b) / benchDocument {
		c.visit(b, c.next())
	}
	report := sizes(b, file, c.n, c.text)
	fifty := feeds.Window{Least: 50}
	topic := func(i int) string { return fmt.Sprint("t", i%20) }
	for _, kind := range []struct {
		name string
		read func(i int) (rows int, err error)
	}{
		{"topic", func(i int) (int, error) {
			p, err := db.Page(b.Context(), feeds.Query{Topic: topic(i), Window: fifty, Content: true})
			return len(p.Entries), err
		}},
		{"language", func(i int) (int, error) {
			p, err := db.Page(b.Context(), feeds.Query{Topic: topic(i % 3), Language: "pt", Window: fifty, Content: true})
			return len(p.Entries), err
		}},
		{"archive", func(i int) (int, error) {
			p, err := db.Page(b.Context(), feeds.Query{Topic: topic(i % 3), Archive: 1 + i%3, Content: true})
			return len(p.Entries), err
		}},
		{"all", func(int) (int, error) {
			p, err := db.Page(b.Context(), feeds.Query{Window: fifty, Content: true})
			return len(p.Entries), err
		}},
		{"day", func(i int) (int, error) { // up to ten times as much
			p, err := db.Page(b.Context(), feeds.Query{Topic: topic(i), Content: true})
			return len(p.Entries), err
		}},
		{"volume", func(int) (int, error) {
			counts, err := db.Volume(b.Context(), time.Now().Add(-30*24*time.Hour), 24*time.Hour, 30)
			return len(counts), err
		}},
		{"shares", func(i int) (int, error) {
			shares, err := db.Shares(b.Context(), topic(i), time.Now().Add(-30*24*time.Hour))
			return len(shares), err
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			stop := c.run(b)
			var took []time.Duration
			got := 0
			for b.Loop() {
				start := time.Now()
				n, err := kind.read(len(took))
				if err != nil || n == 0 {
					b.Fatal(n, err)
				}
				took, got = append(took, time.Since(start)), got+n
			}
			stop()
			b.ReportMetric(float64(got)/float64(len(took)), "rows")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			for unit, v := range report {
				b.ReportMetric(v, unit)
			}
		})
	}
}

// benchDocument is how many articles a visit of benchCrawl brings.
const benchDocument = 100

// benchCrawl saves visits.
type benchCrawl struct {
	db      *storage.DB
	leases  []feeds.Lease
	r       *rand.Rand
	topics  int
	n, text int // articles, and bytes of their texts
}

// next is the articles of a visit: one in ten in Portuguese, in two topics of which few have most.
func (c *benchCrawl) next() (articles []feeds.Article) {
	for range benchDocument {
		in := []string{c.topic(), c.topic()}
		a := newsArticle(c.r, c.source(), c.n, slices.Compact(in)...)
		if c.n%10 == 0 {
			a.Language = "pt-BR"
		}
		c.text += len(a.Title) + len(a.Summary) + len(a.Content) + len(a.URL) + len(a.GUID) + len(a.Authors[0])
		articles = append(articles, a)
		c.n++
	}
	return articles
}

func (c *benchCrawl) source() int { return c.n / benchDocument % len(c.leases) }

func (c *benchCrawl) topic() string {
	u := c.r.Float64()
	return fmt.Sprint("t", int(u*u*u*float64(c.topics)))
}

func (c *benchCrawl) visit(b *testing.B, articles []feeds.Article) {
	b.Helper()
	save(b, c.db, c.leases[(c.n/benchDocument-1)%len(c.leases)], articles)
}

// run saves visits until the function that it gives is called.
func (c *benchCrawl) run(b *testing.B) (stop func()) {
	documents := make([][]feeds.Article, 100) // made beforehand: a crawl has other work than to write articles
	for i := range documents {
		documents[i] = c.next()
	}
	done := make(chan struct{})
	var crawl sync.WaitGroup
	crawl.Go(func() {
		for _, d := range documents {
			select {
			case <-done:
				return
			default:
				c.visit(b, d)
			}
		}
	})
	return func() {
		close(done)
		crawl.Wait()
	}
}

// sizes says what an article takes, without the full-text index and with it, over the bytes of
// its texts.
func sizes(b *testing.B, file string, articles, text int) map[string]float64 {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var all, index int
	if err := db.QueryRow(`SELECT sum(pgsize), sum(CASE WHEN name LIKE 'article_text%' THEN pgsize ELSE 0 END) FROM dbstat`).Scan(&all, &index); err != nil {
		b.Fatal(err)
	}
	return map[string]float64{
		"B/article":       float64(all-index) / float64(articles),
		"x-text":          float64(all-index) / float64(text),
		"index-B/article": float64(index) / float64(articles),
	}
}
