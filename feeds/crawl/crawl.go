// Package crawl decides which source is visited when, and makes the visits: hosts under leases, one
// request at a time to each with a gap between, the next visit's time stored with the visit.
package crawl

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
)

// Store is where sources wait until they are due, and where visits are kept.
type Store interface {
	Queue

	// Items gives what is remembered of a source's last document.
	Items(ctx context.Context, source string) ([]feeds.Item, error)

	// SaveVisit keeps a visit as a whole or not at all, asking judge about each new or edited article.
	// It fails with feeds.ErrLeaseLost when somebody else has had the host since, and with
	// feeds.ErrReadWhole when the items that were kept must be read after all.
	SaveVisit(ctx context.Context, l feeds.Lease, v feeds.Visit, judge feeds.Judge) (feeds.Saved, error)
}

// Queue hands out hosts whose sources are due.
type Queue interface {
	// Claim leases up to n hosts that have due sources to owner; nobody else gets them until the
	// leases end. It gives none when nothing is due. A source that is handed out is not due again
	// before hold has passed, unless its visit is saved or it is given back at the release: a process
	// that dies between the request and the commit makes nobody be asked twice.
	Claim(ctx context.Context, owner string, n int, lease, hold time.Duration) ([]feeds.Lease, error)

	// Release ends leases; a host is due again after its gap, or when its next source is. The sources
	// that were not asked are given back.
	Release(ctx context.Context, ended ...feeds.Release) error

	// Due says how many sources are due now and were last visited before a moment, those of claimed
	// hosts among them. Hosts that are to be left alone for longer than wait do not count.
	Due(ctx context.Context, before time.Time, wait time.Duration) (int, error)

	// NextClaim says when a host can be claimed next; zero when none ever can.
	NextClaim(ctx context.Context) (time.Time, error)

	// Reset puts the schedule right after the clock has gone forward by jump, or back by so much as
	// shows in it, and says by how much it was moved.
	Reset(ctx context.Context, jump time.Duration) (moved time.Duration, err error)

	// Free ends the leases of owners that are dead.
	Free(ctx context.Context, dead func(owner string) bool) error
}

// Fetcher makes one conditional request; *fetch.Client is one.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// Options is what a crawler needs. All fields but Report are required.
type Options struct {
	Store  Store
	Fetch  Fetcher
	Logger *slog.Logger

	Workers     int           // hosts visited at once
	HostGap     time.Duration // between the end of a request to a host and the next to it
	MinInterval time.Duration // no source is visited more often, whatever it or its schedule says
	Timeout     time.Duration // of one fetch; leases last twice as long

	Report func(Report) // told after each visit, from many goroutines; may be nil
}

// Plan is what the config says about the crawl; a reload replaces it as a whole.
type Plan struct {
	Sources   map[string]feeds.Source // by URL
	Schedules map[string]Schedule     // by feeds.Source.Every; "" for the default
	Judge     feeds.Judge
	Rules     string // names what Judge judges by, see feeds.Visit
}

// Crawler visits sources. Make it with New, give it a plan, then Run it or let it make one Pass.
type Crawler struct {
	Options
	owner   string
	plan    atomic.Pointer[Plan]
	reading chan struct{} // holds one for each document that is being read

	wall    func() time.Time
	strikes strikes
	outage  outage
}

// readers is how many documents are read at once: what a document is turned into takes many times its size.
const readers = 4

// New gives a crawler with nothing to do until it is given a plan.
func New(o Options) *Crawler {
	c := &Crawler{Options: o, owner: ownName(), reading: make(chan struct{}, readers), wall: wallClock}
	c.SetPlan(Plan{})
	return c
}

// SetPlan replaces the plan. Visits under way end under the one they began with.
func (c *Crawler) SetPlan(p Plan) { c.plan.Store(&p) }

// Report is what came of one visit.
type Report struct {
	Source feeds.Source
	Title  string // as the config has it, or the feed itself, or else the URL
	Result feeds.Result
	Reason string // why, when it failed
	Saved  feeds.Saved
	Next   time.Time // the next visit
}
