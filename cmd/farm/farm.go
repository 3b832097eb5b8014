package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// farm is all the feeds and what they have been asked.
type farm struct {
	feeds   []*feed
	latency atomic.Int64 // nanoseconds before each answer
	errors  atomic.Int64 // percentage of the feeds that answer 503
	counts  counters
}

// counters is what the farm has answered since it was started or they were reset.
type counters struct {
	Requests    atomic.Int64
	Full        atomic.Int64 // 200
	NotModified atomic.Int64 // 304
	Errors      atomic.Int64 // 503
	Bytes       atomic.Int64 // of bodies
	Connections atomic.Int64
}

// plant makes n feeds of size items, on as many hosts with that port, and writes them all.
func plant(n, size, hosts int, port string) (*farm, error) {
	var languages []*language
	for _, name := range []string{"en", "es"} {
		l, err := readLanguage(name)
		if err != nil {
			return nil, err
		}
		languages = append(languages, l)
	}
	f := &farm{}
	start := time.Now().UTC().Truncate(time.Second).Add(-newestAge - time.Duration(size)*itemsApart)
	for i := range n {
		f.feeds = append(f.feeds, &feed{
			number: i, size: size, host: net.JoinHostPort(address(i%hosts), port), start: start,
			language: languages[i/2%len(languages)], // not i%2, which is the format
		})
	}
	return f, f.advance(0)
}

// address is where the i-th host lives, in 127.0.0.0/8: Linux answers on all of it.
func address(i int) string { return fmt.Sprintf("127.%d.%d.%d", 16+i/62500, i/250%250+1, i%250+1) }

// advance brings out k new items in each feed.
func (f *farm) advance(k int) error {
	now := time.Now()
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for _, feed := range f.feeds {
		group.Go(func() error { return feed.advance(k, now) })
	}
	return group.Wait()
}

// handler serves the feeds and takes orders; the package comment lists the addresses.
func (f *farm) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed/{n}", f.serveFeed)
	mux.HandleFunc("GET /ctl/urls", func(w http.ResponseWriter, _ *http.Request) {
		for _, feed := range f.feeds {
			fmt.Fprintln(w, feed.URL())
		}
	})
	mux.HandleFunc("POST /ctl/advance", f.serveAdvance)
	mux.HandleFunc("POST /ctl/set", f.serveSet)
	mux.HandleFunc("GET /ctl/counters", f.serveCounters)
	return mux
}

func (f *farm) serveFeed(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(f.feeds) {
		http.NotFound(w, r)
		return
	}
	f.counts.Requests.Add(1)
	time.Sleep(time.Duration(f.latency.Load()))
	if int64(n%100) < f.errors.Load() {
		f.counts.Errors.Add(1)
		http.Error(w, "the newsroom is asleep", http.StatusServiceUnavailable)
		return
	}
	doc, header := f.feeds[n].current.Load(), w.Header()
	header.Set("ETag", doc.etag)
	header.Set("Last-Modified", doc.lastModified)
	if known := r.Header.Get("If-None-Match"); known == doc.etag || known == "" && r.Header.Get("If-Modified-Since") == doc.lastModified {
		f.counts.NotModified.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", doc.mediaType)
	header.Set("Vary", "Accept-Encoding")
	f.counts.Full.Add(1)
	sent, err := doc.send(w, strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"))
	if err != nil {
		return // the reader went away
	}
	f.counts.Bytes.Add(sent)
}

// send writes the body as it is kept, or unpacked for a reader that knows no gzip.
func (d *document) send(w http.ResponseWriter, packed bool) (int64, error) {
	body := strings.NewReader(string(d.gzipped))
	if packed {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(d.gzipped)))
		return io.Copy(w, body)
	}
	z, err := gzip.NewReader(body)
	if err != nil {
		return 0, err
	}
	return io.Copy(w, z)
}

func (f *farm) serveAdvance(w http.ResponseWriter, r *http.Request) {
	k, err := strconv.Atoi(r.FormValue("k"))
	if err != nil || k < 0 {
		http.Error(w, "k says how many new items each feed brings out, as in ?k=1", http.StatusBadRequest)
		return
	}
	if err := f.advance(k); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (f *farm) serveSet(w http.ResponseWriter, r *http.Request) {
	var wrong error
	if text := r.FormValue("latency"); text != "" {
		d, err := time.ParseDuration(text)
		f.latency.Store(int64(d))
		wrong = errors.Join(wrong, err)
	}
	if text := r.FormValue("errors"); text != "" {
		percent, err := strconv.ParseInt(text, 10, 8)
		f.errors.Store(percent)
		wrong = errors.Join(wrong, err)
	}
	if wrong != nil {
		http.Error(w, wrong.Error()+"; write ?latency=50ms&errors=5", http.StatusBadRequest)
	}
}

func (f *farm) serveCounters(w http.ResponseWriter, r *http.Request) {
	c, now := &f.counts, map[string]int64{}
	for name, n := range map[string]*atomic.Int64{
		"requests": &c.Requests, "200": &c.Full, "304": &c.NotModified, "errors": &c.Errors, "bytes": &c.Bytes, "conns": &c.Connections,
	} {
		if now[name] = n.Load(); r.FormValue("reset") != "" {
			n.Store(0)
		}
	}
	json.NewEncoder(w).Encode(now) // to a reader who may have gone
}
