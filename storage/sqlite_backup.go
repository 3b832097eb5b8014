package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"modernc.org/sqlite"
)

// withFile runs f on one connection to a SQLite file, apart from those of the service.
func withFile(ctx context.Context, file, options string, f func(*sql.Conn) error) (err error) {
	if err := registerClock(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_dqs=0"+options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return f(c)
}

// vacuumInto writes a compact copy of a database that others may be using, from one snapshot, and
// gives how many rows the growing tables had before. It can be interrupted, and unlike the stepwise
// backup API it is not thrown back by each commit of somebody else.
func vacuumInto(ctx context.Context, from, to string) (before Counts, err error) {
	path, err := filepath.Abs(to)
	if err != nil {
		return nil, err
	}
	err = withFile(ctx, from, "&mode=rw&_pragma=busy_timeout(10000)", func(c *sql.Conn) error {
		var id int64
		if err := c.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
			return err
		}
		if id != applicationID {
			return errors.New("the file belongs to another program")
		}
		before, err = countTables(ctx, c, growing)
		if err == nil {
			_, err = c.ExecContext(ctx, "VACUUM INTO $1", path)
		}
		return err
	})
	return before, plain(err)
}

// verify reads a backup through and gives how many rows it has. The file is not changed, and may lie
// where nothing can be written.
func verify(ctx context.Context, file string) (counts Counts, err error) {
	err = withFile(ctx, file, "&mode=ro&immutable=1", func(c *sql.Conn) error {
		var id, version int
		if err := c.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
			return err
		}
		if id != applicationID {
			return errors.New("the file is no backup of Tributary")
		}
		if err := c.QueryRowContext(ctx, "SELECT version FROM schema_version").Scan(&version); err != nil {
			return err
		}
		known, err := migrations.ReadDir("migrations/sqlite")
		if err != nil {
			panic(err) // cannot happen: they are embedded
		}
		if version > len(known) {
			return fmt.Errorf("its schema has version %d and this program knows %d; use the newer tributary that made it", version, len(known))
		}
		if err := sound(ctx, c); err != nil {
			return err
		}
		var names []string
		for _, t := range tables {
			names = append(names, t.name)
		}
		counts, err = countTables(ctx, c, names)
		return err
	})
	return counts, damaged(err)
}

// sound asks SQLite whether all pages, indexes and references are right.
func sound(ctx context.Context, c *sql.Conn) error {
	var first string
	if err := c.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&first); err != nil {
		return err
	}
	if first != "ok" {
		return fmt.Errorf("the file is damaged: %s", first)
	}
	var table string
	err := c.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return fmt.Errorf("the file is damaged: table %s refers to rows that are not there", table)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// countTables counts those of the tables that a file has: it may be of an older version.
func countTables(ctx context.Context, c *sql.Conn, names []string) (Counts, error) {
	counts := Counts{}
	for _, name := range names {
		var there bool
		if err := c.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = $1", name).Scan(&there); err != nil {
			return nil, err
		}
		if !there {
			continue
		}
		var n int64
		if err := c.QueryRowContext(ctx, "SELECT count(*) FROM "+name).Scan(&n); err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, nil
}

// oneFile makes a database one file with nothing beside it. It fails with errInUse while any process,
// ours included, has the database open.
func oneFile(ctx context.Context, file string) error {
	var mode string
	err := withFile(ctx, file, "&mode=rw", func(c *sql.Conn) error {
		return c.QueryRowContext(ctx, "PRAGMA journal_mode=DELETE").Scan(&mode)
	})
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code()&0xff == 5 { // SQLITE_BUSY
		return errInUse
	}
	if err == nil && mode != "delete" {
		err = fmt.Errorf("SQLite's journal_mode is %s and should be delete", mode)
	}
	return plain(err)
}

var errInUse = errors.New("the database is in use; stop the service first")

// damaged is plain for a file that is itself a backup.
func damaged(err error) error {
	var se *sqlite.Error
	if errors.As(err, &se) {
		if code := se.Code() & 0xff; code == 1 || code == 11 || code == 26 { // SQLITE_ERROR: a table is missing; SQLITE_CORRUPT, SQLITE_NOTADB
			return errors.New("the file is damaged or is no backup of Tributary")
		}
	}
	return plain(err)
}
