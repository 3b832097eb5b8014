package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tributary/feeds"
)

// indexLife is the longest that the index page stays as it is: it tells the last visit's time.
const indexLife = time.Minute

// index is the index page as it was made at a moment. It never changes.
type index struct {
	view      *view
	made      time.Time
	lastVisit time.Time
	asked     time.Time // when the last visit was asked for
	document  *document
}

// fresh says whether the page is still right for the view, if no topic has changed since.
func (i *index) fresh(v *view, now time.Time) bool {
	return i != nil && i.view == v && now.Sub(i.made) < indexLife && midnight(now).Equal(midnight(i.made))
}

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
	now := time.Now()
	fresh := &index{view: v, made: now}
	if err := s.lastVisit(ctx, fresh); err != nil {
		return nil, err
	}
	p := indexPage{frame: v.frame("", "/", v.announced()), LastVisit: fresh.lastVisit}
	seen := map[string]bool{}
	for i, t := range v.all() {
		n := t.section(midnight(now))
		if i < mostSections {
			n.choose(t, seen)
			p.Sections = append(p.Sections, n)
		} else {
			p.Rows = append(p.Rows, n)
		}
	}
	html, err := execute("index", p)
	if err != nil {
		return nil, err
	}
	fresh.document = newDocument(html, time.Time{}, pageHeader(), cached(pageAge))
	return fresh, nil
}

// lastVisit tells the index when a source was visited last: as the index before it knew, if that is not
// long ago. Thousands of sources are not read each second.
func (s *Server) lastVisit(ctx context.Context, i *index) error {
	if had := s.index.Load(); had != nil && had.view == i.view && i.made.Sub(had.asked) < indexLife {
		i.lastVisit, i.asked = had.lastVisit, had.asked
		return nil
	}
	states, err := s.store.Sources(ctx)
	if err != nil {
		return fmt.Errorf("read sources: %w", err)
	}
	i.asked = i.made
	for _, state := range states {
		if state.LastVisit.After(i.lastVisit) {
			i.lastVisit = state.LastVisit
		}
	}
	return nil
}

const (
	mostSections  = 12  // topics with their news on the index page; of the others, there is a line
	mostAnnounced = 12  // topics whose feeds the index page announces to feed readers
	headlines     = 4   // of a topic on the index page
	headlinesHeld = 12  // to choose them from
	leadLength    = 240 // characters of a summary
)

// indexPage is what the index page shows.
type indexPage struct {
	frame
	LastVisit time.Time
	Sections  []section
	Rows      []section // of the topics after these
}

// section is a topic on the index page.
type section struct {
	ID, Title, Description string
	URL                    string
	Feeds                  []link
	Today                  string // how many entries arrived since midnight UTC
	Lead                   *item  // nil when there is no entry
	More                   []item
}

// section gives the topic without its news.
func (s *stream) section(midnight time.Time) section {
	n := section{ID: s.ID, Title: s.Title, Description: s.Description, URL: s.view.prefix + s.path, Feeds: s.links()}
	shown := s.shown.Load()
	if shown == nil {
		return n
	}
	today := 0
	for _, at := range shown.arrivals {
		if !at.Before(midnight) {
			today++
		}
	}
	n.Today = grouped(today) + " today"
	switch {
	case today == 0:
		n.Today = ""
	case today == len(shown.arrivals) && today >= feeds.DefaultWindow.Least:
		n.Today = grouped(today) + "+ today" // there may be more than the documents show
	}
	return n
}

// choose fills in the topic's news: the newest that no section before has, else the newest. It leads
// with one of them that says more than its headline.
func (n *section) choose(s *stream, seen map[string]bool) {
	shown := s.shown.Load()
	if shown == nil {
		return
	}
	var fresh, known []item
	for _, i := range shown.headlines {
		if seen[i.ID] {
			known = append(known, i)
		} else {
			fresh = append(fresh, i)
		}
	}
	chosen := slices.Concat(fresh, known)
	chosen = chosen[:min(headlines, len(chosen))]
	for _, i := range chosen {
		seen[i.ID] = true
	}
	if len(chosen) > 0 {
		first := max(0, slices.IndexFunc(chosen, func(i item) bool { return i.Summary != "" }))
		lead := chosen[first]
		lead.Summary = shorten(lead.Summary, leadLength)
		n.Lead, n.More = &lead, slices.Delete(chosen, first, first+1)
	}
}

// announced are the feeds that the index page tells feed readers of.
func (v *view) announced() []link {
	links := v.everything.links()
	for _, t := range v.all()[:min(mostAnnounced, len(v.Topics))] {
		links = append(links, t.links()...)
	}
	return links
}
