package fetch

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// pipe is the publisher's end of a connection in memory, on which fake time runs.
type pipe struct {
	net.Conn
	in *bufio.Reader
}

// request reads a request and gives its path, "" at the end.
func (p *pipe) request() string {
	r, err := http.ReadRequest(p.in)
	if err != nil {
		return ""
	}
	return r.URL.Path
}

func (p *pipe) answer(s string) { _, _ = io.WriteString(p, s) }

// piped gives a client under whose every connection sits serve. Call it inside a synctest bubble.
func piped(t *testing.T, serve func(*pipe)) *Client {
	c := New(Options{})
	c.dialer.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	}
	c.dialer.connect = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			serve(&pipe{far, bufio.NewReader(far)})
		}()
		return near, nil
	}
	t.Cleanup(func() {
		c.Close()
		time.Sleep(DefaultTimeout) // until the far ends have noticed
	})
	return c
}
