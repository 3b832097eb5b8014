package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tributary/feeds"
)

func TestBesideTheEntries(t *testing.T) {
	store := newStore()
	h := newServer(store, storedSite()).Handler()
	_, page := do(h, "GET /topics/latin-america")
	got := text(elements(t, page, "aside")[0])
	want := "Thirty days Articles per day 2 articles in the 30 days from 2 Dec 1999 to 31 Dec 1999; the most on 31 Dec 1999: 2."
	if !strings.HasPrefix(got, want) {
		t.Errorf("beside the entries stands %q, want %q", got, want)
	}
	for _, want := range []string{"Sources Example News 75 % other.example 25 % Search in this topic"} {
		if !strings.Contains(got, want) {
			t.Errorf("beside the entries stands %q, want %q in it", got, want)
		}
	}
	if bars := elements(t, page, "rect"); len(bars) != chartDays {
		t.Errorf("the chart has %d bars", len(bars))
	}
	svg := elements(t, page, "svg")[0]
	for _, id := range strings.Fields(attribute(svg, "aria-labelledby")) {
		if !strings.Contains(page, ` id="`+id+`"`) {
			t.Errorf("the chart's text %s is nowhere", id)
		}
	}
	if strings.Contains(page, "javascript:") || !strings.Contains(page, `<a href="https://news.example/"`) {
		t.Error("the sources do not link to their sites, or to a script")
	}
	for _, path := range []string{"/topics/empty", "/topics/latin-america.es", "/all"} {
		if _, page := do(h, "GET "+path); len(elements(t, page, "svg")) != 0 {
			t.Errorf("%s has a chart", path)
		}
	}
}

func TestSecretAddressesOfSourcesAreNotTold(t *testing.T) {
	store := newStore()
	store.shares = []feeds.Share{{Source: feeds.Source{Title: "A paper", URL: "https://a.example/feed?token=canary", SiteURL: "https://a.example/?token=canary"}, Entries: 1}}
	_, page := do(newServer(store, storedSite()).Handler(), "GET /topics/latin-america")
	if strings.Contains(page, "canary") || !strings.Contains(page, "A paper") {
		t.Error("the page tells what opens a source")
	}
}

func TestManySourcesAreNotAllNamed(t *testing.T) {
	store := newStore()
	store.shares = nil
	for range mostSources + 3 {
		store.shares = append(store.shares, feeds.Share{Source: feeds.Source{Title: "A paper"}, Entries: 1})
	}
	_, page := do(newServer(store, storedSite()).Handler(), "GET /topics/latin-america")
	got := text(elements(t, page, "aside")[0])
	if n := strings.Count(got, "A paper 9 %"); n != mostSources || !strings.Contains(got, "and 3 other sources") {
		t.Errorf("beside the entries stands %q", got)
	}
}

func TestLongPagesEndInHeadlines(t *testing.T) {
	store := newStore()
	p := store.pages["latin-america"]
	p.Entries = nil
	for n := int64(feeds.DefaultWindow.Least + 7); n > 0; n-- {
		p.Entries = append(p.Entries, entry("latin-america", n, "News"))
	}
	store.pages["latin-america"] = p
	_, page := do(newServer(store, storedSite()).Handler(), "GET /topics/latin-america")
	if n := len(elements(t, page, "article")); n != mostShown {
		t.Errorf("%d entries are shown in full", n)
	}
	if n := strings.Count(page, "<li id="); n != feeds.DefaultWindow.Least-mostShown {
		t.Errorf("%d entries are headlines", n)
	}
	if next := nextPage(t, page); next != "/topics/latin-america/1" {
		t.Errorf("the page leads on to %q", next)
	}
}

// nextPage is where a page's link to older entries leads.
func nextPage(t *testing.T, page string) string {
	t.Helper()
	at := slices.IndexFunc(elements(t, page, "a"), func(n *html.Node) bool { return attribute(n, "rel") == "next" })
	if at < 0 {
		return ""
	}
	return attribute(elements(t, page, "a")[at], "href")
}

func TestArchivePages(t *testing.T) {
	s := newServer(newStore(), storedSite())
	stream := s.view.Load().topics["latin-america"]
	for _, c := range []struct {
		n, older, newer int
		next, prev      string
	}{
		{3, 2, 0, "/topics/latin-america/2", "/topics/latin-america"},
		{2, 1, 3, "/topics/latin-america/1", "/topics/latin-america/3"},
		{1, 0, 2, "", "/topics/latin-america/2"},
	} {
		written, err := stream.page(feeds.Page{Entries: []feeds.Entry{entry("latin-america", 1, "Old")}, Older: c.older, Newer: c.newer}, c.n, aside{})
		if err != nil {
			t.Fatal(err)
		}
		page := string(written)
		if next := nextPage(t, page); next != c.next {
			t.Errorf("archive %d leads on to %q, want %q", c.n, next, c.next)
		}
		if !strings.Contains(page, `<a href="`+c.prev+`" rel="prev">`) || !strings.Contains(page, `<link rel="prev" href="`+c.prev+`">`) {
			t.Errorf("archive %d does not lead back to %q:\n%s", c.n, c.prev, page)
		}
		if title := text(elements(t, page, "title")[0]); !strings.Contains(title, "archive "+string(rune('0'+c.n))) {
			t.Errorf("archive %d is titled %q", c.n, title)
		}
	}
}

func TestTheChartIsAFunctionOfWhatIsStored(t *testing.T) {
	s := newServer(newStore(), storedSite())
	stream := s.view.Load().topics["latin-america"]
	e := entry("latin-america", 1, "News")
	e.At = time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)
	a, err := s.aside(t.Context(), stream, feeds.Page{Entries: []feeds.Entry{e}})
	if err != nil || a.Chart.To != time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC) || a.Chart.From != time.Date(1999, 12, 2, 0, 0, 0, 0, time.UTC) {
		t.Errorf("the chart goes from %v to %v, %v", a.Chart.From, a.Chart.To, err)
	}
}
