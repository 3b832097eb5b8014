package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

const (
	mostAddresses = 8                      // of one name that are tried
	attemptDelay  = 250 * time.Millisecond // before the next address is tried beside the last (RFC 8305 §5)
	idleLimit     = 10 * time.Second       // how long a connection is kept for the host's next feed
	mostIdle      = 64                     // of all hosts: most have one feed, and a kept connection costs memory
)

// dialer makes every connection of the package.
type dialer struct {
	guard   *guard
	lookup  func(ctx context.Context, network, host string) ([]netip.Addr, error)
	connect func(ctx context.Context, network, address string) (net.Conn, error)
	roots   *x509.CertPool // nil: the system's
}

func newDialer(allowPrivate bool) *dialer {
	d := &dialer{lookup: net.DefaultResolver.LookupNetIP}
	nd := net.Dialer{KeepAlive: -1} // no probes: each wait has its own limit, and idle ones end before a probe
	if !allowPrivate {
		d.guard = newGuard()
		nd.Control = d.guard.control
	}
	d.connect = nd.DialContext
	return d
}

// newTransport speaks HTTP/1.1 and HTTP/2, through d only: there is no proxy.
func newTransport(d *dialer) *http.Transport {
	t := &http.Transport{
		DialContext:            d.dial,
		DialTLSContext:         d.dialTLS,
		Protocols:              new(http.Protocols),
		ResponseHeaderTimeout:  HeaderLimit,
		MaxResponseHeaderBytes: MaxHeader,
		MaxIdleConns:           mostIdle,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        idleLimit,
	}
	t.Protocols.SetHTTP1(true)
	t.Protocols.SetHTTP2(true)
	return t
}

// dial connects to an address of a host. The addresses that were judged are the ones connected to: a
// second look-up could give others.
func (d *dialer) dial(ctx context.Context, _, address string) (net.Conn, error) {
	addrs, err := d.resolve(ctx, address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, ConnectLimit)
	defer cancel()
	conn, err := d.race(ctx, addrs)
	if err == nil {
		return conn, nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return nil, e
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, newError(Timeout, "no connection to %s within %v", address, ConnectLimit)
	}
	return nil, newError(Connect, "connect to %s: %w", address, err)
}

// resolve gives the addresses of a host, in the order to try them. One address that is not public
// condemns the name: its owner points it at us on purpose.
func (d *dialer) resolve(ctx context.Context, address string) ([]netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, newError(Blocked, "read address: %w", err)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, newError(Blocked, "read port: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, DNSLimit)
	defer cancel()
	ips, err := d.lookup(ctx, "ip", host)
	if err != nil {
		return nil, lookupError(host, err)
	}
	addrs := make([]netip.AddrPort, 0, len(ips))
	for _, ip := range ips {
		a := netip.AddrPortFrom(ip.Unmap(), uint16(port))
		if err := d.guard.judge(a); err != nil {
			return nil, err
		}
		addrs = append(addrs, a)
	}
	if len(addrs) == 0 {
		return nil, newError(DNS, "%s has no address", host)
	}
	return alternate(addrs)[:min(len(addrs), mostAddresses)], nil
}

func lookupError(host string, err error) *Error {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded), ok && dns.IsTimeout:
		return newError(Timeout, "no name server told the address of %s within %v", host, DNSLimit)
	case ok && dns.IsNotFound:
		return newError(DNS, "no such host: %s", host)
	case ok && dns.Err == misbehaving && dns.IsTemporary:
		return newError(DNS, "the name servers of %s fail for now (SERVFAIL)", host)
	case ok && dns.Err == misbehaving:
		return newError(DNS, "the name servers refuse to tell the address of %s (REFUSED or the like)", host)
	default:
		return newError(DNS, "ask a name server for the address of %s: %w", host, err)
	}
}

// misbehaving is what package net makes of every error code of a name server but the one for no such host.
const misbehaving = "server misbehaving"

// alternate puts IPv6 and IPv4 in turn, beginning with the resolver's favourite (RFC 8305 §4).
func alternate(addrs []netip.AddrPort) []netip.AddrPort {
	var one, other []netip.AddrPort
	for _, a := range addrs {
		if a.Addr().Is4() == addrs[0].Addr().Is4() {
			one = append(one, a)
		} else {
			other = append(other, a)
		}
	}
	mixed := make([]netip.AddrPort, 0, len(addrs))
	for i := range max(len(one), len(other)) {
		mixed = append(mixed, one[min(i, len(one)):min(i+1, len(one))]...)
		mixed = append(mixed, other[min(i, len(other)):min(i+1, len(other))]...)
	}
	return mixed
}

// race tries the addresses one after the other, each as soon as the one before has failed or has kept
// us waiting. The first connection wins; when all fail the first failure is told.
func (d *dialer) race(ctx context.Context, addrs []netip.AddrPort) (net.Conn, error) {
	if len(addrs) == 1 {
		return d.connect(ctx, "tcp", addrs[0].String())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type attempt struct {
		conn net.Conn
		err  error
	}
	done := make(chan attempt)
	var first error
	for next, running := 0, 0; next < len(addrs) || running > 0; {
		if next < len(addrs) {
			address := addrs[next].String()
			go func() {
				conn, err := d.connect(ctx, "tcp", address)
				select {
				case done <- attempt{conn, err}:
				case <-ctx.Done():
					if err == nil {
						conn.Close()
					}
				}
			}()
			next++
			running++
		}
		var delay <-chan time.Time // never, when nothing is left to try
		if next < len(addrs) {
			delay = time.After(attemptDelay)
		}
		select {
		case a := <-done:
			if a.err == nil {
				return a.conn, nil
			}
			running--
			if first == nil {
				first = a.err
			}
		case <-delay:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, first
}

// dialTLS connects and shakes hands, with the system's roots and the host's name.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		raw.Close()
		return nil, newError(Blocked, "read address: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, TLSLimit)
	defer cancel()
	conn := tls.Client(raw, &tls.Config{
		ServerName: host,
		RootCAs:    d.roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		if ctx.Err() != nil {
			return nil, newError(Timeout, "no TLS handshake within %v", TLSLimit)
		}
		return nil, newError(TLS, "shake hands: %w", err)
	}
	return conn, nil
}
