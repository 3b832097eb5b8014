package storage

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// applicationID marks a SQLite file as ours ("TRIB"); see https://www.sqlite.org/pragma.html#pragma_application_id.
const applicationID = 0x54524942

// beginWrite takes the writer's place at once; a deferred transaction would fail at its first write,
// whatever busy_timeout says.
const beginWrite = "BEGIN IMMEDIATE"

// registerClock gives every SQLite connection the function now_ms().
var registerClock = sync.OnceValue(func() error {
	return sqlite.RegisterScalarFunction("now_ms", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return time.Now().UnixMilli(), nil
	})
})

// sqliteEngine is one file: one connection that writes, several that read.
type sqliteEngine struct {
	w, r    *pool
	waiting chan *unit    // for the next shared commit
	local   chan struct{} // a commit of this process
}

func openSQLite(ctx context.Context, path string) (engine, error) {
	if err := registerClock(); err != nil {
		return nil, err
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	w, err := openPool(ctx, path, beginWrite, 1, "&_pragma=cache_size(-8192)")
	if err != nil {
		return nil, plain(err)
	}
	e := &sqliteEngine{w: w, waiting: make(chan *unit, sharing), local: make(chan struct{}, 1)}
	if err := w.check(ctx); err != nil {
		return nil, errors.Join(plain(err), w.close())
	}
	if e.r, err = openPool(ctx, path, "BEGIN", max(4, runtime.NumCPU()), "&_pragma=cache_size(-4096)&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(plain(err), w.close())
	}
	return e, nil
}

// writable says in plain words what SQLite would call "unable to open database file".
func writable(path string) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("the folder %s: %w", dir, errors.Unwrap(err))
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return errors.New("it is a folder, not a file")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// plain replaces SQLite's words where an admin would not know what to do about them.
func plain(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff {
	case 8: // SQLITE_READONLY
		return errors.New("the file or its folder is read-only; give the service write access")
	case 11, 26: // SQLITE_CORRUPT, SQLITE_NOTADB
		return errors.New("the file is damaged or is not a SQLite database; restore a backup, or name another file in storage")
	case 13: // SQLITE_FULL
		return errors.New("the disk is full; free some space, nothing that was stored is lost")
	case 14: // SQLITE_CANTOPEN
		return errors.New("cannot open or create the file; check the folder's permissions")
	case 10: // SQLITE_IOERR
		return fmt.Errorf("the disk does not read or write: %w", err)
	}
	return err
}

func (e *sqliteEngine) read(ctx context.Context, f func(session) error) error {
	return plain(e.r.inTx(ctx, f))
}

func (e *sqliteEngine) look(ctx context.Context, f func(session) error) error { return e.read(ctx, f) }

func (e *sqliteEngine) write(ctx context.Context, f func(session) error) error {
	return plain(e.w.inTx(ctx, f))
}

// locked needs nothing more than write: BEGIN IMMEDIATE lets one process in.
func (e *sqliteEngine) locked(ctx context.Context, f func(session) error) error {
	return e.write(ctx, f)
}

func (e *sqliteEngine) clashed(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == 1555 || se.Code() == 2067) // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE
}

func (e *sqliteEngine) dialect() *dialect { return &sqliteDialect }

var sqliteDialect = dialect{
	migrations: "migrations/sqlite",
	indexText:  `INSERT INTO article_text (rowid, title, summary) VALUES ($1, $2, $3)`,
	indexAgain: `INSERT OR REPLACE INTO article_text (rowid, title, summary) VALUES ($1, $2, $3)`,
	indexed:    indexedRow,
	grammar:    &fts5,
	hits: `SELECT rowid AS id FROM article_text WHERE article_text MATCH $4 AND rowid < $1 AND rowid >= $2
		ORDER BY rowid DESC LIMIT $3`,
	streams: true,
}

func (e *sqliteEngine) tell() {
	select {
	case e.local <- struct{}{}:
	default: // one is waiting already
	}
}

// wake also looks once a second whether another process changed the file.
func (e *sqliteEngine) wake(ctx context.Context) error {
	t := time.NewTimer(time.Second)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-e.local:
	case <-t.C:
	}
	return nil
}

func (e *sqliteEngine) close() error {
	// Readers first: the last connection to close folds the WAL back into the file.
	return errors.Join(e.r.close(), e.w.close())
}
