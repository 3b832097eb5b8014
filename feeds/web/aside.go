package web

import (
	"context"
	"fmt"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// mostSources is how many sources of a topic its page names.
const mostSources = 8

// aside is what stands beside a topic's entries: how much it had lately, and from whom.
type aside struct {
	Chart   *chart
	Sources []share
	Others  int // sources that are not named
}

// share is a source's part of a topic.
type share struct {
	Name, URL string // of the publisher's site; URL is "" when that is not known
	Entries   string
	Percent   string
}

// aside counts the entries of a topic and their sources in the last days. The newest entry says when
// that is, not the clock: a page is a function of what is stored.
func (s *Server) aside(ctx context.Context, t *stream, page feeds.Page) (a aside, err error) {
	if t.ID == "" || t.language != "" || len(page.Entries) == 0 {
		return a, nil
	}
	from := midnight(page.Entries[0].At).AddDate(0, 0, 1-chartDays)
	counts, err := s.store.Volume(ctx, from, day, chartDays, t.ID)
	if err != nil {
		return a, fmt.Errorf("draw the chart of %s: %w", t.path, err)
	}
	shares, err := s.store.Shares(ctx, t.ID, from)
	if err != nil {
		return a, fmt.Errorf("count the sources of %s: %w", t.path, err)
	}
	a.Chart = newChart(counts[t.ID], from)
	total := 0
	for _, sh := range shares {
		total += sh.Entries
	}
	for _, sh := range shares[:min(mostSources, len(shares))] {
		a.Sources = append(a.Sources, share{
			Name: sourceName(feeds.Article{Source: sh.Source}), URL: render.PublicURL(sh.Source.SiteURL),
			Entries: grouped(sh.Entries), Percent: percent(float64(sh.Entries) / float64(total)),
		})
	}
	a.Others = len(shares) - len(a.Sources)
	return a, nil
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(day) }
