package main

import (
	"context"
	"fmt"

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
	var d *door
	if c.Role != "crawl" {
		if d, err = openDoor(p, log); err != nil {
			return err
		}
		defer d.close()
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
	if d != nil {
		log.Info("serving", "url", p.Site.URL, "listen", d.pages.Addr(), "topics", len(p.topics), "version", version())
		d.serve(ctx, group, s)
	}
	group.Go(func() error {
		return supervised(ctx, log, fmt.Sprintf("%d sources, %d topics, %s", len(p.sources), len(p.topics), p.Site.URL),
			func(ctx context.Context, path string) error { return d.ask(ctx, p, path) })
	})
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
