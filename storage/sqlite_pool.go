package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// pool is a fixed set of connections to one SQLite file, each with the statements it has prepared:
// preparing costs more than running. Transactions are begun by hand.
type pool struct {
	db    *sql.DB
	begin string           // the statement that begins a transaction
	free  chan *sqliteConn // also a fair queue
	size  int
}

func openPool(ctx context.Context, path, begin string, size int, extra string) (*pool, error) {
	// Pragmas stand in the DSN so that every connection has them from its first statement on.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)" +
		"&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)" +
		"&_txlock=immediate&_dqs=0&_defensive=1" + extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	p := &pool{db: db, begin: begin, free: make(chan *sqliteConn, size), size: size}
	for range size {
		c, err := db.Conn(ctx)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		p.free <- &sqliteConn{conn: c, prepared: map[string]*sql.Stmt{}, writes: begin == beginWrite}
	}
	return p, nil
}

// check reads the pragmas back, because the driver ignores those it does not understand, and
// refuses a file that another program made.
func (p *pool) check(ctx context.Context) error {
	c := <-p.free
	defer func() { p.free <- c }()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		var got string
		if err := c.conn.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got); err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("SQLite's %s is %s and should be %s: is this a network file system?", pragma, got, want)
		}
	}
	var id, tables int
	if err := c.conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := c.conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if id == applicationID {
		return nil
	}
	if tables > 0 {
		return errors.New("the file belongs to another program; name another one in storage")
	}
	_, err := c.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

// inTx runs f in one transaction, which is committed when f returns nil.
func (p *pool) inTx(ctx context.Context, f func(session) error) error {
	var c *sqliteConn
	select {
	case c = <-p.free:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.free <- c }()
	return c.inTx(ctx, p.begin, f)
}

// inTx runs f in one transaction on this connection.
func (c *sqliteConn) inTx(ctx context.Context, begin string, f func(session) error) error {
	st, err := c.stmt(ctx, begin)
	if err != nil {
		return err
	}
	done := false
	defer func() { // also when f panics
		if !done {
			// Where nothing has begun, or an error has rolled back already, this one says so, and nobody needs to know.
			c.exec(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	// It may wait for another process, and ctx ends the wait; also when it had begun just then.
	if _, err = st.ExecContext(ctx); err == nil {
		err = f(c)
	}
	if err == nil {
		_, err = c.exec(ctx, "COMMIT")
	}
	done = err == nil
	return err
}

// close waits until every connection is free.
func (p *pool) close() error {
	var errs []error
	for range p.size {
		c := <-p.free
		for _, st := range c.prepared {
			errs = append(errs, st.Close())
		}
		errs = append(errs, c.conn.Close())
	}
	return errors.Join(append(errs, p.db.Close())...)
}

// sqliteConn is one connection, and the session of the transaction that runs on it.
type sqliteConn struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	writes   bool
}

// steady keeps ctx from interrupting a statement that writes: that would cost all that share the
// transaction, and the driver a goroutine for each statement. ctx is looked at before each.
func (c *sqliteConn) steady(ctx context.Context) (context.Context, error) {
	if c.writes {
		return context.WithoutCancel(ctx), ctx.Err()
	}
	return ctx, nil // a long search can be given up
}

func (c *sqliteConn) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := c.prepared[query]; st != nil {
		return st, nil
	}
	st, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, query)
	}
	c.prepared[query] = st
	return st, nil
}

func (c *sqliteConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	st, err := c.stmt(ctx, query)
	if err != nil {
		return 0, err
	}
	if ctx, err = c.steady(ctx); err != nil {
		return 0, err
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *sqliteConn) each(ctx context.Context, steps ...step) error {
	for _, st := range steps {
		for _, a := range st.args {
			if _, err := c.exec(ctx, st.query, a...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *sqliteConn) query(ctx context.Context, scan func(rowScanner) error, query string, args ...any) error {
	st, err := c.stmt(ctx, query)
	if err != nil {
		return err
	}
	if ctx, err = c.steady(ctx); err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
