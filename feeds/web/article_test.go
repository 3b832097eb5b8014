package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// articlePath is the page of the fixture's newest article.
var articlePath = "/articles/" + madeID("latin-america", 2)

// shown gives the words of the page of the fixture's newest article after it was changed.
func shown(t *testing.T, change func(*feeds.Entry)) string {
	t.Helper()
	store := newStore()
	change(&store.pages["latin-america"].Entries[0])
	answer, page := do(newServer(store, storedSite()).Handler(), "GET "+articlePath)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", answer.StatusCode, page)
	}
	return text(elements(t, page, "main")[0])
}

func TestArticlePage(t *testing.T) {
	got := shown(t, func(e *feeds.Entry) {
		a := &e.Article
		a.Authors, a.Categories, a.Rights = []string{"Ana Pérez", "B. Smith"}, []string{"World", "World", "Cuba"}, "© Example"
		a.Updated = a.Published.Add(2 * time.Hour)
		a.Content = "<h1>Aid</h1><p>Officials said <em>so</em>.</p>"
		a.Enclosures = []feeds.Enclosure{{URL: "https://news.example/audio/talk.mp3", Type: "audio/mpeg", Length: 12_000_000}, {URL: "javascript:alert(1)"}}
		e.Story.Others = []feeds.Article{{ID: "bbbbbbbbbbbbbbbbbbbbbbbbbb", Title: "The same elsewhere", URL: "https://other.example/1", Seen: changed,
			Source: feeds.Source{Title: "Other News"}}}
		e.Evidence.Hits = append(e.Evidence.Hits, feeds.Hit{Term: "Lima", Kind: "capital", Place: "PE", Field: feeds.BodyField, Discarded: "means other things too"})
	})
	for _, want := range []string{
		"México & Cuba <agree> By Ana Pérez, B. Smith Example News · 31 Dec 1999, 22:00 UTC · Spanish Updated 1 Jan 2000, 00:00 UTC",
		"AidOfficials said so.", "Read it at Example News", "Files talk.mp3 (audio/mpeg, 12 MB)",
		"Filed by its publisher under Cuba, World.", "Rights: © Example",
		"Also reported by The same elsewhere Other News · 31 Dec 1999, 23:00 UTC · Details",
		"Why is this here? In Latin America, with 4.5 points", "mexico in the title: 3 points",
		"What did not count Lima in the text, capital of Peru: means other things too",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page reads %q, want %q in it", got, want)
		}
	}
	if strings.Contains(got, "javascript") {
		t.Errorf("the page offers a script as a file: %q", got)
	}
}

func TestArticlePagesShowNoMoreThanTheSourceAllows(t *testing.T) {
	const content, summary, image = "Only in the content", "Officials said on Friday", "image.jpg"
	for publish, want := range map[feeds.Publish]map[string]bool{
		"":            {content: true, image: true},
		feeds.Full:    {content: true, image: true},
		feeds.Excerpt: {summary: true},
		feeds.Link:    {},
	} {
		store := newStore()
		a := &store.pages["latin-america"].Entries[0].Article
		a.Source.Publish, a.Content = publish, "<p>"+content+"</p>"
		_, page := do(newServer(store, storedSite()).Handler(), "GET "+articlePath)
		for _, part := range []string{content, summary, image} {
			if got := strings.Contains(page, part); got != want[part] {
				t.Errorf("publish %q: that the page has %q is %v", publish, part, got)
			}
		}
	}
}

func TestTheLeadsMarksAreOnlyShownWhereTheSummaryIs(t *testing.T) {
	got := shown(t, func(e *feeds.Entry) {
		e.Article.Source.Publish = feeds.Link
		e.Evidence.Hits = []feeds.Hit{{Term: "officials", Field: feeds.LeadField, Length: 9, Score: 1.5}}
	})
	if strings.Contains(got, "said on Friday") {
		t.Errorf("the page quotes the summary: %q", got)
	}
}

func TestUnknownArticles(t *testing.T) {
	h := newServer(newStore(), storedSite()).Handler()
	for _, path := range []string{"/articles/", "/articles/x", "/articles/zzzzzzzzzzzzzzzzzzzzzzzzzz", "/articles/AAAAAAAAAAAAAAAAAAAAAAAA02", "/articles/%27%3Bdrop", articlePath + ".rss"} {
		if a, _ := do(h, "GET "+path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
}
