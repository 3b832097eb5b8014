package crawl_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/fetch"
)

// items is a document of items as they are written, so that their bytes stay what they were.
func items(title string, items ...string) *fetch.Response {
	body := `<rss version="2.0"><channel><title>` + title + `</title>` + strings.Join(items, "") + `</channel></rss>`
	return &fetch.Response{Status: 200, URL: "https://a.example/feed", Body: []byte(body)}
}

func dated(n int, link string, at time.Time) string {
	return fmt.Sprintf(`<item><title>Report %d on the %s</title><guid>tag:a.example,2026:%d</guid><link>https://a.example/%s</link><pubDate>%s</pubDate></item>`,
		n, []string{"harbour", "drought", "mine", "railway", "vaccine", "election"}[n], n, link, at.UTC().Format(time.RFC1123Z))
}

// TestKnownItems: what was read before is known by its bytes and not read again. The source's rhythm
// still comes from the whole document, and so does what the feed says about itself.
func TestKnownItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, time.Second, feeds.Source{URL: "https://a.example/feed", Every: "1h"})
		defer b.stop()
		start := time.Now().Add(-24 * time.Hour)
		var written []string
		for n := range 5 {
			written = append(written, dated(n, fmt.Sprint(n), start.Add(time.Duration(n)*2*time.Hour)))
		}
		b.web.answers["https://a.example/feed"] = func(fetch.Request) (*fetch.Response, error) { return items("Old name", written...), nil }
		b.run(30 * time.Minute)
		before := b.state("https://a.example/feed")
		if before.Rhythm != 2*time.Hour {
			t.Fatalf("rhythm %s", before.Rhythm)
		}

		latest := start.Add(20 * time.Hour)
		written = append(written, dated(5, "5", latest))
		b.web.answers["https://a.example/feed"] = func(fetch.Request) (*fetch.Response, error) { return items("New name", written...), nil }
		b.run(time.Hour)
		if saved := b.report("https://a.example/feed").Saved; saved.New != 1 || saved.Known != 5 || saved.Changed != 0 {
			t.Errorf("saved %+v", saved)
		}
		after := b.state("https://a.example/feed")
		if after.Title != "New name" || after.Rhythm != before.Rhythm || !after.Newest.Equal(latest.UTC().Truncate(time.Second)) {
			t.Errorf("learned %q, rhythm %s, newest %s", after.Title, after.Rhythm, after.Newest)
		}

		written = nil
		b.run(2 * time.Hour)
		if after := b.state("https://a.example/feed"); !after.Result.OK() || after.Newest.IsZero() {
			t.Errorf("an empty document was %s, newest %s", after.Result, after.Newest)
		}
	})
}

// TestKnownItemsAreReadAfterAll: two reports that share a link are two articles, also when the first of
// them was known when the second came.
func TestKnownItemsAreReadAfterAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, time.Second, feeds.Source{URL: "https://a.example/feed", Every: "1h"})
		defer b.stop()
		at := time.Now().Add(-time.Hour)
		written := []string{dated(0, "live", at), dated(1, "other", at)}
		b.web.answers["https://a.example/feed"] = func(fetch.Request) (*fetch.Response, error) { return items("Feed", written...), nil }
		b.judge = func(a *feeds.Article) []feeds.Entry {
			if a.Source.URL != "https://a.example/feed" {
				t.Errorf("%q comes from %q", a.Title, a.Source.URL)
			}
			return nil
		}
		b.run(30 * time.Minute)
		written = append(written, dated(2, "live", at)) // published at the same moment: alone, the link would make it the first one's edit
		b.run(time.Hour)
		if saved := b.report("https://a.example/feed").Saved; saved.New != 1 || saved.Changed != 0 || saved.Known != 2 {
			t.Errorf("saved %+v", saved)
		}
	})
}

func (b *bench) report(source string) crawl.Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reports[source]
}

func (b *bench) state(source string) feeds.State {
	b.Helper()
	states, err := b.db.Sources(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, st := range states {
		if st.Source == source {
			return st
		}
	}
	b.Fatalf("%s is not there", source)
	return feeds.State{}
}
