package storage

import (
	"context"
	"fmt"
	"time"
)

// shown is how many of a topic's newest entries its documents may show. Retention leaves them, so it
// never changes a document.
const shown = 50

// unseen is the condition that no topic's documents show article a.
var unseen = fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM entry e WHERE e.article_id = a.id AND %d > (
	SELECT count(*) FROM (SELECT 1 FROM entry n WHERE n.topic_id = e.topic_id AND (n.at, n.seq) > (e.at, e.seq) LIMIT %[1]d) AS newer))`, shown)

// Prune removes up to limit articles in one transaction, with content, entries and index: those that
// we first saw before cutoff, and of each source all but the newest perSource. It gives how many it
// removed; 0 when there is nothing to remove now. A zero cutoff or perSource removes nothing.
//
// Articles that a topic's documents show stay, so documents, their revisions and the order of entries
// do not change. What the articles were known by stays for ever: one that its source still lists, or
// lists again, does not come back as new.
func (d *DB) Prune(ctx context.Context, cutoff time.Time, perSource, limit int) (n int, err error) {
	var ids []int64
	err = d.engine.read(ctx, func(s session) error {
		ids, err = prunable(ctx, s, cutoff, perSource, limit)
		return err
	})
	if err == nil && len(ids) > 0 {
		err = d.engine.write(ctx, func(s session) error {
			n, err = d.remove(ctx, s, ids)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("remove old articles: %w", err)
	}
	return n, nil
}

// prunable looks for articles to remove, oldest first.
func prunable(ctx context.Context, s session, cutoff time.Time, perSource, limit int) (ids []int64, err error) {
	scan := func(r rowScanner) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}
	if !cutoff.IsZero() {
		err = s.query(ctx, scan, `SELECT a.id FROM article a WHERE a.id < $1 AND `+unseen+` ORDER BY a.id LIMIT $2`,
			cutoff.UnixMilli()<<20, limit)
	}
	if err != nil || perSource == 0 || len(ids) > 0 {
		return ids, err
	}
	err = s.query(ctx, scan, `
		SELECT a.id FROM article a JOIN (
			SELECT s.id, (SELECT o.id FROM article o WHERE o.source_id = s.id ORDER BY o.id DESC LIMIT 1 OFFSET $1) AS newest
			FROM source s) AS over ON a.source_id = over.id AND a.id <= over.newest
		WHERE `+unseen+` LIMIT $2`, perSource, limit)
	return ids, err
}

// remove deletes those of the articles that nobody is writing to and no document has begun to show.
func (d *DB) remove(ctx context.Context, s session, ids []int64) (n int, err error) {
	var mine []int64
	cond, args := among(d.engine, "a.id", 1, ids)
	err = s.query(ctx, func(r rowScanner) error {
		var id int64
		err := r.Scan(&id)
		mine = append(mine, id)
		return err
	}, `SELECT a.id FROM article a WHERE `+cond+d.engine.skipLocked(), args...)
	if err != nil || len(mine) == 0 {
		return 0, err
	}
	cond, args = among(d.engine, "a.id", 1, mine)
	gone, err := s.exec(ctx, `DELETE FROM article AS a WHERE `+cond+` AND `+unseen, args...)
	return int(gone), err
}

// Optimise lets SQLite renew what its planner knows of the data. PostgreSQL does so by itself.
func (d *DB) Optimise(ctx context.Context) error {
	if err := d.engine.optimise(ctx); err != nil {
		return fmt.Errorf("optimise the database: %w", err)
	}
	return nil
}
