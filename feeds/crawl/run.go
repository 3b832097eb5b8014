package crawl

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"tributary/feeds"
)

// lookAnyway is how often an idle crawler looks for sources that another process has made due.
const lookAnyway = 30 * time.Second

// Run visits sources as they become due, until ctx ends and the visits under way have too.
func (c *Crawler) Run(ctx context.Context) error { return c.loop(ctx, time.Time{}) }

// Pass visits every source that is due, once, and returns when none is left, or when we are cut off.
func (c *Crawler) Pass(ctx context.Context) error { return c.loop(ctx, time.Now()) }

// loop runs for ever, or as a pass that began at a moment: then what was visited since is left alone.
func (c *Crawler) loop(ctx context.Context, pass time.Time) error {
	if err := c.Store.Free(ctx, dead); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	c.reset(ctx, 0)
	clock, pace := newClock(c.wall), pace{}
	var hosts sync.WaitGroup
	ended := make(chan feeds.Release, c.Workers) // one for each worker that has ended
	defer func() {                               // a stopped crawler gives its hosts back at once
		hosts.Wait()
		close(ended)
		var rest []feeds.Release
		for r := range ended {
			rest = append(rest, r)
		}
		c.release(ctx, rest)
	}()
	released := make(chan struct{}, 1) // hosts were given back, and may be due
	busy := 0
	for {
		if !pass.IsZero() && busy == 0 {
			if due, err := c.Store.Due(ctx, pass, c.patience()); err != nil || due == 0 || c.outage.lasting() {
				return err
			}
		}
		if jump := clock.jump(); jump != 0 {
			c.reset(ctx, jump)
		}
		allowed, wait := c.allowance(&pace, pass)
		leases := c.claim(ctx, min(c.Workers-busy, allowed))
		pace.begun(len(leases))
		for _, l := range leases {
			busy++
			hosts.Go(func() {
				gap, unasked := c.host(ctx, l, pass)
				ended <- feeds.Release{Lease: l, Gap: gap, Unasked: unasked}
			})
		}
		done, ok := c.await(ctx, ended, released, wait, busy)
		if !ok {
			return nil
		}
		if busy -= len(done); len(done) > 0 {
			hosts.Go(func() { // beside the next claim, with which it shares a commit
				c.release(ctx, done)
				select {
				case released <- struct{}{}:
				default:
				}
			})
		}
	}
}

// await gives the workers that have ended, or none when it is time to look for due hosts again. It is not ok
// when ctx has ended.
func (c *Crawler) await(ctx context.Context, ended <-chan feeds.Release, released <-chan struct{}, wait time.Duration, busy int) ([]feeds.Release, bool) {
	begin := time.Now().Add(wait)
	look := time.NewTimer(max(wait, c.idle(ctx, busy)))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, false
		case first := <-ended:
			return gather(first, ended, c.Workers/2), true
		case <-released:
			look.Reset(max(time.Until(begin), c.idle(ctx, busy)))
		case <-look.C:
			return nil, true
		}
	}
}

// together is how long a worker that has ended waits for others, so that their hosts are given back at
// once, and one claim gets hosts for all of them.
const together = 20 * time.Millisecond

// gather waits for up to n more workers to end, and not for long.
func gather(first feeds.Release, ended <-chan feeds.Release, n int) []feeds.Release {
	all := []feeds.Release{first}
	enough := time.NewTimer(together)
	defer enough.Stop()
	for len(all) <= n {
		select {
		case next := <-ended:
			all = append(all, next)
		case <-enough.C:
			return all
		}
	}
	return all
}

// release gives hosts back. What fails to be given back is free when its lease ends.
func (c *Crawler) release(ctx context.Context, ended []feeds.Release) {
	if len(ended) == 0 {
		return
	}
	if err := c.Store.Release(context.WithoutCancel(ctx), ended...); err != nil {
		c.Logger.Error("hosts are free only when their leases end", "hosts", len(ended), "err", err)
	}
}

// patience is how long a pass waits for a host: its gap, but not for one that asked for a pause.
func (c *Crawler) patience() time.Duration { return c.HostGap + 2*time.Second }

// idle is the time until a host can be claimed, as far as this process knows. A full house waits for a
// worker and not for the clock.
func (c *Crawler) idle(ctx context.Context, busy int) time.Duration {
	if busy == c.Workers {
		return lookAnyway
	}
	at, err := c.Store.NextClaim(ctx)
	if err != nil || at.IsZero() {
		return lookAnyway
	}
	return min(max(time.Until(at), 10*time.Millisecond), lookAnyway)
}

// allowance is how many hosts may be begun with now, and when none may how long that lasts. A pass is
// wanted by somebody who waits for its end.
func (c *Crawler) allowance(p *pace, pass time.Time) (n int, wait time.Duration) {
	if c.outage.lasting() {
		if wait = c.outage.probing(time.Now()); wait > 0 || !pass.IsZero() {
			return 0, wait
		}
		return 1, 0
	}
	if !pass.IsZero() {
		return c.Workers, 0
	}
	return p.allow(time.Now(), len(c.plan.Load().Sources))
}

// claim takes up to n hosts that are due.
func (c *Crawler) claim(ctx context.Context, n int) (leases []feeds.Lease) {
	if n <= 0 {
		return nil
	}
	c.insist(ctx, func() (err error) {
		leases, err = c.Store.Claim(ctx, c.owner, n, 2*c.Timeout, c.MinInterval)
		return err
	})
	return leases
}

// reset puts the schedule right after a jump of the clock, or at the start.
func (c *Crawler) reset(ctx context.Context, jump time.Duration) {
	c.insist(ctx, func() error {
		moved, err := c.Store.Reset(ctx, jump)
		if moved != 0 {
			c.Logger.Warn("the clock was set: the schedule moves with it", "by", moved.Round(time.Second))
		}
		return err
	})
}

// insist keeps trying while the store is away: what is due stays due.
func (c *Crawler) insist(ctx context.Context, try func() error) {
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		err := try()
		if err == nil || ctx.Err() != nil {
			return
		}
		c.Logger.Error("the crawl waits for the store", "err", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// host visits one host's due sources, one after the other, as long as the lease lasts. It says how long the
// host is to be left alone now, and which sources were not asked.
func (c *Crawler) host(ctx context.Context, l feeds.Lease, pass time.Time) (gap time.Duration, unasked []string) {
	due := slices.DeleteFunc(l.Due, func(st feeds.State) bool { return !pass.IsZero() && !st.LastVisit.Before(pass) })
	gap, asked := c.HostGap, 0
	if len(due) == 0 { // all of it was visited in this pass; look elsewhere first
		gap = max(gap, time.Second)
	}
	for i, st := range due {
		// The lease must not end in the middle of a visit, nor the gap be cut short by its end.
		if need := c.Timeout + c.Timeout/4 + c.HostGap; i > 0 && (time.Until(l.Until) < need || !sleep(ctx, c.HostGap)) {
			break
		}
		asked++
		pause, held := c.visit(ctx, l, st)
		if gap = max(gap, pause); pause > 0 || !held || ctx.Err() != nil || c.outage.lasting() {
			break
		}
	}
	for _, st := range due[asked:] {
		unasked = append(unasked, st.Source)
	}
	return gap, unasked
}

// sleep says whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// ownName names this process to the others: machine, process namespace and process number.
func ownName() string {
	machine, err := os.Hostname()
	if err != nil {
		machine = "unknown"
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		namespace = "pid" // a system without namespaces
	}
	return fmt.Sprintf("%s/%s/%d", machine, namespace, os.Getpid())
}

// dead says that an owner was a process beside this one that has ended, so that a restart after a crash
// need not wait for its leases. One with our own number was our predecessor. Of processes in other
// containers we know nothing; their leases end by themselves.
func dead(owner string) bool {
	i, own := strings.LastIndexByte(owner, '/'), ownName()
	if i < 0 || owner[:i] != own[:strings.LastIndexByte(own, '/')] || strings.HasPrefix(owner, "unknown/") {
		return false
	}
	pid, err := strconv.Atoi(owner[i+1:])
	return err == nil && (pid == os.Getpid() || syscall.Kill(pid, 0) == syscall.ESRCH)
}
