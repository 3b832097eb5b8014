package storage

import (
	"context"
	"fmt"
	"time"

	"tributary/feeds"
)

// Volume counts the entries of topics, all configured ones when none is named: how many came in each of n
// steps from since on, by topic. Topics that are not configured are not in it.
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
		ids := make([]int64, 0, len(slugs))
		for id := range slugs {
			ids = append(ids, id)
		}
		cond, args := among(d.engine, "topic_id", 4, ids)
		return s.query(ctx, func(r rowScanner) error {
			var id int64
			var at, entries int
			err := r.Scan(&id, &at, &entries)
			counts[slugs[id]][at] = entries
			return err
		}, `SELECT topic_id, (at - $1) / $2 AS step, count(*) FROM entry WHERE at >= $1 AND at < $3 AND `+cond+` GROUP BY topic_id, step`,
			append([]any{since.UnixMilli(), step.Milliseconds(), since.Add(time.Duration(n) * step).UnixMilli()}, args...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("count entries: %w", err)
	}
	return counts, nil
}

// Shares says which sources a topic's entries since a moment come from, the one with the most first.
func (d *DB) Shares(ctx context.Context, topic string, since time.Time) (shares []feeds.Share, err error) {
	err = d.engine.read(ctx, func(s session) error {
		shares = nil
		return s.query(ctx, func(r rowScanner) error {
			var sh feeds.Share
			err := r.Scan(&sh.Source.URL, &sh.Source.Title, &sh.Source.SiteURL, &sh.Entries)
			shares = append(shares, sh)
			return err
		}, `SELECT s.url, CASE WHEN s.title = '' THEN s.own_title ELSE s.title END, s.site_url, n.entries
			FROM (SELECT a.source_id, count(*) AS entries FROM entry e JOIN article a ON a.id = e.article_id
				WHERE e.topic_id = (SELECT id FROM topic WHERE slug = $1 AND active = 1) AND e.at >= $2 GROUP BY a.source_id) AS n
			JOIN source s ON s.id = n.source_id ORDER BY n.entries DESC, s.id`, topic, since.UnixMilli())
	})
	if err != nil {
		return nil, fmt.Errorf("count the sources of topic %s: %w", topic, err)
	}
	return shares, nil
}
