package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tributary/storage"
)

// backupCommand copies the database into a file.
type backupCommand struct {
	File string `arg:"" help:"The backup. An earlier backup of that name is replaced once the new one is found good."`
	Keep int    `help:"Put the time into the name, and keep the newest N of these." placeholder:"N"`
}

func (c backupCommand) Run(ctx context.Context, all *commands, t terminal) error {
	if c.Keep < 0 {
		return errors.New("--keep is less than nothing")
	}
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	file := c.File
	if c.Keep > 0 {
		file = storage.DatedName(c.File, time.Now())
	}
	counts, err := storage.Backup(ctx, p.Storage, file)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "backed up %s to %s: %s\n", storage.Name(p.Storage), file, contents(counts))
	if c.Keep > 0 {
		return storage.KeepNewest(c.File, c.Keep)
	}
	return nil
}

// contents says what a database holds.
func contents(c storage.Counts) string {
	return fmt.Sprintf("%s, %s, %s", count(int(c["source"]), "source"), count(int(c["article"]), "article"), count(int(c["topic"]), "topic"))
}
