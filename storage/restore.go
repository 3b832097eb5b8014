package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Restoring says how a backup is put in place.
type Restoring struct {
	Force bool          // keep the database that is there aside and replace it
	Wait  time.Duration // no source is visited sooner: what was fetched since the backup is not known
}

// Restored says what a restore came to.
type Restored struct {
	Counts Counts
	Aside  string // where the earlier database is kept; "" when there was none
}

// Restore reads a backup through and makes it the database that dsn names. Ids, validators, order and
// sequence numbers are those of the backup. Every topic gets a new revision of the present moment, so
// that a reader whose copy is newer than the backup is given the restored one, and Last-Modified does
// not go back; and the next visit of each source is back-fill, so that what comes back then is not
// announced a second time.
//
// A file that exists is refused, or with Force kept as FILE.before-restore-TIME. A PostgreSQL database
// must be empty.
func Restore(ctx context.Context, backup, dsn string, how Restoring) (done Restored, err error) {
	if isPostgres(dsn) {
		done.Counts, err = restorePostgres(ctx, backup, dsn, how)
	} else {
		done, err = restoreFile(ctx, backup, dsn, how)
	}
	if err != nil {
		return Restored{}, fmt.Errorf("restore %s to %s: %w", backup, Name(dsn), err)
	}
	return done, nil
}

func restorePostgres(ctx context.Context, backup, dsn string, how Restoring) (counts Counts, err error) {
	dir, err := os.MkdirTemp("", "tributary-restore-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ready := filepath.Join(dir, "ready.db")
	if counts, err = prepare(ctx, backup, ready, how.Wait); err != nil {
		return nil, err
	}
	if _, err := copyDatabase(ctx, ready, dsn, func(int64, int64) {}); err != nil {
		return nil, err
	}
	return counts, nil
}

func restoreFile(ctx context.Context, backup, file string, how Restoring) (done Restored, err error) {
	if err := writable(file); err != nil {
		return done, err
	}
	if err := replaceable(ctx, file, how.Force); err != nil {
		return done, err
	}
	err = intoFile(file, func(partial string) error {
		if done.Counts, err = prepare(ctx, backup, partial, how.Wait); err != nil {
			return err
		}
		if err := replaceable(ctx, file, how.Force); err != nil { // somebody may have come meanwhile
			return err
		}
		done.Aside, err = putAside(file, time.Now())
		return err
	})
	return done, err
}

// replaceable says whether another database may take the place of a file: it is not there, or it may
// be replaced and nobody uses it. A damaged one may be, too.
func replaceable(ctx context.Context, file string, force bool) error {
	if _, err := os.Stat(file); err != nil {
		return nil
	}
	if !force {
		return errors.New("there is a database already; --force keeps it aside and puts the backup in its place")
	}
	h, err := readHeader(file)
	if err != nil || !h.sqlite { // nobody runs on that, and SQLite would remove its -wal
		return err
	}
	if err := oneFile(ctx, file); errors.Is(err, errInUse) {
		return err
	}
	return nil
}

// putAside keeps a database under another name, with what a damaged one has beside it. The file itself
// stays as well until it is replaced, so that there is never no database where one was.
func putAside(file string, now time.Time) (aside string, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", nil
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("it is not a regular file")
	}
	aside = file + ".before-restore-" + now.UTC().Format(stamp)
	for _, suffix := range sidecars {
		if _, err := os.Stat(file + suffix); err == nil {
			if err := os.Rename(file+suffix, aside+suffix); err != nil {
				return "", cause(err)
			}
		}
	}
	if err := os.Link(file, aside); err != nil { // not every file system has links
		if err := os.Rename(file, aside); err != nil {
			return "", fmt.Errorf("keep the earlier database as %s: %w", aside, cause(err))
		}
	}
	return aside, nil
}

// prepare checks a backup and makes a file of it that the service can run on.
func prepare(ctx context.Context, backup, file string, wait time.Duration) (Counts, error) {
	if err := exists(backup); err != nil {
		return nil, err
	}
	if info, err := os.Stat(backup + "-wal"); err == nil && info.Size() > 0 {
		return nil, errors.New("that is a database that the service runs on, no backup: it has a -wal file beside it; use tributary backup to copy it")
	}
	counts, err := verify(ctx, backup)
	if err != nil {
		return nil, err
	}
	if err := copyFile(ctx, backup, file); err != nil {
		return nil, err
	}
	if err := renew(ctx, file, wait); err != nil {
		return nil, err
	}
	return counts, oneFile(ctx, file)
}

// renew brings a restored database to the present.
func renew(ctx context.Context, file string, wait time.Duration) (err error) {
	db, err := Open(ctx, file, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.engine.write(ctx, func(s session) error {
		// What was announced stays announced, and what was not still will be.
		if _, err := s.exec(ctx, `UPDATE topic SET announced = CASE WHEN announced >= version THEN version + 1 ELSE announced END, `+revise); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE source SET last_success = 0, due_at = CASE WHEN due_at > now_ms() + $1 THEN due_at ELSE now_ms() + $1 END`,
			wait.Milliseconds()); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `UPDATE host SET owner = '', token = token + 1`); err != nil {
			return err
		}
		return wakeHosts(ctx, s)
	})
}

// copyFile copies a file, and ends early when ctx does.
func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return cause(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cause(err)
	}
	_, err = io.Copy(out, untilDone{ctx, in})
	return cause(errors.Join(err, out.Close()))
}

// untilDone is a reader that fails once its context has ended.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
