package storage

import (
	"context"

	"tributary/feeds"
)

// TextVersion is the first schema whose full-text index needs nothing done.
const TextVersion = textVersion

// Insert runs a statement for every row, in one transaction.
func (d *DB) Insert(ctx context.Context, query string, rows [][]any) error {
	return d.engine.write(ctx, func(s session) error { return s.each(ctx, step{query, rows}) })
}

// Index fills the full-text index, which is empty.
func (d *DB) Index(ctx context.Context) error {
	return d.engine.write(ctx, func(s session) error { return index(ctx, s, d.engine.dialect()) })
}

// IndexStatement puts what IndexedRow gives into the index of a database.
func IndexStatement(dsn string) string { return dialectOf(dsn).indexText }

// IndexedRow is an article in the index of a database.
func IndexedRow(dsn string, id, source int64, title, summary, language string) []any {
	return dialectOf(dsn).indexed(id, title, summary, marks(source, language))
}

func dialectOf(dsn string) *dialect {
	if isPostgres(dsn) {
		return &postgresDialect
	}
	return &sqliteDialect
}

// SearchWays gives the ids that each way of searching finds alone, in steps that begin small; nil for what it
// cannot find.
func (d *DB) SearchWays(ctx context.Context, want feeds.Search) (walked, asked []int64, err error) {
	q, err := parseQuery(want.Text)
	if err != nil {
		return nil, nil, err
	}
	err = d.engine.read(ctx, func(s session) error {
		h, err := d.hunt(ctx, s, q, want)
		if err != nil || h == nil {
			return err
		}
		walk, ask := &way{h.walk, trail{below: h.below}}, &way{h.ask, trail{below: h.below}}
		if walked, err = walk.whole(ctx); err == nil && h.text != "" {
			asked, err = ask.whole(ctx)
		}
		return err
	})
	return walked, asked, err
}

func (w *way) whole(ctx context.Context) ([]int64, error) {
	for steps := 3; ; steps *= 2 {
		if done, err := w.further(ctx, &w.trail, steps); done || err != nil {
			return append([]int64{}, w.found...), err
		}
	}
}

// SliceMarks and AgeMarks are the two sides of the marks of age.
func SliceMarks(first, below int64) []string { return sliceMarks(first, below) }
func AgeMarks(id int64) string               { return ageMarks(id) }

// HoldSearches takes the places of all searches until release is called.
func (d *DB) HoldSearches() (release func()) {
	for range cap(d.searching) {
		d.searching <- struct{}{}
	}
	return func() {
		for range cap(d.searching) {
			<-d.searching
		}
	}
}
