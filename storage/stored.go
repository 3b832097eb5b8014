package storage

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"tributary/feeds"
)

// readTogether is how many articles one statement of Stored reads.
const readTogether = 500

// Stored calls visit with every article first seen since a moment, the newest first, and before that begin
// with their number; all of one snapshot. An article's source has all that articles are judged by. An error of
// visit ends it.
func (d *DB) Stored(ctx context.Context, since time.Time, begin func(total int), visit func(feeds.Stored) error) error {
	first := max(0, since.UnixMilli()) << 20
	err := d.engine.read(ctx, func(s session) error {
		var total int
		if _, err := one(ctx, s, []any{&total}, `SELECT count(*) FROM article WHERE id >= $1`, first); err != nil {
			return err
		}
		begin(total)
		for below := int64(never); ; {
			rows, err := d.storedArticles(ctx, s, `a.id < $1 AND a.id >= $2 ORDER BY a.id DESC LIMIT $3`, below, first, readTogether)
			if err != nil || len(rows) == 0 {
				return err
			}
			below = rows[len(rows)-1].id
			topics, err := topicsOf(ctx, s, below, rows[0].id)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := visit(feeds.Stored{Article: r.Article, Topics: topics[r.id], Copies: r.copies()}); err != nil {
					return err
				}
			}
		}
	})
	if err != nil {
		return fmt.Errorf("read the stored articles: %w", err)
	}
	return nil
}

// topicsOf gives the configured topics that have the articles of a stretch of ids.
func topicsOf(ctx context.Context, s session, first, last int64) (map[int64][]string, error) {
	topics := map[int64][]string{}
	err := s.query(ctx, func(r rowScanner) error {
		var id int64
		var slug string
		err := r.Scan(&id, &slug)
		topics[id] = append(topics[id], slug)
		return err
	}, `SELECT e.article_id, t.slug FROM entry e JOIN topic t ON t.id = e.topic_id
		WHERE e.article_id >= $1 AND e.article_id <= $2 AND t.active = 1 ORDER BY e.article_id, t.id`, first, last)
	return topics, err
}

// copies is a number that copies have in common.
func (row *planned) copies() uint64 {
	h := fnv.New64a()
	h.Write(row.canon)
	h.Write([]byte(words(row.Title)))
	return h.Sum64()
}
