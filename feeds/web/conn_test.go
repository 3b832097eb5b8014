package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// serveOn runs the server on l until the test ends.
func serveOn(t *testing.T, s *Server, l net.Listener) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve ended with %v", err)
		}
	})
}

// loopback gives a listener on this machine.
func loopback(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// exchange sends all requests over one connection, at once, and gives the answers without their dates.
func exchange(t *testing.T, address string, requests []string) []string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go io.WriteString(c, strings.Join(requests, ""))
	r := bufio.NewReader(c)
	var answers []string
	for _, request := range requests {
		method, _, _ := strings.Cut(request, " ")
		answer, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q: %v", request, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatalf("%q: %v", request, err)
		}
		answer.Header.Del("Date")
		answers = append(answers, fmt.Sprintf("%s %v %d %q", answer.Status, answer.Header, answer.ContentLength, body))
	}
	return answers
}

// TestOurConnectionsChangeNothing compares what readers get from Serve with what any server of net/http
// gives them.
func TestOurConnectionsChangeNothing(t *testing.T) {
	store := newStore()
	p := store.pages["latin-america"]
	for n := range int64(30) {
		p.Entries = append(p.Entries, entry("latin-america", n+3, fmt.Sprint("Part ", n)))
	}
	store.pages["latin-america"] = p
	s := newServer(store, site())
	plain := httptest.NewServer(s.Handler())
	defer plain.Close()
	l := loopback(t)
	serveOn(t, s, l)

	_, full := do(s.Handler(), feedPath)
	var requests []string
	for _, path := range []string{"/topics/latin-america.rss", "/topics/empty.json", "/topics/latin-america", "/topics/unknown.rss", "/robots.txt", "/opml"} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT"} {
			for _, fields := range []string{
				"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br, zstd\r\n", "Accept-Encoding: identity;q=0\r\n", "If-None-Match: *\r\n",
				"If-None-Match: *\r\nOrigin: https://reader.example\r\n", "If-Modified-Since: Fri, 31 Dec 1999 23:00:01 GMT\r\n", "Content-Length: 0\r\n",
			} {
				requests = append(requests, method+" "+path+" HTTP/1.1\r\nHost: x\r\n"+fields+"\r\n")
			}
		}
	}
	requests = append(requests, "POST /about HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
	for _, last := range []string{
		"GET /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET /topics/latin-america.rss HTTP/1.0\r\n\r\n",
		"GET /topics/latin-america.rss HTTP/1.0\r\nConnection: keep-alive\r\nIf-None-Match: *\r\n\r\n",
		"GET /topics/latin-america.rss HTTP/1.1\r\n\r\n", // without Host
		"GET /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 10<<10) + "\r\n\r\n",
		"GET /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
	} {
		all := append(requests, last)
		ours, theirs := exchange(t, l.Addr().String(), all), exchange(t, plain.Listener.Addr().String(), all)
		for i := range all {
			if ours[i] != theirs[i] {
				t.Errorf("%.200q is answered with\n%.500s\nand not with\n%.500s", all[i], ours[i], theirs[i])
			}
		}
	}
	if !strings.Contains(exchange(t, l.Addr().String(), requests[:1])[0], fmt.Sprintf("%q", full)) {
		t.Error("the feed is not the feed")
	}
}

// TestDocumentsOfAllSizes: net/http has buffers, at whose ends nothing may be lost.
func TestDocumentsOfAllSizes(t *testing.T) {
	var current atomic.Pointer[document]
	server := &http.Server{ConnContext: withConn, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		current.Load().answer(w, r, connOf(r), time.Now())
	})}
	l := loopback(t)
	go server.Serve(listener{l})
	defer server.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	sizes := []int{0, 1, 2047, 2048, 2049, 1 << 20}
	for n := 3950; n < 4100; n++ {
		sizes = append(sizes, n)
	}
	for _, size := range sizes {
		content := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		d := newDocument(content, time.Time{}, assetHeader("text/plain"), cached(day))
		current.Store(d)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || !bytes.Equal(body, content) || answer.Header.Get("Etag") != d.variant(identity).etag {
			t.Fatalf("%d bytes: %d came with %v, %v", size, len(body), answer.Header, err)
		}
	}
}

// TestNothingIsHeldForLong: what was held of an answer has left when the next request is waited for.
func TestNothingIsHeldForLong(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	c := &conn{Conn: ours, hold: true, fields: []byte("A: b\r\n")}
	if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	c.hold = false
	go func() {
		c.SetReadDeadline(time.Time{})
		c.Close()
	}()
	if got, err := io.ReadAll(theirs); string(got) != "HTTP/1.1 200 OK\r\nA: b\r\n\r\n" || err != nil {
		t.Errorf("%q came, %v", got, err)
	}
}

// pipes is a listener whose connections never leave the process: time may be made up on them.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p pipes) dial() net.Conn {
	ours, theirs := net.Pipe()
	p <- theirs
	return ours
}

// TestSlowClientsAreCutOff holds the time limits to what they say, to the second.
func TestSlowClientsAreCutOff(t *testing.T) {
	const whole = "GET /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, test := range map[string]struct {
		send, pause string
		read        bool
		after       time.Duration
	}{
		"silent":                  {"", "", true, headerTime},
		"half a header":           {"GET / HTTP/1.1\r\nHo", "", true, headerTime},
		"a byte a second":         {"GET / HTTP/1.1\r\nX: ", "x", true, headerTime},
		"idle":                    {whole, "", true, idleTime},
		"idle, then half a line":  {whole, "GET /", true, headerTime},
		"asks and does not read":  {whole, "", false, writeTime},
		"a body that never comes": {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", "", true, readTime},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(newStore(), site())
				do(s.Handler(), feedPath)
				l := make(pipes)
				serveOn(t, s, l)
				c := l.dial()
				defer c.Close()
				closed := make(chan time.Time, 1)
				began := time.Now()
				if test.read {
					go func() {
						io.Copy(io.Discard, c)
						closed <- time.Now()
					}()
				}
				io.WriteString(c, test.send)
				if name == "idle, then half a line" {
					time.Sleep(time.Minute)
					began = time.Now()
					io.WriteString(c, test.pause)
				}
				for range 10 {
					time.Sleep(time.Second)
					if test.pause == "x" {
						io.WriteString(c, test.pause) // fails once it is cut off
					}
				}
				time.Sleep(5 * time.Minute)
				if !test.read {
					n, err := io.Copy(io.Discard, c)
					if _, body := do(s.Handler(), feedPath); n >= int64(len(body)) || err != nil {
						t.Errorf("%d bytes were written to a reader that did not read, %v", n, err)
					}
					return
				}
				select {
				case at := <-closed:
					if took := at.Sub(began); took < test.after || took > test.after+coarse {
						t.Errorf("cut off after %v, not %v", took, test.after)
					}
				default:
					t.Error("not cut off in five minutes")
				}
			})
		})
	}
}

func TestServeEndsWhenItsListenerFails(t *testing.T) {
	l := loopback(t)
	l.Close()
	if err := newServer(newStore(), site()).Serve(t.Context(), l, nil); err == nil {
		t.Error("no error")
	}
}
