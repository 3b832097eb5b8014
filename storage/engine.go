package storage

import (
	"context"
	"fmt"
	"strings"
)

// engine is one kind of database. What differs in the text of statements is its dialect; what differs
// in how they are run, told of and copied are its methods.
type engine interface {
	transactor
	signaller
	loader
	dialect() *dialect
	clashed(err error) bool             // whether a row was there already that nobody else should have written
	optimise(ctx context.Context) error // renews what the planner of queries knows, where that is not the engine's own affair
	close() error
}

// transactor runs f in a transaction. What f does is kept whole when it returns nil, and leaves no trace
// otherwise; f may be run again when the engine gave a transaction up.
type transactor interface {
	look(ctx context.Context, f func(session) error) error   // each statement sees what is committed by then
	read(ctx context.Context, f func(session) error) error   // on one snapshot
	write(ctx context.Context, f func(session) error) error  // beside others
	shared(ctx context.Context, f func(session) error) error // as write, for small ones: several may be one commit
	locked(ctx context.Context, f func(session) error) error // alone among those that are locked
}

// signaller tells processes of each other's commits.
type signaller interface {
	tell()                          // topics moved
	wake(ctx context.Context) error // returns when some may have
}

// loader is what a copy from one engine to another needs.
type loader interface {
	columns(ctx context.Context, s session, table string) ([]string, error) // names, in order
	load(ctx context.Context, s session, table string, columns []string, rows [][]any) error
	settle(ctx context.Context, s session) error // makes good what load leaves out: sequences
}

// dialect is what differs in the text of statements. Both engines take the placeholders $1, $2 and know
// the function now_ms().
type dialect struct {
	migrations string // folder of the embedded schema
	forUpdate  string // ends a SELECT whose rows the transaction will change; "" where the writer is alone
	forShare   string // ends a SELECT whose rows nobody may change until the transaction ends
	skipLocked string // as forUpdate, passing over rows that another transaction holds
	arrays     bool   // whether a list can be one argument

	beforeTexts, afterTexts []string // statements around the filling of an empty full-text index

	indexText  string                                             // puts an article's text into the full-text index
	indexAgain string                                             // the same for an article that may be there
	indexed    func(id int64, title, summary, marks string) []any // the arguments of these two
	grammar    *grammar                                           // of $4 in hits
	hits       string                                             // the articles with ids below $1 and from $2 on, at most $3, the newest first, that the index finds for $4
	streams    bool                                               // whether hits finds no more than it gives: others are asked slice by slice
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

// among gives the condition that column is one of values, with its arguments from $first on. Without
// arrays the list is written out, padded to a power of two so that few statements are prepared.
func among[T any](e engine, column string, first int, values []T) (string, []any) {
	if e.dialect().arrays {
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

// one is query for statements that give at most one row; it says whether there was one.
func one(ctx context.Context, s session, dest []any, query string, args ...any) (found bool, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		found = true
		return r.Scan(dest...)
	}, query, args...)
	return found, err
}
