package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

func TestSearchPage(t *testing.T) {
	store := newStore()
	h := newServer(store, storedSite()).Handler()
	for _, c := range []struct {
		query string
		want  []string
		items int
	}{
		{"", []string{"Search everything that the publishers' feeds have brought."}, 0},
		{"?utm_source=x", []string{"Search everything"}, 0},
		{"?q=mexico&_gl=" + strings.Repeat("a", 300), []string{"Mexico pledges aid"}, 1},
		{"?q=mexico", []string{"Mexico pledges aid", "Copy an address"}, 1},
		{"?q=+agree+&lang=ES-mx&topic=latin-america&source=news.example&since=1999-12-31", []string{"México & Cuba <agree>"}, 1},
		{"?lang=es", []string{"Mexico pledges aid", "México & Cuba"}, 2},
		{"?q=unheard-of", []string{"Nothing was found."}, 0},
	} {
		answer, page := do(h, "GET /search"+c.query)
		got := text(elements(t, page, "main")[0])
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s reads %q, want %q in it", c.query, got, want)
			}
		}
		if n := len(elements(t, page, "article")); n != c.items {
			t.Errorf("%s shows %d articles, want %d", c.query, n, c.items)
		}
		if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s answers %d, %v", c.query, answer.StatusCode, answer.Header)
		}
	}
	want := feeds.Search{Text: "agree", Topic: "latin-america", Source: "news.example", Language: "es",
		Since: time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), Limit: searchPage + 1}
	if len(store.asked) != 4 || store.asked[1] != want {
		t.Errorf("the store was asked %+v", store.asked)
	}
}

func TestTheSearchFormKeepsWhatWasAsked(t *testing.T) {
	h := newServer(newStore(), storedSite()).Handler()
	_, page := do(h, `GET /search?q=%22a+b%22+%3Cscript%3E&topic=empty&source=x.example&lang=de&since=2020-02-03`)
	for _, want := range []string{`value="&#34;a b&#34; &lt;script&gt;"`, `<option value="empty" selected>`, `value="x.example"`, `<option value="de" selected>German`, `value="2020-02-03"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
}

func TestBadSearches(t *testing.T) {
	store := newStore()
	h := newServer(store, storedSite()).Handler()
	for query, want := range map[string]string{
		"q=-mexico":                          "Give a word that must be found, too.",
		"q=" + strings.Repeat("a", 201):      "The search is too long: 200 characters are the most.",
		"source=" + strings.Repeat("a", 300): "The search is too long",
		"q=a&topic=unknown":                  `There is no topic "unknown".`,
		"q=a&lang=klingonish":                `"klingonish" is no language: write en, es or pt.`,
		"q=a&since=yesterday":                `"yesterday" is no date`,
		"q=a&before=x":                       "This page of results does not exist.",
		"q=%zz":                              "This address is broken",
		"q=a%00b":                            "The search holds bytes that are no text.",
		"q=%ff%fe":                           "The search holds bytes that are no text.",
		"q=a&source=x%1b":                    "The search holds bytes that are no text.",
	} {
		answer, page := do(h, "GET /search?"+query)
		if got := text(elements(t, page, "main")[0]); answer.StatusCode != http.StatusBadRequest || !strings.Contains(got, want) {
			t.Errorf("%s answers %d, %q, want %q", query, answer.StatusCode, got, want)
		}
		if n := len(elements(t, page, "form")); n != 1 {
			t.Errorf("%s has %d forms", query, n)
		}
		answer, line := do(h, "GET /search.rss?"+query)
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") || answer.StatusCode != http.StatusBadRequest || strings.Count(line, "\n") != 1 {
			t.Errorf("the feed of %s answers %d, %s", query, answer.StatusCode, line)
		}
	}
	if a, _ := do(h, "GET /search.atom"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("the feed of no search answers %d", a.StatusCode)
	}
}

func TestSearchesKnowTopicsByFormerIDs(t *testing.T) {
	set := storedSite()
	set.Topics[0].Formerly = []string{"the-south"}
	store := newStore()
	if a, _ := do(newServer(store, set).Handler(), "GET /search?q=mexico&topic=the-south"); a.StatusCode != http.StatusOK || store.asked[0].Topic != "latin-america" {
		t.Errorf("status %d, the store was asked %+v", a.StatusCode, store.asked)
	}
}

func TestPagesOfResults(t *testing.T) {
	store := newStore()
	p := store.pages["latin-america"]
	p.Entries = nil
	for n := int64(70); n > 0; n-- {
		p.Entries = append(p.Entries, entry("latin-america", n, fmt.Sprint("Many ", n)))
	}
	store.pages["latin-america"] = p
	h := newServer(store, storedSite()).Handler()
	path, titles := "/search?q=many", map[string]bool{}
	for pages := 1; path != ""; pages++ {
		_, page := do(h, "GET "+path)
		for _, n := range elements(t, page, "h2") {
			titles[text(n)] = true
		}
		path = ""
		for _, n := range elements(t, page, "a") {
			if attribute(n, "rel") == "next" {
				path = attribute(n, "href")
			}
		}
		if pages > 3 {
			t.Fatal("there is no end of pages")
		}
	}
	if len(titles) < 70 {
		t.Errorf("the pages show %d results", len(titles))
	}
}

func TestSearchFeeds(t *testing.T) {
	h := newServer(newStore(), storedSite()).Handler()
	for _, f := range render.Formats {
		answer, body := do(h, "GET /search."+f.Ext+"?lang=ES&q=++mexico&before="+madeID("latin-america", 1)+"&limit=3")
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != f.MediaType {
			t.Errorf("%s: %d, %v", f.Name, answer.StatusCode, answer.Header)
		}
		self := "https://feeds.example/search." + f.Ext + "?lang=es&q=mexico"
		if json := strings.ReplaceAll(self, "&", `\u0026`); !strings.Contains(html.UnescapeString(body), self) && !strings.Contains(body, json) {
			t.Errorf("%s does not know its own address %s:\n%s", f.Name, self, body)
		}
		if !strings.Contains(body, "Mexico pledges aid") || strings.Contains(body, "Cuba") {
			t.Errorf("%s shows %s", f.Name, body)
		}
		if answer, none := do(h, "GET /search."+f.Ext+"?q=unheard-of"); answer.StatusCode != http.StatusOK {
			t.Errorf("%s of a search that finds nothing answers %d: %s", f.Name, answer.StatusCode, none)
		}
		again, same := do(h, "GET /search."+f.Ext+"?q=mexico+&lang=es")
		if same != body || again.Header.Get("ETag") != answer.Header.Get("ETag") {
			t.Errorf("%s: the same search written differently is another feed", f.Name)
		}
	}
}

func TestSearchesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		store.hang = make(chan struct{})
		h := newServer(store, storedSite()).Handler()
		var all sync.WaitGroup
		answers := make([]int, 3*searchTurns)
		for i := range answers {
			all.Go(func() {
				a, _ := do(h, fmt.Sprintf("GET /search?q=%d", i))
				answers[i] = a.StatusCode
			})
		}
		synctest.Wait()
		store.mu.Lock()
		n := len(store.asked)
		store.mu.Unlock()
		if n != searchTurns {
			t.Errorf("%d searches run together, want %d", n, searchTurns)
		}
		if a, _ := do(h, "GET /search"); a.StatusCode != http.StatusOK {
			t.Errorf("the form answers %d while searches run", a.StatusCode)
		}
		all.Wait() // until the searches have taken too long
		for i, status := range answers {
			if status != http.StatusServiceUnavailable {
				t.Errorf("search %d answers %d", i, status)
			}
		}
		close(store.hang)
		if a, _ := do(h, "GET /search?q=mexico"); a.StatusCode != http.StatusOK {
			t.Errorf("afterwards a search answers %d", a.StatusCode)
		}
	})
}

// FuzzSearch looks for a query string that no page can be made for.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"", "q=a", "q=%zz", "q=%00&lang=%ff", "since=9999-99-99", "q=a&q=b&before=%3C", "lang=en;q=2", "topic=../..", "q=%F0%9F%98%80&source=%22%3E%3Cscript%3E"} {
		f.Add(seed)
	}
	h := newServer(newStore(), storedSite()).Handler()
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/search", "/search.rss"} {
			r := request("GET " + path)
			r.URL = &url.URL{Path: path, RawQuery: query}
			answer, body := play(h, r)
			if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusBadRequest {
				t.Errorf("%q answers %d", query, answer.StatusCode)
			}
			if path == "/search" && len(elements(t, body, "script")) != 1 {
				t.Errorf("%q brings a script:\n%s", query, body)
			}
		}
	})
}
