package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/feeds"
)

// Volume counts the entries of topics, all configured ones when none is named: how many came in each of n
// steps, one at least, from since on, by topic. Topics that are not configured are not in it.
func (d *DB) Volume(ctx context.Context, since time.Time, step time.Duration, n int, topics ...string) (counts map[string][]int, err error) {
	cond, args := `active = 1`, []any(nil)
	if len(topics) > 0 {
		cond, args = among(d.engine, "slug", 1, topics)
		cond += ` AND active = 1`
	}
	err = d.engine.read(ctx, func(s session) error {
		counts = map[string][]int{}
		slugs := map[int64]string{}
		err := s.query(ctx, func(r rowScanner) error {
			var id int64
			var slug string
			err := r.Scan(&id, &slug)
			slugs[id], counts[slug] = slug, make([]int, n)
			return err
		}, `SELECT id, slug FROM topic WHERE `+cond, args...)
		if err != nil || len(slugs) == 0 {
			return err
		}
		cond, args := among(d.engine, "t.id", 4, slices.Collect(maps.Keys(slugs)))
		// A count of each stretch of the index; grouping would sort all entries.
		return s.query(ctx, func(r rowScanner) error {
			var id int64
			var at, entries int
			err := r.Scan(&id, &at, &entries)
			counts[slugs[id]][at] = entries
			return err
		}, `WITH RECURSIVE step(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM step WHERE i + 1 < $3)
			SELECT t.id, i, (SELECT count(*) FROM entry e WHERE e.topic_id = t.id AND e.at >= $1 + i * $2 AND e.at < $1 + (i + 1) * $2)
			FROM topic t CROSS JOIN step WHERE i < $3 AND `+cond,
			append([]any{since.UnixMilli(), step.Milliseconds(), n}, args...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("count entries: %w", err)
	}
	return counts, nil
}

// mostShared is how many entries Shares counts at most: it reads each one's article.
const mostShared = 10_000

// Shares says which sources a topic's entries since a moment come from, the one with the most first. Of
// more than 10,000 entries it counts the newest.
func (d *DB) Shares(ctx context.Context, topic string, since time.Time) (shares []feeds.Share, err error) {
	err = d.engine.read(ctx, func(s session) error {
		shares = nil
		return s.query(ctx, func(r rowScanner) error {
			var sh feeds.Share
			err := r.Scan(&sh.Source.URL, &sh.Source.Title, &sh.Source.SiteURL, &sh.Entries)
			shares = append(shares, sh)
			return err
		}, `SELECT s.url, CASE WHEN s.title = '' THEN s.own_title ELSE s.title END, s.site_url, n.entries
			FROM (SELECT a.source_id, count(*) AS entries FROM (
					SELECT article_id FROM entry WHERE topic_id = (SELECT id FROM topic WHERE slug = $1 AND active = 1) AND at >= $2
					ORDER BY at DESC, seq DESC LIMIT $3) AS e
				JOIN article a ON a.id = e.article_id GROUP BY a.source_id) AS n
			JOIN source s ON s.id = n.source_id ORDER BY n.entries DESC, s.id`, topic, since.UnixMilli(), mostShared)
	})
	if err != nil {
		return nil, fmt.Errorf("count the sources of topic %s: %w", topic, err)
	}
	return shares, nil
}
