package main

import (
	"context"
	"fmt"

	"tributary/storage"
)

// copyCommand moves the database to another engine or place.
type copyCommand struct {
	To string `help:"The target: a file that does not exist yet, or postgres://user@host/db of an empty database." required:"" placeholder:"DATABASE"`
}

func (c copyCommand) Run(ctx context.Context, all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	bar := progress(t.err, "copying")
	counts, err := storage.Copy(ctx, p.Storage, c.To, func(done, total int64) {
		bar.ChangeMax64(total)
		bar.Set64(done)
	})
	bar.Clear()
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "copied %s to %s: %s\n", storage.Name(p.Storage), storage.Name(c.To), contents(counts))
	fmt.Fprintf(t.out, "to use the copy, write storage: %s in %s\n", storage.Name(c.To), all.Config)
	return nil
}
