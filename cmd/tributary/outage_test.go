package main

import (
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestLostPostgres: while the database is away the feeds stay up; when it is back the crawl goes on, and
// nothing is lost or doubled.
func TestLostPostgres(t *testing.T) {
	dsn := testDatabase(t)
	web := newGrowingWeb(t)
	address := freeAddress(t)
	config := writeConfig(t, address, strings.Replace(eager, "every: 1s", "every: 200ms", 1), web.URL+"/a", web.URL+"/b")
	useStorage(t, config, dsn)
	cmd := tributary(t, "serve", "--config", config)
	log := &syncBuffer{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	}()
	topic := "http://" + address + "/topics/latin-america.rss"
	eventually(t, "articles", func() bool { return answers(address) && entriesOfFeed(t, topic) > 3 })

	name := dsn[strings.LastIndex(dsn, "/")+1:]
	server, err := pgx.Connect(t.Context(), strings.TrimSuffix(dsn, name)+"postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close(t.Context())
	admin := func(statement string) {
		t.Helper()
		if _, err := server.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	admin("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'")
	eventually(t, "a line that says so", func() bool { return strings.Contains(log.String(), "level=ERROR") })
	before := entriesOfFeed(t, topic)
	for range 10 {
		if n := entriesOfFeed(t, topic); n != before {
			t.Errorf("%d entries while the database was away, %d before", n, before)
		}
		time.Sleep(50 * time.Millisecond)
	}
	for line := range strings.Lines(log.String()) {
		if !strings.HasPrefix(line, "time=") {
			t.Errorf("not a line of its own: %q", line)
		}
	}
	admin("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")
	eventually(t, "new articles after the database was back", func() bool { return entriesOfFeed(t, topic) > before })
	web.mu.Lock()
	web.frozen = true
	web.mu.Unlock()
	eventually(t, "all articles, once", func() bool {
		web.mu.Lock()
		want := web.shown["/a"] + web.shown["/b"]
		web.mu.Unlock()
		got, distinct := countArticles(t, dsn)
		return got == want && distinct == want
	})
}

// answers says whether somebody listens.
func answers(address string) bool {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func entriesOfFeed(t *testing.T, url string) int {
	t.Helper()
	res, body := get(t, url)
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", url, res.Status)
	}
	return strings.Count(body, "<item>")
}

// useStorage replaces the storage that a config names.
func useStorage(t *testing.T, config, dsn string) {
	t.Helper()
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^storage: .*$`).ReplaceAll(text, []byte("storage: '"+dsn+"'"))
	if err := os.WriteFile(config, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func countArticles(t *testing.T, dsn string) (all, distinct int) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if err := c.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT url) FROM article").Scan(&all, &distinct); err != nil {
		t.Fatal(err)
	}
	return all, distinct
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
