package discover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds/fetch"
	"tributary/feeds/parse"
)

// web is a made-up web: what it has by address, and who asked for what and when.
type web struct {
	t       testing.TB
	answers map[string]string // an address without a body is not there
	status  map[string]int
	slow    time.Duration

	mu    sync.Mutex
	asked []string
	busy  map[string]bool      // hosts with a request under way
	last  map[string]time.Time // when the last one ended
	gap   time.Duration
}

func (w *web) Get(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		w.t.Fatalf("asked for %q: %v", r.URL, err)
	}
	host := u.Hostname()
	w.mu.Lock()
	if last, ok := w.last[host]; w.busy[host] || ok && time.Since(last) < w.gap {
		w.t.Errorf("%s: a request at once or too soon after the last", r.URL)
	}
	w.busy[host] = true
	w.asked = append(w.asked, r.URL)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.busy[host], w.last[host] = false, time.Now()
	}()
	select {
	case <-time.After(w.slow):
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if to, ok := strings.CutPrefix(w.answers[r.URL], "moved to "); ok {
		return &fetch.Response{Status: 200, URL: to, Moved: to, Body: []byte(w.answers[to])}, nil
	}
	if body, ok := w.answers[r.URL]; ok && w.status[r.URL] == 0 {
		return &fetch.Response{Status: 200, URL: r.URL, ContentType: "text/html", Body: []byte(body)}, nil
	}
	status := w.status[r.URL]
	if status == 0 {
		status = http.StatusNotFound
	}
	return nil, &fetch.Error{Kind: fetch.Status, Status: status, Err: fmt.Errorf("status %d", status)}
}

// lookFor looks for feeds in a made-up web, and gives what was found as "via address".
func lookFor(t *testing.T, answers map[string]string, address string) (found []string, w *web) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w = newWeb(t, answers)
		list, err := w.finder().Find(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
		}
		for _, f := range list {
			found = append(found, string(f.Via)+" "+f.URL)
		}
	})
	return found, w
}

func newWeb(t testing.TB, answers map[string]string) *web {
	return &web{t: t, answers: answers, status: map[string]int{}, slow: 100 * time.Millisecond,
		busy: map[string]bool{}, last: map[string]time.Time{}, gap: 2 * time.Second}
}

func (w *web) finder() *Finder {
	return New(Options{Fetch: w, UserAgent: "Tributary/1 (+https://us.example/)", HostGap: w.gap})
}

// today is when a synctest bubble begins.
var today = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// rss is a feed of n articles, the newest so many days old.
func rss(title string, n, days int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<rss version='2.0'><channel><title>%s</title>", title)
	for i := range n {
		at := today.AddDate(0, 0, -days).Add(-time.Duration(i) * time.Hour)
		fmt.Fprintf(&b, "<item><title>%s %d</title><link>https://a.example/%s/%d</link><pubDate>%s</pubDate></item>", title, i, title, i, at.Format(time.RFC1123Z))
	}
	return b.String() + "</channel></rss>"
}

const newsMap = `<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc>` +
	`<news:news><news:publication><news:name>A</news:name></news:publication><news:title>One</news:title></news:news></url></urlset>`

func page(head string) string { return "<!DOCTYPE html><html><head>" + head + "</head></html>" }

const site = "https://a.example/"

func TestFind(t *testing.T) {
	feed := rss("A", 2, 0)
	for name, c := range map[string]struct {
		web  map[string]string
		want []string
	}{
		"the address is a feed":         {map[string]string{site: feed, site + "feed": feed}, []string{"itself " + site}},
		"the address is a news sitemap": {map[string]string{site: newsMap}, []string{"itself " + site}},
		"a link in the head": {map[string]string{site: page(`<link rel="alternate" type="application/rss+xml" href="/x">`), site + "x": feed},
			[]string{"linked " + site + "x"}},
		"a link that leads nowhere, and the usual address": {map[string]string{
			site: page(`<link rel="alternate" type="application/rss+xml" href="/x">`), site + "rss.xml": feed}, []string{"guessed " + site + "rss.xml"}},
		"comments last, dead feeds before them": {map[string]string{
			site: page(`<link rel=alternate type="application/rss+xml" title="Comments" href="comments/feed/"><link rel=alternate type="application/atom+xml" href=old>
				<link rel=alternate type="application/rss+xml" href=new><a href="/rss/sport.xml">Sport</a>`),
			site + "comments/feed/": rss("Comments on A", 1, 0), site + "old": rss("Old", 3, 400), site + "new": feed, site + "rss/sport.xml": rss("Sport", 1, 1)},
			[]string{"linked " + site + "new", "named " + site + "rss/sport.xml", "linked " + site + "old", "linked " + site + "comments/feed/"}},
		"the same feed at two addresses": {map[string]string{
			site: page(`<link rel=alternate type="application/rss+xml" href=x><link rel=alternate type="application/rss+xml" href=y>`), site + "x": feed, site + "y": feed},
			[]string{"linked " + site + "x"}},
		"moved for good": {map[string]string{
			site: page(`<link rel=alternate type="application/rss+xml" href=x>`), site + "x": "moved to https://feeds.example/a", "https://feeds.example/a": feed},
			[]string{"linked https://feeds.example/a"}},
		"a page about feeds": {map[string]string{
			site: page(`<a href="/rss">RSS</a>`), site + "rss": page(`<a href="/rss/world.xml">World</a><a href="/rss/sport.xml">Sport</a>`),
			site + "rss/world.xml": feed, site + "rss/sport.xml": rss("Sport", 1, 0)},
			[]string{"named " + site + "rss/world.xml", "named " + site + "rss/sport.xml"}},
		"Arc":                         {map[string]string{site: page(""), site + "arc/outboundfeeds/rss/?outputType=xml": feed}, []string{"guessed " + site + "arc/outboundfeeds/rss/?outputType=xml"}},
		"Blogger":                     {map[string]string{site: page(""), site + "feeds/posts/default": feed}, []string{"guessed " + site + "feeds/posts/default"}},
		"WordPress without rewriting": {map[string]string{site: page(""), site + "?feed=rss2": feed}, []string{"guessed " + site + "?feed=rss2"}},
		"a section":                   {map[string]string{site + "mundo": page(""), site + "mundo/rss.xml": feed, site + "feed": rss("All", 1, 0)}, []string{"guessed " + site + "mundo/rss.xml"}},
		"a news sitemap in robots.txt": {map[string]string{site: page(""), site + "robots.txt": "Sitemap: https://a.example/map/Noticias.xml\nsitemap: https://a.example/all.xml", site + "map/Noticias.xml": newsMap},
			[]string{"sitemap " + site + "map/Noticias.xml"}},
		"a news sitemap beside a feed": {map[string]string{site: page("<a href=rss.xml>"), site + "rss.xml": feed, site + "robots.txt": "Sitemap: https://a.example/news.xml", site + "news.xml": newsMap},
			[]string{"named " + site + "rss.xml", "sitemap " + site + "news.xml"}},
		"an index of sitemaps": {map[string]string{site: page(""), site + "robots.txt": "Sitemap: https://a.example/index.xml",
			site + "index.xml": `<sitemapindex><sitemap><loc>https://a.example/p.xml</loc></sitemap><sitemap><loc>https://a.example/n/news.xml</loc></sitemap></sitemapindex>`, site + "n/news.xml": newsMap},
			[]string{"sitemap " + site + "n/news.xml"}},
		"a news sitemap at the usual address": {map[string]string{site: page(""), site + "news-sitemap.xml": newsMap}, []string{"guessed " + site + "news-sitemap.xml"}},
		"a sitemap of pages":                  {map[string]string{site: page(""), site + "robots.txt": "Sitemap: https://a.example/news.xml", site + "news.xml": "<urlset><url><loc>https://a.example/</loc></url></urlset>"}, nil},
		"a sitemap without anything":          {map[string]string{site: page(""), site + "robots.txt": "Sitemap: https://a.example/news.xml", site + "news.xml": "<urlset></urlset>"}, nil},
		"nothing":                             {map[string]string{site: page("<p>Hello")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			address := site
			if _, ok := c.web[site]; !ok {
				address = site + "mundo"
			}
			found, w := lookFor(t, c.web, address)
			if diff := cmp.Diff(c.want, found); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
			if len(w.asked) > MaxRequests {
				t.Errorf("%d requests", len(w.asked))
			}
		})
	}
}

// TestRobotsAreObeyed: nothing that robots.txt forbids is asked for but the address that somebody typed.
func TestRobotsAreObeyed(t *testing.T) {
	head := page(`<link rel=alternate type="application/rss+xml" href="/no/feed"><a href="/rss/yes.xml">`)
	for name, c := range map[string]struct {
		robots string
		status int
		want   []string
	}{
		"forbidden for us":       {"User-agent: *\nDisallow:\nUser-agent: tributary\nDisallow: /no", 0, []string{"named " + site + "rss/yes.xml"}},
		"forbidden for somebody": {"User-agent: other\nDisallow: /", 0, []string{"linked " + site + "no/feed", "named " + site + "rss/yes.xml"}},
		"all forbidden":          {"User-agent: *\nDisallow: /", 0, nil},
		"there is none":          {"", 404, []string{"linked " + site + "no/feed", "named " + site + "rss/yes.xml"}},
		"it cannot be read":      {"", 503, nil},
		"asked to go away":       {"", 429, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb(t, map[string]string{site: head, site + "no/feed": rss("A", 1, 0), site + "rss/yes.xml": rss("B", 1, 0), site + "robots.txt": c.robots})
				w.status[site+"robots.txt"] = c.status
				list, err := w.finder().Find(t.Context(), site)
				if err != nil {
					t.Fatal(err)
				}
				var found []string
				for _, f := range list {
					found = append(found, string(f.Via)+" "+f.URL)
				}
				if diff := cmp.Diff(c.want, found); diff != "" {
					t.Errorf("want -, got +\n%s", diff)
				}
				if !slices.Contains(c.want, "linked "+site+"no/feed") && slices.Contains(w.asked, site+"no/feed") {
					t.Error("a forbidden address was asked for")
				}
				if c.want == nil && len(w.asked) != 2 {
					t.Errorf("asked for %v; want the page and robots.txt only", w.asked)
				}
			})
		})
	}
}

// TestBounds: a site that has everything everywhere, and none of it a feed, is left after 25 requests or
// a minute.
func TestBounds(t *testing.T) {
	links := ""
	for i := range 200 {
		links += fmt.Sprintf(`<link rel=alternate type="application/rss+xml" href="/feed/%d">`, i)
	}
	for name, slow := range map[string]time.Duration{"quick": 0, "slow": 20 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb(t, map[string]string{site: page(links)})
				w.slow = slow
				start := time.Now()
				found, err := w.finder().Find(t.Context(), site)
				if err != nil || len(found) > 0 || len(w.asked) > MaxRequests || time.Since(start) > MaxTime {
					t.Errorf("%v, %v after %d requests and %v", found, err, len(w.asked), time.Since(start))
				}
				if slow == 0 && len(w.asked) != MaxRequests {
					t.Errorf("%d requests; the test shows nothing", len(w.asked))
				}
			})
		})
	}
}

// TestManyAtOnce: searches at the same time ask a host one after the other. The made-up web complains.
func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := map[string]string{"https://feeds.example/f": rss("A", 1, 0)}
		for _, name := range []string{"a", "b", "c"} {
			answers["https://"+name+".example/"] = page(`<link rel=alternate type="application/rss+xml" href="https://feeds.example/f">`)
		}
		w := newWeb(t, answers)
		f := w.finder()
		var all sync.WaitGroup
		for address := range maps.Keys(answers) {
			all.Go(func() {
				if found, err := f.Look(t.Context(), address); err != nil || len(found) != 1 {
					t.Errorf("%s: %v, %v", address, found, err)
				}
			})
		}
		all.Wait()
		robots := 0
		for _, address := range w.asked {
			if strings.HasSuffix(address, "/robots.txt") {
				robots++
			}
		}
		if robots != 1 {
			t.Errorf("robots.txt was asked for %d times: %v", robots, w.asked)
		}
	})
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"a picture":          {"\x89PNG\r\n", parse.ErrNotFeed},
		"a sitemap of pages": {"<urlset><url><loc>https://a.example/</loc></url></urlset>", parse.ErrNotFeed},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWeb(t, nil)
			w.answers = map[string]string{site: c.body}
			_, err := New(Options{Fetch: plain{w}}).Find(t.Context(), site)
			if !errors.Is(err, c.want) || len(w.asked) != 1 {
				t.Errorf("%s: %v after %v; want %v", name, err, w.asked, c.want)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, nil)
		var fe *fetch.Error
		if _, err := w.finder().Find(t.Context(), site); !errors.As(err, &fe) || fe.Status != 404 {
			t.Errorf("a site that is not there: %v", err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		stopped := errors.New("stopped")
		cancel(stopped)
		w = newWeb(t, map[string]string{site: page("")})
		if _, err := w.finder().Find(ctx, site); !errors.Is(err, stopped) || len(w.asked) > 0 {
			t.Errorf("a search that was stopped: %v after %v", err, w.asked)
		}
	})
}

// plain answers without saying of what type.
type plain struct{ *web }

func (p plain) Get(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	res, err := p.web.Get(ctx, r)
	if res != nil {
		res.ContentType = ""
	}
	return res, err
}

// TestLook makes no guesses.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, map[string]string{site: page(""), site + "feed": rss("A", 1, 0)})
		if found, err := w.finder().Look(t.Context(), site); err != nil || len(found) != 0 || len(w.asked) != 1 {
			t.Errorf("%v, %v after %v", found, err, w.asked)
		}
	})
}
