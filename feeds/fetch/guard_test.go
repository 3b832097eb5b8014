package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestControlRefuses(t *testing.T) {
	g := newGuard()
	table := []string{
		// this network, private, shared, loopback, link-local
		"0.0.0.0", "0.1.2.3", "0.255.255.255", "10.0.0.0", "10.0.0.5", "10.255.255.255", "100.64.0.0", "100.64.0.1",
		"100.127.255.255", "127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255", "169.254.0.0", "169.254.169.254",
		"169.254.170.2", "169.254.255.255", "172.16.0.0", "172.17.0.1", "172.31.255.255", "192.168.0.0", "192.168.1.1",
		"192.168.255.255",
		// special purpose, documentation, benchmarks, relays
		"192.0.0.0", "192.0.0.192", "192.0.0.255", "192.0.2.1", "192.0.2.255", "192.88.99.0", "192.88.99.1", "198.18.0.0",
		"198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "203.0.113.255", "168.63.129.16",
		// multicast, reserved, broadcast
		"224.0.0.0", "224.0.0.251", "239.255.255.250", "240.0.0.0", "240.0.0.1", "254.1.2.3", "255.255.255.255",
		// unspecified, loopback, IPv4 inside IPv6
		"::", "::1", "::2", "::127.0.0.1", "::7f00:1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:7f00:1",
		"::ffff:10.1.2.3", "::ffff:0.0.0.0", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:168.63.129.16",
		"64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::a83f:8110",
		"64:ff9b:1::1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:0a00:0001::1", "2002:0808:0808::1",
		// discard, Teredo, ORCHID, documentation, segment routing
		"100::", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1",
		"2001:db8:ffff::1", "2001:1ff:ffff::1", "3fff::1", "3fff:fff:ffff::1", "5f00::1", "4000::1",
		// unique local, link-local, site-local, multicast, zones
		"fc00::", "fc00::1", "fd00:ec2::254", "fdff:ffff::1", "fe80::", "fe80::1", "febf::1", "fec0::1", "feff::1",
		"ff00::", "ff02::1", "ff0e::1", "ffff::1", "fe80::1%eth0", "2606:4700:4700::1111%eth0",
	}
	if len(table) < 80 {
		t.Errorf("%d addresses", len(table))
	}
	for _, ip := range table {
		network := "tcp6"
		if !strings.Contains(ip, ":") {
			network = "tcp4"
		}
		err := g.control(network, net.JoinHostPort(ip, "80"), nil)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Blocked {
			t.Errorf("%s: %v, want it blocked", ip, err)
		}
		if _, err := netip.ParseAddr(ip); err != nil {
			t.Errorf("%s is refused for not being an address", ip)
		}
	}
}

func TestControlAllows(t *testing.T) {
	g := newGuard()
	for _, ip := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
		"2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001::1", "2003::1",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
	} {
		for _, port := range []string{"80", "443", "8080", "8443"} {
			network := "tcp6"
			if !strings.Contains(ip, ":") {
				network = "tcp4"
			}
			if err := g.control(network, net.JoinHostPort(ip, port), nil); err != nil {
				t.Errorf("%s port %s: %v", ip, port, err)
			}
		}
	}
}

func TestControlRefusesOtherThanTheWeb(t *testing.T) {
	g := newGuard()
	for _, a := range []struct{ network, address string }{
		{"tcp4", "8.8.8.8:22"}, {"tcp4", "8.8.8.8:25"}, {"tcp4", "8.8.8.8:6379"}, {"tcp4", "8.8.8.8:0"},
		{"udp4", "8.8.8.8:443"}, {"unix", "/run/docker.sock"}, {"tcp4", "feeds.example:80"}, {"tcp4", ""},
		{"tcp4", "0x7f.1:80"}, {"tcp4", "2130706433:80"}, {"tcp4", "127.1:80"}, {"tcp4", "0177.0.0.1:80"},
	} {
		if e, ok := errors.AsType[*Error](g.control(a.network, a.address, nil)); !ok || e.Kind != Blocked {
			t.Errorf("%s %s is not blocked", a.network, a.address)
		}
	}
}

// The guard sits in the connection itself, not only before it.
func TestDialerAsksTheGuard(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := newDialer(false)
	conn, err := d.connect(t.Context(), "tcp", l.Addr().String())
	if err == nil {
		conn.Close()
	}
	wantError(t, err, Blocked, "not a permitted port")

	conn, err = newDialer(true).connect(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// public gives a guarded client for which every name is a public address, and every connection goes to
// an origin on loopback all the same. It records the addresses that were connected to.
func public(t *testing.T, at string, lookup func(host string) []netip.Addr) (*Client, *[]string) {
	c := New(Options{})
	t.Cleanup(c.Close)
	real := c.dialer.lookup
	c.dialer.lookup = func(ctx context.Context, network, host string) ([]netip.Addr, error) {
		if _, err := netip.ParseAddr(host); err == nil {
			return real(ctx, network, host)
		}
		return lookup(host), nil
	}
	var to []string
	c.dialer.connect = func(ctx context.Context, _, address string) (net.Conn, error) {
		to = append(to, address)
		var d net.Dialer
		return d.DialContext(ctx, "tcp", strings.TrimPrefix(at, "http://"))
	}
	return c, &to
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestRedirectToTheInsideIsRefused(t *testing.T) {
	for _, tt := range []struct{ target, words string }{
		{"http://127.0.0.1/", "127.0.0.1"},
		{"http://[::1]/", "::1"},
		{"http://[::ffff:169.254.169.254]/latest/meta-data/", "169.254.169.254"},
		{"http://inside.example/", "10.0.0.1"},
		{"http://feeds.example:6379/", "port 6379"},
		{"http://feeds.example:25/", "port 25"},
		{"https://feeds.example:22/", "port 22"},
	} {
		at := origin(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, tt.target, http.StatusFound) })
		c, to := public(t, at, func(host string) []netip.Addr {
			if host == "inside.example" {
				return addrs("10.0.0.1")
			}
			return addrs("8.8.8.8")
		})
		_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
		wantError(t, err, Blocked, tt.words)
		if len(*to) != 1 {
			t.Errorf("%s: connected to %v", tt.target, *to)
		}
	}
}

func TestFirstURLIsChecked(t *testing.T) {
	c := New(Options{})
	defer c.Close()
	for url, words := range map[string]string{
		"":                        "scheme",
		"feed.xml":                "scheme",
		"ftp://feeds.example/":    `scheme "ftp"`,
		"http://":                 "without a host",
		"http://%zz/":             "not a URL",
		"http://127.0.0.1/":       "127.0.0.1",
		"http://8.8.8.8:81/":      "port 81",
		"http://[fe80::1%25lo]/":  "fe80::1",
		"http://8.8.8.8:0/":       "port 0",
		"http://8.8.8.8:8000000/": "not a port",
	} {
		_, err := c.Get(t.Context(), Request{URL: url})
		wantError(t, err, Blocked, words)
	}
}

// One address on the inside condemns a name, whatever else it has.
func TestMixedAddressesAreRefused(t *testing.T) {
	for _, list := range [][]netip.Addr{
		addrs("8.8.8.8", "127.0.0.1"), addrs("127.0.0.1", "8.8.8.8"), addrs("2606:4700:4700::1111", "10.0.0.1"),
	} {
		c, to := public(t, "", func(string) []netip.Addr { return list })
		_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
		wantError(t, err, Blocked, "prohibited IP")
		wantError(t, err, Blocked, "crawl.allow_private is off") // what an admin can do who wants it
		if len(*to) != 0 {
			t.Errorf("connected to %v", *to)
		}
	}
}

// Proxies that the environment names would connect for us, unguarded.
func TestNoProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, "http://203.0.113.1:8080")
	}
	at := origin(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, feed) })
	c, to := public(t, at, func(string) []netip.Addr { return addrs("8.8.8.8") })
	if _, err := c.Get(t.Context(), Request{URL: plainURL}); err != nil || !slices.Equal(*to, []string{"8.8.8.8:80"}) {
		t.Errorf("connected to %v: %v", *to, err)
	}
	if c.transport.Proxy != nil {
		t.Error("the transport may ask for a proxy")
	}
}

// A private network is reached by an admin's leave only.
func TestAllowPrivate(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, feed) })
	for _, allowed := range []bool{true, false} {
		c := New(Options{AllowPrivate: allowed})
		_, err := c.Get(t.Context(), Request{URL: at})
		if allowed && err != nil {
			t.Error(err)
		} else if !allowed {
			wantError(t, err, Blocked, "port")
		}
		c.Close()
	}
}

// A name that changes between two look-ups gains nothing: what was judged is what is connected to.
func TestRebinding(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // so that every round looks up and dials
		_, _ = io.WriteString(w, feed)
	})
	var lookups int
	c, to := public(t, at, func(string) []netip.Addr {
		if lookups++; lookups%2 == 1 {
			return addrs("8.8.8.8")
		}
		return addrs("127.0.0.1")
	})
	for round := range 1000 {
		_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
		if round%2 == 1 {
			wantError(t, err, Blocked, "127.0.0.1")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if len(*to) != 500 {
		t.Errorf("%d connections, want 500", len(*to))
	}
	for _, a := range *to {
		if a != "8.8.8.8:80" {
			t.Fatalf("connected to %s", a)
		}
	}
}

func TestLookupErrors(t *testing.T) {
	for _, tt := range []struct {
		err   error
		kind  Kind
		words string
	}{
		{&net.DNSError{IsNotFound: true}, DNS, "no such host: feeds.example"},
		{&net.DNSError{IsTimeout: true, IsTemporary: true}, Timeout, "no name server told"},
		{fmt.Errorf("lookup: %w", context.DeadlineExceeded), Timeout, "no name server told"},
		{nil, DNS, "feeds.example has no address"},
	} {
		c := New(Options{})
		c.dialer.lookup = func(context.Context, string, string) ([]netip.Addr, error) { return nil, tt.err }
		start := time.Now()
		_, err := c.Get(t.Context(), Request{URL: "http://feeds.example/"})
		wantError(t, err, tt.kind, tt.words)
		if time.Since(start) > DNSLimit {
			t.Error("the look-up was repeated")
		}
		c.Close()
	}
}
