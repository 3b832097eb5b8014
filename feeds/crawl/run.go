package crawl

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"tributary/feeds"
)

// lookEvery is how often an idle crawler looks for due sources.
const lookEvery = time.Second

// Run visits sources as they become due, until ctx ends and the visits under way have too.
func (c *Crawler) Run(ctx context.Context) error { return c.loop(ctx, false) }

// Pass visits every source that is due, once, and returns when none is left.
func (c *Crawler) Pass(ctx context.Context) error { return c.loop(ctx, true) }

func (c *Crawler) loop(ctx context.Context, once bool) error {
	if err := c.Store.Free(ctx, dead); err != nil {
		return err
	}
	var hosts sync.WaitGroup
	defer hosts.Wait()
	freed := make(chan struct{}, c.Workers) // a worker has ended
	busy := 0
	for {
		leases, err := c.claim(ctx, c.Workers-busy)
		if err != nil {
			return err
		}
		for _, l := range leases {
			busy++
			hosts.Go(func() {
				defer func() { freed <- struct{}{} }()
				c.host(ctx, l)
			})
		}
		if once && busy == 0 && len(leases) == 0 {
			if due, err := c.Store.Due(ctx); err != nil || due == 0 {
				return err
			}
		}
		look := time.NewTimer(lookEvery)
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

// claim keeps trying while the store is away: what is due stays due.
func (c *Crawler) claim(ctx context.Context, n int) ([]feeds.Lease, error) {
	if n == 0 {
		return nil, nil
	}
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		leases, err := c.Store.Claim(ctx, c.owner, n, 2*c.Timeout)
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
func (c *Crawler) host(ctx context.Context, l feeds.Lease) {
	for i, st := range l.Due {
		if i > 0 && !sleep(ctx, c.HostGap) {
			break
		}
		if time.Until(l.Until) < c.Timeout+c.Timeout/4 {
			break // the rest stays due; this lease might end in the middle of a visit
		}
		if !c.visit(ctx, l, st) {
			break
		}
	}
	// A stopped crawler gives its hosts back at once.
	if err := c.Store.Release(context.WithoutCancel(ctx), l, c.HostGap); err != nil {
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

// ownName names this process to the others: machine and process number.
func ownName() string {
	machine, err := os.Hostname()
	if err != nil {
		machine = "unknown"
	}
	return fmt.Sprintf("%s/%d", machine, os.Getpid())
}

// dead says that an owner was a process of this machine that has ended, so that a restart after a
// crash need not wait for its leases. One with our own number was our predecessor.
func dead(owner string) bool {
	machine, number, _ := strings.Cut(owner, "/")
	own, _, _ := strings.Cut(ownName(), "/")
	pid, err := strconv.Atoi(number)
	if err != nil || machine != own || machine == "unknown" {
		return false
	}
	return pid == os.Getpid() || syscall.Kill(pid, 0) == syscall.ESRCH
}
