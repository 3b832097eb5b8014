package fetch

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// fault is one way in which a publisher's answer goes wrong.
type fault struct {
	name  string
	play  func(*pipe)   // the publisher's side of each connection
	kind  Kind          // of the error
	words string        // in its text
	after time.Duration // when it comes: exactly then, by fake time
}

const (
	plainURL  = "http://feeds.example/"
	secureURL = "https://feeds.example/"
)

// run plays a fault and checks the error and its time. Then the publisher is healed: it does what cure does,
// and the client is to be as good as new. The bubble fails when a goroutine is left.
func (f fault) run(t *testing.T, url string, cure func(*pipe)) {
	synctest.Test(t, func(t *testing.T) {
		var healed atomic.Bool
		c := piped(t, func(p *pipe) {
			if p.healed = &healed; healed.Load() {
				cure(p)
			} else {
				f.play(p)
			}
		})
		c.dialer.roots = x509.NewCertPool()
		for _, certificate := range certificates() {
			c.dialer.roots.AddCert(certificate.Leaf)
		}
		start := time.Now()
		_, err := c.Get(t.Context(), Request{URL: url})
		took := time.Since(start)
		e := wantError(t, err, f.kind, f.words)
		if took != f.after {
			t.Errorf("came after %v, want %v: %v", took, f.after, e)
		}
		if text := e.Error(); strings.ContainsAny(text, "\r\n") || len(text) > 510 {
			t.Errorf("text %q", text)
		}
		healed.Store(true)
		synctest.Wait()
		if res, err := c.Get(t.Context(), Request{URL: url}); err != nil || string(res.Body) != feed {
			t.Errorf("the next answer, a good one, gives %v", err)
		}
	})
}

const good = "HTTP/1.1 200 OK\nContent-Length: 63\n\n" + feed

// well is a publisher in good health.
func well(p *pipe) {
	for p.request() != "" {
		p.answer(lines(good))
	}
}

// overTLS puts TLS under a publisher, and offers a protocol.
func overTLS(protocol string, serve func(*pipe)) func(*pipe) {
	return func(p *pipe) {
		conn := tls.Server(p.Conn, &tls.Config{Certificates: []tls.Certificate{certificates()["good"]}, NextProtos: []string{protocol}})
		if conn.Handshake() == nil {
			serve(&pipe{conn, bufio.NewReader(conn), p.reset, p.healed})
		}
		conn.Close()
	}
}

// ends answers with s and closes the connection. In every answer "\n" stands for the network's end of line.
func ends(s string) func(*pipe) {
	return func(p *pipe) {
		p.request()
		p.answer(lines(s))
	}
}

// resets answers with s and crashes.
func resets(s string) func(*pipe) {
	return func(p *pipe) {
		p.request()
		p.answer(lines(s))
		p.reset()
	}
}

// hangs answers with s and then says nothing more, for ever.
func hangs(s string) func(*pipe) {
	return func(p *pipe) {
		p.request()
		p.answer(lines(s))
		silent(p)
	}
}

// repeats answers with s and then with a block again and again, every so often.
func repeats(s, block string, every time.Duration) func(*pipe) {
	return func(p *pipe) {
		p.request()
		p.answer(lines(s))
		for {
			if _, err := p.Write([]byte(block)); err != nil {
				return
			}
			time.Sleep(every)
		}
	}
}

// sends answers one request after the other, each with the next of some answers, and in the end with the
// last of them, until it is healed.
func sends(answers ...string) func(*pipe) {
	return func(p *pipe) {
		for i := 0; p.request() != ""; i++ {
			if p.healed.Load() {
				p.answer(lines(good))
				continue
			}
			p.answer(lines(answers[min(i, len(answers)-1)]))
		}
	}
}

func lines(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
