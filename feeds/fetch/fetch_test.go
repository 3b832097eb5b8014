package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const feed = `<rss version="2.0"><channel><title>News</title></channel></rss>`

// origin serves h on loopback until the test ends.
func origin(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// rawOrigin writes an answer as it stands on every connection, once a request's header has come, and
// closes. It counts the connections.
func rawOrigin(t *testing.T, answer string) (address string, connections func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan int)
	go func() {
		n := 0
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			n++
			readHeader(conn)
			_, _ = io.WriteString(conn, answer)
			conn.Close()
		}
		served <- n
	}()
	stop := func() int { l.Close(); return <-served }
	count := -1
	connections = func() int {
		if count < 0 {
			count = stop()
		}
		return count
	}
	t.Cleanup(func() { connections() })
	return "http://" + l.Addr().String(), connections
}

// readHeader reads a request without a body.
func readHeader(r io.Reader) {
	var all []byte
	b := make([]byte, 1024)
	for !strings.HasSuffix(string(all), "\r\n\r\n") {
		n, err := r.Read(b)
		if err != nil {
			return
		}
		all = append(all, b[:n]...)
	}
}

// local gives a client that may talk to loopback.
func local(t *testing.T) *Client {
	t.Helper()
	c := New(Options{UserAgent: "Tributary/1.0 (+https://example.org/about)", AllowPrivate: true})
	t.Cleanup(c.Close)
	return c
}

// wantError checks an error's kind and that its text contains some words.
func wantError(t *testing.T, err error, k Kind, words string) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v (%T), want an *Error of kind %q", err, err, k)
	}
	if e.Kind != k || !strings.Contains(e.Error(), words) {
		t.Fatalf("error of kind %q: %v; want kind %q with %q", e.Kind, e, k, words)
	}
	return e
}

func TestAnswer(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"a b`+"\x80"+`"`)
		w.Header().Set("Last-Modified", "Tue, 1 Jan 2030 0:0:0 gmt+1")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "max-age=600")
		_, _ = io.WriteString(w, feed)
	})
	res, err := local(t).Get(t.Context(), Request{URL: strings.Replace(at, "http://", "http://user:secret@", 1) + "/news?a=1#top"})
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != 200 || res.NotModified || res.Moved != "" || string(res.Body) != feed || res.Wire != int64(len(feed)) {
		t.Errorf("got %+v", res)
	}
	if res.URL != at+"/news?a=1" {
		t.Errorf("URL %q keeps what is never sent", res.URL)
	}
	if res.ETag != `W/"a b`+"\x80"+`"` || res.LastModified != "Tue, 1 Jan 2030 0:0:0 gmt+1" {
		t.Errorf("validators are not byte for byte: %q, %q", res.ETag, res.LastModified)
	}
	if res.ContentType != "text/html; charset=utf-8" || res.Fresh.Seconds() != 600 {
		t.Errorf("content type %q, fresh %v", res.ContentType, res.Fresh)
	}
}

func TestCallersContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := local(t).Get(ctx, Request{URL: at})
	if _, ok := errors.AsType[*Error](err); ok || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request gives %v (%T), which blames the publisher", err, err)
	}
}

// A kept connection that the origin has closed is replaced; a new one that breaks is not tried again.
func TestOneRetryForADeadConnection(t *testing.T) {
	var requests int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		_, _ = io.WriteString(w, feed)
	}))
	defer s.Close()
	c := local(t)
	for range 2 {
		if _, err := c.Get(t.Context(), Request{URL: s.URL}); err != nil {
			t.Fatal(err)
		}
		s.CloseClientConnections()
	}
	if requests != 2 {
		t.Errorf("%d requests, want 2", requests)
	}

	at, connections := rawOrigin(t, "")
	_, err := c.Get(t.Context(), Request{URL: at})
	wantError(t, err, Broken, "ended before the answer was complete")
	if n := connections(); n != 1 {
		t.Errorf("%d connections for a request that broke, want 1", n)
	}
}

func TestConnectionIsKept(t *testing.T) {
	var peers []string
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		peers = append(peers, r.RemoteAddr)
		if r.URL.Path == "/missing" {
			http.Error(w, "no such page", http.StatusNotFound)
			return
		}
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/c", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, feed)
	})
	c := local(t)
	for _, path := range []string{"/a", "/missing", "/moved"} {
		_, _ = c.Get(t.Context(), Request{URL: at + path})
	}
	if len(peers) != 4 || len(slices.Compact(peers)) != 1 {
		t.Errorf("connections from %v, want one for four requests", peers)
	}
}

// TestConnectionsAreFew visits more hosts than connections may be kept.
func TestConnectionsAreFew(t *testing.T) {
	l, err := net.Listen("tcp4", ":0") // on all of loopback: each 127.0.0.x is another host to us
	if err != nil {
		t.Fatal(err)
	}
	const hosts = mostIdle + 10
	closed := make(chan net.Conn, hosts)
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, feed) }),
		ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				closed <- c
			}
		},
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	c := local(t)
	for i := range hosts {
		url := fmt.Sprintf("http://127.0.0.%d:%d/", i+1, l.Addr().(*net.TCPAddr).Port)
		if _, err := c.Get(t.Context(), Request{URL: url}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range hosts - mostIdle {
		select {
		case <-closed:
		case <-time.After(idleLimit / 2):
			t.Fatalf("%d connections are kept, want at most %d", hosts-i, mostIdle)
		}
	}
}
