package fetch

import (
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// openPorts are where feeds are served; anything else is more likely somebody's database.
var openPorts = []uint16{80, 443, 8080, 8443}

// azure is an address that looks public and is the inside of a cloud: the host agent of every Azure machine.
var azure = netip.MustParsePrefix("168.63.129.16/32")

// guard keeps requests on the public internet. A nil guard lets everything pass.
type guard struct{ wall *ssrf.Guardian }

func newGuard() *guard {
	return &guard{ssrf.New(ssrf.WithPorts(openPorts...), ssrf.WithDeniedV4Prefixes(azure))}
}

// port refuses ports that are not for the web.
func (g *guard) port(p uint16) error {
	if g == nil || slices.Contains(openPorts, p) {
		return nil
	}
	return newError(Blocked, "port %d is not one of %v, and crawl.allow_private is off", p, openPorts)
}

// judge refuses an address that is not public, and any that is bound to a zone. A network that synthesises IPv6 addresses (RFC 6052) hides
// the true one in the last four bytes: that is the one judged.
func (g *guard) judge(a netip.AddrPort) error {
	if g == nil {
		return nil
	}
	ip := a.Addr().Unmap()
	if ssrf.IPv6NAT64Prefix.Contains(ip) {
		b := ip.As16()
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if err := g.wall.SafeAddrPort(netip.AddrPortFrom(ip, a.Port())); err != nil {
		return newError(Blocked, "connect to %v: %w; crawl.allow_private is off", a, err)
	}
	return nil
}

// control is the last word: net.Dialer calls it with the very address that it is about to connect to.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if g == nil {
		return nil
	}
	if network != "tcp4" && network != "tcp6" {
		return newError(Blocked, "connect over %s", network)
	}
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return newError(Blocked, "connect to %q: not an address", address)
	}
	return g.judge(a)
}
