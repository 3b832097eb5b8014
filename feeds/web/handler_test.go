package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

func TestPathPrefix(t *testing.T) {
	set := site()
	set.URL = "https://example.org/some/news"
	h := newServer(newStore(), set).Handler()
	for target, want := range map[string]int{
		"/some/news": 200, "/some/news/": 200, "/some/news/topics/latin-america.rss": 200, "/some/news/about": 200,
		"/": 200, "/topics/latin-america.rss": 200, // a proxy took the prefix off
		"/some/newspaper": 404, "/some": 404, "/some/news//": 404, "/some/news/nothing": 404, "/some/news/some/news/about": 404,
	} {
		if a, _ := do(h, "GET "+target); a.StatusCode != want {
			t.Errorf("%s answers %d, want %d", target, a.StatusCode, want)
		}
	}
	a, body := do(h, "GET /some/news/topics/latin-america.rss")
	if want := `<https://example.org/some/news/topics/latin-america.rss>; rel="self"`; !strings.HasPrefix(a.Header.Get("Link"), want) {
		t.Errorf("Link %s", a.Header.Get("Link"))
	}
	if !strings.Contains(body, "https://example.org/some/news/topics/latin-america.rss") {
		t.Errorf("the feed does not know its URL:\n%s", body)
	}
}

func TestRhythm(t *testing.T) {
	arrivals := func(gap time.Duration, together, n int) (all []feeds.Entry) {
		for i := range n {
			e := entry("latin-america", int64(n-i), "Some news")
			e.At = changed.Add(-gap * time.Duration(i/together))
			all = append(all, e)
		}
		return all
	}
	for name, test := range map[string]struct {
		entries []feeds.Entry
		want    time.Duration
	}{
		"none":                  {nil, time.Minute},
		"one":                   {arrivals(time.Hour, 1, 1), 5 * time.Minute},
		"all at once":           {arrivals(time.Hour, 9, 9), 5 * time.Minute},
		"every 15 minutes":      {arrivals(15*time.Minute, 1, 50), 15 * time.Minute},
		"five every 15 minutes": {arrivals(15*time.Minute, 5, 100), 15 * time.Minute},
		"every five seconds":    {arrivals(5*time.Second, 1, 500), time.Minute},
		"every day":             {arrivals(day, 1, 50), time.Hour},
		"of late more often":    {append(arrivals(2*time.Minute, 1, 11), entry("latin-america", -99999, "Of old")), 2 * time.Minute},
	} {
		if got := rhythm(test.entries); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		page := newStore().pages["latin-america"]
		page.Entries = test.entries
		store := newStore()
		store.pages["latin-america"] = page
		a, body := do(newServer(store, site()).Handler(), feedPath)
		seconds := int(test.want.Seconds())
		if got, want := a.Header.Get("Cache-Control"), fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%[1]d, stale-if-error=86400", seconds); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if want := fmt.Sprintf("<ttl>%d</ttl>", seconds/60); !strings.Contains(body, want) {
			t.Errorf("%s: no %s in the feed", name, want)
		}
	}
}

func TestFeed(t *testing.T) {
	v := newView(site(), nil)
	page := newStore().pages["latin-america"]
	f := v.topics["latin-america"].feed(page)
	if f.Title != "Latin America" || f.Description != "From Tijuana to Ushuaia – Tributary" || f.Language != "" || f.HomeURL != "https://feeds.example/topics/latin-america" || !f.Updated.Equal(changed) {
		t.Errorf("feed %+v", f)
	}
	one := feeds.Topic{ID: "empty", Title: "Empty", Languages: []string{"pt"}}
	if f := newView(Site{Title: "Tributary", Topics: []feeds.Topic{one}}, nil).topics["empty"].feed(feeds.Page{}); f.Language != "pt" || f.Description != "Tributary" {
		t.Errorf("feed %+v", f)
	}
	moved := site()
	moved.URL, moved.Title = "https://elsewhere.example", "Other"
	if other := newView(moved, nil).topics["latin-america"].feed(page); other.ID != f.ID {
		t.Errorf("the id changes with the host: %s and %s", f.ID, other.ID)
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(f.ID) {
		t.Errorf("id %s is no UUID of version 8", f.ID)
	}
	if other := v.topics["empty"].feed(page); other.ID == f.ID {
		t.Error("two topics have one id")
	}
}

func TestOneDebugLinePerRequest(t *testing.T) {
	var lines bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := New(Options{Store: newStore(), Site: site(), Logger: log}).Handler()
	_, body := do(h, "GET /topics/latin-america.rss?secret=1\nUser-Agent: reader")
	do(h, "GET /topics/"+strings.Repeat("x", 10<<10))
	do(h, "HEAD /about")
	var got []string
	for line := range strings.Lines(lines.String()) {
		var l struct {
			Method, Path string
			Status       int
			Bytes        int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(l.Method, " ", len(l.Path), " ", l.Status, " ", l.Bytes))
	}
	want := fmt.Sprintf("[GET 25 200 %d GET 256 404 33 HEAD 6 200 0]", len(body))
	if fmt.Sprint(got) != want {
		t.Errorf("lines %v, want %s", got, want)
	}
	if strings.Contains(lines.String(), "reader") || strings.Contains(lines.String(), "secret") || strings.Contains(lines.String(), "192.0.2.1") {
		t.Errorf("the log tells about the reader:\n%s", &lines)
	}
}

func TestNothingTellsTheVersionOfTheServerOrASource(t *testing.T) {
	h := newServer(newStore(), storedSite()).Handler()
	for _, p := range []string{"/", "/about", "/healthz", "/readyz", "/robots.txt", "/topics/latin-america"} {
		a, body := do(h, "GET "+p)
		if a.Header.Get("Server") != "" || strings.Contains(body, "news.example/feed") || strings.Contains(body, "go1.") {
			t.Errorf("%s: %v\n%s", p, a.Header, body)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, p := range []string{"/", "/topics/latin-america.rss", "/topics/..%2fabout", "//evil", "/topics/%00", "/topics/empty", "/*", "/a?b", "/topics/\r\nX: y", "0", ""} {
		f.Add(p)
	}
	h := newServer(newStore(), storedSite()).Handler()
	f.Fuzz(func(t *testing.T, target string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = target
		r.RemoteAddr = "127.0.0.1:1" // no limit stands in the way
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code != http.StatusNotFound && !(target == "/readyz" && w.Code == http.StatusServiceUnavailable) {
			t.Errorf("%q answers %d", target, w.Code)
		}
		if w.Header().Get("Location") != "" || w.Code == http.StatusOK && path.Clean(target) != target && target != "" {
			t.Errorf("%q answers %d with %v", target, w.Code, w.Header())
		}
	})
}

func FuzzAcceptEncoding(f *testing.F) {
	for _, v := range []string{"", "gzip", "br;q=0.5, gzip;q=1.000", "*;q=0", "identity;q=0", ";;;=,,", "gzip;q=1.0001", "x-gzip;Q=0.1"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		pick, ok := negotiate([]string{v})
		if pick < 0 || pick >= len(codings) {
			t.Fatalf("%q picks %d", v, pick)
		}
		lower := strings.ToLower(v)
		if c := codings[pick]; pick != identity && !strings.Contains(lower, c.name) && !strings.Contains(v, "*") {
			t.Errorf("%q picks %s", v, c.name)
		}
		if !ok && !strings.Contains(lower, "identity") && !strings.Contains(v, "*") {
			t.Errorf("%q excludes everything", v)
		}
	})
}

func FuzzIfNoneMatch(f *testing.F) {
	for _, v := range []string{"", "*", `"a"`, `W/"a", "b"`, `"`, `W/`, `a,b`, ` , ,"x"y"z"`, "\"\x00\""} {
		f.Add(v)
	}
	d := newDocument([]byte("document"), time.Time{}, http.Header{}, http.Header{})
	f.Fuzz(func(t *testing.T, v string) {
		r := &http.Request{Header: http.Header{"If-None-Match": {v}}}
		if held := d.held(r, identity, time.Now()); held != nil && strings.TrimSpace(v) != "*" && !strings.Contains(v, strings.Trim(held.etag, `"`)) {
			t.Errorf("%q matches %s", v, held.etag)
		}
		r.Header["If-None-Match"] = []string{`"other", ` + d.variant(0).etag + ", " + v}
		if d.held(r, identity, time.Now()) == nil {
			t.Errorf("our tag before %q is not found", v)
		}
	})
}

// benchmarked gives a server with a feed of 50 entries and about 130 KB, and the least that could serve the
// same: a handler that writes the same bytes with their tag.
func benchmarked() (s *Server, bare http.HandlerFunc, tag string) {
	store := newStore()
	p := store.pages["latin-america"]
	p.Entries = nil
	random := rand.New(rand.NewPCG(1, 2))
	for n := range int64(feeds.DefaultWindow.Least) {
		e := entry("latin-america", 100-n, fmt.Sprint("Mexico pledges aid to Cuba, part ", n))
		for range 400 {
			e.Article.Content += fmt.Sprintf("word%d ", int(random.ExpFloat64()*300))
		}
		p.Entries = append(p.Entries, e)
	}
	store.pages["latin-america"] = p
	s = newServer(store, site())
	a, body := do(s.Handler(), feedPath+"\nAccept-Encoding: gzip")
	content, tag := []byte(body), a.Header.Get("Etag")
	return s, func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/rss+xml; charset=utf-8")
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content)
	}, tag
}

// BenchmarkServe is what the handlers take.
func BenchmarkServe(b *testing.B) {
	s, bare, tag := benchmarked()
	whole := request(feedPath + "\nAccept-Encoding: gzip")
	held := request(feedPath + "\nAccept-Encoding: gzip\nIf-None-Match: " + tag)
	for _, c := range []struct {
		name string
		h    http.Handler
		r    *http.Request
	}{{"200/bare", bare, whole}, {"200/ours", s.Handler(), whole}, {"304/bare", bare, held}, {"304/ours", s.Handler(), held}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.h.ServeHTTP(discard{http.Header{}}, c.r)
			}
		})
	}
}

// BenchmarkServeOnTheWire is the same over loopback, with what net/http and the reader take. What the server
// alone takes is measured by cmd/bench.
func BenchmarkServeOnTheWire(b *testing.B) {
	s, bare, tag := benchmarked()
	plain := httptest.NewServer(bare)
	defer plain.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go s.Serve(b.Context(), l, nil)
	for _, c := range []struct{ name, address, fields string }{
		{"200/bare", plain.Listener.Addr().String(), ""}, {"200/ours", l.Addr().String(), ""},
		{"304/bare", plain.Listener.Addr().String(), tag}, {"304/ours", l.Addr().String(), tag},
	} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := net.Dial("tcp", c.address)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			reader := bufio.NewReader(conn)
			asked := []byte("GET /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nIf-None-Match: " + c.fields + "\r\n\r\n")
			for b.Loop() {
				if _, err := conn.Write(asked); err != nil {
					b.Fatal(err)
				}
				answer, err := http.ReadResponse(reader, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRender is what a change of a topic takes: its page and feeds, in every content coding.
func BenchmarkRender(b *testing.B) {
	s, _, _ := benchmarked()
	t := s.view.Load().topics["latin-america"]
	for b.Loop() {
		if _, err := s.render(b.Context(), t, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestWhyNothingWasMadeIsLogged: once for a row of failures, and again for the next row.
func TestWhyNothingWasMadeIsLogged(t *testing.T) {
	for _, path := range []string{"/articles/" + madeID("latin-america", 1), "/topics/latin-america/1.atom", "/search?q=mexico"} {
		var lines bytes.Buffer
		store := archivedStore(60)
		s := New(Options{Store: store, Site: storedSite(), Logger: slog.New(slog.NewTextHandler(&lines, nil))})
		for row := 1; row <= 2; row++ {
			store.set(errors.New("disk on fire"))
			for range 3 {
				if a, _ := do(s.Handler(), "GET "+path); a.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("%s: status %d", path, a.StatusCode)
				}
			}
			if n := strings.Count(lines.String(), "disk on fire"); n != row {
				t.Errorf("%s: row %d was logged %d times: %s", path, row, n, &lines)
			}
			store.set(nil)
			if a, _ := do(s.Handler(), "GET "+path); a.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", path, a.StatusCode)
			}
			s.made, s.found = newCache(s.life, mostMade, 1), newCache(s.life, mostFound, 1)
		}
	}
}
