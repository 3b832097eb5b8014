package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// Copy puts everything that one database holds into another, empty one, of either engine: ids, order,
// validators, sequence numbers and revisions stay as they are, so that no subscriber notices. It reads
// one snapshot, so the service may go on meanwhile; the target is whole at the end or stays empty. A
// file that is copied to must not exist yet. progress is told how many rows of how many are done.
func Copy(ctx context.Context, from, to string, progress func(done, total int64)) (counts Counts, err error) {
	err = exists(from)
	switch {
	case err != nil:
	case isPostgres(to):
		counts, err = copyDatabase(ctx, from, to, progress)
	default:
		if _, taken := os.Lstat(to); taken == nil {
			err = errors.New("the target exists already; a copy goes into a new file")
			break
		}
		err = intoFile(to, func(partial string) (err error) {
			if counts, err = copyDatabase(ctx, from, partial, progress); err != nil {
				return err
			}
			return oneFile(ctx, partial)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("copy %s to %s: %w", Name(from), Name(to), err)
	}
	return counts, nil
}

// copyDatabase copies into a database that has no rows yet, in one transaction.
func copyDatabase(ctx context.Context, from, to string, progress func(done, total int64)) (counts Counts, err error) {
	source, err := connect(ctx, from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	target, err := connect(ctx, to)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	if err := migrate(ctx, target, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	err = source.read(ctx, func(read session) error {
		return target.write(ctx, func(write session) error {
			c := copier{source: source, target: target, read: read, write: write, progress: progress}
			counts, err = c.copy(ctx)
			return err
		})
	})
	return counts, err
}

// copier is one copy under way.
type copier struct {
	source, target engine
	read, write    session
	progress       func(done, total int64)
	done, total    int64
}

func (c *copier) copy(ctx context.Context) (Counts, error) {
	if err := c.check(ctx); err != nil {
		return nil, err
	}
	counts, err := countRows(ctx, c.read)
	if err != nil {
		return nil, err
	}
	c.total = counts.Rows()
	for _, t := range tables {
		if err := c.table(ctx, t); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := c.target.settle(ctx, c.write); err != nil {
		return nil, err
	}
	if err := index(ctx, c.write, c.target.dialect()); err != nil {
		return nil, err
	}
	there, err := countRows(ctx, c.write)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if there[t.name] != counts[t.name] {
			return nil, fmt.Errorf("table %s has %d rows and its copy %d", t.name, counts[t.name], there[t.name])
		}
	}
	return counts, nil
}

// check asks that the source has this program's schema and the target no rows.
func (c *copier) check(ctx context.Context) error {
	have, err := schemaVersion(ctx, c.read)
	if err != nil {
		return fmt.Errorf("that is no database of Tributary: %w", err)
	}
	want, err := schemaVersion(ctx, c.write)
	if err != nil {
		return err
	}
	if have != want {
		return fmt.Errorf("its schema has version %d and this program copies version %d; start the service with this program first", have, want)
	}
	counts, err := countRows(ctx, c.write)
	if err != nil {
		return err
	}
	if counts.Rows() > 0 {
		return errors.New("the target is not empty and is never replaced; make a new database and name that one")
	}
	return nil
}

// copiedTogether is how many rows go in one piece.
const copiedTogether = 500

func (c *copier) table(ctx context.Context, t table) error {
	columns, err := sameColumns(ctx, c.source, c.target, c.read, c.write, t.name)
	if err != nil {
		return err
	}
	var rows [][]any
	flush := func() error {
		err := c.target.load(ctx, c.write, t.name, columns, rows)
		c.done += int64(len(rows))
		c.progress(c.done, c.total)
		rows = rows[:0]
		return err
	}
	err = c.read.query(ctx, func(r rowScanner) error {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		for i := range row {
			if b, ok := row[i].([]byte); ok {
				row[i] = notNil(b) // an empty one comes as nil, which would go in as NULL
			}
		}
		if rows = append(rows, row); len(rows) < copiedTogether {
			return nil
		}
		return flush()
	}, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.name+" ORDER BY "+t.key)
	if err != nil {
		return err
	}
	return flush()
}
