package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tributary/feeds"
)

// unseen is the condition that no document shows article a, but for archives: its entries are in no topic's
// window, whether in all languages or in its own, and all are older than $first, where the window of all
// topics together ends. Not more is counted than the deepest windows have, $first+1 and $first+2.
func unseen(first int) string {
	const language = `FROM entry n WHERE n.topic_id = e.topic_id AND n.language = e.language`
	fewer := func(limit int, than string) string {
		return fmt.Sprintf(`%s > (SELECT count(*) FROM (SELECT 1 %s AND (n.at, n.seq) > (e.at, e.seq) LIMIT $%d) AS newer)`, than, language, limit)
	}
	return fmt.Sprintf(`NOT EXISTS (SELECT 1 FROM entry e JOIN topic t ON t.id = e.topic_id WHERE e.article_id = a.id AND (e.at >= $%d
		OR CASE WHEN e.at < (SELECT max(n.at) %s) - t.shown_span THEN %s ELSE %s END))`,
		first, language, fewer(first+1, "t.shown_least"), fewer(first+2, "t.shown_most"))
}

// display is what documents show when retention begins.
type display struct {
	args []any          // of unseen
	told map[int64]bool // articles in the windows of topics that show stories, which may lie deeper than unseen looks
}

func (d *DB) shownNow(ctx context.Context) (now display, err error) {
	err = d.engine.read(ctx, func(s session) error {
		all, err := d.window(ctx, s, 0, feeds.Query{})
		if err != nil {
			return err
		}
		end, least, most := int64(never), 0, 0
		if len(all) > 0 {
			end = all[len(all)-1].at
		}
		_, err = one(ctx, s, []any{&least, &most}, `SELECT coalesce(max(shown_least), 0), coalesce(max(shown_most), 0) FROM topic`)
		if err != nil {
			return err
		}
		now = display{args: []any{end, least, most}}
		now.told, err = d.toldNow(ctx, s)
		return err
	})
	return now, err
}

// toldNow gives the articles in the windows of topics that show stories, in all languages and in each.
func (d *DB) toldNow(ctx context.Context, s session) (told map[int64]bool, err error) {
	type stream struct {
		topic int64
		feeds.Query
	}
	var streams []stream
	err = s.query(ctx, func(r rowScanner) error {
		var st stream
		var span int64
		err := r.Scan(&st.topic, &st.Language, &st.Window.Least, &span, &st.Window.Most)
		st.Window.Span = time.Duration(span) * time.Millisecond
		streams = append(streams, st)
		return err
	}, `SELECT id, '', shown_least, shown_span, shown_most FROM topic t WHERE active = 1 AND `+tells+`
		UNION SELECT id, e.language, shown_least, shown_span, shown_most FROM topic t JOIN entry e ON e.topic_id = t.id
		WHERE active = 1 AND `+tells)
	if err != nil {
		return nil, err
	}
	told = map[int64]bool{}
	for _, st := range streams {
		shown, err := d.window(ctx, s, st.topic, st.Query)
		if err != nil {
			return nil, err
		}
		for _, c := range shown {
			told[c.article] = true
		}
	}
	return told, nil
}

// Prune removes articles with content, entries and index: those that we first saw before cutoff, and of
// each source all but the newest perSource. It takes many small transactions, of up to limit articles
// each, so that visits need not wait. It gives how many it removed, also when it fails half-way. A zero
// cutoff or perSource removes nothing.
//
// Articles in the window of a topic stay, and so do those that all topics together show: documents, their
// revisions and the order of entries do not change. Archive documents lose what goes, in the end all of
// it: see Page. What the articles were known by stays for ever: one that its source still lists, or lists
// again, does not come back as new.
func (d *DB) Prune(ctx context.Context, cutoff time.Time, perSource, limit int) (n int, err error) {
	if n, err = d.pruneAll(ctx, cutoff, perSource, limit); err != nil {
		return n, fmt.Errorf("remove old articles: %w", err)
	}
	return n, nil
}

func (d *DB) pruneAll(ctx context.Context, cutoff time.Time, perSource, limit int) (n int, err error) {
	stretches, err := d.stretches(ctx, cutoff, perSource)
	if err != nil || len(stretches) == 0 {
		return 0, err
	}
	shown, err := d.shownNow(ctx)
	if err != nil {
		return 0, err
	}
	for _, st := range stretches {
		removed, err := d.pruneStretch(ctx, st, limit, shown)
		if n += removed; err != nil {
			return n, err
		}
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

func (d *DB) pruneStretch(ctx context.Context, st stretch, limit int, shown display) (n int, err error) {
	query := `SELECT a.id FROM article a WHERE a.id > $1 AND a.id <= $2 AND ` + unseen(4)
	if st.source != 0 {
		query += ` AND a.source_id = $7`
	}
	query += ` ORDER BY a.id LIMIT $3`
	for after := int64(0); ; {
		var ids []int64
		args := append([]any{after, st.last, limit}, shown.args...)
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
			removed, err = d.remove(ctx, s, ids, shown)
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
func (d *DB) remove(ctx context.Context, s session, ids []int64, shown display) (n int64, err error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return shown.told[id] })
	if len(ids) == 0 {
		return 0, nil
	}
	cond, args := among(d.engine, "a.id", 1, ids)
	mine, err := column(ctx, s, `SELECT a.id FROM article a WHERE `+cond+d.engine.dialect().skipLocked, args...)
	if err != nil || len(mine) == 0 {
		return 0, err
	}
	if err := d.leaveStories(ctx, s, mine, shown); err != nil {
		return 0, err
	}
	cond, args = among(d.engine, "a.id", 1, mine)
	return s.exec(ctx, `DELETE FROM article AS a WHERE `+cond+` AND `+unseen(len(args)+1), append(args, shown.args...)...)
}

// Optimise lets SQLite renew what its planner knows of the data. PostgreSQL does so by itself.
func (d *DB) Optimise(ctx context.Context) error {
	if err := d.engine.optimise(ctx); err != nil {
		return fmt.Errorf("optimise the database: %w", err)
	}
	return nil
}
