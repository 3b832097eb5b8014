package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRetag edits the rule of a running service's topic, kills it over the work that this makes, and changes
// its mind: in the end the topic has what the last rule admits, old articles at their old places.
func TestRetag(t *testing.T) {
	const articles = 700
	feed := rssFeed("lima", articles)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, feed)
	}))
	defer server.Close()
	config := writeConfig(t, freeAddress(t), eager, server.URL)
	file := filepath.Join(filepath.Dir(config), "t.db")
	inTopic := func() int {
		return number(t, file, "SELECT count(*) FROM entry e JOIN topic t ON t.id = e.topic_id WHERE slug = 'latin-america'")
	}
	wide, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	rule := func(text string) {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	crawl := func() {
		t.Helper()
		if code, _, stderr := finish(t, tributary(t, "crawl", "--config", config)); code != exitFine {
			t.Fatalf("exit code %d, %s", code, stderr)
		}
	}
	crawl()
	if n := inTopic(); n != articles {
		t.Fatalf("%d entries", n)
	}
	narrow := strings.Replace(string(wide), "Peruvian*", "Report 7", 1)
	narrow = strings.Replace(narrow, "Perú, ", "", 1)
	rule(narrow)
	serve := tributary(t, "serve", "--config", config)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the changed rule is applied", func() bool { return inTopic() < articles })
	serve.Process.Kill()
	serve.Wait()

	rule(string(wide))
	serve = tributary(t, "serve", "--config", config)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "everything is in again", func() bool { return inTopic() == articles })
	if n := number(t, file, "SELECT count(*) FROM entry e JOIN article a ON a.id = e.article_id WHERE e.at > a.published_at AND e.at > a.id >> 20"); n > 0 {
		t.Errorf("%d old articles came as news", n)
	}
	serve.Process.Kill()
	serve.Wait()

	eventually(t, "the turn of the dead process has ended", func() bool {
		return number(t, file, "SELECT held_until < unixepoch() * 1000 FROM retag") == 1
	})
	rule(narrow)
	crawl() // applies a changed rule, too
	if n := inTopic(); n != 1 {
		t.Errorf("%d entries, want the one report", n)
	}
}
