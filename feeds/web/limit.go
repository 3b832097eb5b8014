package web

import (
	"hash/maphash"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
)

// How often one client may ask for one document. It is far more than any reader needs, so that many
// people behind one address never see it.
const (
	wholeCost = time.Second            // of an answer with a body: what it takes until it is forgotten
	heldCost  = 200 * time.Millisecond // of a 304
	mostDebt  = 2 * time.Minute        // of costs that are not forgotten yet

	shareOfAll = 10 // of all that is no document of a stream, a client may have so many times as much together
)

// anything is in a budget's place of a document for what a client asks for together.
var anything = maphash.String(digests, "")

// cost is that of an answer with the status.
func cost(status int) time.Duration {
	if status == http.StatusNotModified {
		return heldCost
	}
	return wholeCost
}

// limiter finds clients that ask for a document again and again. Its memory is fixed and it has no locks: a
// client and a document share one of two slots with whoever else falls on it, and what finds no free slot
// is not limited. No address is kept, and nothing leads back to one.
type limiter struct {
	start time.Time       // before all others
	debts []atomic.Uint64 // whose (24 bits), and when all is paid
	polls []atomic.Uint64 // whose (24 bits), and the last poll of a client with a reader of one family
}

// A slot's time is in milliseconds since the limiter's start; a slot that was never used is 0.
const (
	slots    = 1 << 16 // 512 kB
	timeBits = 40
	timeMask = 1<<timeBits - 1
)

func newLimiter() *limiter {
	return &limiter{start: time.Now().Add(-time.Second), debts: make([]atomic.Uint64, slots), polls: make([]atomic.Uint64, slots)}
}

// budget is a client's and a document's share in a limiter; the zero budget is without limit.
type budget struct {
	limiter *limiter
	key     uint64
}

// budget gives that of a client; an invalid address has no limit.
func (l *limiter) budget(client netip.Addr, document uint64) budget {
	if !client.IsValid() {
		return budget{}
	}
	a := client.As16()
	b := a[:]
	if client.Is6() {
		b = a[:8] // an IPv6 network is one client
	}
	return budget{l, maphash.Bytes(digests, b) ^ document}
}

// wait is how long the client must wait before it may ask again; 0 when it may ask now.
func (b budget) wait(now time.Time) time.Duration {
	if b.limiter == nil {
		return 0
	}
	slot := b.limiter.find(b.key)
	if slot == nil {
		return 0
	}
	return max(0, b.limiter.time(slot.Load()).Sub(now)-mostDebt)
}

// charge adds a cost to the client's debt.
func (b budget) charge(cost time.Duration, now time.Time) {
	if b.limiter == nil {
		return
	}
	l := b.limiter
	slot := l.find(b.key)
	if slot == nil {
		if slot = l.free(b.key, now); slot == nil {
			return
		}
	}
	for range 4 { // where many charge at once, one may be lost
		old := slot.Load()
		paid := now
		if t := l.time(old); old>>timeBits == b.key>>timeBits && t.After(now) {
			paid = t
		}
		if slot.CompareAndSwap(old, l.word(b.key, paid.Add(cost))) {
			return
		}
	}
}

// soon notes a poll by a reader of the family, and says whether the one before it was less than the time ago.
func (b budget) soon(family uint64, least time.Duration, now time.Time) bool {
	if b.limiter == nil {
		return false
	}
	key := b.key ^ family*0x9e3779b97f4a7c15 // spreads small numbers over all bits
	word := b.limiter.word(key, now)
	before := b.limiter.polls[key%slots].Swap(word)
	return before>>timeBits == word>>timeBits && now.Sub(b.limiter.time(before)) < least
}

func (l *limiter) word(key uint64, t time.Time) uint64 {
	return key&^timeMask | uint64(t.Sub(l.start).Milliseconds())&timeMask
}

func (l *limiter) time(word uint64) time.Time {
	return l.start.Add(time.Duration(word&timeMask) * time.Millisecond)
}

// places are the two slots of a key.
func (l *limiter) places(key uint64) [2]*atomic.Uint64 {
	return [2]*atomic.Uint64{&l.debts[key%slots], &l.debts[(key>>16)%slots]}
}

func (l *limiter) find(key uint64) *atomic.Uint64 {
	for _, slot := range l.places(key) {
		if word := slot.Load(); word != 0 && word>>timeBits == key>>timeBits {
			return slot
		}
	}
	return nil
}

// free gives a slot whose owner has no debt any more.
func (l *limiter) free(key uint64, now time.Time) *atomic.Uint64 {
	for _, slot := range l.places(key) {
		if !l.time(slot.Load()).After(now) {
			return slot
		}
	}
	return nil
}

// client gives the address of whoever asks, as far as we can know it, and the zero address when we cannot:
// then the peer is this machine or a private network, where a proxy that the config does not name hides
// all its clients.
func client(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := peer.Addr().Unmap()
	if trusts(trusted, address) {
		return forwarded(r, trusted)
	}
	if address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || shared.Contains(address) {
		return netip.Addr{}
	}
	return address
}

// shared is the address space behind providers and in clusters (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

func trusts(trusted []netip.Prefix, a netip.Addr) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// forwarded gives the last address that a trusted proxy has put down and that is not a trusted proxy's own,
// from X-Forwarded-For or, where there is none, Forwarded (RFC 7239).
func forwarded(r *http.Request, trusted []netip.Prefix) netip.Addr {
	hops := strings.Join(r.Header["X-Forwarded-For"], ",")
	if hops == "" {
		hops = strings.Join(r.Header["Forwarded"], ",")
	}
	for hops != "" {
		var hop string
		if hops, hop, _ = cutLast(hops, ','); hop == "" {
			hops, hop = "", hops
		}
		a, ok := hopAddress(hop)
		if !ok {
			return netip.Addr{} // before this hop anybody may have written anything
		}
		if !trusts(trusted, a) {
			return a
		}
	}
	return netip.Addr{}
}

// hopAddress reads one hop: an address with or without a port, or the "for" of Forwarded.
func hopAddress(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if strings.Contains(hop, "=") {
		found := ""
		for pair := range strings.SplitSeq(hop, ";") {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(name, "for") {
				found = strings.Trim(value, `"`)
			}
		}
		hop = found
	}
	if ap, err := netip.ParseAddrPort(hop); err == nil {
		return ap.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	return a.Unmap().WithZone(""), err == nil
}
