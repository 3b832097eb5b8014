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

	searching chan struct{} // has a place for each search under way
	close     func() error
}

// Open opens the database that dsn names, a file path or a postgres:// URL, and brings its schema up
// to date. It refuses a database of a newer version or of another program.
func Open(ctx context.Context, dsn string, log *slog.Logger) (*DB, error) {
	e, err := connect(ctx, dsn)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", Name(dsn), err)
	}
	if err := migrate(ctx, e, log); err != nil {
		e.close()
		return nil, fmt.Errorf("open database %s: %w", Name(dsn), err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		panic(err) // cannot happen: the options are constants
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		panic(err) // cannot happen: the options are constants
	}
	return &DB{engine: e, log: log, enc: enc, dec: dec, searching: make(chan struct{}, searches), close: sync.OnceValue(func() error {
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
