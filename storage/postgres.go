package storage

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresEngine shares one PostgreSQL database, 15 or newer, with any number of processes.
type postgresEngine struct {
	pool *pgxpool.Pool
	told chan struct{} // something moved since the last NOTIFY
	stop context.CancelFunc
	wg   sync.WaitGroup

	listening *pgx.Conn // used by wake alone
}

const (
	channel      = "tributary_topics"
	schemaLock   = 0x5472696275746172    // key of the advisory lock under which one process migrates
	notifyEvery  = 50 * time.Millisecond // NOTIFY holds a lock of the whole database while it commits
	wakeAnyway   = 5 * time.Second       // a lost NOTIFY makes nobody stale for longer
	oldestServer = 150000
)

func openPostgres(ctx context.Context, dsn string) (engine, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the address is not understood; it looks like postgres://user@host:5432/database")
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = 16
	}
	cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	// Every statement of ours has its index. Until the server has counted a new database's rows it would
	// read whole tables instead.
	cfg.ConnConfig.RuntimeParams["enable_seqscan"] = "off"
	// To compile a statement takes longer than any of ours, and those that must read a table whole look dear.
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "tributary"
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, oneLine(err)
	}
	var version int
	if err := pool.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		pool.Close()
		return nil, oneLine(err)
	}
	if version < oldestServer {
		pool.Close()
		return nil, fmt.Errorf("PostgreSQL %d is too old; 15 is needed", version/10000)
	}
	notifying, stop := context.WithCancel(context.Background())
	e := &postgresEngine{pool: pool, told: make(chan struct{}, 1), stop: stop}
	e.wg.Go(func() { e.notify(notifying) })
	return e, nil
}

// Name is a DSN that may be shown: a PostgreSQL address without its password.
func Name(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return dsn
	}
	query := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if query.Has(secret) {
			query.Set(secret, "xxxxx")
			u.RawQuery = query.Encode()
		}
	}
	return u.Redacted()
}

// oneLine keeps the cause of a connection failure and drops the list of what was tried.
func oneLine(err error) error {
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) {
		first, _, _ := strings.Cut(ce.Unwrap().Error(), "\n")
		return fmt.Errorf("cannot connect to PostgreSQL: %s", first)
	}
	return err
}

func (e *postgresEngine) look(ctx context.Context, f func(session) error) error {
	return oneLine(e.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return f(pgSession{c}) }))
}

func (e *postgresEngine) read(ctx context.Context, f func(session) error) error {
	return e.inTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
}

// write tries again when the server gave up a transaction in favour of another one.
func (e *postgresEngine) write(ctx context.Context, f func(session) error) error {
	for try := 1; ; try++ {
		err := e.inTx(ctx, pgx.TxOptions{}, f)
		var pe *pgconn.PgError
		if !errors.As(err, &pe) || pe.Code != "40P01" && pe.Code != "40001" || try == 5 {
			return err
		}
	}
}

// shared needs nothing more than write: the server writes the commits of one moment to the disk together.
func (e *postgresEngine) shared(ctx context.Context, f func(session) error) error {
	return e.write(ctx, f)
}

func (e *postgresEngine) inTx(ctx context.Context, o pgx.TxOptions, f func(session) error) error {
	return oneLine(pgx.BeginTxFunc(ctx, e.pool, o, func(tx pgx.Tx) error { return f(pgSession{tx}) }))
}

// locked keeps the other processes out until the transaction ends.
func (e *postgresEngine) locked(ctx context.Context, f func(session) error) error {
	return e.write(ctx, func(s session) error {
		if _, err := s.exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(schemaLock)); err != nil {
			return err
		}
		return f(s)
	})
}

func (e *postgresEngine) clashed(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505" // unique_violation
}

func (e *postgresEngine) dialect() *dialect { return &postgresDialect }

var postgresDialect = dialect{
	migrations: "migrations/postgres",
	forUpdate:  " FOR UPDATE",
	forShare:   " FOR SHARE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	arrays:     true,
	// To make the index of all rows at once takes a small part of the time that it takes row by row.
	beforeTexts: []string{"DROP INDEX article_text_words"},
	afterTexts: []string{"SET LOCAL maintenance_work_mem = '256MB'",
		"CREATE INDEX article_text_words ON article_text USING gin (words) WITH (gin_pending_list_limit = 256)"}, // a search reads all that is pending
	indexText: `INSERT INTO article_text (article_id, words) VALUES ($1, $2::text::tsvector)`,
	indexAgain: `INSERT INTO article_text (article_id, words) VALUES ($1, $2::text::tsvector)
		ON CONFLICT (article_id) DO UPDATE SET words = excluded.words`,
	indexed: indexedVector,
	grammar: &tsquery,
	// MATERIALIZED, or the planner might read all articles between the two ids.
	hits: `WITH every AS MATERIALIZED (SELECT article_id AS id FROM article_text WHERE words @@ $4::text::tsquery)
		SELECT id FROM every WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3`,
}

func (e *postgresEngine) tell() {
	select {
	case e.told <- struct{}{}:
	default: // one is waiting already
	}
}

// notify tells the other processes, at most twenty times a second and never inside a commit.
func (e *postgresEngine) notify(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.told:
		}
		// A lost NOTIFY is made up for by wakeAnyway.
		e.pool.Exec(ctx, "SELECT pg_notify($1, '')", channel)
		select {
		case <-ctx.Done():
			return
		case <-time.After(notifyEvery):
		}
	}
}

func (e *postgresEngine) wake(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, wakeAnyway)
	defer cancel()
	if e.listening == nil {
		c, err := pgx.ConnectConfig(wait, e.pool.Config().ConnConfig)
		if err == nil {
			_, err = c.Exec(wait, "LISTEN "+channel)
		}
		if err != nil {
			<-wait.Done() // the server is away: look again later
			return ctx.Err()
		}
		e.listening = c
	}
	if _, err := e.listening.WaitForNotification(wait); err != nil && !pgconn.Timeout(err) {
		e.listening.Close(context.WithoutCancel(ctx))
		e.listening = nil
	}
	return ctx.Err()
}

func (e *postgresEngine) close() error {
	e.stop()
	e.wg.Wait()
	if e.listening != nil {
		e.listening.Close(context.Background())
	}
	e.pool.Close()
	return nil
}

// pgSession runs statements in a transaction, or each in one of its own.
type pgSession struct {
	on interface {
		Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
		CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
	}
}

func (s pgSession) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := s.on.Exec(ctx, query, args...)
	return tag.RowsAffected(), err
}

func (s pgSession) query(ctx context.Context, scan func(rowScanner) error, query string, args ...any) error {
	rows, err := s.on.Query(ctx, query, args...)
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

// each sends all of them in one round trip.
func (s pgSession) each(ctx context.Context, steps ...step) error {
	var b pgx.Batch
	for _, st := range steps {
		for _, a := range st.args {
			b.Queue(st.query, a...)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return s.on.SendBatch(ctx, &b).Close()
}
