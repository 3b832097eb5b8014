package main

import "context"

// serveCommand runs the service until it is told to stop.
type serveCommand struct{}

func (serveCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	l, err := listen(p.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	log := logger(t.err, p.Log)
	s, err := openService(ctx, p, log, nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.Close()) }()
	log.Info("serving", "url", p.Site.URL, "listen", l.Addr(), "sources", len(p.sources), "topics", len(p.topics), "version", version())
	return s.serve(ctx, l)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
