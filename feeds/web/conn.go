package web

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// listener accepts connections that are made for answering from memory.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// conn is a connection under net/http, whose behaviour it does not change: it takes away what net/http does
// again for every answer though it is the same every time, which is half of an answer's cost.
//
//   - Header fields that a document has for as long as it lives are kept as the bytes that go over the wire,
//     and are put behind the status line. net/http would copy, sort and check each of them.
//   - The header and the body leave in one system call.
//   - A deadline is set when somebody waits for it, not each time that it changes.
//   - While a request is served, net/http waits for a byte to learn whether the client has gone. No answer
//     takes so long that this would matter: such a read waits for its end and asks the system for nothing.
type conn struct {
	net.Conn

	// Used by the goroutine that serves.
	fields  []byte // of the answer that comes next
	held    []byte // its beginning, while hold is set
	hold    bool
	parts   [4][]byte
	out     net.Buffers // parts, while they are written
	writeBy time.Time   // the write deadline that is set

	mu      sync.Mutex // of reading, which goes on while a request is served
	reading bool
	waiting chan struct{} // of a read that only waits; nil when there is none
	readBy  time.Time     // the read deadline that is wanted
	set     time.Time     // the one that is set
}

// connKey is the key of a connection in its requests' contexts.
type connKey struct{}

// withConn is a http.Server's ConnContext.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// connOf gives the connection that a request came over; nil when it is not one of ours.
func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// Write sends p, which is what net/http makes of an answer: its beginning or what follows.
func (c *conn) Write(p []byte) (int, error) {
	if c.hold && len(c.held) == 0 {
		c.held = append(c.held, p...)
		return len(p), nil
	}
	if err := c.send(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// send writes what is held, with the fields behind its first line, and then p.
func (c *conn) send(p []byte) error {
	if len(c.held) == 0 && c.fields == nil {
		_, err := c.Conn.Write(p)
		return err
	}
	first := c.held
	if len(first) == 0 {
		first, p = p, nil
	}
	line := bytes.IndexByte(first, '\n') + 1
	c.parts = [4][]byte{first[:line], c.fields, first[line:], p}
	c.out = c.parts[:]
	_, err := c.out.WriteTo(c.Conn)
	c.held, c.fields, c.parts = c.held[:0], nil, [4][]byte{}
	return err
}

// Read waits for bytes until the deadline that is wanted now.
func (c *conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	if len(p) == 1 && (c.readBy.IsZero() || c.readBy.Equal(longAgo)) {
		if c.readBy.IsZero() {
			c.wait()
		}
		c.mu.Unlock()
		return 0, os.ErrDeadlineExceeded
	}
	c.reading = true
	err := c.setRead()
	c.mu.Unlock()
	n := 0
	if err == nil {
		n, err = c.Conn.Read(p)
	}
	c.mu.Lock()
	c.reading = false
	c.mu.Unlock()
	return n, err
}

// longAgo is the deadline by which net/http ends its read of a byte.
var longAgo = time.Unix(1, 0)

// wait ends with the next deadline or the connection. It is called with the lock held.
func (c *conn) wait() {
	ended := make(chan struct{})
	c.waiting = ended
	c.mu.Unlock()
	<-ended
	c.mu.Lock()
}

// endWait is called with the lock held.
func (c *conn) endWait() {
	if c.waiting != nil {
		close(c.waiting)
		c.waiting = nil
	}
}

// Close ends a read that only waits, too.
func (c *conn) Close() error {
	c.mu.Lock()
	c.endWait()
	c.mu.Unlock()
	return c.Conn.Close()
}

// SetReadDeadline is called by net/http between two answers, too: what is held then was the end of one.
func (c *conn) SetReadDeadline(t time.Time) error {
	if len(c.held) > 0 {
		if err := c.send(nil); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readBy = t; !t.IsZero() {
		c.endWait()
	}
	if !c.reading {
		return nil
	}
	return c.setRead()
}

// setRead is called with the lock held.
func (c *conn) setRead() error {
	if c.set.Equal(c.readBy) {
		return nil
	}
	c.set = c.readBy
	return c.Conn.SetReadDeadline(c.readBy)
}

// coarse is how much earlier than said a writer may be given up.
const coarse = 5 * time.Second

// SetWriteDeadline is called by net/http before each answer and, to take it away, after it.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if early := t.Sub(c.writeBy); t.IsZero() || 0 <= early && early < coarse {
		return nil
	}
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets both.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// CloseWrite is what net/http looks for when it must wait for a client to read an error.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
