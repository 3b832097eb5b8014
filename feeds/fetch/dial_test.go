package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// trust makes a client accept a server's certificate.
func trust(c *Client, s *httptest.Server) {
	c.dialer.roots = x509.NewCertPool()
	c.dialer.roots.AddCert(s.Certificate())
}

// secure serves h over TLS. What the server complains of is what the tests provoke.
func secure(t *testing.T, config *tls.Config, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.TLS = config
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestHTTP2(t *testing.T) {
	var protocols, peers []string
	s := secure(t, nil, func(w http.ResponseWriter, r *http.Request) {
		protocols, peers = append(protocols, r.Proto), append(peers, r.RemoteAddr)
		if r.URL.Path == "/reset" {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, feed)
	})
	c := local(t)
	trust(c, s)
	for _, path := range []string{"/", "/reset", "/"} {
		_, err := c.Get(t.Context(), Request{URL: s.URL + path})
		if path == "/reset" {
			wantError(t, err, Broken, "stream error")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(protocols, []string{"HTTP/2.0", "HTTP/2.0", "HTTP/2.0"}) {
		t.Errorf("spoke %v", protocols)
	}
	if peers[0] != peers[1] || peers[1] == peers[2] {
		t.Errorf("connections from %v: want one for whole answers, and another after one that broke", peers)
	}
}

func TestHTTP2HeaderLimit(t *testing.T) {
	s := secure(t, nil, func(w http.ResponseWriter, r *http.Request) {
		var kib int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &kib)
		for i := range kib {
			w.Header().Set(fmt.Sprintf("X-Long-%d", i), strings.Repeat("x", 1<<10))
		}
		_, _ = io.WriteString(w, feed)
	})
	c := local(t)
	trust(c, s)
	if _, err := c.Get(t.Context(), Request{URL: s.URL + "/50"}); err != nil {
		t.Error(err)
	}
	_, err := c.Get(t.Context(), Request{URL: s.URL + "/64"})
	wantError(t, err, TooBig, "more than 64 KiB of header")
}

func TestHTTP1OverTLS(t *testing.T) {
	s := secure(t, &tls.Config{NextProtos: []string{"http/1.1"}}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})
	c := local(t)
	trust(c, s)
	res, err := c.Get(t.Context(), Request{URL: s.URL})
	if err != nil || string(res.Body) != "HTTP/1.1" {
		t.Errorf("got %v, %v", res, err)
	}
}

func TestConnectRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	_, err = local(t).Get(t.Context(), Request{URL: "http://" + l.Addr().String()})
	wantError(t, err, Connect, "connection refused")
}

func TestResolveAlternatesFamilies(t *testing.T) {
	for _, tt := range []struct{ in, want []string }{
		{[]string{"1.0.0.1"}, []string{"1.0.0.1"}},
		{[]string{"1.0.0.1", "1.0.0.2"}, []string{"1.0.0.1", "1.0.0.2"}},
		{[]string{"2a00::1", "2a00::2", "1.0.0.1", "1.0.0.2"}, []string{"2a00::1", "1.0.0.1", "2a00::2", "1.0.0.2"}},
		{[]string{"1.0.0.1", "2a00::1", "2a00::2", "2a00::3"}, []string{"1.0.0.1", "2a00::1", "2a00::2", "2a00::3"}},
	} {
		d := newDialer(false)
		d.lookup = func(context.Context, string, string) ([]netip.Addr, error) { return addrs(tt.in...), nil }
		list, err := d.resolve(t.Context(), "feeds.example:80")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range list {
			got = append(got, a.Addr().String())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.in, got, tt.want)
		}
	}
}

// Addresses that do not answer cost a quarter of a second each, those that refuse cost nothing, and the
// connections that lose the race are closed.
func TestRace(t *testing.T) {
	for _, tt := range []struct {
		name      string
		addresses string // one letter each: h hangs, r refuses, s takes a second, a accepts
		tried     int
		took      time.Duration
		fails     bool
	}{
		{"the first accepts", "aaa", 1, 0, false},
		{"a dead one before", "ha", 2, 250 * time.Millisecond, false},
		{"two dead ones before", "hha", 3, 500 * time.Millisecond, false},
		{"a refusal before", "ra", 2, 0, false},
		{"a slow one wins over dead ones", "shh", 3, time.Second, false},
		{"a slow one loses", "sa", 2, 250 * time.Millisecond, false},
		{"all refuse", "rrr", 3, 0, true},
		{"all hang", "hh", 2, ConnectLimit, true},
		{"not more than eight", "rrrrrrrrra", 8, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDialer(false)
				d.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
					var out []netip.Addr
					for i := range tt.addresses {
						out = append(out, netip.AddrFrom4([4]byte{8, 8, 8, byte(i)}))
					}
					return out, nil
				}
				var tried, open atomic.Int32
				d.connect = func(ctx context.Context, _, address string) (net.Conn, error) {
					tried.Add(1)
					switch tt.addresses[netip.MustParseAddrPort(address).Addr().As4()[3]] {
					case 'h':
						<-ctx.Done()
						return nil, ctx.Err()
					case 'r':
						return nil, errors.New("refused")
					case 's':
						time.Sleep(time.Second)
					}
					open.Add(1)
					return closing{func() { open.Add(-1) }}, nil
				}
				start := time.Now()
				conn, err := d.dial(t.Context(), "tcp", "feeds.example:80")
				if took := time.Since(start); took != tt.took || int(tried.Load()) != tt.tried || (err != nil) != tt.fails {
					t.Errorf("took %v, tried %d, error %v", took, tried.Load(), err)
				}
				time.Sleep(2 * time.Second)
				if conn != nil {
					conn.Close()
				}
				if n := open.Load(); n != 0 {
					t.Errorf("%d connections stay open", n)
				}
			})
		})
	}
}

// closing is a connection of which only the end matters.
type closing struct{ closed func() }

func (c closing) Close() error                     { c.closed(); return nil }
func (c closing) Read([]byte) (int, error)         { return 0, io.EOF }
func (c closing) Write(b []byte) (int, error)      { return len(b), nil }
func (c closing) LocalAddr() net.Addr              { return nil }
func (c closing) RemoteAddr() net.Addr             { return nil }
func (c closing) SetDeadline(time.Time) error      { return nil }
func (c closing) SetReadDeadline(time.Time) error  { return nil }
func (c closing) SetWriteDeadline(time.Time) error { return nil }
