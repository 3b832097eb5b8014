package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestCheckOnline asks sources of every kind, and says what to write instead of the wrong ones.
func TestCheckOnline(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	site := publisher{"/feed": rssFeed("Fine", 3), "/empty": rssFeed("Empty", 0), "/page": linkToFeed, "/the/feed": rssFeed("Linked", 1),
		"/alone": "<!DOCTYPE html><p>Hello", "/picture": "\x89PNG", "/new": rssFeed("Moved", 2),
		"/pages.xml": "<urlset><url><loc>https://a.example/</loc></url></urlset>", "/index.xml": "<sitemapindex><sitemap><loc>https://a.example/x.xml</loc></sitemap></sitemapindex>"}
	address := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path]++
		mu.Unlock()
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		site.ServeHTTP(w, r)
	}))
	var sources []string
	for _, path := range []string{"/feed", "/empty", "/page", "/alone", "/picture", "/moved", "/gone", "/pages.xml", "/index.xml"} {
		sources = append(sources, address+path)
	}
	config := writeConfig(t, freeAddress(t), patient, sources...)
	code, stdout, stderr := finish(t, tributary(t, "check", "--online", "--json", "--config", config))
	var got checkResult
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitNo || stderr != "" || len(got.Sources) != len(sources) {
		t.Fatalf("exit code %d, %v; %s %s", code, err, stdout, stderr)
	}
	for i, want := range []sourceCheck{
		{OK: true, Kind: "RSS", Items: 3},
		{OK: true, Kind: "RSS"},
		{Problem: "a page and not a feed; write " + address + "/the/feed instead", Instead: address + "/the/feed"},
		{Problem: "a page that links to no feed; try tributary discover"},
		{Problem: "a file of another kind"},
		{OK: true, Kind: "RSS", Items: 2, Instead: address + "/new"},
		{Problem: "404 Not Found"},
		{Problem: "a sitemap of pages without news"},
		{Problem: "a sitemap index; of the 1 sitemaps in it none is named after news"},
	} {
		g := got.Sources[i]
		if g.URL != sources[i] || g.OK != want.OK || g.Kind != want.Kind || g.Items != want.Items || g.Instead != want.Instead || !strings.Contains(g.Problem, want.Problem) {
			t.Errorf("got %+v, want %+v", g, want)
		}
	}
	mu.Lock()
	for path, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
	mu.Unlock()
	if _, err := os.Stat(filepath.Join(filepath.Dir(config), "t.db")); err == nil {
		t.Error("the check made a database")
	}
	_, table, _ := finish(t, tributary(t, "check", "--online", "--config", config))
	for _, line := range []string{"ok, RSS", "moved for good: write " + address + "/new", "instead\n", "9 sources, 3 fine, 6 failed"} {
		if !strings.Contains(table, line) {
			t.Errorf("the table lacks %q:\n%s", line, table)
		}
	}
}

func TestCheckOnlineFine(t *testing.T) {
	config := writeConfig(t, freeAddress(t), patient, open(t, publisher{"/feed": rssFeed("Fine", 3)})+"/feed")
	if code, stdout, stderr := finish(t, tributary(t, "check", "--online", "--config", config)); code != exitFine || !strings.Contains(stdout, "1 source, 1 fine, 0 failed") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if code, stdout, _ := finish(t, tributary(t, "check", "--online", "--config", "testdata/bad/bad-cron.yaml")); code != exitNo || !strings.HasPrefix(stdout, "testdata/bad/bad-cron.yaml:10:16: ") {
		t.Errorf("a bad config: exit code %d: %s", code, stdout)
	}
}
