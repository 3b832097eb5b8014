package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"tributary/feeds"
	"tributary/feeds/render"
)

// elements gives all elements with the name, in document order.
func elements(t *testing.T, page, name string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var pagePaths = []string{"/", "/about", "/all", "/topics/latin-america.es", "/topics/latin-america", "/topics/empty",
	"/search", "/search?q=mexico", "/search?q=unheard-of", articlePath}

// storedSite is the fixture's site without the topic that the store does not know.
func storedSite() Site {
	s := site()
	s.Topics = s.Topics[:2]
	return s
}

func TestEveryLinkOfEveryPageLeadsSomewhere(t *testing.T) {
	for _, base := range []string{"https://feeds.example", "https://example.org/some/news"} {
		set := storedSite()
		set.URL = base
		h := newServer(newStore(), set).Handler()
		root, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		links := 0
		for _, path := range pagePaths {
			_, page := do(h, "GET "+path)
			ids := map[string]bool{}
			for _, name := range []string{"a", "link", "main", "h2", "article"} {
				for _, n := range elements(t, page, name) {
					ids[attribute(n, "id")] = true
				}
			}
			for _, n := range slices.Concat(elements(t, page, "a"), elements(t, page, "link")) {
				href, err := root.Parse(attribute(n, "href"))
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case strings.HasPrefix(attribute(n, "href"), "#"):
					if !ids[href.Fragment] {
						t.Errorf("%s: #%s leads nowhere", path, href.Fragment)
					}
				case href.Host != root.Host:
					if href.Host != "news.example" || attribute(n, "rel") != "noopener noreferrer nofollow ugc" {
						t.Errorf("%s: link to %s with rel %q", path, href, attribute(n, "rel"))
					}
				default:
					if !strings.HasPrefix(href.String(), base+"/") {
						t.Errorf("%s: %s leaves the site's prefix", path, href)
					}
					if a, _ := do(h, "GET "+href.RequestURI()); a.StatusCode != http.StatusOK {
						t.Errorf("%s: %s answers %d", path, href, a.StatusCode)
					}
					links++
				}
			}
		}
		if links < 25 {
			t.Errorf("only %d links were followed", links)
		}
	}
}

func TestAutodiscovery(t *testing.T) {
	set := storedSite()
	h := newServer(newStore(), set).Handler()
	for path, topics := range map[string][]string{
		"/": {"/all", "/topics/latin-america", "/topics/empty"}, "/about": {"/all"}, "/all": {"/all"},
		"/topics/latin-america": {"/topics/latin-america"}, "/topics/empty": {"/topics/empty"},
	} {
		_, page := do(h, "GET "+path)
		var got, want []string
		for _, n := range elements(t, page, "link") {
			if attribute(n, "rel") != "alternate" {
				continue
			}
			got = append(got, attribute(n, "href"))
			if attribute(n, "title") == "" {
				t.Errorf("%s: alternate %s has no title", path, attribute(n, "href"))
			}
			answer, _ := do(h, "GET "+strings.TrimPrefix(attribute(n, "href"), set.URL))
			kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
			if answer.StatusCode != http.StatusOK || kind != attribute(n, "type") {
				t.Errorf("%s: alternate %s of type %s answers %d, %s", path, attribute(n, "href"), attribute(n, "type"), answer.StatusCode, kind)
			}
		}
		for _, topic := range topics {
			for _, f := range render.Formats {
				want = append(want, set.URL+topic+"."+f.Ext)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: alternates\n%v\nwant\n%v", path, got, want)
		}
	}
}

func TestPagesLoadNothingFromOthersButImages(t *testing.T) {
	h := newServer(newStore(), storedSite()).Handler()
	for _, path := range pagePaths {
		_, page := do(h, "GET "+path)
		for _, name := range []string{"style", "iframe", "object", "embed", "base"} {
			if n := len(elements(t, page, name)); n != 0 {
				t.Errorf("%s has %d %s elements", path, n, name)
			}
		}
		for _, n := range elements(t, page, "script") {
			if !strings.HasPrefix(attribute(n, "src"), "/script.js?v=") || text(n) != "" {
				t.Errorf("%s has the script %v %s", path, n.Attr, text(n))
			}
		}
		for _, n := range elements(t, page, "link") {
			if attribute(n, "rel") == "stylesheet" && !strings.HasPrefix(attribute(n, "href"), "/style.css?v=") {
				t.Errorf("%s loads the style %s", path, attribute(n, "href"))
			}
		}
		for _, n := range elements(t, page, "img") {
			if attribute(n, "loading") != "lazy" || attribute(n, "referrerpolicy") != "no-referrer" {
				t.Errorf("%s: image %v", path, n.Attr)
			}
		}
		if strings.Contains(page, " style=") || strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "secret") {
			t.Errorf("%s holds an inline style, a refused URL or a source's URL:\n%s", path, page)
		}
	}
	_, css := do(h, "GET /style.css")
	if strings.Contains(css, "@import") || strings.Contains(css, "url(http") || strings.Contains(css, "url(//") {
		t.Error("the style sheet loads something")
	}
}

func TestTopicPage(t *testing.T) {
	store := newStore()
	_, page := do(newServer(store, site()).Handler(), "GET /topics/latin-america")
	if titles := elements(t, page, "title"); text(titles[0]) != "Latin America – Tributary" {
		t.Errorf("title %q", text(titles[0]))
	}
	if h1 := elements(t, page, "h1"); len(h1) != 1 || text(h1[0]) != "Latin America" {
		t.Errorf("headings %v", h1)
	}
	articles := elements(t, page, "article")
	if len(articles) != 2 {
		t.Fatalf("%d articles", len(articles))
	}
	for _, want := range []string{
		"México & Cuba <agree> Example News · 31 Dec 1999, 22:00 UTC · Spanish · Read here Officials said on Friday that supplies had left.",
		"Why is this here? mexico in the title: 3 points cuba in the first lines: 1.5 points",
	} {
		if got := text(articles[0]); !strings.Contains(got, want) {
			t.Errorf("the article reads %q, want %q in it", got, want)
		}
	}
	for attribute, want := range map[string]string{
		`datetime="1999-12-31T22:00:00Z"`: "the time", `href="https://news.example/latin-america/2"`: "the link", `lang="es"`: "the language",
	} {
		if !strings.Contains(page, attribute) {
			t.Errorf("%s is not there: %s", want, attribute)
		}
	}
	if q := store.queries[0]; q.Window != (feeds.Window{}) || !q.Content {
		t.Errorf("the store was asked %+v", q)
	}
}

func TestPagesShowNoMoreThanTheSourceAllows(t *testing.T) {
	for publish, want := range map[feeds.Publish]struct{ summary, image bool }{
		"": {true, true}, feeds.Full: {true, true}, feeds.Excerpt: {true, false}, feeds.Link: {false, false},
	} {
		e := entry("latin-america", 1, "Title")
		e.Article.Source.Publish = publish
		i := newItem("", e.Article, e.Story)
		if (i.Summary != "") != want.summary || (i.Image != "") != want.image {
			t.Errorf("publish %q: summary %q, image %q", publish, i.Summary, i.Image)
		}
	}
}

func TestHostileArticles(t *testing.T) {
	store := newStore()
	p := store.pages["latin-america"]
	p.Entries[0].Article = feeds.Article{
		ID: madeID("latin-america", 2), Title: `<script>alert(1)</script>"'` + "\u202e", URL: "javascript:alert(1)", Summary: "</p><script>alert(2)</script>",
		Language: `"><b>`, Image: `https://x/"onerror="alert(3)`, Source: feeds.Source{Title: "</small><script>"}, Seen: changed,
	}
	p.Entries[0].Evidence.Hits = []feeds.Hit{{Term: "<script>", Field: "<script>"}}
	p.Entries[1].Article = feeds.Article{Image: "http://news.example/plain.jpg", Seen: changed}
	h := newServer(store, storedSite()).Handler()
	do(h, feedPath) // so that the index page has the headline
	for _, path := range pagePaths {
		_, page := do(h, "GET "+path)
		if n := len(elements(t, page, "script")); n != 1 {
			t.Errorf("%s has %d scripts:\n%s", path, n, page)
		}
		for _, name := range []string{"a", "img", "article", "b"} {
			for _, n := range elements(t, page, name) {
				if name == "b" || attribute(n, "onerror") != "" || attribute(n, "href") != "" && webURL(attribute(n, "href")) == "" && attribute(n, "href")[0] != '/' && attribute(n, "href") != "#main" || strings.HasPrefix(attribute(n, "src"), "http:") {
					t.Errorf("%s: %s with %v", path, name, n.Attr)
				}
			}
		}
	}
	_, page := do(h, "GET /topics/latin-america")
	if got := text(elements(t, page, "article")[1]); !strings.HasPrefix(got, "Untitled unknown source") {
		t.Errorf("an article of nothing reads %q", got)
	}
}

func TestIndexPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, storedSite())
		time.Sleep(23*time.Hour + 40*time.Minute)
		start(t, s)
		rows := func() []string {
			_, page := do(s.Handler(), "GET /")
			var rows []string
			for _, n := range elements(t, page, "section") {
				rows = append(rows, text(n))
			}
			return rows
		}
		if _, page := do(s.Handler(), "GET /"); !strings.Contains(text(elements(t, page, "p")[0]), "News by topic from 2 sources, last visit 31 Dec 1999, 23:01 UTC.") {
			t.Errorf("the index page begins %q", text(elements(t, page, "p")[0]))
		}
		want := "Latin America From Tijuana to Ushuaia México & Cuba <agree> Example News · 31 Dec 1999, 22:00 UTC · Spanish · Read here Officials said on Friday that " +
			"supplies had left. Mexico pledges aid Example News · 31 Dec 1999, 22:00 UTC · Spanish More about Latin America RSS Atom JSON Feed"
		if got := rows(); len(got) != 2 || got[0] != want || got[1] != "Empty No entries yet. More about Empty RSS Atom JSON Feed" {
			t.Errorf("rows %q", got)
		}
		today := func(topic string, want string) {
			t.Helper()
			s.Changed(topic)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if got := rows(); !strings.Contains(got[0], want) {
				t.Errorf("rows %q, want %q", got, want)
			}
		}
		store.add("latin-america", "First of the day")
		today("latin-america", "Ushuaia First of the day Example News")
		today("latin-america", "Latin America 1 today")
		for n := range 60 {
			store.add("latin-america", fmt.Sprint("News ", n))
		}
		today("latin-america", "50+ today")
		time.Sleep(time.Until(time.Date(2000, 1, 1, 23, 59, 50, 0, time.UTC)))
		store.add("latin-america", "Last of the day")
		today("latin-america", "50+ today")
		time.Sleep(10 * time.Second) // nothing happens, but a day goes by
		today("latin-america", "Latin America From")
	})
}

func TestTheIndexPageReadsTheSourcesSeldom(t *testing.T) {
	store := newStore()
	s := newServer(store, storedSite())
	v := s.view.Load()
	first, err := s.renewIndex(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	store.states = nil // to be seen a minute later
	second, err := s.renewIndex(t.Context(), v)
	if err != nil || !second.lastVisit.Equal(first.lastVisit) || first.lastVisit.IsZero() {
		t.Errorf("the last visit is %v after %v, %v", second.lastVisit, first.lastVisit, err)
	}
}

func TestTheIndexPageTellsTheLastVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := newServer(store, storedSite())
		start(t, s)
		store.mu.Lock()
		store.states = []feeds.State{{LastVisit: time.Date(2000, 1, 1, 0, 0, 30, 0, time.UTC)}}
		store.mu.Unlock()
		time.Sleep(indexLife + 3*time.Second)
		synctest.Wait()
		if _, page := do(s.Handler(), "GET /"); !strings.Contains(page, `datetime="2000-01-01T00:00:30Z"`) {
			t.Error("the last visit is an old one")
		}
	})
}
