package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// TestSharedCommits: whatever becomes of those that it shares a commit with, a transaction is kept whole
// when it succeeds and leaves no trace when it fails.
func TestSharedCommits(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := db.engine.(*sqliteEngine)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	errRefused := errors.New("refused")
	const all = 300

	var wg sync.WaitGroup
	writer := <-e.w.free // nobody begins before all are there
	for n := range all {
		wg.Go(func() {
			ctx, want := t.Context(), error(nil)
			switch n % 7 {
			case 3:
				want = errRefused
			case 5:
				ctx, want = cancelled, context.Canceled
			}
			err := e.shared(ctx, func(s session) error {
				for half := range 2 {
					if _, err := s.exec(ctx, "INSERT INTO host (name, due_at) VALUES ($1, 0)", fmt.Sprint(n, "/", half)); err != nil {
						return err
					}
				}
				if n%7 == 3 {
					return errRefused
				}
				return nil
			})
			if !errors.Is(err, want) {
				t.Errorf("%d: %v", n, err)
			}
		})
	}
	e.w.free <- writer
	wg.Wait()

	var got, want []string
	for n := range all {
		if n%7 != 3 && n%7 != 5 {
			want = append(want, fmt.Sprint(n, "/", 0), fmt.Sprint(n, "/", 1))
		}
	}
	err = e.read(t.Context(), func(s session) error {
		return s.query(t.Context(), func(r rowScanner) error {
			got = append(got, "")
			return r.Scan(&got[len(got)-1])
		}, "SELECT name FROM host")
	})
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v: %d rows, want %d", err, len(got), len(want))
	}
}

// TestLostTransaction: when a transaction that several share is lost, each is tried alone.
func TestLostTransaction(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := db.engine.(*sqliteEngine)
	insert := func(name string, lose bool) *unit {
		return &unit{t.Context(), func(s session) error {
			if _, err := s.exec(t.Context(), "INSERT INTO host (name, due_at) VALUES ($1, 0)", name); err != nil || !lose {
				return err
			}
			if _, err := s.exec(t.Context(), "ROLLBACK"); err != nil { // as SQLite does when the disk is full
				return err
			}
			return errors.New("the disk is full")
		}, make(chan error, 1)}
	}
	units := []*unit{insert("a", false), insert("b", true), insert("c", false)}
	c := <-e.w.free
	commitTogether(c, e.w.begin, units)
	e.w.free <- c
	for i, fails := range []bool{false, true, false} {
		if err := <-units[i].done; err != nil != fails {
			t.Errorf("%d: %v", i, err)
		}
	}
	var n int
	err = e.read(t.Context(), func(s session) error {
		_, err := one(t.Context(), s, []any{&n}, "SELECT count(*) FROM host")
		return err
	})
	if err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

// TestCancelledBeginning: a context that ends while a transaction begins leaves the writer free for others.
func TestCancelledBeginning(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 3000 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		err := db.engine.write(ctx, func(session) error { return nil })
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

// TestPanicInTransaction: it is the error of its own caller, and the writer is there for the next.
func TestPanicInTransaction(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	e := db.engine.(*sqliteEngine)
	writer := <-e.w.free // nobody begins before all are there
	var wg sync.WaitGroup
	for n := range 10 {
		wg.Go(func() {
			err := e.shared(t.Context(), func(session) error {
				if n == 3 {
					panic("a bug")
				}
				return nil
			})
			if (err != nil) != (n == 3) {
				t.Errorf("%d: %v", n, err)
			}
		})
	}
	e.w.free <- writer
	wg.Wait()
}
