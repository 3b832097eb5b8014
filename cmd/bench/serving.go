package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// leastServed is the bar: how many times the requests of the bare handler Tributary must answer in a second of
// CPU time.
const leastServed = 0.9

// The document whose serving is measured: a topic's RSS feed of 50 entries and about 130 KB.
const (
	servedItems = 50
	itemWords   = 255
	servedPath  = "/topics/served.rss"
)

// servingReport is what an answer takes of a server's CPU time, the least of all rounds.
type servingReport struct {
	size, gzipped int // bytes of the document
	answers       []servedAnswer
}

// servedAnswer is one kind of answer.
type servedAnswer struct {
	name            string
	bare, tributary time.Duration
}

// ratio is how many requests Tributary answers in the time of one of the bare handler's.
func (a servedAnswer) ratio() float64 { return a.bare.Seconds() / a.tributary.Seconds() }

// measureServing lets `tributary serve` and a bare handler answer the same requests with the same bytes, in
// turns.
func measureServing(ctx context.Context, p programs, o options) (*servingReport, error) {
	dir, err := os.MkdirTemp(p.dir, "serving-")
	if err != nil {
		return nil, err
	}
	address, err := p.publish(ctx, dir)
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	server := p.command(serving, "tributary", "serve", "--role", "web", "--config", filepath.Join(dir, "config.yaml"))
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return nil, err
	}
	defer server.Wait() // it was told to stop: how it ended says nothing
	defer stop()
	if err := ready(ctx, address); err != nil {
		return nil, err
	}
	r := &servingReport{}
	plain, _, err := fetch(ctx, address, "identity")
	if err != nil {
		return nil, err
	}
	packed, tag, err := fetch(ctx, address, "gzip")
	if err != nil {
		return nil, err
	}
	r.size, r.gzipped = len(plain), len(packed)
	file := filepath.Join(dir, "served.gz")
	if err := os.WriteFile(file, packed, 0o644); err != nil {
		return nil, err
	}
	bare, err := startBare(serving, file, tag)
	if err != nil {
		return nil, err
	}
	defer bare.cmd.Wait()
	defer stop()
	for _, kind := range []struct{ name, fields string }{{"200, gzip", ""}, {"304", "If-None-Match: " + tag + "\r\n"}} {
		a, err := inTurns(server.Process.Pid, bare.cmd.Process.Pid, address, bare.address, o.served, kind.fields)
		if err != nil {
			return nil, err
		}
		a.name = kind.name
		r.answers = append(r.answers, a)
	}
	return r, nil
}

// inTurns lets both servers answer n requests in each round, and gives what an answer took each at best.
func inTurns(pid, barePID int, address, bareAddress string, n int, fields string) (a servedAnswer, err error) {
	for range servingRounds {
		for _, s := range []struct {
			pid     int
			address string
			least   *time.Duration
		}{{barePID, bareAddress, &a.bare}, {pid, address, &a.tributary}} {
			took, err := load(s.pid, s.address, n, fields)
			if err != nil {
				return a, err
			}
			if each := took / time.Duration(n); *s.least == 0 || each < *s.least {
				*s.least = each
			}
		}
	}
	return a, nil
}

// publish makes a database with a topic of the size that is measured, and gives the address on which its config
// lets it be served.
func (p programs) publish(ctx context.Context, dir string) (address string, err error) {
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, madeUpFeed()) }))
	defer publisher.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address = l.Addr().String()
	if err := l.Close(); err != nil {
		return "", err
	}
	config := fmt.Sprintf(`site: {title: Bench, url: "http://%s"}
listen: %[1]q
storage: %q
log: {level: warn}
crawl: {every: 24h, host_gap: 0s, allow_private: true}
sources: [{url: %q, title: Made-up news, language: en}]
topics: [{id: served, title: Served, terms: {any: [news]}}]
`, address, filepath.Join(dir, "tributary.db"), publisher.URL)
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return "", err
	}
	_, err = run(p.command(ctx, "tributary", "crawl", "--config", file))
	return address, err
}

// madeUpFeed is a publisher's feed of words that are made up, but as often as words are.
func madeUpFeed() string {
	random := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 3000)
	for i := range words {
		for range 3 + random.IntN(8) {
			words[i] += string(rune('a' + random.IntN(26)))
		}
	}
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(words[min(int(random.ExpFloat64()*300), len(words)-1)] + " ")
		}
		return b.String()
	}
	var b strings.Builder
	b.WriteString(`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Made-up news</title><link>https://news.example/</link>`)
	for n := range servedItems {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(n) * time.Hour)
		fmt.Fprintf(&b, "\n<item><title>News: %s</title><link>https://news.example/%d</link><pubDate>%s</pubDate><description>%s</description><content:encoded>%s</content:encoded></item>",
			text(8), n, at.Format(time.RFC1123Z), text(40), html.EscapeString("<p>"+text(itemWords)+"</p>"))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// ready waits until the server has made its documents.
func ready(ctx context.Context, address string) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, _, err := get(ctx, "http://"+address+"/readyz", "identity"); err == nil {
			return nil
		}
	}
	return fmt.Errorf("tributary serve is not ready at %s", address)
}

// fetch gives the document in a content coding, and its tag.
func fetch(ctx context.Context, address, coding string) (body []byte, tag string, err error) {
	return get(ctx, "http://"+address+servedPath, coding)
}

func get(ctx context.Context, url, coding string) (body []byte, tag string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Accept-Encoding", coding) // and so it is not undone
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("%s answers %s", url, res.Status)
	}
	body, err = io.ReadAll(res.Body)
	return body, res.Header.Get("ETag"), err
}
