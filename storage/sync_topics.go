package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"tributary/feeds"
)

// topicRow is a stored topic as Sync finds it.
type topicRow struct {
	id     int64
	face   []byte // digest of what its documents show beside the entries
	rule   string
	active bool
}

// syncTopics writes the topics that differ. Those whose rule does, and all when sources are judged
// otherwise, have their stored articles judged again. One that was renamed keeps all that it has.
func (d *DB) syncTopics(ctx context.Context, s session, topics []feeds.Topic, site string, sources []byte, otherwise bool) error {
	rows, origins, err := d.topicRows(ctx, s)
	if err != nil {
		return err
	}
	if err := rename(ctx, s, topics, rows); err != nil {
		return err
	}
	var added, changed, stale [][]any
	for _, t := range topics {
		face, w := topicFace(t, site, sources), keeps(t)
		have, known := rows[t.ID]
		delete(rows, t.ID)
		switch {
		case !known:
			added = append(added, []any{t.ID, face, w.Least, w.Span.Milliseconds(), w.Most, firstID(t.ID, origins)})
		case !have.active || !bytes.Equal(have.face, face):
			changed = append(changed, []any{t.ID, face, w.Least, w.Span.Milliseconds(), w.Most})
		}
		if !have.active || have.rule != t.Rule || otherwise {
			stale = append(stale, []any{t.ID, t.Rule})
		}
	}
	var gone [][]any
	for slug, t := range rows {
		if t.active {
			gone = append(gone, []any{slug})
		}
	}
	return s.each(ctx,
		step{`INSERT INTO topic (slug, active, face, changed_at, shown_least, shown_span, shown_most, origin) VALUES ($1, 1, $2, now_ms(), $3, $4, $5, $6)`, added},
		step{`UPDATE topic SET active = 1, face = $2, shown_least = $3, shown_span = $4, shown_most = $5, ` + quietly + revise + ` WHERE slug = $1`, changed},
		step{`UPDATE topic SET rule = $2, unjudged = (SELECT coalesce(max(id) + 1, 0) FROM article) WHERE slug = $1`, stale},
		step{`UPDATE topic SET active = 0, ` + quietly + revise + ` WHERE slug = $1`, gone},
	)
}

// topicRows locks the topics in the order in which visits do, and gives them by id, with every id that one
// of them began with.
func (d *DB) topicRows(ctx context.Context, s session) (rows map[string]topicRow, origins map[string]bool, err error) {
	rows, origins = map[string]topicRow{}, map[string]bool{}
	err = s.query(ctx, func(r rowScanner) error {
		var slug, origin string
		var t topicRow
		err := r.Scan(&slug, &t.id, &t.face, &t.rule, &t.active, &origin)
		rows[slug], origins[origin] = t, true
		return err
	}, `SELECT slug, id, face, rule, active = 1, origin FROM topic ORDER BY id`+d.engine.dialect().forUpdate)
	return rows, origins, err
}

// topicFace is a digest of what a topic's documents show beside its entries. Its id is in their addresses.
func topicFace(t feeds.Topic, site string, sources []byte) []byte {
	digest := sha256.Sum256(fmt.Appendf(nil, "%q%q%q%q%v%q%q%d%q%x", t.ID, t.Title, t.Description, t.Languages,
		window(t), t.Stories, t.Prefer, t.MinSources, site, sources))
	return digest[:]
}

func window(t feeds.Topic) feeds.Window { return cmp.Or(t.Window, feeds.DefaultWindow) }

// keeps is the part of a topic that retention leaves alone. Where not every entry is shown it is deeper
// than the window: the newest that are shown may stand anywhere in it.
func keeps(t feeds.Topic) feeds.Window {
	w := window(t)
	if t.Stories == feeds.OneEntry || t.MinSources > 1 {
		w.Least = w.Most
	}
	return w
}

// firstID is an id to begin with that no other topic has had: one that was renamed takes its own along.
func firstID(slug string, origins map[string]bool) string {
	origin := slug
	for n := 2; origins[origin]; n++ {
		origin = fmt.Sprint(slug, " ", n)
	}
	origins[origin] = true
	return origin
}

// rename gives stored topics the ids that the config has for them now: entries, their numbers and what
// their feeds are known by stay. A topic that is stored under its present id stays as it is, whatever it
// was called. The one whose renaming is taken back is found again by the id that it had.
func rename(ctx context.Context, s session, topics []feeds.Topic, rows map[string]topicRow) error {
	former, err := formerTopics(ctx, s)
	if err != nil {
		return err
	}
	present := map[int64]string{}
	for slug, t := range rows {
		present[t.id] = slug
	}
	configured := map[string]bool{}
	for _, t := range topics {
		configured[t.ID] = true
	}
	var renamed, given, taken [][]any
	for _, t := range topics {
		if _, known := rows[t.ID]; known {
			continue
		}
		for _, old := range append(slices.Clone(t.Formerly), present[former[t.ID]]) {
			row, known := rows[old]
			if !known || configured[old] {
				continue
			}
			renamed = append(renamed, []any{row.id, t.ID})
			given = append(given, []any{old, row.id})
			taken = append(taken, []any{t.ID})
			rows[t.ID] = row
			delete(rows, old)
			break
		}
	}
	return s.each(ctx,
		step{`UPDATE topic SET slug = $2 WHERE id = $1`, renamed},
		step{`INSERT INTO topic_former (slug, topic_id) VALUES ($1, $2) ON CONFLICT (slug) DO UPDATE SET topic_id = excluded.topic_id`, given},
		step{`DELETE FROM topic_former WHERE slug = $1`, taken})
}

// formerTopics gives the topics by the ids that they gave up.
func formerTopics(ctx context.Context, s session) (map[string]int64, error) {
	topics := map[string]int64{}
	err := s.query(ctx, func(r rowScanner) error {
		var slug string
		var id int64
		err := r.Scan(&slug, &id)
		topics[slug] = id
		return err
	}, `SELECT slug, topic_id FROM topic_former`)
	return topics, err
}

// Retired gives the ids of topics that were configured once and are not now, sorted: also those
// that a topic gave up.
func (d *DB) Retired(ctx context.Context) (slugs []string, err error) {
	err = d.engine.read(ctx, func(s session) error {
		slugs = nil
		return s.query(ctx, func(r rowScanner) error {
			var slug string
			err := r.Scan(&slug)
			slugs = append(slugs, slug)
			return err
		}, `SELECT slug FROM topic WHERE active = 0 UNION SELECT f.slug FROM topic_former f LEFT JOIN topic t ON t.slug = f.slug WHERE t.id IS NULL`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the retired topics: %w", err)
	}
	slices.Sort(slugs) // databases sort by their locale
	return slugs, nil
}

// revise is the part of an UPDATE of topic that makes a new revision; its time never goes back.
const revise = `version = version + 1, changed_at = CASE WHEN changed_at > now_ms() THEN changed_at ELSE now_ms() END`

// quietly goes before revise where what changes is no news: nobody is told of it who has been told of all
// before.
const quietly = `announced = CASE WHEN announced = version THEN version + 1 ELSE announced END, `
