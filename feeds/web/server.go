// Package web answers HTTP: streams of entries (every topic, all of them together, and either in one
// language) as RSS, Atom, JSON Feed and a page for people, their archives, an index of the topics, and what
// a public service owes to the publishers that it polls.
//
// No topic is rendered for a request. A document is rendered, checked and compressed once per revision of
// its topic, and everybody is answered from those bytes: readers never wait for the store, for a visit or
// for another topic, and the last good document stays when something fails. What few ask for (archives,
// deltas, articles, searches, streams in one language) is made when somebody does, and shared.
package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"tributary/feeds"
	"tributary/feeds/render"
)

// Store is what this package asks of the storage.
type Store interface {
	// Revisions gives every live topic's present revision, in any order.
	Revisions(ctx context.Context) ([]feeds.Revision, error)

	// Page gives a topic's newest entries and the revision that they show, from one snapshot:
	// equal revisions mean equal entries. An unknown topic is feeds.ErrNotFound.
	Page(ctx context.Context, q feeds.Query) (feeds.Page, error)

	// Retired gives the ids of topics that were configured once and are not now.
	Retired(ctx context.Context) ([]string, error)

	// Article gives a stored article, its entries in configured topics and its story. An unknown id, and
	// one that is none, is feeds.ErrNotFound.
	Article(ctx context.Context, id string) (feeds.Placed, error)

	// Search finds stored articles, the newest first. It fails with a feeds.BadSearch, or with
	// feeds.ErrSearchTooLong.
	Search(ctx context.Context, q feeds.Search) ([]feeds.Article, error)

	// Volume counts the entries of topics in each of n steps from a moment on, by topic.
	Volume(ctx context.Context, since time.Time, step time.Duration, n int, topics ...string) (map[string][]int, error)

	// Shares says which sources a topic's entries since a moment come from, the one with the most first.
	Shares(ctx context.Context, topic string, since time.Time) ([]feeds.Share, error)

	// Sources gives what the visits have taught us about every source.
	Sources(ctx context.Context) ([]feeds.State, error)
}

// Site is what the config says about the outside of the service.
type Site struct {
	Title   string
	URL     string        // public base of every link; may end in a path prefix, never in a slash
	Contact string        // mail address or web page of who runs the service; "" when nobody is to write
	Topics  []feeds.Topic // in the order of the index page
	Sources []feeds.Source
	// TrustedProxies are believed when they say for whom they ask.
	TrustedProxies []netip.Prefix
	MinInterval    time.Duration // no source is visited more often: a promise that the about page makes
}

// Options is what New needs; every field but Logger is required.
type Options struct {
	Store  Store
	Site   Site
	Logger *slog.Logger // slog.Default when nil
}

// Server holds the documents and answers from them. Its methods may be called from any goroutine.
type Server struct {
	store Store
	log   *slog.Logger
	view  atomic.Pointer[view]
	wake  chan struct{}   // a topic or the site has changed
	ready atomic.Bool     // every topic has been tried once
	fault fault           // of reading the revisions
	life  context.Context // of rendering; ends with Run
	end   context.CancelFunc
	check func(ext string, document []byte) error // of a feed before it is served
	made  *cache                                  // of what is read and made on request: archive documents, articles

	deltas *cache // made without the store, which none of them waits for

	since   time.Time // when the server was made
	agents  *agents
	limiter *limiter
	dead    graveyard
	others  others // answers that are no documents of streams

	retired      atomic.Pointer[map[string]bool] // topics that were configured once
	retiredOf    *view                           // for which Run has read them
	retiredFault fault
	sourcesFault fault
	madeFault    fault // of archive documents and articles

	found       *cache // what searches found lately
	searchFault fault

	index       atomic.Pointer[index]
	indexFlight singleflight.Group
	indexFault  fault
}

// How many bytes of documents that were made on request are kept.
const (
	mostMade   = 32 << 20
	mostDeltas = 16 << 20
)

// New makes a server. It reads nothing and starts nothing: Run does.
func New(o Options) *Server {
	s := &Server{
		store: o.Store,
		log:   cmp.Or(o.Logger, slog.Default()),
		wake:  make(chan struct{}, 1),
		since: time.Now(), agents: newAgents(), limiter: newLimiter(),
		check: render.Check,
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.made = newCache(s.life, mostMade, runtime.GOMAXPROCS(0))
	s.deltas = newCache(s.life, mostDeltas, runtime.GOMAXPROCS(0))
	s.found = newCache(s.life, mostFound, searchTurns)
	s.retired.Store(&map[string]bool{})
	s.view.Store(newView(o.Site, nil))
	return s
}

// SetSite puts another site in place, at once and as a whole. Topics that stay are served as they
// were until Run has rendered them anew; topics that went are gone with the next request.
func (s *Server) SetSite(site Site) {
	for {
		old := s.view.Load()
		fresh := newView(site, old)
		if s.view.CompareAndSwap(old, fresh) {
			s.made.forget()
			s.found.forget()
			s.keepCounts(old, fresh)
			s.retire(slices.Collect(maps.Keys(old.topics)))
			s.nudge()
			return
		}
	}
}

// retire adds topics to those that were configured once.
func (s *Server) retire(ids []string) {
	for {
		old := s.retired.Load()
		all := maps.Clone(*old)
		for _, id := range ids {
			all[id] = true
		}
		if s.retired.CompareAndSwap(old, &all) {
			return
		}
	}
}

// Changed says that a commit has moved a topic. It returns at once.
func (s *Server) Changed(topic string) {
	if _, ok := s.view.Load().topics[topic]; ok {
		s.nudge()
	}
}

func (s *Server) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // a pass is due already and will see this change too
	}
}

// idle is how long Run rests when it is told of no change. So another process's change is seen
// within two seconds, as passes begin with a second.
const idle = time.Second

// Run keeps the documents fresh until the context ends, and then returns nil. Each pass begins with
// a second, because only then are all changes of the second before it known.
//
// Run is called once at most. After it, documents are still served, but none is made.
func (s *Server) Run(ctx context.Context) error {
	defer s.end()
	for {
		s.readRetired(ctx)
		s.pass(ctx)
		select {
		case <-s.wake:
		case <-time.After(idle):
		case <-ctx.Done():
			return nil
		}
		now := time.Now()
		if sleep(ctx, now.Truncate(time.Second).Add(time.Second).Sub(now)) != nil {
			return nil
		}
	}
}

// pass renders every stream that is to be kept fresh and is not shown as it is, and then the index page.
func (s *Server) pass(ctx context.Context) {
	v := s.view.Load()
	revisions, err := s.store.Revisions(ctx)
	if s.fault.note(ctx, s.log, "read revisions", err) {
		return
	}
	present := byTopic(revisions)
	now := time.Now()
	var moved atomic.Bool
	var group sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, t := range v.kept {
		revision, ok := present[t.ID]
		switch {
		case !ok:
		case !t.wanted(now):
			t.shown.Store(nil)
		case !t.shows(revision):
			group.Go(func() {
				if _, err := s.renew(ctx, t, turns); err == nil { // else noted there; the other streams go on
					moved.Store(true)
					t.seen = revision
				}
			})
		}
	}
	group.Wait()
	if moved.Load() || !s.index.Load().fresh(v, time.Now()) {
		_, _ = s.renewIndex(ctx, v) // noted there; the old page stays
	}
	s.ready.Store(true)
}

// readRetired asks the store for the topics that were configured once, when a config has come.
func (s *Server) readRetired(ctx context.Context) {
	v := s.view.Load()
	if s.retiredOf == v {
		return
	}
	ids, err := s.store.Retired(ctx)
	if s.retiredFault.note(ctx, s.log, "read retired topics", err) {
		return
	}
	s.retire(ids)
	s.retiredOf = v
}

// byTopic gives each topic's revision by its id and, by "", that of all topics together: its version is
// the sum of theirs, and it changed when the last of them did.
func byTopic(revisions []feeds.Revision) map[string]feeds.Revision {
	all := map[string]feeds.Revision{}
	var together feeds.Revision
	for _, r := range revisions {
		all[r.Topic] = r
		together.Version += r.Version
		if r.Changed.After(together.Changed) {
			together.Changed = r.Changed
		}
	}
	all[""] = together
	return all
}

// fault notes failures in the log: the first of a row as an error, and its end.
type fault struct{ failing atomic.Bool }

// note says whether there was a failure.
func (f *fault) note(ctx context.Context, log *slog.Logger, doing string, err error, args ...any) bool {
	switch {
	case err == nil:
		if f.failing.Swap(false) {
			log.InfoContext(ctx, doing+": works again", args...)
		}
	case ctx.Err() != nil || errors.Is(err, context.Canceled): // we are stopping, or nobody waits any more
	case !f.failing.Swap(true):
		log.ErrorContext(ctx, doing, append(args, "err", err)...)
	}
	return err != nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
