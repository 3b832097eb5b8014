package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// pipe is the publisher's end of a connection in memory, on which fake time runs.
type pipe struct {
	net.Conn
	in     *bufio.Reader
	reset  func()       // ends the connection as a crash does
	healed *atomic.Bool // the publisher is well again
}

// request reads a request and gives its path and query, "" at the end.
func (p *pipe) request() string {
	r, err := http.ReadRequest(p.in)
	if err != nil {
		return ""
	}
	return r.URL.RequestURI()
}

func (p *pipe) answer(s string) { _, _ = io.WriteString(p, s) }

// socket is our end. Its errors are those of the network.
type socket struct {
	net.Conn
	wasReset atomic.Bool
}

func (s *socket) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if err == io.EOF && s.wasReset.Load() {
		err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return n, err
}

func (s *socket) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	if errors.Is(err, io.ErrClosedPipe) {
		err = &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	}
	return n, err
}

// far is the publisher's end of the network, which takes what we send before the publisher reads it.
type far struct {
	net.Conn
	packets chan []byte
	rest    []byte
}

// receive takes packets until the connection ends.
func (f *far) receive() {
	defer close(f.packets)
	for {
		b := make([]byte, 4<<10)
		n, err := f.Conn.Read(b)
		if err != nil {
			return
		}
		f.packets <- b[:n]
	}
}

func (f *far) Read(b []byte) (int, error) {
	if len(f.rest) == 0 {
		f.rest = <-f.packets
	}
	if len(f.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// piped gives a client under whose every connection sits serve. Call it inside a synctest bubble.
func piped(t *testing.T, serve func(*pipe)) *Client {
	c := New(Options{})
	c.dialer.lookup = func(_ context.Context, _, host string) ([]netip.Addr, error) {
		if a, err := netip.ParseAddr(host); err == nil {
			return []netip.Addr{a}, nil
		}
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	}
	c.dialer.connect = func(context.Context, string, string) (net.Conn, error) {
		near, end := net.Pipe()
		s := &socket{Conn: near}
		reset := func() {
			s.wasReset.Store(true)
			end.Close()
		}
		network := &far{Conn: end, packets: make(chan []byte, 1<<10)}
		go network.receive()
		go func() {
			defer end.Close()
			serve(&pipe{network, bufio.NewReader(network), reset, new(atomic.Bool)})
		}()
		return s, nil
	}
	t.Cleanup(func() {
		c.Close()
		time.Sleep(DefaultTimeout) // until the far ends have noticed
	})
	return c
}
