package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

const (
	renderTime  = 10 * time.Second // the longest that reading and rendering one stream may take
	settleTries = 3                // seconds that a stream in constant change is waited for
	mostContent = 8 << 20          // bytes of articles' content in a document; older ones go without
)

// snapshot is all that we serve of one revision of a stream. It never changes.
type snapshot struct {
	view      *view
	revision  feeds.Revision
	settled   bool        // made when the revision's second was over
	documents []*document // one for each of the kinds
	headlines []item      // of the newest entries
	arrivals  []time.Time // of the entries, newest first
	page      feeds.Page  // with those entries alone that a delta may have
	ttl       time.Duration
	history   *history
}

// shows says whether the stream is served as its view and the revision want it. The revision of all topics
// together is compared with what it was before: the store's counts topics too that are not configured.
func (s *stream) shows(r feeds.Revision) bool {
	shown := s.shown.Load()
	if shown == nil || shown.view != s.view || !shown.settled {
		return false
	}
	known := shown.revision
	if s.ID == "" {
		known = s.seen
	}
	return known.Version == r.Version && known.Changed.Equal(r.Changed)
}

// modified is the Last-Modified of a revision: the end of the second in which it was made. So it
// grows by a second at least from one served revision to the next, though HTTP dates know no
// fractions, and every node and every restart comes to the same.
func modified(r feeds.Revision) time.Time {
	return r.Changed.Truncate(time.Second).Add(time.Second)
}

// renew renders the stream as it is and serves that from now on. Calls that overlap share one
// rendering, which goes on when a caller gives up. After a failure the last snapshot stays. Of those that
// share turns, which may be nil, as many read and write at the same time as there are.
func (s *Server) renew(ctx context.Context, t *stream, turns chan struct{}) (*snapshot, error) {
	result := t.flight.DoChan("", func() (any, error) {
		fresh, err := s.render(s.life, t, turns)
		if t.fault.note(s.life, s.log, "render", err, "path", t.path) {
			return nil, err
		}
		t.shown.Store(fresh)
		return fresh, nil
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*snapshot), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// render makes a snapshot of the stream. It waits for the end of the second in which the stream
// changed, but keeps no turn meanwhile: what else happens in that second belongs to the same Last-Modified.
// When a revision lies in the future (another node's clock) or the stream never rests, the snapshot is not
// settled, has no Last-Modified, and is soon replaced.
func (s *Server) render(ctx context.Context, t *stream, turns chan struct{}) (*snapshot, error) {
	for try := 1; ; try++ {
		fresh, wait, err := s.try(ctx, t, turns, try == settleTries)
		if fresh != nil || err != nil {
			return fresh, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("wait for %s to settle: %w", t.path, err)
		}
	}
}

// try makes the snapshot when it is its turn or, unless this is the last try, gives the time until the stream
// will have settled.
func (s *Server) try(ctx context.Context, t *stream, turns chan struct{}, last bool) (*snapshot, time.Duration, error) {
	if turns != nil {
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
	ctx, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	page, err := s.store.Page(ctx, feeds.Query{Topic: t.ID, Language: t.language, Window: t.Window, Content: true})
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", t.path, err)
	}
	wait := time.Until(modified(page.Revision))
	if wait > 0 && wait <= time.Second && !last {
		return nil, wait, nil
	}
	fresh, err := s.snapshot(ctx, t, page, wait <= 0)
	return fresh, 0, err
}

// snapshot renders the stream's page and its feed in every format.
func (s *Server) snapshot(ctx context.Context, t *stream, page feeds.Page, settled bool) (*snapshot, error) {
	fresh := &snapshot{view: t.view, revision: page.Revision, settled: settled, page: page, ttl: rhythm(page.Entries)}
	lighten(page.Entries)
	for i, e := range page.Entries {
		fresh.arrivals = append(fresh.arrivals, e.At)
		if i < headlinesHeld {
			fresh.headlines = append(fresh.headlines, newItem(t.view.prefix, e.Article, e.Story))
		}
	}

	var since time.Time
	if settled && !page.Revision.Changed.IsZero() {
		since = modified(page.Revision)
	}
	beside, err := s.aside(ctx, t, page)
	if err != nil {
		return nil, err
	}
	html, err := t.page(page, 0, beside)
	if err != nil {
		return nil, err
	}
	fresh.documents = append(fresh.documents, newDocument(html, since, pageHeader(), cached(pageAge)))

	for _, format := range render.Formats {
		feed := t.live(page, format)
		d, err := s.feedDocument(feed, format, since, cached(feed.TTL))
		if err != nil {
			return nil, err
		}
		fresh.documents = append(fresh.documents, d)
	}
	fresh.history = next(t.shown.Load(), page.Entries)
	fresh.page.Entries = fresh.history.newer(page.Entries)
	return fresh, nil
}

// lighten takes the content from the oldest entries of what would be too large a document. They keep their
// summaries: nothing is cut in its middle, and nothing is missing.
func lighten(entries []feeds.Entry) {
	left := mostContent
	for i := range entries {
		if left -= len(entries[i].Article.Content); left < 0 {
			entries[i].Article.Content = ""
		}
	}
}

// feedDocument writes the feed, with the fields that go with each answer. A document that is not what it
// should be is an error: it must not be served.
func (s *Server) feedDocument(feed feeds.Feed, format render.Format, since time.Time, always http.Header) (*document, error) {
	var b bytes.Buffer
	if err := format.Write(&b, &feed); err != nil {
		return nil, fmt.Errorf("write %s: %w", feed.SelfURL, err)
	}
	if err := s.check(format.Ext, b.Bytes()); err != nil {
		return nil, fmt.Errorf("check %s: %w", feed.SelfURL, err)
	}
	always.Set("Link", fmt.Sprintf(`<%s>; rel="self", <%s>; rel="alternate"; type="text/html"`, feed.SelfURL, feed.HomeURL))
	return newDocument(b.Bytes(), since, feedHeader(format.MediaType), always), nil
}
