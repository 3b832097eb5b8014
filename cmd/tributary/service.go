package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/fetch"
	"tributary/feeds/stories"
	"tributary/feeds/web"
	"tributary/storage"
)

// service is the parts of the program, wired to one plan.
type service struct {
	plan    *plan
	log     *slog.Logger
	db      *storage.DB
	fetch   *fetch.Client
	crawler *crawl.Crawler

	owner   string         // this process, for what one process does at a time
	stories *stories.Index // nil until articles are placed, and after a failure
}

// openService opens the store, brings it in line with the plan and builds the crawler. report is told
// of each visit; it may be nil.
func openService(ctx context.Context, p *plan, log *slog.Logger, report func(crawl.Report)) (*service, error) {
	db, err := storage.Open(ctx, p.Storage, log)
	if err != nil {
		return nil, err
	}
	if err := db.Sync(ctx, p.sources, p.topics, p.Site.Title+" "+p.Site.URL); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	client := newFetcher(p)
	c := crawl.New(crawl.Options{
		Store: db, Fetch: client, Logger: log, Workers: p.Crawl.Workers, HostGap: p.Crawl.HostGap,
		MinInterval: p.Crawl.MinInterval, Timeout: p.Crawl.Timeout, Report: report,
	})
	c.SetPlan(p.crawl)
	return &service{plan: p, log: log, db: db, fetch: client, crawler: c, owner: rand.Text()}, nil
}

func (s *service) Close() error {
	s.fetch.Close()
	s.endGroup()
	return s.db.Close()
}

// userAgent names us and the page that says how to reach and to block us.
func userAgent(p *plan) string {
	about := cmp.Or(p.Site.Contact, p.Site.URL+"/about")
	return cmp.Or(p.Crawl.UserAgent, fmt.Sprintf("Tributary/%s (+%s)", version(), about))
}

// crawl visits sources and keeps the database in shape until ctx ends and the visits under way have too.
func (s *service) crawl(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.crawler.Run(ctx) })
	group.Go(func() error { return s.maintain(ctx) })
	group.Go(func() error {
		often := s.newJobs(ctx)
		often.add("place articles among the stories", interval{time.Now(), groupEvery}, s.group)
		often.run()
		return nil
	})
	return group.Wait()
}

// web answers on l, by https with a TLS config, until ctx ends and the requests under way have been answered.
func (s *service) web(ctx context.Context, l net.Listener, secure *tls.Config) error {
	pages := web.New(web.Options{Store: s.db, Site: s.site(), Logger: s.log})
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return pages.Run(ctx) })
	group.Go(func() error {
		return s.db.Watch(ctx, func(r feeds.Revision) { pages.Changed(r.Topic) })
	})
	group.Go(func() error { return pages.Serve(ctx, l, secure) })
	return group.Wait()
}

func (s *service) site() web.Site {
	return web.Site{Title: s.plan.Site.Title, URL: s.plan.Site.URL, Contact: s.plan.Site.Contact, Topics: s.plan.topics,
		Sources: s.plan.sources, TrustedProxies: s.plan.proxies, MinInterval: s.plan.Crawl.MinInterval}
}

// logger writes to w as the config says.
func logger(w io.Writer, c logConfig) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		panic(err) // cannot happen: the plan is checked
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
