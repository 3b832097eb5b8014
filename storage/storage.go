// Package storage keeps what the service remembers, in one SQLite file or in PostgreSQL: sources and
// when they are due, articles and who they are, entries in the order of their arrival.
//
// Each exported method of DB is one unit of work and one transaction. Every query is written once:
// both engines take the placeholders $1, $2, know the function now_ms(), and differ only in what
// stands in sqlite.go and postgres.go.
package storage

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// DB is a store. It may be used by any number of goroutines.
type DB struct {
	engine engine
	log    *slog.Logger
	enc    *zstd.Encoder
	dec    *zstd.Decoder
	ids    idSource
	close  func() error
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	// read runs f on one snapshot of the database; write in one transaction that is kept whole when
	// f returns nil and leaves no trace otherwise.
	read(ctx context.Context, f func(session) error) error
	write(ctx context.Context, f func(session) error) error

	migrations() string // folder of the embedded schema
	locked(ctx context.Context, f func(session) error) error

	forUpdate() string  // ends a SELECT whose rows the transaction will change
	skipLocked() string // the same, passing over rows that another transaction holds
	arrays() bool       // whether a list can be one argument

	indexText() string               // puts the text of article $1, title $2 and summary $3, into the full-text index, once
	containing() string              // the condition that article a contains all words of $1
	wordQuery(words []string) string // what $1 then is

	// columns gives the names of a table's columns, in order; load puts rows into those columns, and
	// settle makes good what load leaves out: full-text index and sequences.
	columns(ctx context.Context, s session, table string) ([]string, error)
	load(ctx context.Context, s session, table string, columns []string, rows [][]any) error
	settle(ctx context.Context, s session) error

	// optimise renews what the planner of queries knows, where the engine does not do so by itself.
	optimise(ctx context.Context) error

	// tell lets other processes know that topics moved; wake returns when one of them may have.
	tell()
	wake(ctx context.Context) error
	close() error
}

// session runs statements, all in one transaction or snapshot.
type session interface {
	exec(ctx context.Context, query string, args ...any) (affected int64, err error)
	// query gives the rows to scan, one call each.
	query(ctx context.Context, scan func(rowScanner) error, query string, args ...any) error
	// each takes the steps, one after the other.
	each(ctx context.Context, steps ...step) error
}

// step is a statement that is run once for every list of arguments.
type step struct {
	query string
	args  [][]any
}

// rowScanner is one row of a result.
type rowScanner interface{ Scan(dest ...any) error }

// Open opens the database that dsn names, a file path or a postgres:// URL, and brings its schema up
// to date. It refuses a database of a newer version or of another program.
func Open(ctx context.Context, dsn string, log *slog.Logger) (*DB, error) {
	e, err := connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", Name(dsn), err)
	}
	if err := migrate(ctx, e); err != nil {
		e.close()
		return nil, fmt.Errorf("open database %s: %w", Name(dsn), err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		panic(err) // cannot happen: the options are constants
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		panic(err) // cannot happen: the options are constants
	}
	return &DB{engine: e, log: log, enc: enc, dec: dec, close: sync.OnceValue(func() error {
		dec.Close()
		return e.close()
	})}, nil
}

// connect opens a database as it is.
func connect(ctx context.Context, dsn string) (engine, error) {
	if isPostgres(dsn) {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn)
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Close waits for running statements and closes the database. A second Close does nothing.
func (d *DB) Close() error { return d.close() }

// one is query for statements that give at most one row; it says whether there was one.
func one(ctx context.Context, s session, dest []any, query string, args ...any) (found bool, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		found = true
		return r.Scan(dest...)
	}, query, args...)
	return found, err
}

// among gives the condition that column is one of values, with its arguments from $first on. Without
// arrays the list is written out, padded to a power of two so that few statements are prepared.
func among[T any](e engine, column string, first int, values []T) (string, []any) {
	if e.arrays() {
		return fmt.Sprintf("%s = ANY($%d)", column, first), []any{values}
	}
	n := 1
	for n < len(values) {
		n *= 2
	}
	marks, args := make([]string, n), make([]any, n)
	for i := range n {
		marks[i] = fmt.Sprintf("$%d", first+i)
		args[i] = values[min(i, len(values)-1)]
	}
	return column + " IN (" + strings.Join(marks, ",") + ")", args
}

// millis and moment turn times into the database's integers and back; zero stays zero.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
