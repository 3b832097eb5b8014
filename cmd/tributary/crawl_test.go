package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// openFile opens a database of the program's to look into it.
func openFile(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)") // the program may be at work on it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func setVersion(t *testing.T, file string, version int) {
	t.Helper()
	if _, err := openFile(t, file).Exec("UPDATE schema_version SET version = $1", version); err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, file, query string) (n int) {
	t.Helper()
	if err := openFile(t, file).QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// rssFeed is a feed of n articles, the i-th about Peru.
func rssFeed(name string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<rss version="2.0"><channel><title>%s</title><link>https://%s.example/</link>`, name, name)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Report %d from Peru, by %s</title><link>https://%s.example/%d</link><guid>%s-%d</guid><pubDate>%s</pubDate><description>What happened on day %d.</description></item>`,
			i, name, name, i, name, i, time.Unix(1790000000+int64(i)*3607, 0).UTC().Format(time.RFC1123Z), i)
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

// rows runs one crawl and gives its rows by the last part of the sources' addresses.
func rows(t *testing.T, config string) map[string]row {
	t.Helper()
	code, stdout, stderr := finish(t, tributary(t, "crawl", "--all", "--json", "--config", config))
	if code != exitFine || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	byName := map[string]row{}
	for lines := json.NewDecoder(strings.NewReader(stdout)); lines.More(); {
		var r row
		if err := lines.Decode(&r); err != nil {
			t.Fatal(err)
		}
		byName[r.Source[strings.LastIndex(r.Source, "/")+1:]] = r
	}
	return byName
}

type row struct {
	Source, Result, Reason string
	New, Changed, Known    int
}

// TestBadSources: a source that answers nonsense has a row that says so, and the others go on.
func TestBadSources(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, rssFeed("good", 3))
	})
	mux.HandleFunc("/html", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!DOCTYPE html><title>Hello</title><p>Not here</p>")
	})
	mux.HandleFunc("/garbage", func(w http.ResponseWriter, _ *http.Request) {
		noise := rand.NewChaCha8([32]byte{1})
		junk := make([]byte, 5000)
		noise.Read(junk)
		w.Write(junk)
	})
	mux.HandleFunc("/nothing", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		block := bytes.Repeat([]byte("<item>"), 1<<16)
		for range 50 << 20 / len(block) {
			w.Write(block)
		}
	})
	stop := make(chan struct{})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/pause", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(stop)
	var sources []string
	for _, name := range []string{"good", "html", "garbage", "nothing", "huge", "never", "missing", "pause"} {
		sources = append(sources, server.URL+"/"+name)
	}
	config := writeConfig(t, freeAddress(t), eager, append(sources, "http://127.0.0.1:1/refused")...)
	first := rows(t, config)
	for name, want := range map[string]row{
		"good":    {Result: "fetched", New: 3},
		"html":    {Result: "not a feed", Reason: "an HTML page"},
		"garbage": {Result: "not a feed", Reason: "begins with"},
		"nothing": {Result: "not a feed", Reason: "empty"},
		"huge":    {Result: "too big", Reason: "MiB"},
		"never":   {Result: "unreachable", Reason: "2s"},
		"missing": {Result: "refused", Reason: "404"},
		"pause":   {Result: "refused", Reason: "503"},
		"refused": {Result: "unreachable", Reason: "connection refused"},
	} {
		got := first[name]
		if got.Result != want.Result || got.New != want.New || !strings.Contains(got.Reason, want.Reason) || strings.Contains(got.Reason, "\n") {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	second := rows(t, config)
	if got := second["good"]; got.Result != "not modified" || got.New != 0 {
		t.Errorf("the second visit of good: %+v", got)
	}
	if _, visited := second["pause"]; visited {
		t.Error("a source that asked for a pause was visited again")
	}
}

// TestInterruptedCrawl: a crawl that is told to end says what has come, and that there is more to do.
func TestInterruptedCrawl(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 { // a host is asked for one thing at a time: the first is stored
			interrupt()
			<-r.Context().Done()
			return
		}
		fmt.Fprint(w, rssFeed("first", 3))
	}))
	defer server.Close()
	config := writeConfig(t, freeAddress(t), eager, server.URL+"/a", server.URL+"/b", server.URL+"/c")
	var out, errs strings.Builder
	code := run(ctx, []string{"crawl", "--config", config}, terminal{nil, &out, &errs})
	if want := "1 visit, 1 fine, 0 failed; 3 new articles"; code != exitCouldNot || !strings.Contains(out.String(), want) {
		t.Errorf("exit code %d\n%s; want %s", code, out.String(), want)
	}
	if want := "tributary: interrupted; what came is stored, and the next crawl goes on with the rest\n"; errs.String() != want {
		t.Errorf("%q, want %q", errs.String(), want)
	}
}

// TestKilledCrawl: a crawl that is killed in the middle and started again stores every article once.
func TestKilledCrawl(t *testing.T) {
	const sources, articles = 30, 10
	var served atomic.Int32
	half := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1) == sources/2 {
			close(half)
		}
		fmt.Fprint(w, rssFeed(r.URL.Path[1:], articles))
	}))
	defer server.Close()
	var urls []string
	for i := range sources {
		urls = append(urls, fmt.Sprintf("%s/s%d", server.URL, i))
	}
	config := writeConfig(t, freeAddress(t), eager, urls...)
	killed := tributary(t, "crawl", "--config", config)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	<-half
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait()
	file := filepath.Join(filepath.Dir(config), "t.db")
	before := number(t, file, "SELECT count(*) FROM source WHERE last_success > 0")
	if before == sources {
		t.Fatal("the crawl was killed too late to show anything")
	}
	if code, stdout, stderr := finish(t, tributary(t, "crawl", "--all", "--config", config)); code != exitFine {
		t.Fatalf("exit code %d: %s %s", code, stdout, stderr)
	}
	for query, want := range map[string]int{
		"SELECT count(*) FROM article":            sources * articles,
		"SELECT count(DISTINCT url) FROM article": sources * articles,
		"SELECT count(*) FROM entry WHERE topic_id = (SELECT id FROM topic WHERE slug = 'latin-america')": sources * articles,
		"SELECT head FROM topic WHERE slug = 'latin-america'":                                             sources * articles,
	} {
		if got := number(t, file, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}
