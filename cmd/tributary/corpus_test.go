package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCorpus crawls a folder of captured feeds, whose manifest.csv names each file and its format, with
// the real program, and reports what came of it. TRIBUTARY_CORPUS names the folder; there is none in
// the repository, because the texts are their publishers'.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	types := corpusTypes(t, filepath.Join(dir, "real"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		w.Header().Set("Content-Type", types[name])
		http.ServeFile(w, r, filepath.Join(dir, "real", name))
	}))
	defer server.Close()
	var urls []string
	for name := range types {
		urls = append(urls, "'"+server.URL+"/"+name+"'")
	}
	slices.Sort(urls)
	config := writeConfig(t, freeAddress(t), strings.ReplaceAll(eager, "timeout: 2s", "timeout: 60s"), urls...)
	useTopicsOf(t, config, reference)
	cmd := tributary(t, "crawl", "--config", config)
	start := time.Now()
	code, stdout, stderr := finish(t, cmd)
	took := time.Since(start)
	if code != exitFine {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	file := filepath.Join(filepath.Dir(config), "t.db")
	for line := range strings.Lines(stdout) {
		if strings.Contains(line, "not a feed") || strings.Contains(line, "unreachable") || strings.Contains(line, "too big") {
			t.Log(strings.TrimSpace(line))
		}
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d feeds, %d parsed, %d articles stored, %d entries in Latin America, %d in all topics",
		len(urls), number(t, file, "SELECT count(*) FROM source WHERE last_success > 0"), number(t, file, "SELECT count(*) FROM article"),
		number(t, file, "SELECT count(*) FROM entry e JOIN topic t ON t.id = e.topic_id WHERE slug = 'latin-america'"),
		number(t, file, "SELECT count(*) FROM entry"))
	t.Logf("%.1f s, %.1f s of CPU, %d MB at most, database of %d MB", took.Seconds(),
		(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), usage.Maxrss>>10, info.Size()>>20)
}

// corpusTypes gives the media type of each file that the manifest lists.
func corpusTypes(t *testing.T, dir string) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	format := slices.Index(lines[0], "format")
	media := map[string]string{"rss": "application/rss+xml", "rdf": "application/rdf+xml", "ato": "application/atom+xml", "jso": "application/feed+json"}
	types := map[string]string{}
	for _, line := range lines[1:] {
		types[line[0]] = cmp.Or(media[fmt.Sprintf("%.3s", line[format])], "application/xml")
	}
	return types
}

// useTopicsOf replaces the topics of one config file by those of another.
func useTopicsOf(t *testing.T, config, other string) {
	t.Helper()
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "topics:\n")
	_, topics, _ := strings.Cut(string(from), "\ntopics:\n")
	if err := os.WriteFile(config, []byte(head+"topics:\n"+topics), 0o644); err != nil {
		t.Fatal(err)
	}
}
