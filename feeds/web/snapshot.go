package web

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

const (
	renderTime  = 10 * time.Second // the longest that reading and rendering one topic may take
	settleTries = 3                // seconds that a topic in constant change is waited for
)

// snapshot is all that we serve of one revision of a topic. It never changes.
type snapshot struct {
	view      *view
	revision  feeds.Revision
	settled   bool                 // made when the revision's second was over
	documents map[string]*document // by the URL's extension; "" is the page
	headline  *item                // of the newest entry; nil when there is none
	arrivals  []time.Time          // of the entries, newest first
}

// shows says whether the topic is served as its view and the revision want it.
func (t *topic) shows(r feeds.Revision) bool {
	s := t.shown.Load()
	return s != nil && s.view == t.view && s.settled && s.revision.Version == r.Version && s.revision.Changed.Equal(r.Changed)
}

// modified is the Last-Modified of a revision: the end of the second in which it was made. So it
// grows by a second at least from one served revision to the next, though HTTP dates know no
// fractions, and every node and every restart comes to the same.
func modified(r feeds.Revision) time.Time {
	return r.Changed.Truncate(time.Second).Add(time.Second)
}

// renew renders the topic as it is and serves that from now on. Calls that overlap share one
// rendering, which goes on when a caller gives up. After a failure the last snapshot stays.
func (s *Server) renew(ctx context.Context, t *topic) (*snapshot, error) {
	result := t.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(s.life, renderTime)
		defer cancel()
		fresh, err := s.render(ctx, t)
		if t.fault.note(ctx, s.log, "render topic", err, "topic", t.ID) {
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

// render makes a snapshot of the topic. It waits for the end of the second in which the topic
// changed: what else happens in that second belongs to the same Last-Modified. When a revision lies
// in the future (another node's clock) or the topic never rests, the snapshot is not settled, has
// no Last-Modified, and is soon replaced.
func (s *Server) render(ctx context.Context, t *topic) (*snapshot, error) {
	for try := 1; ; try++ {
		page, err := s.store.Page(ctx, feeds.Query{Topic: t.ID, Content: true})
		if err != nil {
			return nil, fmt.Errorf("read topic %s: %w", t.ID, err)
		}
		wait := time.Until(modified(page.Revision))
		if wait <= 0 || wait > time.Second || try == settleTries {
			return t.snapshot(page, wait <= 0)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("wait for topic %s to settle: %w", t.ID, err)
		}
	}
}

// snapshot renders the topic's page and its feed in every format.
func (t *topic) snapshot(page feeds.Page, settled bool) (*snapshot, error) {
	s := &snapshot{view: t.view, revision: page.Revision, settled: settled, documents: map[string]*document{}}
	items := make([]item, len(page.Entries))
	for i, e := range page.Entries {
		items[i] = newItem(e)
		s.arrivals = append(s.arrivals, e.At)
	}
	if len(items) > 0 {
		s.headline = &items[0]
	}

	var since time.Time
	if settled && !page.Revision.Changed.IsZero() {
		since = modified(page.Revision)
	}
	html, err := t.page(items, page.Revision)
	if err != nil {
		return nil, err
	}
	s.documents[""] = newDocument(html, since, pageHeader(), cached(pageAge))

	feed := t.feed(page)
	for _, format := range render.Formats {
		feed.SelfURL = t.feedURL(format)
		var b bytes.Buffer
		if err := format.Write(&b, &feed); err != nil {
			return nil, fmt.Errorf("write topic %s as %s: %w", t.ID, format.Name, err)
		}
		always := cached(feed.TTL)
		always.Set("Link", fmt.Sprintf(`<%s>; rel="self", <%s>; rel="alternate"; type="text/html"`, feed.SelfURL, feed.HomeURL))
		s.documents[format.Ext] = newDocument(b.Bytes(), since, feedHeader(format.MediaType), always)
	}
	return s, nil
}
