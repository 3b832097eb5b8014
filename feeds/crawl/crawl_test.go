package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/fetch"
	"tributary/storage"
)

// web is a made-up web: what each URL answers, and when each was asked.
type web struct {
	mu      sync.Mutex
	answers map[string]func(fetch.Request) (*fetch.Response, error)
	asked   map[string][]time.Time
	running map[string]int // by host
	most    int            // requests at once to one host
	slow    time.Duration
}

func newWeb() *web {
	return &web{answers: map[string]func(fetch.Request) (*fetch.Response, error){}, asked: map[string][]time.Time{}, running: map[string]int{}}
}

func (w *web) Get(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	host := storage.HostOf(r.URL)
	w.mu.Lock()
	w.asked[r.URL] = append(w.asked[r.URL], time.Now())
	w.running[host]++
	w.most = max(w.most, w.running[host])
	answer := w.answers[r.URL]
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.running[host]--
		w.mu.Unlock()
	}()
	select {
	case <-time.After(w.slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if answer == nil {
		return document(r.URL, 1), nil
	}
	return answer(r)
}

func (w *web) times(url string) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[url]
}

// document is a feed of n articles.
func document(url string, n int) *fetch.Response {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Feed</title><link>https://a.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, "<item><title>Article %d of %s</title><guid>%s#a%d</guid><link>%s/%d</link></item>", i, url, url, i, url, i)
	}
	b.WriteString(`</channel></rss>`)
	return &fetch.Response{Status: 200, URL: url, ContentType: "application/rss+xml", ETag: `"1"`, Body: []byte(b.String())}
}

// bench is a crawler on a real store and a made-up web, in fake time.
type bench struct {
	*testing.T
	web     *web
	db      *storage.DB
	file    string
	crawler *crawl.Crawler
	mu      sync.Mutex
	reports map[string]crawl.Report
	judge   feeds.Judge // of articles; nil for no topics
}

func newBench(t *testing.T, gap time.Duration, sources ...feeds.Source) *bench {
	b := &bench{T: t, web: newWeb(), file: filepath.Join(t.TempDir(), "t.db"), reports: map[string]crawl.Report{}}
	b.start(gap, sources...)
	return b
}

func (b *bench) start(gap time.Duration, sources ...feeds.Source) {
	b.Helper()
	db, err := storage.Open(b.Context(), b.file, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Sync(b.Context(), sources, nil, ""); err != nil {
		b.Fatal(err)
	}
	b.db = db
	b.crawler = crawl.New(crawl.Options{
		Store: db, Fetch: b.web, Logger: slog.New(slog.DiscardHandler), Workers: 8, HostGap: gap,
		MinInterval: 15 * time.Minute, Timeout: time.Minute,
		Report: func(r crawl.Report) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.reports[r.Source.URL] = r
		},
	})
	plan := crawl.Plan{Sources: map[string]feeds.Source{}, Schedules: map[string]crawl.Schedule{},
		Judge: func(a *feeds.Article) []feeds.Entry {
			if b.judge == nil {
				return nil
			}
			return b.judge(a)
		}}
	for _, s := range sources {
		plan.Sources[s.URL] = s
		schedule, err := crawl.ParseSchedule(s.Every)
		if err != nil {
			b.Fatal(err)
		}
		plan.Schedules[s.Every] = schedule
	}
	b.crawler.SetPlan(plan)
}

func (b *bench) stop() {
	b.Helper()
	if err := b.db.Close(); err != nil {
		b.Fatal(err)
	}
}

// run crawls for a time.
func (b *bench) run(d time.Duration) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), d)
	defer cancel()
	if err := b.crawler.Run(ctx); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) pass() {
	b.Helper()
	if err := b.crawler.Pass(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func source(url, every string) feeds.Source { return feeds.Source{URL: url, Every: every} }

func TestScheduleIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hourly, daily = "https://a.example/hourly", "https://b.example/daily"
		b := newBench(t, time.Second, source(hourly, "1h"), source(daily, "24h"))
		defer func() { b.stop() }()
		for range 4 { // a restart every six hours changes nothing
			b.run(6 * time.Hour)
			b.stop()
			b.start(time.Second, source(hourly, "1h"), source(daily, "24h"))
		}
		if n := len(b.web.times(hourly)); n < 22 || n > 24 {
			t.Errorf("the hourly source was visited %d times in a day", n)
		}
		if n := len(b.web.times(daily)); n != 1 {
			t.Errorf("the daily source was visited %d times in a day", n)
		}
		visits := b.web.times(hourly)
		for i := range visits[1:] {
			if gap := visits[i+1].Sub(visits[i]); gap < time.Hour {
				t.Errorf("visits %s apart", gap)
			}
		}
	})
}

func TestHostIsSpared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sources []feeds.Source
		for i := range 20 {
			sources = append(sources, source(fmt.Sprintf("https://a.example/%d", i), "1h"))
		}
		b := newBench(t, 2*time.Second, append(sources, source("https://b.example/", "1h"))...)
		defer b.stop()
		b.web.slow = 3 * time.Second
		start := time.Now()
		b.pass()
		if b.web.most != 1 {
			t.Errorf("%d requests at once to one host", b.web.most)
		}
		if took := time.Since(start); took < 20*3*time.Second+19*2*time.Second {
			t.Errorf("20 requests of 3 s with gaps of 2 s took %s", took)
		}
		if wait := b.web.times("https://b.example/")[0].Sub(start); wait > time.Second {
			t.Errorf("the other host waited %s", wait)
		}
		if len(b.reports) != 21 {
			t.Errorf("%d of 21 sources were visited", len(b.reports))
		}
	})
}

func TestPassVisitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const quick, slow = "https://quick.example/", "https://slow.example/"
		b := newBench(t, 0, source(quick, "1s"), source(slow, "1s"))
		defer b.stop()
		b.crawler.MinInterval = 0 // quick is due again before slow has answered
		b.web.answers[slow] = func(fetch.Request) (*fetch.Response, error) {
			time.Sleep(30 * time.Second)
			return document(slow, 1), nil
		}
		b.pass()
		if n := len(b.web.times(quick)); n != 1 {
			t.Errorf("a pass visited a source %d times", n)
		}
		if n := len(b.web.times(slow)); n != 1 {
			t.Errorf("a pass visited the slow source %d times", n)
		}
	})
}

func TestSlowHostsHoldNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sources []feeds.Source
		for i := range 4 {
			sources = append(sources, source(fmt.Sprintf("https://slow%d.example/", i), "1h"))
		}
		b := newBench(t, 0, append(sources, source("https://quick.example/", "1h"))...)
		defer b.stop()
		for _, s := range sources {
			b.web.answers[s.URL] = func(fetch.Request) (*fetch.Response, error) {
				time.Sleep(50 * time.Second)
				return nil, &fetch.Error{Kind: fetch.Timeout, Err: errors.New("no answer")}
			}
		}
		start := time.Now()
		b.run(2 * time.Second)
		if asked := b.web.times("https://quick.example/"); len(asked) != 1 || asked[0].Sub(start) > time.Second {
			t.Errorf("the quick host was asked at %v", asked)
		}
	})
}

func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const failing, pausing, panicky, fine = "https://a.example/", "https://b.example/", "https://c.example/", "https://d.example/"
		b := newBench(t, 0, source(failing, "1h"), source(pausing, "1h"), source(panicky, "1h"), source(fine, "1h"))
		defer b.stop()
		good := true
		b.web.answers[failing] = func(r fetch.Request) (*fetch.Response, error) {
			if good {
				return document(failing, 3), nil
			}
			if r.ETag != `"1"` {
				t.Errorf("a failure lost the validator: %q", r.ETag)
			}
			return &fetch.Response{Status: 200, URL: failing, ETag: `"2"`, Body: []byte("<html>no</html>")}, nil
		}
		b.web.answers[panicky] = func(fetch.Request) (*fetch.Response, error) { panic("a bug") }
		b.web.answers[pausing] = func(fetch.Request) (*fetch.Response, error) {
			return nil, &fetch.Error{Kind: fetch.Status, Status: 503, RetryAfter: 10 * time.Hour, Err: errors.New("503")}
		}
		b.pass()
		if r := b.reports[failing]; r.Result != feeds.Fetched || r.Saved.New != 3 {
			t.Errorf("first visit: %+v", r)
		}
		if r := b.reports[panicky]; r.Result.OK() || !strings.Contains(r.Reason, "a bug") {
			t.Errorf("a source that makes us panic: %+v", r)
		}
		good = false
		b.run(24 * time.Hour)
		// 1 h, then 1, 2, 4, 8 and 16 hours after each failure.
		if n := len(b.web.times(failing)); n < 5 || n > 6 {
			t.Errorf("a source that fails was visited %d times in a day", n)
		}
		if r := b.reports[failing]; r.Result != feeds.NotAFeed || r.Reason == "" {
			t.Errorf("a source that sends HTML: %+v", r)
		}
		if n := len(b.web.times(pausing)); n < 2 || n > 3 {
			t.Errorf("a source that asks for 10 hours was visited %d times in a day", n)
		}
		if n := len(b.web.times(fine)); n < 22 {
			t.Errorf("a fine source was visited %d times", n)
		}
		good = true
		b.run(24 * time.Hour)
		if r := b.reports[failing]; r.Result != feeds.Fetched && r.Result != feeds.Unchanged {
			t.Errorf("a source that recovered: %+v", r)
		}
	})
}

func TestValidators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, 0, source(url, "1h"))
		defer func() { b.stop() }()
		var requests []fetch.Request
		var answer func() (*fetch.Response, error)
		b.web.answers[url] = func(r fetch.Request) (*fetch.Response, error) {
			requests = append(requests, r)
			return answer()
		}
		doc := func(etag, modified, final string, n int) func() (*fetch.Response, error) {
			return func() (*fetch.Response, error) {
				d := document(url, n)
				d.ETag, d.LastModified, d.URL = etag, modified, final
				return d, nil
			}
		}
		notModified := func(etag string) func() (*fetch.Response, error) {
			return func() (*fetch.Response, error) {
				return &fetch.Response{Status: 304, URL: "https://cdn.example/x", NotModified: true, ETag: etag}, nil
			}
		}
		steps := []struct {
			answer func() (*fetch.Response, error)
			next   fetch.Request // what the answer makes us send
			result feeds.Result
		}{
			{doc(`W/"a"`, "Mon, odd", "https://cdn.example/x", 2), fetch.Request{URL: url, ETag: `W/"a"`, LastModified: "Mon, odd", ValidatorURL: "https://cdn.example/x"}, feeds.Fetched},
			{notModified(""), fetch.Request{URL: url, ETag: `W/"a"`, LastModified: "Mon, odd", ValidatorURL: "https://cdn.example/x"}, feeds.NotModified},
			{notModified(`"b"`), fetch.Request{URL: url, ETag: `"b"`, LastModified: "Mon, odd", ValidatorURL: "https://cdn.example/x"}, feeds.NotModified},
			{doc("", "Tue", url, 3), fetch.Request{URL: url, LastModified: "Tue", ValidatorURL: url}, feeds.Fetched}, // the pair is replaced as a whole
			{doc(`"c"`, "", url, 3), fetch.Request{URL: url, ETag: `"c"`, ValidatorURL: url}, feeds.Unchanged},       // the same bytes
		}
		hurry := func() {
			t.Helper()
			time.Sleep(time.Second) // a pass leaves alone what was visited since it began
			if err := b.db.Hurry(t.Context(), 0, true); err != nil {
				t.Fatal(err)
			}
			b.pass()
		}
		for i, step := range steps {
			answer = step.answer
			hurry()
			if r := b.reports[url]; r.Result != step.result {
				t.Errorf("step %d: result %s, want %s", i, r.Result, step.result)
			}
			b.stop() // validators outlive the process
			b.start(0, source(url, "1h"))
			answer = notModified("")
			hurry()
			if got := requests[len(requests)-1]; got != step.next {
				t.Errorf("step %d: then asked with %+v, want %+v", i, got, step.next)
			}
		}
	})
}

func TestStopLearnsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const url = "https://a.example/feed"
		b := newBench(t, 0, source(url, "1h"))
		defer b.stop()
		b.web.slow = 30 * time.Second
		b.run(5 * time.Second) // stopped in the middle of the request
		states, err := b.db.Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if st := states[0]; st.Failures != 0 || !st.LastVisit.IsZero() {
			t.Errorf("our own stop is held against the source: %+v", st)
		}
		b.web.slow = 0
		b.run(14 * time.Minute)
		if n := len(b.web.times(url)); n != 1 {
			t.Errorf("a restart asked %d times more within the least interval", n-1)
		}
		b.run(2 * time.Minute)
		if b.reports[url].Result != feeds.Fetched {
			t.Errorf("not visited after the stop: %+v", b.reports)
		}
	})
}
