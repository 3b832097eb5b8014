package main

import (
	"context"
	"net"

	"golang.org/x/sync/errgroup"
)

// serveCommand runs the service until it is told to stop.
type serveCommand struct {
	Role string `default:"all" enum:"all,crawl,web" help:"What this process does: all of it, or crawl or web alone. Any number of processes may share a database."`
}

func (c serveCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	log := logger(t.err, p.Log)
	var l net.Listener
	if c.Role != "crawl" {
		if l, err = listen(p.Listen); err != nil {
			return err
		}
		defer l.Close()
	}
	s, err := openService(ctx, p, log, nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.Close()) }()
	group, ctx := errgroup.WithContext(ctx)
	if c.Role != "web" {
		log.Info("crawling", "sources", len(p.sources), "topics", len(p.topics), "version", version())
		group.Go(func() error { return s.crawl(ctx) })
	}
	if l != nil {
		log.Info("serving", "url", p.Site.URL, "listen", l.Addr(), "topics", len(p.topics), "version", version())
		group.Go(func() error { return s.web(ctx, l) })
	}
	return group.Wait()
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
