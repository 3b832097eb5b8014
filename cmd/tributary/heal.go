package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/discover"
)

// When a source counts as lost, how often it is looked for and what it is recognised by.
const (
	lostAfter   = 3 // failures in a row
	searchEvery = 24 * time.Hour
	compareWith = 100 // of its newest articles
)

// heal looks for the sources whose addresses have turned into pages or into nothing, each once a day, and
// keeps the address of a feed that carries the same articles as a proposal. What is read is the admin's
// to decide: the config stays as it is.
func (s *service) heal(ctx context.Context) error {
	states, err := s.db.Sources(ctx)
	if err != nil {
		return err
	}
	finder := discover.New(discover.Options{Fetch: s.fetch, UserAgent: userAgent(s.plan), HostGap: s.plan.Crawl.HostGap, Obey: true})
	for _, st := range states {
		if !lost(st) || st.Proposal != "" || st.Paused.After(time.Now()) {
			continue
		}
		may, err := s.db.BeginSearch(ctx, st.Source, searchEvery)
		if err != nil {
			return err
		}
		if !may {
			continue
		}
		if err := s.lookFor(ctx, finder, st); err != nil {
			return err
		}
	}
	return nil
}

// lost says whether a source fails in a way that says that its feed is elsewhere, or nowhere.
func lost(st feeds.State) bool {
	notFound := fmt.Sprint(http.StatusNotFound, " ", http.StatusText(http.StatusNotFound))
	return st.Failures >= lostAfter && (st.Result == feeds.NotAFeed || st.Result == feeds.Refused && (!st.Gone.IsZero() || strings.Contains(st.Reason, notFound)))
}

// lookFor looks for one lost source and keeps what it finds.
func (s *service) lookFor(ctx context.Context, finder *discover.Finder, st feeds.State) error {
	recent, err := s.db.Recent(ctx, st.Source, compareWith)
	if err != nil || len(recent) == 0 { // nothing to recognise it by
		return err
	}
	found := slices.DeleteFunc(s.candidates(ctx, finder, st), func(f discover.Feed) bool {
		return slices.ContainsFunc(s.plan.sources, func(src feeds.Source) bool { return sameAs(src.URL) == sameAs(f.URL) })
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	same, shared, ok := discover.Same(found, recent)
	if !ok {
		s.log.Info("a lost source was not found elsewhere", "source", st.Source, "reason", st.Reason, "feeds_compared", len(found))
		return nil
	}
	s.log.Warn("a lost source was found elsewhere; write the new address into the config", "source", st.Source, "found", same.URL, "articles_shared", shared)
	return s.db.Propose(ctx, st.Source, same.URL)
}

// candidates gives the feeds that a lost source's own address leads to, now that it is a page, and those
// of its publisher's site.
func (s *service) candidates(ctx context.Context, finder *discover.Finder, st feeds.State) (found []discover.Feed) {
	look := func(find func(context.Context, string) ([]discover.Feed, error), address string) {
		more, err := find(ctx, address)
		if err != nil {
			s.log.Debug("look for a lost source", "source", st.Source, "at", address, "err", err)
		}
		found = append(found, more...)
	}
	own, site := cmp.Or(st.Adopted, st.Source), st.SiteURL
	if u, err := url.Parse(own); err == nil && site == "" {
		site = u.Scheme + "://" + u.Host + "/"
	}
	if st.Result == feeds.NotAFeed {
		look(finder.Look, own)
	}
	look(finder.Find, site)
	return found
}
