package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// storyFeed is a source's document with one item for each headline.
func storyFeed(name string, headlines ...string) string {
	var items strings.Builder
	for _, h := range headlines {
		title, summary, _ := strings.Cut(h, "|")
		fmt.Fprintf(&items, "<item><title>%s</title><description>%s</description><link>https://%s.example/%x</link><pubDate>%s</pubDate></item>",
			title, summary, name, title, time.Now().UTC().Add(-time.Hour).Format(time.RFC1123Z))
	}
	return `<rss version="2.0"><channel><title>` + name + `</title>` + items.String() + `</channel></rss>`
}

// TestStories crawls three sources that tell an event each in its own words, and reads what topics make of it.
func TestStories(t *testing.T) {
	documents := map[string]string{
		"/a": storyFeed("a", "Magnitude 6.8 earthquake strikes southern Peru|A strong quake hit the coast near Arequipa, the geophysical institute said.",
			"Peru opens two new museums|Lima and Cusco get a museum each."),
		"/b": storyFeed("b", "Strong earthquake shakes southern Peru near Arequipa|The magnitude 6.8 quake was felt along the coast, said the geophysical institute."),
		"/c": storyFeed("c", "Peru: 6.8 earthquake hits coast near Arequipa|The strong quake struck the southern coast, the geophysical institute reported."),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, documents[r.URL.Path])
	}))
	defer server.Close()
	config := writeConfig(t, freeAddress(t), hourly, server.URL+"/a", server.URL+"/b", server.URL+"/c")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	topics := `
  - id: one
    title: One entry of each story
    places: {in: [PE]}
    stories: one
    prefer: ["` + server.URL + `/c"]
  - id: confirmed
    title: Confirmed
    places: {in: [PE]}
    stories: one
    min_sources: 3
  - id: every
    title: Every entry
    places: {in: [PE]}
`
	if err := os.WriteFile(config, append(text, topics...), 0o644); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(config), "t.db")
	if code, _, stderr := finish(t, tributary(t, "crawl", "--config", config)); code != exitFine {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	code, stdout, stderr := finish(t, tributary(t, "explain", "confirmed", "--config", config, "--item", "1", "--url", server.URL+"/a"))
	if code != exitFine || !strings.Contains(stdout, "\nshown once 3 sources tell its event\none entry is shown") {
		t.Errorf("explain: exit code %d, %s%s", code, stdout, stderr)
	}
	db, err := storage.Open(t.Context(), file, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, test := range []struct {
		topic   string
		entries int // and of the earthquake:
		sources []string
		others  int
	}{
		{"one", 2, []string{"/c"}, 2},
		{"confirmed", 1, []string{"/a", "/b", "/c"}, 2}, // whichever was visited first
		{"every", 4, []string{"/a", "/b", "/c"}, 0},
	} {
		page, err := db.Page(t.Context(), feeds.Query{Topic: test.topic})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Entries) != test.entries {
			t.Errorf("%s has %d entries, want %d", test.topic, len(page.Entries), test.entries)
		}
		for _, e := range page.Entries {
			quake := strings.Contains(e.Article.Title, "earthquake")
			source := strings.TrimPrefix(e.Article.Source.URL, server.URL)
			if quake && (!slices.Contains(test.sources, source) || len(e.Story.Others) != test.others) || !quake && len(e.Story.Others) > 0 {
				t.Errorf("%s: %q of %s, with %d others", test.topic, e.Article.Title, source, len(e.Story.Others))
			}
		}
	}
}
