package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestClient(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, test := range []struct{ peer, fields, want string }{
		{"203.0.113.7:80", "", "203.0.113.7"},
		{"100.128.0.1:80", "", "100.128.0.1"},
		{"100.64.3.4:80", "", ""}, // what providers, clusters and private networks number machines with (RFC 6598)
		{"[2001:db8::7]:80", "", "2001:db8::7"},
		{"[::ffff:203.0.113.7]:80", "", "203.0.113.7"},
		{"203.0.113.7:80", "X-Forwarded-For: 198.51.100.1", "203.0.113.7"}, // not a proxy of ours
		{"203.0.113.7:80", "Forwarded: for=198.51.100.1", "203.0.113.7"},
		{"127.0.0.1:80", "X-Forwarded-For: 198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 1.1.1.1, 198.51.100.1", "198.51.100.1"}, // what comes first may be made up
		{"127.0.0.1:80", "X-Forwarded-For: 1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 1.1.1.1\nX-Forwarded-For: 198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 198.51.100.1:4711", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 2001:db8::7", "2001:db8::7"},
		{"127.0.0.1:80", "X-Forwarded-For: [2001:db8::7]:4711", "2001:db8::7"},
		{"127.0.0.1:80", "X-Forwarded-For: ::ffff:198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 198.51.100.1,", "198.51.100.1"},
		{"127.0.0.1:80", "X-Forwarded-For: 192.168.1.1", "192.168.1.1"}, // in an intranet
		{"127.0.0.1:80", "X-Forwarded-For: 198.51.100.1, unknown", ""},
		{"127.0.0.1:80", "X-Forwarded-For: 198.51.100.1, 10.1.2.3.4", ""},
		{"127.0.0.1:80", "X-Forwarded-For: 10.1.2.3", ""}, // only proxies
		{"127.0.0.1:80", "", ""},
		{"127.0.0.1:80", "Forwarded: for=198.51.100.1;proto=https", "198.51.100.1"},
		{"127.0.0.1:80", "Forwarded: For=1.1.1.1, proto=https; for=\"[2001:db8::7]:4711\"", "2001:db8::7"},
		{"127.0.0.1:80", "Forwarded: for=198.51.100.1, for=_hidden", ""},
		{"127.0.0.1:80", "Forwarded: for=1.1.1.1\nX-Forwarded-For: 198.51.100.1", "198.51.100.1"},
		{"[2001:db8:1::1]:80", "X-Forwarded-For: 198.51.100.1", "198.51.100.1"},
		{"192.168.1.1:80", "", ""}, // may be a proxy that nobody named
		{"[fe80::1]:80", "", ""},
		{"@", "", ""}, // a Unix socket
		{"", "X-Forwarded-For: 198.51.100.1", ""},
	} {
		r := request("GET /\n" + test.fields)
		r.RemoteAddr = test.peer
		got := client(r, trusted)
		if want, _ := netip.ParseAddr(test.want); got != want {
			t.Errorf("%s with %q is %v, want %q", test.peer, test.fields, got, test.want)
		}
	}
	r := request("GET /")
	r.RemoteAddr = "127.0.0.1:80"
	if got := client(r, nil); got.IsValid() {
		t.Errorf("a peer on this machine is %v", got)
	}
}

// polls asks for a document again and again, and gives how many answers had each status.
func polls(h http.Handler, client, request string, n int, pause time.Duration) map[int]int {
	got := map[int]int{}
	for range n {
		a, _ := do(h, request+"\nX-Forwarded-For: "+client)
		got[a.StatusCode]++
		time.Sleep(pause)
	}
	return got
}

// TestLimit: who asks as reader programs do never sees a 429, and who asks without end does.
func TestLimit(t *testing.T) {
	set := site()
	set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	synctest.Test(t, func(t *testing.T) {
		s := newServer(newStore(), set)
		h := s.Handler()
		do(h, feedPath)
		held := feedPath + "\nIf-None-Match: *"
		for n, test := range []struct {
			name    string
			request string
			n       int
			pause   time.Duration
			want    string
		}{
			{"each second for an hour", feedPath, 3600, time.Second, "map[200:3600]"},
			{"a hundred at once", feedPath, 100, 0, "map[200:100]"},
			{"a thousand at once", feedPath, 1000, 0, "map[200:121 429:879]"},
			{"ten each second", feedPath, 1000, 100 * time.Millisecond, "map[200:220 429:780]"},
			{"conditionally, four each second", held, 10000, 250 * time.Millisecond, "map[304:10000]"},
			{"conditionally, a thousand at once", held, 1000, 0, "map[304:601 429:399]"},
			{"a page", "GET /topics/latin-america", 1000, 0, "map[200:121 429:879]"},
			{"an asset", "GET /style.css", 1000, 0, "map[200:121 429:879]"},
			{"nothing", "GET /nothing.rss", 1000, 0, "map[404:121 429:879]"},
			{"head", "HEAD /topics/latin-america.rss", 1000, 0, "map[200:121 429:879]"},
		} {
			if got := fmt.Sprint(polls(h, fmt.Sprintf("198.51.100.%d", n), test.request, test.n, test.pause)); got != test.want {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
		}

		polls(h, "203.0.113.1", feedPath, 500, 0)
		a, body := do(h, feedPath+"\nAccept-Encoding: gzip\nX-Forwarded-For: 203.0.113.1")
		for _, d := range compare(a, body, "429\nRetry-After: 1\nCache-Control: no-store\nContent-Type: text/plain; charset=utf-8\nAccess-Control-Allow-Origin: *\n-Etag\n-Last-Modified\n-Content-Encoding\n-Link\nbody: please wait") {
			t.Error(d)
		}
		for other, request := range map[string]string{"203.0.113.2": feedPath, "203.0.113.1": "GET /topics/latin-america.atom"} {
			if a, _ := do(h, request+"\nX-Forwarded-For: "+other); a.StatusCode != http.StatusOK {
				t.Errorf("%s is limited too: %s answers %d", other, request, a.StatusCode)
			}
		}
		time.Sleep(time.Second)
		if a, _ := do(h, feedPath+"\nX-Forwarded-For: 203.0.113.1"); a.StatusCode != http.StatusOK {
			t.Errorf("after Retry-After: status %d", a.StatusCode)
		}
		polls(h, "2001:db8::1", feedPath, 500, 0)
		if a, _ := do(h, feedPath+"\nX-Forwarded-For: 2001:db8::2"); a.StatusCode != http.StatusTooManyRequests {
			t.Errorf("a neighbour in the IPv6 network: status %d", a.StatusCode)
		}
		if a, _ := do(h, feedPath+"\nX-Forwarded-For: 2001:db8:0:1::1"); a.StatusCode != http.StatusOK {
			t.Errorf("another IPv6 network: status %d", a.StatusCode)
		}
		if got := fmt.Sprint(polls(h, "unknown", feedPath, 1000, 0)); got != "map[200:1000]" {
			t.Errorf("nobody that is known: %s", got)
		}
	})
}

// TestLimitOfAll: who walks through all there is has to slow down, however little it asks of each address.
func TestLimitOfAll(t *testing.T) {
	set := site()
	set.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	synctest.Test(t, func(t *testing.T) {
		h := newServer(newStore(), set).Handler()
		walk := func(client string, from, n int, pause time.Duration) string {
			got := map[int]int{}
			for i := range n {
				a, _ := do(h, fmt.Sprintf("GET /articles/%d\nX-Forwarded-For: %s", from+i, client))
				got[a.StatusCode]++
				time.Sleep(pause)
			}
			return fmt.Sprint(got)
		}
		if got := walk("198.51.100.1", 0, 2000, 0); got != "map[404:1201 429:799]" {
			t.Errorf("two thousand addresses at once: %s", got)
		}
		time.Sleep(time.Second)
		if got := walk("198.51.100.1", 5000, 100, 100*time.Millisecond); got != "map[404:100]" {
			t.Errorf("then ten each second: %s", got)
		}
		if a, _ := do(h, "GET /a/../b\nX-Forwarded-For: 198.51.100.3"); a.StatusCode != http.StatusNotFound {
			t.Errorf("a path that is not clean: status %d", a.StatusCode)
		}
		if got := walk("198.51.100.3", 0, 1300, 0); got != "map[404:1200 429:100]" {
			t.Errorf("after it: %s", got)
		}
		if got := walk("198.51.100.2", 0, 1, 0); got != "map[404:1]" {
			t.Errorf("another client: %s", got)
		}
		if a, _ := do(h, feedPath+"\nX-Forwarded-For: 198.51.100.1"); a.StatusCode != http.StatusOK {
			t.Errorf("its feed reader: status %d", a.StatusCode)
		}
	})
}

// TestLimiterUnderFlood: a million clients take no memory, and do not make anybody else wait.
func TestLimiterUnderFlood(t *testing.T) {
	l := newLimiter()
	now := l.start
	address := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{1, byte(n >> 16), byte(n >> 8), byte(n)}) }
	abuser := l.budget(netip.MustParseAddr("203.0.113.1"), 1)
	for range 1000 {
		abuser.charge(wholeCost, now)
	}
	refused := 0
	for n := range 1_000_000 {
		b := l.budget(address(n), 1)
		if b.wait(now) > 0 {
			refused++
		}
		b.charge(wholeCost, now)
	}
	if refused > 0 {
		t.Errorf("%d of a million clients that asked once were refused", refused)
	}
	if abuser.wait(now) < 10*time.Minute {
		t.Error("the abuser is forgotten in the flood")
	}
	if allocations := testing.AllocsPerRun(100, func() { abuser.wait(now); abuser.charge(wholeCost, now); abuser.soon(1, 1, now) }); allocations > 0 {
		t.Errorf("%v allocations for a request", allocations)
	}
}

func FuzzForwarded(f *testing.F) {
	for _, v := range []string{"", "1.2.3.4", "1.2.3.4, 10.0.0.1", "for=1.2.3.4;by=x", "[::1]:8", ",,,", "for=\"[2001:db8::1]:1\"", "::1%lo"} {
		f.Add(v)
	}
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, v string) {
		for _, field := range []string{"X-Forwarded-For", "Forwarded"} {
			r := &http.Request{RemoteAddr: "10.0.0.1:1", Header: http.Header{field: {v + ", 203.0.113.9"}}}
			if got := client(r, trusted); field == "X-Forwarded-For" && got.String() != "203.0.113.9" {
				t.Errorf("%q before it hides the client: %v", v, got)
			}
			r.Header.Set(field, v)
			if got := client(r, trusted); got.IsValid() && (trusts(trusted, got) || strings.Contains(got.String(), "%")) {
				t.Errorf("%q is %v", v, got)
			}
		}
	})
}
