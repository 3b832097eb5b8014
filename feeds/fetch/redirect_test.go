package fetch

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// hops serves "/0" to "/n-1" as redirects with the given statuses, each to the next, and a feed at the end.
func hops(t *testing.T, statuses ...int) string {
	return origin(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n == len(statuses) {
			_, _ = io.WriteString(w, feed)
			return
		}
		w.Header().Set("Location", fmt.Sprintf("/%d", n+1))
		w.WriteHeader(statuses[n])
	})
}

func TestMoved(t *testing.T) {
	for _, tt := range []struct {
		statuses []int
		moved    string
	}{
		{nil, ""},
		{[]int{301}, "/1"},
		{[]int{308}, "/1"},
		{[]int{302}, ""},
		{[]int{303}, ""},
		{[]int{307}, ""},
		{[]int{301, 308, 301}, "/3"},
		{[]int{301, 302}, "/1"},
		{[]int{302, 301}, ""},
		{[]int{308, 307, 301}, "/1"},
		{[]int{301, 301, 301, 301, 301}, "/5"},
	} {
		at := hops(t, tt.statuses...)
		res, err := local(t).Get(t.Context(), Request{URL: at + "/0"})
		if err != nil {
			t.Fatal(err)
		}
		if tt.moved != "" {
			tt.moved = at + tt.moved
		}
		if res.Moved != tt.moved || res.URL != fmt.Sprintf("%s/%d", at, len(tt.statuses)) || string(res.Body) != feed {
			t.Errorf("%v: moved to %q, answered by %q; want %q", tt.statuses, res.Moved, res.URL, tt.moved)
		}
	}
}

func TestTooManyRedirects(t *testing.T) {
	_, err := local(t).Get(t.Context(), Request{URL: hops(t, 302, 302, 302, 302, 302, 302) + "/0"})
	wantError(t, err, Blocked, "more than 5 redirects")
}

func TestRedirectTargets(t *testing.T) {
	for _, tt := range []struct {
		name, location string
		want           string // path that answers, or words of the error
	}{
		{"relative", "feed.xml", "/dir/feed.xml"},
		{"above", "../feed.xml", "/feed.xml"},
		{"absolute path", "/feed.xml", "/feed.xml"},
		{"no scheme", "//HOST/feed.xml", "/feed.xml"},
		{"absolute", "http://HOST/feed.xml", "/feed.xml"},
		{"scheme in capitals", "HTTP://HOST/feed.xml", "/feed.xml"},
		{"query", "?page=2", "/dir/start?page=2"},
		{"fragment", "feed.xml#top", "/dir/feed.xml"},
		{"user and password", "http://u:p@HOST/feed.xml", "/feed.xml"},
		{"space", "/a b", "/a%20b"},

		{"itself", "/dir/start", "go round in a circle"},
		{"itself with a fragment", "#again", "go round in a circle"},
		{"empty", "", "without a target"},
		{"file", "file:///etc/passwd", `scheme "file"`},
		{"gopher", "gopher://HOST/1", `scheme "gopher"`},
		{"javascript", "javascript:alert(1)", `scheme "javascript"`},
		{"no host", "http:///feed.xml", "without a host"},
		{"opaque", "http:feed.xml", "without a host"},
		{"impossible port", "http://127.0.0.1:99999/", "99999 is not a port"},
		{"not a URL", "http://[::1/", "to no URL"},
		{"bad escape", "/a%zz", "to no URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/dir/start" && r.URL.RawQuery == "" {
					w.Header()["Location"] = []string{strings.ReplaceAll(tt.location, "HOST", r.Host)}
					w.WriteHeader(http.StatusFound)
					return
				}
				if _, _, ok := r.BasicAuth(); ok || r.Referer() != "" || r.Header.Get("Cookie") != "" {
					t.Errorf("the target gets %v", r.Header)
				}
				_, _ = io.WriteString(w, feed)
			}))
			defer s.Close()
			res, err := local(t).Get(t.Context(), Request{URL: s.URL + "/dir/start"})
			if !strings.HasPrefix(tt.want, "/") {
				wantError(t, err, Blocked, tt.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if res.URL != s.URL+tt.want {
				t.Errorf("answered by %q, want %q", res.URL, tt.want)
			}
		})
	}
}

func TestRedirectCircle(t *testing.T) {
	var requests int
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/a"}[r.URL.Path], http.StatusMovedPermanently)
	})
	_, err := local(t).Get(t.Context(), Request{URL: at + "/a"})
	wantError(t, err, Blocked, "go round in a circle")
	if requests != 2 {
		t.Errorf("%d requests, want 2", requests)
	}
}

// A secret in a URL stays between us and the host that it is for.
func TestNothingLeaksToTheNextHost(t *testing.T) {
	var got *http.Request
	other := origin(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		_, _ = io.WriteString(w, feed)
	})
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "SECRET"})
		http.Redirect(w, r, other+"/feed", http.StatusFound)
	})
	if _, err := local(t).Get(t.Context(), Request{URL: at + "/?token=SECRET"}); err != nil {
		t.Fatal(err)
	}
	if dump := fmt.Sprint(got.Header, got.URL); strings.Contains(dump, "SECRET") {
		t.Errorf("the next host gets %s", dump)
	}
}

func TestDowngradeIsRefused(t *testing.T) {
	plain := origin(t, func(w http.ResponseWriter, r *http.Request) { t.Error("asked over plain HTTP") })
	s := httptest.NewTLSServer(http.RedirectHandler(plain, http.StatusFound))
	defer s.Close()
	c := local(t)
	trust(c, s)
	_, err := c.Get(t.Context(), Request{URL: s.URL})
	wantError(t, err, Blocked, "302 Found from https to http")
}

func TestErrorNamesTheTarget(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		http.NotFound(w, r)
	})
	_, err := local(t).Get(t.Context(), Request{URL: at + "/a"})
	e := wantError(t, err, Status, "after a redirect to "+at+"/b: 404 Not Found")
	if e.URL != at+"/b" {
		t.Errorf("URL %q", e.URL)
	}
}

func TestRedirectMayAskToWait(t *testing.T) {
	for _, tt := range []struct {
		after string
		wait  time.Duration // -1: too long to wait for
	}{{"0", 0}, {"3", 3 * time.Second}, {"5", 5 * time.Second}, {"6", -1}, {"soon", 0}} {
		synctest.Test(t, func(t *testing.T) {
			c := piped(t, func(p *pipe) {
				for range 2 {
					if path := p.request(); path == "/a" {
						p.answer("HTTP/1.1 307 Go\r\nLocation: /b\r\nRetry-After: " + tt.after + "\r\nContent-Length: 0\r\n\r\n")
					} else if path == "/b" {
						p.answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<a>")
					}
				}
			})
			start := time.Now()
			_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/a"})
			if tt.wait < 0 {
				e := wantError(t, err, Status, "307 Temporary Redirect asks to wait 6s first")
				if e.RetryAfter != 6*time.Second || time.Since(start) != 0 {
					t.Errorf("retry after %v, told after %v", e.RetryAfter, time.Since(start))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != tt.wait {
				t.Errorf("Retry-After %s: waited %v", tt.after, took)
			}
		})
	}
}

// FuzzLocation: wherever a stranger sends us, we go to a host of the web by http or https, or nowhere.
func FuzzLocation(f *testing.F) {
	for _, location := range []string{
		"", "/", "/b", "b", "../b", "../../../b", "./b", "?p=2", "#part", "//other.example/b", "https://other.example:8443/b",
		"http://user:password@other.example/b#part", "HTTP://OTHER.example", "http:///b", "http:b", "http://:80/", "ftp://other.example/",
		"javascript:alert(1)", "http://[::1]/", "http://[::1%25lo]/", "http://other.example:22/", "http://other.example:99999/",
		"/a b", "/a%zz", "/a%00b", "/é", "\\\\other.example\\b", "/\\other.example", "http://other.example\x00/", "http://%31%30.0.0.1/",
		strings.Repeat("../", 1000), strings.Repeat("/a/..", 1000),
	} {
		f.Add("http://feeds.example/dir/feed.xml", location)
		f.Add("https://feeds.example:8443/?token=1", location)
	}
	c := New(Options{})
	f.Fuzz(func(t *testing.T, base, location string) {
		from, err := url.Parse(base)
		if err != nil {
			return
		}
		if from, err = c.dialer.reachable(from); err != nil {
			return
		}
		answer := &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {location}}}
		next, err := c.target(t.Context(), from, answer, 0)
		if err != nil {
			wantError(t, err, Blocked, "")
			return
		}
		to := next.to
		if to.Scheme != "https" && (to.Scheme != "http" || from.Scheme == "https") || to.Hostname() == "" || to.User != nil || to.Fragment != "" {
			t.Errorf("%q from %s leads to %s", location, from, to)
		}
		if port := to.Port(); port != "" && !slices.Contains([]string{"80", "443", "8080", "8443"}, strings.TrimLeft(port, "0")) {
			t.Errorf("%q leads to port %s", location, port)
		}
		if again, err := url.Parse(to.String()); err != nil || again.String() != to.String() || again.Host != to.Host {
			t.Errorf("%q leads to %s, which reads as %v: %v", location, to, again, err)
		}
	})
}
