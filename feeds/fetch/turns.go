package fetch

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	perAddress   = 4                // requests at once to one address, which may be that of many hosts
	longestQueue = 20 * time.Second // for one's turn; whoever would wait longer comes again another time
)

// turns lets so many requests at once go to one place, and the next one only some time after the last.
// The zero value lets all go.
type turns struct {
	limit int // 0 for none
	gap   time.Duration

	mu     sync.Mutex
	places map[string]*place // those that are taken or at rest
}

// place is a host or an address.
type place struct {
	taken   int
	closed  time.Time       // until then it takes nobody
	waiting []chan struct{} // in the order of their arrival
}

// take waits for a turn. It fails with a Busy error when that takes too long, and with its cause when ctx
// ends.
func (t *turns) take(ctx context.Context, name string) error {
	if t.limit == 0 {
		return nil
	}
	turn, err := t.line(name)
	if turn == nil {
		return err
	}
	late := time.NewTimer(longestQueue)
	defer late.Stop()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-late.C:
		err = newError(Busy, "other requests to %s of ours go first", name)
	}
	t.leave(name, turn)
	return err
}

// line takes a turn at once, or gives the place in the line to wait for it.
func (t *turns) line(name string) (turn chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.places[name]
	if p == nil {
		if t.places == nil {
			t.places = map[string]*place{}
		}
		p = &place{}
		t.places[name] = p
	}
	if p.taken < t.limit {
		p.taken++
		return nil, nil
	}
	if rest := time.Until(p.closed); rest > longestQueue {
		e := newError(Busy, "%s is to be left alone for %v", name, rest.Round(time.Second))
		e.RetryAfter = rest
		return nil, e
	}
	turn = make(chan struct{})
	p.waiting = append(p.waiting, turn)
	return turn, nil
}

// leave gives up waiting. A turn that came at the same moment is passed on.
func (t *turns) leave(name string, turn chan struct{}) {
	t.mu.Lock()
	p := t.places[name]
	i := slices.Index(p.waiting, turn)
	if i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	}
	t.mu.Unlock()
	if i < 0 {
		t.next(name)
	}
}

// give ends a turn. The next one begins after the gap, or after the pause that the place has asked for.
func (t *turns) give(name string, pause time.Duration) {
	if t.limit == 0 {
		return
	}
	rest := max(t.gap, pause)
	if rest == 0 {
		t.next(name)
		return
	}
	t.mu.Lock()
	t.places[name].closed = time.Now().Add(rest)
	t.mu.Unlock()
	time.AfterFunc(rest, func() { t.next(name) })
}

// next hands a turn on.
func (t *turns) next(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.places[name]
	if len(p.waiting) > 0 {
		close(p.waiting[0])
		p.waiting = p.waiting[1:]
		return
	}
	if p.taken--; p.taken == 0 {
		delete(t.places, name)
	}
}

// stay is a chain of requests' turn at the host that it has come to.
type stay struct {
	hosts *turns
	host  string        // "" for none yet
	pause time.Duration // that the host has asked for
}

// enter moves on to a host. A redirect that stays on a host keeps the turn, and need not wait longer for it than
// a redirect may: with a long gap the chain would never come to its end.
func (s *stay) enter(ctx context.Context, host string) error {
	if s.host == host {
		return rest(ctx, min(s.hosts.gap, longestPause))
	}
	s.leave()
	if err := s.hosts.take(ctx, host); err != nil {
		return err
	}
	s.host = host
	return nil
}

// leave ends the turn.
func (s *stay) leave() {
	if s.host != "" {
		s.hosts.give(s.host, s.pause)
		s.host, s.pause = "", 0
	}
}

// addressOf is the address that a connection leads to, or "" when it is on this machine.
func addressOf(c net.Conn) string {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil || at.Addr().Unmap().IsLoopback() {
		return ""
	}
	return at.Addr().Unmap().String()
}
