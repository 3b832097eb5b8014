package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/storage"
)

// faults are all the ways in which a visit can fail, and the result of each.
var faults = map[string]struct {
	answer func(url string) (*fetch.Response, error)
	result feeds.Result
}{
	"dns":          {fails(fetch.DNS, 0), feeds.Unreachable},
	"connect":      {fails(fetch.Connect, 0), feeds.Unreachable},
	"tls":          {fails(fetch.TLS, 0), feeds.Unreachable},
	"timeout":      {fails(fetch.Timeout, 0), feeds.Unreachable},
	"slow body":    {fails(fetch.Timeout, 200), feeds.Unreachable},
	"broken":       {fails(fetch.Broken, 0), feeds.Unreachable},
	"broken body":  {fails(fetch.Broken, 200), feeds.Unreachable},
	"too big":      {fails(fetch.TooBig, 200), feeds.TooBig},
	"encoding":     {fails(fetch.Encoding, 200), feeds.NotAFeed},
	"blocked":      {fails(fetch.Blocked, 0), feeds.Blocked},
	"redirect":     {fails(fetch.Blocked, 302), feeds.Blocked},
	"protocol":     {fails(fetch.Protocol, 204), feeds.NotAFeed},
	"bad request":  {fails(fetch.Status, 400), feeds.Refused},
	"unauthorized": {fails(fetch.Status, 401), feeds.Refused},
	"forbidden":    {fails(fetch.Status, 403), feeds.Refused},
	"not found":    {fails(fetch.Status, 404), feeds.Refused},
	"gone":         {fails(fetch.Status, 410), feeds.Refused},
	"too many":     {fails(fetch.Status, 429), feeds.Refused},
	"server error": {fails(fetch.Status, 500), feeds.Refused},
	"unavailable":  {fails(fetch.Status, 503), feeds.Refused},
	"a panic":      {func(string) (*fetch.Response, error) { panic("a bug") }, feeds.NotAFeed},
	"a page":       {sends("<!DOCTYPE html><html><title>Sign in</title></html>"), feeds.NotAFeed},
	"an image":     {sends("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), feeds.NotAFeed},
	"JSON":         {sends(`{"error": "not today"}`), feeds.NotAFeed},
	"noise":        {sends(strings.Repeat("\xff\x00\x01", 1000)), feeds.NotAFeed},
}

func fails(kind fetch.Kind, status int) func(string) (*fetch.Response, error) {
	return func(string) (*fetch.Response, error) {
		return nil, &fetch.Error{Kind: kind, Status: status, Err: fmt.Errorf("it is %s", kind)}
	}
}

// sends answers 200 with new validators, which are those of a body that is of no use.
func sends(body string) func(string) (*fetch.Response, error) {
	return func(url string) (*fetch.Response, error) {
		return &fetch.Response{Status: 200, URL: url, ETag: `"bad"`, LastModified: "bad", Body: []byte(body)}, nil
	}
}

// TestFaults: whatever goes wrong is counted once, and all else that is known of the source and its articles
// stays, so that it goes on where it was as soon as it is well.
func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sources []feeds.Source
		url := func(name string) string { return "https://" + strings.ReplaceAll(name, " ", "-") + ".example/feed" }
		for name := range faults {
			sources = append(sources, source(url(name), "1h"))
		}
		b := newBench(t, 0, sources...)
		defer func() { b.stop() }()
		visitAll := func() map[string]feeds.State {
			time.Sleep(25 * time.Hour) // beyond every pause
			if err := b.db.Hurry(t.Context(), 0, true); err != nil {
				t.Fatal(err)
			}
			b.pass()
			return b.states()
		}

		before, articles := visitAll(), b.articles()
		if len(articles) != len(faults) {
			t.Fatalf("%d articles of %d sources", len(articles), len(faults))
		}
		for name, f := range faults {
			b.web.answers[url(name)] = func(fetch.Request) (*fetch.Response, error) { return f.answer(url(name)) }
		}
		for failures := range 2 {
			after := visitAll()
			for name, f := range faults {
				was, is := before[url(name)], after[url(name)]
				if is.Failures != failures+1 || is.Result != f.result || is.Reason == "" || !is.LastVisit.After(was.LastVisit) {
					t.Errorf("%s: visit %d failed as %q (%s), counted %d times", name, failures+1, is.Result, is.Reason, is.Failures)
				}
				if diff := cmp.Diff(kept(was), kept(is)); diff != "" {
					t.Errorf("%s changes what is known:\n%s", name, diff)
				}
			}
			if diff := cmp.Diff(articles, b.articles()); diff != "" {
				t.Errorf("articles change:\n%s", diff)
			}
		}

		for name := range faults {
			b.web.answers[url(name)] = func(r fetch.Request) (*fetch.Response, error) {
				if r.ETag != `"1"` || r.LastModified != "" || r.ValidatorURL != url(name) {
					return nil, errors.New("asked with other validators")
				}
				return &fetch.Response{Status: 304, URL: url(name), NotModified: true}, nil
			}
		}
		for u, st := range visitAll() {
			if u != url("gone") && (st.Result != feeds.NotModified || st.Failures != 0) {
				t.Errorf("%s, well again: %s (%s)", u, st.Result, st.Reason)
			}
		}
	})
}

// TestCutDocument: what is whole of a document is taken and the rest asked for again, until it comes or the
// publisher turns out to mean it.
func TestCutDocument(t *testing.T) {
	whole := func(n int, etag string) *fetch.Response {
		d := document("https://a.example/feed", n)
		d.ETag = etag
		return d
	}
	cut := func(n int, etag string) *fetch.Response {
		d := whole(n, etag)
		d.Body = d.Body[:len(d.Body)-50]
		return d
	}
	for name, answers := range map[string][]*fetch.Response{
		"by accident": {whole(2, `"1"`), cut(4, `"2"`), whole(4, `"2"`)},
		"as it is":    {whole(2, `"1"`), cut(4, `"2"`), cut(4, `"2"`)},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, 0, source("https://a.example/feed", "1h"))
			defer b.stop()
			var asked []string
			b.web.answers["https://a.example/feed"] = func(r fetch.Request) (*fetch.Response, error) {
				asked = append(asked, r.ETag)
				if n := len(asked); n <= len(answers) {
					return answers[n-1], nil
				}
				return &fetch.Response{Status: 304, URL: r.URL, NotModified: true}, nil
			}
			b.run(5 * time.Hour)
			if want := []string{"", `"1"`, `"1"`, `"2"`}; len(asked) < 4 || !slices.Equal(asked[:4], want) {
				t.Errorf("%s: asked with %q, want %q", name, asked, want)
			}
			if n, want := len(b.articles()), map[string]int{"by accident": 4, "as it is": 3}[name]; n != want {
				t.Errorf("%s: %d articles, want %d", name, n, want)
			}
		})
	}
}

// kept is what a failed visit has no say in.
func kept(st feeds.State) feeds.State {
	st.NextVisit, st.Because, st.Paused, st.LastVisit = time.Time{}, "", time.Time{}, time.Time{}
	st.Failures, st.Failing, st.Gone, st.Result, st.Reason = 0, time.Time{}, time.Time{}, "", ""
	return st
}

func (b *bench) states() map[string]feeds.State {
	b.Helper()
	list, err := b.db.Sources(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	states := map[string]feeds.State{}
	for _, st := range list {
		states[st.Source] = st
	}
	return states
}

// articles gives all that are stored, in the order of their titles.
func (b *bench) articles() []feeds.Article {
	b.Helper()
	found, err := b.db.Search(b.Context(), feeds.Search{Text: "article", Limit: 1000})
	if err != nil {
		b.Fatal(err)
	}
	slices.SortFunc(found, func(x, y feeds.Article) int { return strings.Compare(x.Title, y.Title) })
	return found
}

// TestJudgePanics: an article over which the rules panic costs its own source one failed visit, and is not
// asked for again at once.
func TestJudgePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bad, good = "https://a.example/feed", "https://b.example/feed"
		b := newBench(t, time.Second, source(bad, "1h"), source(good, "1h"))
		defer b.stop()
		b.judge = func(a *feeds.Article) []feeds.Entry {
			if a.Source.URL == bad {
				panic("a bug")
			}
			return nil
		}
		b.run(10 * time.Hour)
		st := b.states()[bad]
		if asked := len(b.web.times(bad)); asked < 3 || asked > 5 || st.Failures != asked || st.ETag != "" || !strings.Contains(st.Reason, "a bug") {
			t.Errorf("asked %d times in ten hours: %+v", asked, st)
		}
		if st := b.states()[good]; st.Failures != 0 || len(b.articles()) != 1 {
			t.Errorf("the other source: %+v", st)
		}
		b.judge = nil
		b.run(24 * time.Hour)
		if st := b.states()[bad]; st.Failures != 0 || len(b.articles()) != 2 {
			t.Errorf("well again: %+v", st)
		}
	})
}

// stopping is a store during whose work the crawler is told to stop.
type stopping struct {
	*storage.DB
	stop context.CancelFunc
}

func (s stopping) SaveVisit(ctx context.Context, l feeds.Lease, v feeds.Visit, judge feeds.Judge) (feeds.Saved, error) {
	s.stop()
	return s.DB.SaveVisit(ctx, l, v, judge)
}

// TestStopWhileStoring: what a publisher has answered is kept, so that it need not answer again.
func TestStopWhileStoring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, time.Second, source(url, "1h"))
		defer b.stop()
		ctx, stop := context.WithCancel(t.Context())
		b.crawler.Store = stopping{b.db, stop}
		if err := b.crawler.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if st := b.states()[url]; st.ETag == "" || len(b.articles()) != 1 {
			t.Errorf("stored %+v", st)
		}
	})
}
