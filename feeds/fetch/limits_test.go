package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// silent keeps a connection open and says nothing more.
func silent(p *pipe) { _, _ = io.Copy(io.Discard, p.in) }

// Every phase that an origin can stall ends at its own limit, and the error tells which it was.
func TestTimeLimits(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		serve     func(*pipe)
		change    func(*Client)
		limit     time.Duration
		words     string
	}{
		{"name", "http://feeds.example/", nil, func(c *Client) {
			c.dialer.lookup = func(ctx context.Context, _, host string) ([]netip.Addr, error) {
				<-ctx.Done()
				return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
			}
		}, DNSLimit, "no name server told the address of feeds.example within 5s"},
		{"connect", "http://feeds.example/", nil, func(c *Client) {
			c.dialer.connect = func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
		}, ConnectLimit, "no connection to feeds.example:80 within 10s"},
		{"handshake", "https://feeds.example/", silent, nil, TLSLimit, "no TLS handshake within 10s"},
		{"header", "http://feeds.example/", silent, nil, HeaderLimit, "no header within 20s of the request"},
		{"half a header", "http://feeds.example/", func(p *pipe) {
			p.request()
			p.answer("HTTP/1.1 200 OK\r\nContent-")
			silent(p)
		}, nil, HeaderLimit, "no header within 20s of the request"},
		{"early hints without end", "http://feeds.example/", func(p *pipe) {
			p.request()
			for p.SetDeadline(time.Time{}) == nil {
				p.answer("HTTP/1.1 103 Early Hints\r\n\r\n")
				time.Sleep(time.Second)
			}
		}, nil, HeaderLimit, "no header within 20s of the request"},
		{"body", "http://feeds.example/", func(p *pipe) {
			p.request()
			p.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
			silent(p)
		}, nil, SlowLimit, "the body stopped or came slower than 1 KiB/s for 15s"},
		{"total as configured", "http://feeds.example/", silent, func(c *Client) { c.timeout = 7 * time.Second },
			7 * time.Second, "the answer was not complete within 7s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := piped(t, tt.serve)
				if tt.change != nil {
					tt.change(c)
				}
				start := time.Now()
				_, err := c.Get(t.Context(), Request{URL: tt.url})
				wantError(t, err, Timeout, tt.words)
				if took := time.Since(start); took != tt.limit {
					t.Errorf("took %v, want %v", took, tt.limit)
				}
			})
		})
	}
}

// A body must keep up with the least rate. It may fall behind by SlowLimit, so a slow one is not dead.
func TestSlowBodies(t *testing.T) {
	const size = 40 << 10
	for _, tt := range []struct {
		name  string
		block int           // bytes that come at once
		every time.Duration // between two blocks
		ends  time.Duration // to the second
		words string        // "" for a whole body
	}{
		{"a byte every 100 ms", 1, 100 * time.Millisecond, 15 * time.Second, "slower than 1 KiB/s for 15s"},
		{"half the least rate", 512, time.Second, 29 * time.Second, "slower than 1 KiB/s for 15s"},
		{"just below the least rate", 512, 600 * time.Millisecond, 47 * time.Second, ""},
		{"the least rate", 1 << 10, time.Second, 39 * time.Second, ""},
		{"in bursts", 14 << 10, 14 * time.Second, 28 * time.Second, ""},
		{"in bursts too far apart", 14 << 10, 16 * time.Second, 15 * time.Second, "slower than 1 KiB/s for 15s"},
		{"fast and then nothing", 39 << 10, time.Minute, 15 * time.Second, "slower than 1 KiB/s for 15s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := piped(t, func(p *pipe) {
					p.request()
					p.answer(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size))
					for sent := 0; sent < size; sent += tt.block {
						if _, err := p.Write(bytes.Repeat([]byte{'x'}, min(tt.block, size-sent))); err != nil {
							return
						}
						time.Sleep(tt.every)
					}
				})
				start := time.Now()
				_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
				if tt.words != "" {
					wantError(t, err, Timeout, tt.words)
				} else if err != nil {
					t.Error(err)
				}
				if took := time.Since(start).Round(time.Second); took != tt.ends {
					t.Errorf("took %v, want %v", took, tt.ends)
				}
			})
		})
	}
}

func TestTotalCoversAllHops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := piped(t, func(p *pipe) {
			for n := 0; p.request() != ""; n++ {
				time.Sleep(19 * time.Second)
				p.answer(fmt.Sprintf("HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n", n))
			}
		})
		start := time.Now()
		_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
		wantError(t, err, Timeout, "the answer was not complete within 1m0s")
		if took := time.Since(start); took != DefaultTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestHeaderLimit(t *testing.T) {
	for size, fits := range map[int]bool{50 << 10: true, 80 << 10: false, 5 << 20: false} {
		at, _ := rawOrigin(t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Long: "+strings.Repeat("x", size)+"\r\n\r\n<a>")
		_, err := local(t).Get(t.Context(), Request{URL: at})
		if fits && err != nil {
			t.Errorf("%d bytes: %v", size, err)
		} else if !fits {
			wantError(t, err, TooBig, "more than 64 KiB of header")
		}
	}
}

func TestWireLimit(t *testing.T) {
	whole := bytes.Repeat([]byte("x"), MaxWire+1)
	for _, tt := range []struct {
		name     string
		size     int
		declared bool
		fits     bool
	}{
		{"declared, just fits", MaxWire, true, true},
		{"declared, one more", MaxWire + 1, true, false},
		{"chunked, just fits", MaxWire, false, true},
		{"chunked, one more", MaxWire + 1, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := origin(t, func(w http.ResponseWriter, r *http.Request) {
				if tt.declared {
					w.Header().Set("Content-Length", fmt.Sprint(tt.size))
				}
				_, _ = w.Write(whole[:tt.size])
			})
			res, err := local(t).Get(t.Context(), Request{URL: at})
			if !tt.fits {
				wantError(t, err, TooBig, "more than 10 MiB to transfer")
			} else if err != nil || len(res.Body) != tt.size || res.Wire != int64(tt.size) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A body without end is left as soon as it is too big, not when it ends.
func TestEndlessBody(t *testing.T) {
	var sent int
	block := bytes.Repeat([]byte("<item>"), 10_000)
	done := make(chan bool)
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		for r.Context().Err() == nil {
			n, err := w.Write(block)
			if sent += n; err != nil {
				return
			}
		}
	})
	_, err := local(t).Get(t.Context(), Request{URL: at})
	wantError(t, err, TooBig, "more than 10 MiB to transfer")
	if <-done; sent > 10*MaxWire {
		t.Errorf("%d bytes were taken", sent)
	}
}
