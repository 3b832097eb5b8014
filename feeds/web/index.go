package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tributary/feeds"
)

// indexLife is the longest that the index page stays as it is: it tells the last visit's time.
const indexLife = time.Minute

// index is the index page as it was made at a moment. It never changes.
type index struct {
	view     *view
	made     time.Time
	document *document
}

// fresh says whether the page is still right for the view, if no topic has changed since.
func (i *index) fresh(v *view, now time.Time) bool {
	return i != nil && i.view == v && now.Sub(i.made) < indexLife && midnight(now).Equal(midnight(i.made))
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }

// renewIndex writes the index page from the topics' snapshots and serves that from now on. It
// renders no topic: one that was never rendered is listed without its news.
func (s *Server) renewIndex(ctx context.Context, v *view) (*index, error) {
	result := s.indexFlight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(s.life, renderTime)
		defer cancel()
		fresh, err := s.renderIndex(ctx, v)
		if s.indexFault.note(ctx, s.log, "render the index page", err) {
			return nil, err
		}
		s.index.Store(fresh)
		return fresh, nil
	})
	select {
	case r := <-result:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*index), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Server) renderIndex(ctx context.Context, v *view) (*index, error) {
	states, err := s.store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	var lastVisit time.Time
	if len(states) > 0 {
		lastVisit = slices.MaxFunc(states, func(a, b feeds.State) int { return a.LastVisit.Compare(b.LastVisit) }).LastVisit
	}
	now := time.Now()
	var rows []row
	for _, t := range v.all() {
		rows = append(rows, t.row(midnight(now)))
	}
	html, err := execute("index", struct {
		frame
		Rows      []row
		LastVisit time.Time
	}{v.frame("", v.all()...), rows, lastVisit})
	if err != nil {
		return nil, err
	}
	return &index{view: v, made: now, document: newDocument(html, time.Time{}, pageHeader(), cached(pageAge))}, nil
}

// row is a topic on the index page.
type row struct {
	Topic  feeds.Topic
	Feeds  []link
	Today  string // how many entries arrived since midnight UTC; "50+" when all that we hold did
	Latest *item
}

func (t *stream) row(since time.Time) row {
	r := row{Topic: t.Topic, Feeds: t.links(), Today: "0"}
	shown := t.shown.Load()
	if shown == nil {
		return r
	}
	today := 0
	for _, at := range shown.arrivals {
		if !at.Before(since) {
			today++
		}
	}
	r.Latest, r.Today = shown.headline, strconv.Itoa(today)
	if today == feeds.DefaultWindow.Least {
		r.Today += "+"
	}
	return r
}
