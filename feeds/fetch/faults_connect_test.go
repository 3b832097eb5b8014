package fetch

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers every question on a connection with what reply makes of it; nil ends the connection.
func nameServer(conn net.Conn, reply func(*dnsmessage.Message) []byte) {
	defer conn.Close()
	for {
		var size [2]byte // as over TCP, RFC 1035 §4.2.2
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(size[:]))
		var m dnsmessage.Message
		if _, err := io.ReadFull(conn, question); err != nil || m.Unpack(question) != nil {
			return
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		answer := reply(&m)
		if answer == nil {
			return
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// code answers with an error code.
func code(c dnsmessage.RCode) func(*dnsmessage.Message) []byte {
	return func(m *dnsmessage.Message) []byte {
		m.RCode = c
		b, _ := m.Pack()
		return b
	}
}

// Each way in which a name server fails is told as itself (RFC 1035 §4.1.1). One that is silent is in TestTimeLimits.
func TestFaultsOfNameServers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reply func(*dnsmessage.Message) []byte
		kind  Kind
		words string
	}{
		{"NXDOMAIN", code(dnsmessage.RCodeNameError), DNS, "no such host: feeds.example"},
		{"no address", code(dnsmessage.RCodeSuccess), DNS, "no such host: feeds.example"},
		{"SERVFAIL", code(dnsmessage.RCodeServerFailure), DNS, "fail for now (SERVFAIL)"},
		{"REFUSED", code(dnsmessage.RCodeRefused), DNS, "refuse to tell the address of feeds.example"},
		{"NOTIMP", code(dnsmessage.RCodeNotImplemented), DNS, "refuse to tell"},
		{"FORMERR", code(dnsmessage.RCodeFormatError), DNS, "refuse to tell"},
		{"an unknown code", code(11), DNS, "refuse to tell"},
		{"closed", func(*dnsmessage.Message) []byte { return nil }, DNS, "ask a name server for the address of feeds.example: lookup"},
		{"garbage", func(*dnsmessage.Message) []byte { return []byte("HTTP/1.1 400 Bad Request") }, DNS, "feeds.example"},
		{"an answer to another question", func(m *dnsmessage.Message) []byte {
			m.ID++
			return code(dnsmessage.RCodeSuccess)(m)
		}, DNS, "ask a name server"},
		{"an address inside", func(m *dnsmessage.Message) []byte {
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = append(m.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
					Body:   &dnsmessage.AResource{A: [4]byte{169, 254, 169, 254}},
				})
			}
			return code(dnsmessage.RCodeSuccess)(m)
		}, Blocked, "169.254.169.254"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go nameServer(far, tt.reply)
				return near, nil
			}}
			c := New(Options{})
			defer c.Close()
			c.dialer.lookup = r.LookupNetIP
			_, err := c.Get(t.Context(), Request{URL: plainURL})
			wantError(t, err, tt.kind, tt.words)
		})
	}
}

// Whatever connecting fails with is told as it is; nothing is tried twice.
func TestFaultsOfConnecting(t *testing.T) {
	for _, tt := range []struct {
		err   error
		words string
	}{
		{syscall.ECONNREFUSED, "connect to feeds.example:80: dial tcp: connect: connection refused"},
		{syscall.ECONNRESET, "connection reset"},
		{syscall.EHOSTUNREACH, "no route to host"},
		{syscall.ENETUNREACH, "network is unreachable"},
		{syscall.ETIMEDOUT, "connection timed out"},
		{syscall.EADDRNOTAVAIL, "cannot assign requested address"},
		{syscall.EACCES, "permission denied"},
		{syscall.EMFILE, "too many open files"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := piped(t, well)
			tries := 0
			c.dialer.connect = func(context.Context, string, string) (net.Conn, error) {
				tries++
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", tt.err)}
			}
			_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
			wantError(t, err, Connect, tt.words)
			if !errors.Is(err, tt.err) || tries != 1 {
				t.Errorf("%v after %d tries", err, tries)
			}
		})
	}
}

// handshake answers a connection with a certificate and some more of a server's settings.
func handshake(certificate string, change func(*tls.Config)) func(*pipe) {
	return func(p *pipe) {
		config := &tls.Config{Certificates: []tls.Certificate{certificates()[certificate]}}
		if change != nil {
			change(config)
		}
		_ = tls.Server(p.Conn, config).Handshake() // an error of it has been told
		silent(p)
	}
}

func TestFaultsOfTLS(t *testing.T) {
	says := func(s string) func(*pipe) { // before anything is asked
		return func(p *pipe) {
			p.answer(s)
			silent(p)
		}
	}
	for _, f := range []fault{
		{"closed at once", func(*pipe) {}, TLS, "shake hands", 0},
		{"reset at once", func(p *pipe) { p.reset() }, TLS, "shake hands", 0},
		{"closed after the hello", func(p *pipe) { _, _ = p.in.Peek(100) }, TLS, "shake hands: EOF", 0},
		{"silence", silent, Timeout, "no TLS handshake within 10s", TLSLimit},
		{"half a hello", says("\x16\x03\x03\x00\x7a\x02\x00"), Timeout, "no TLS handshake within 10s", TLSLimit},
		{"a hello byte by byte", func(p *pipe) {
			for b := range []byte("\x16\x03\x03\x3f\xff") {
				p.answer(fmt.Sprintf("%c", b))
				time.Sleep(time.Second)
			}
			silent(p)
		}, TLS, "shake hands", 4 * time.Second},
		{"another protocol", says("SSH-2.0-OpenSSH_9.6\r\n"), TLS, "does not look like a TLS handshake", 0},
		{"plain HTTP", says("HTTP/1.1 400 Bad Request\r\n\r\n"), TLS, "does not look like a TLS handshake", 0},
		{"a record that is too long", says("\x16\x03\x03\xff\xff" + "xxxxxxxx"), TLS, "oversized record", 0},
		{"a message that is too long", says("\x16\x03\x03\x00\x04\x02\xff\xff\xff"), TLS, "message of length", 0},
		{"an alert", says("\x15\x03\x03\x00\x02\x02\x28"), TLS, "handshake failure", 0},
		{"no such host here", says("\x15\x03\x03\x00\x02\x02\x70"), TLS, "unrecognized name", 0},
		{"too old a version", handshake("good", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), TLS, "protocol version", 0},
		{"no protocol in common", handshake("good", func(c *tls.Config) { c.NextProtos = []string{"spdy/1"} }), TLS, "no application protocol", 0},
		{"expired", handshake("expired", nil), TLS, "certificate has expired", 0},
		{"not yet valid", handshake("not yet", nil), TLS, "not yet valid", 0},
		{"another host's", handshake("other host", nil), TLS, "not feeds.example", 0},
		{"no host's", handshake("no host", nil), TLS, "not valid for any names", 0},
		{"a client's", handshake("for a client", nil), TLS, "incompatible key usage", 0},
		{"a certificate asked of us", handshake("good", func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), TLS, "certificate required", 0},
		{"a certificate asked of us, TLS 1.2", handshake("good", func(c *tls.Config) {
			c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		}), TLS, "shake hands", 0},
		{"garbage after the handshake", func(p *pipe) {
			_ = tls.Server(p.Conn, &tls.Config{Certificates: []tls.Certificate{certificates()["good"]}}).Handshake()
			says("HTTP/1.1 200 OK\r\n\r\n" + feed)(p)
		}, TLS, "read answer", 0},
	} {
		t.Run(f.name, func(t *testing.T) { f.run(t, secureURL, overTLS("http/1.1", well)) })
	}
}
