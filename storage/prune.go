package storage

import (
	"context"
	"fmt"
	"time"

	"tributary/feeds"
)

// unseen is the condition that no topic's documents show article a.
var unseen = fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM entry e WHERE e.article_id = a.id AND %d > (
	SELECT count(*) FROM (SELECT 1 FROM entry n WHERE n.topic_id = e.topic_id AND (n.at, n.seq) > (e.at, e.seq) LIMIT %[1]d) AS newer))`, feeds.DefaultWindow.Least)

// Prune removes articles with content, entries and index: those that we first saw before cutoff, and of
// each source all but the newest perSource. It takes many small transactions, of up to limit articles
// each, so that visits need not wait. It gives how many it removed, also when it fails half-way. A zero
// cutoff or perSource removes nothing.
//
// Articles that a topic's documents show stay, so documents, their revisions and the order of entries
// do not change. What the articles were known by stays for ever: one that its source still lists, or
// lists again, does not come back as new.
func (d *DB) Prune(ctx context.Context, cutoff time.Time, perSource, limit int) (n int, err error) {
	stretches, err := d.stretches(ctx, cutoff, perSource)
	for _, st := range stretches {
		var removed int
		removed, err = d.pruneStretch(ctx, st, limit)
		n += removed
		if err != nil {
			break
		}
	}
	if err != nil {
		return n, fmt.Errorf("remove old articles: %w", err)
	}
	return n, nil
}

// stretch is articles that are to go: those of a source, or of all when it is 0, up to an id.
type stretch struct{ source, last int64 }

func (d *DB) stretches(ctx context.Context, cutoff time.Time, perSource int) (stretches []stretch, err error) {
	if !cutoff.IsZero() {
		stretches = append(stretches, stretch{last: cutoff.UnixMilli()<<20 - 1})
	}
	if perSource == 0 {
		return stretches, nil
	}
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			var st stretch
			err := r.Scan(&st.source, &st.last)
			if st.last > 0 {
				stretches = append(stretches, st)
			}
			return err
		}, `SELECT s.id, coalesce((SELECT a.id FROM article a WHERE a.source_id = s.id ORDER BY a.id DESC LIMIT 1 OFFSET $1), 0)
			FROM source s ORDER BY s.id`, perSource)
	})
	return stretches, err
}

func (d *DB) pruneStretch(ctx context.Context, st stretch, limit int) (n int, err error) {
	query := `SELECT a.id FROM article a WHERE a.id > $1 AND a.id <= $2 AND ` + unseen
	if st.source != 0 {
		query += ` AND a.source_id = $4`
	}
	query += ` ORDER BY a.id LIMIT $3`
	for after := int64(0); ; {
		var ids []int64
		args := []any{after, st.last, limit}
		if st.source != 0 {
			args = append(args, st.source)
		}
		err = d.engine.read(ctx, func(s session) error {
			ids, err = column(ctx, s, query, args...)
			return err
		})
		if err != nil || len(ids) == 0 {
			return n, err
		}
		var removed int64
		err = d.engine.write(ctx, func(s session) error {
			removed, err = d.remove(ctx, s, ids)
			return err
		})
		if err != nil {
			return n, err
		}
		n += int(removed)
		after = ids[len(ids)-1]
	}
}

// column gives the ids that a query finds.
func column(ctx context.Context, s session, query string, args ...any) (ids []int64, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, query, args...)
	return ids, err
}

// remove deletes those of the articles that nobody is writing to and no document has begun to show.
func (d *DB) remove(ctx context.Context, s session, ids []int64) (n int64, err error) {
	cond, args := among(d.engine, "a.id", 1, ids)
	mine, err := column(ctx, s, `SELECT a.id FROM article a WHERE `+cond+d.engine.dialect().skipLocked, args...)
	if err != nil || len(mine) == 0 {
		return 0, err
	}
	cond, args = among(d.engine, "a.id", 1, mine)
	return s.exec(ctx, `DELETE FROM article AS a WHERE `+cond+` AND `+unseen, args...)
}

// Optimise lets SQLite renew what its planner knows of the data. PostgreSQL does so by itself.
func (d *DB) Optimise(ctx context.Context) error {
	if err := d.engine.optimise(ctx); err != nil {
		return fmt.Errorf("optimise the database: %w", err)
	}
	return nil
}
