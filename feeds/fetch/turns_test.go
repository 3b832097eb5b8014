package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTurns: one after the other, in the order of arrival, with the gap between.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := turns{limit: 1, gap: 2 * time.Second}
		start := time.Now()
		var all sync.WaitGroup
		for i := range 4 {
			time.Sleep(time.Millisecond)
			all.Go(func() {
				if err := ts.take(t.Context(), "a"); err != nil {
					t.Error(err)
					return
				}
				if began := time.Since(start).Truncate(time.Second); began != time.Duration(i)*3*time.Second {
					t.Errorf("request %d began after %s", i, began)
				}
				time.Sleep(time.Second)
				ts.give("a", 0)
			})
		}
		if err := ts.take(t.Context(), "b"); err != nil || time.Since(start) > time.Second {
			t.Errorf("another place waits for this one: %v", err)
		}
		ts.give("b", 0)
		all.Wait()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if len(ts.places) != 0 {
			t.Errorf("%d places are remembered", len(ts.places))
		}
	})
}

// TestTurnsAreGivenUp: who does not wait any longer holds nobody up.
func TestTurnsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := turns{limit: 1, gap: time.Second}
		busy := func(err error) bool {
			var e *Error
			return errors.As(err, &e) && e.Kind == Busy
		}
		if err := ts.take(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if err := ts.take(stopped, "a"); !errors.Is(err, context.Canceled) {
				t.Errorf("stopped: %v", err)
			}
		})
		start := time.Now()
		waiting.Go(func() {
			if err := ts.take(t.Context(), "a"); !busy(err) || time.Since(start) != longestQueue {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
		time.Sleep(time.Second)
		stop()
		waiting.Wait()
		ts.give("a", time.Hour) // the host has asked for a pause
		err := ts.take(t.Context(), "a")
		var e *Error
		if !errors.As(err, &e) || e.Kind != Busy || e.RetryAfter != time.Hour {
			t.Errorf("while the host rests: %v", err)
		}
		time.Sleep(time.Hour)
		if err := ts.take(t.Context(), "a"); err != nil {
			t.Errorf("after the rest: %v", err)
		}
		ts.give("a", 0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(ts.places) != 0 {
			t.Errorf("%d places are remembered", len(ts.places))
		}
	})
}

// TestLongGap: where the gap is longer than anybody waits in a queue, a host that redirects to itself is read
// all the same, and rests afterwards.
func TestLongGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := piped(t, func(p *pipe) {
			if p.request() == "/feed/" {
				p.answer(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(feed), feed))
			} else {
				p.answer("HTTP/1.1 301 Moved Permanently\r\nLocation: /feed/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
		})
		c.hosts = turns{limit: 1, gap: 2 * time.Minute}
		start := time.Now()
		if _, err := c.Get(t.Context(), Request{URL: "http://a.example/feed"}); err != nil || time.Since(start) < longestPause {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		_, err := c.Get(t.Context(), Request{URL: "http://a.example/feed"})
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Busy || e.RetryAfter != 2*time.Minute {
			t.Errorf("at once again: %v", err)
		}
	})
}

// leading is a connection that seems to lead to an address.
type leading struct {
	net.Conn
	to net.Addr
}

func (c leading) RemoteAddr() net.Addr { return c.to }

// TestRedirectsKeepTheGap: twenty sources that all lead to one host make no crowd there, and no more than
// four ask one address at a time.
func TestRedirectsKeepTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var began, ended []time.Time // of the requests to the host that all lead to
		running, most := 0, 0
		c := piped(t, func(p *pipe) {
			path := p.request()
			mu.Lock()
			running++
			most = max(most, running)
			if path == "/feed" {
				began = append(began, time.Now())
			}
			mu.Unlock()
			time.Sleep(500 * time.Millisecond)
			mu.Lock()
			running--
			if path == "/feed" {
				ended = append(ended, time.Now())
			}
			mu.Unlock()
			if path == "/feed" {
				p.answer(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(feed), feed))
			} else {
				p.answer("HTTP/1.1 302 Found\r\nLocation: http://feeds.example/feed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
		})
		connect := c.dialer.connect
		c.dialer.connect = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := connect(ctx, network, address)
			return leading{conn, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))}, err
		}
		c.hosts = turns{limit: 1, gap: 2 * time.Second}
		c.addresses = turns{limit: perAddress}
		var all sync.WaitGroup
		var fine, busy int
		for i := range 20 {
			all.Go(func() {
				_, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("http://s%d.example/", i)})
				mu.Lock()
				defer mu.Unlock()
				var e *Error
				switch {
				case err == nil:
					fine++
				case errors.As(err, &e) && e.Kind == Busy && strings.Contains(err.Error(), "feeds.example"):
					busy++
				default:
					t.Error(err)
				}
			})
		}
		start := time.Now()
		all.Wait()
		if most > perAddress {
			t.Errorf("%d requests at once to one address", most)
		}
		for i := range began[1:] {
			if gap := began[i+1].Sub(ended[i]); gap < 2*time.Second {
				t.Errorf("%s between two requests to one host", gap)
			}
		}
		if fine < 8 || fine != len(began) || fine+busy != 20 {
			t.Errorf("%d fine, %d sent away, %d requests", fine, busy, len(began))
		}
		if took := time.Since(start); took > longestQueue+10*time.Second {
			t.Errorf("the last was held for %s", took)
		}
	})
}
