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

// Pass visits every source that is due, once, and returns when none is left.
func (c *Crawler) Pass(ctx context.Context) error { return c.loop(ctx, time.Now()) }

// loop runs for ever, or as a pass that began at a moment: then what was visited since is left alone.
func (c *Crawler) loop(ctx context.Context, pass time.Time) error {
	if err := c.Store.Free(ctx, dead); err != nil {
		return err
	}
	var hosts sync.WaitGroup
	defer hosts.Wait()
	freed := make(chan struct{}, c.Workers) // a worker has ended
	busy := 0
	for {
		if !pass.IsZero() && busy == 0 {
			if due, err := c.Store.Due(ctx, pass, c.patience()); err != nil || due == 0 {
				return err
			}
		}
		leases, err := c.claim(ctx, c.Workers-busy)
		if err != nil {
			return err
		}
		for _, l := range leases {
			busy++
			hosts.Go(func() {
				defer func() { freed <- struct{}{} }()
				c.host(ctx, l, pass)
			})
		}
		look := time.NewTimer(c.idle(ctx, busy))
		select {
		case <-ctx.Done():
			return nil
		case <-freed:
			busy--
		case <-look.C:
		}
		look.Stop()
		for range len(freed) {
			<-freed
			busy--
		}
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

// claim keeps trying while the store is away: what is due stays due.
func (c *Crawler) claim(ctx context.Context, n int) ([]feeds.Lease, error) {
	if n == 0 {
		return nil, nil
	}
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		leases, err := c.Store.Claim(ctx, c.owner, n, 2*c.Timeout, c.MinInterval)
		if err == nil || ctx.Err() != nil {
			return leases, nil
		}
		c.Logger.Error("the crawl waits for the store", "err", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(wait):
		}
	}
}

// host visits one host's due sources, one after the other, as long as the lease lasts.
func (c *Crawler) host(ctx context.Context, l feeds.Lease, pass time.Time) {
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
		if gap = max(gap, pause); pause > 0 || !held || ctx.Err() != nil {
			break
		}
	}
	var unasked []string
	for _, st := range due[asked:] {
		unasked = append(unasked, st.Source)
	}
	// A stopped crawler gives its hosts back at once.
	if err := c.Store.Release(context.WithoutCancel(ctx), l, gap, unasked); err != nil {
		c.Logger.Error("release a host", "host", l.Host, "err", err)
	}
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
