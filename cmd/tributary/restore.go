package main

import (
	"context"
	"fmt"

	"tributary/storage"
)

// restoreCommand makes a backup the database.
type restoreCommand struct {
	File  string `arg:"" help:"The backup, as tributary backup made it."`
	Force bool   `help:"Replace a database file that is there; it is kept beside as FILE.before-restore-TIME. A PostgreSQL database must be empty."`
}

func (c restoreCommand) Run(ctx context.Context, all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	done, err := storage.Restore(ctx, c.File, p.Storage, storage.Restoring{Force: c.Force, Wait: p.Crawl.MinInterval})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "restored %s from %s: %s\n", storage.Name(p.Storage), c.File, contents(done.Counts))
	if done.Aside != "" {
		fmt.Fprintf(t.out, "the earlier database is kept as %s\n", done.Aside)
	}
	return nil
}
