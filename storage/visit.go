package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tributary/feeds"
)

// SaveVisit stores a visit under the lease of its host: the source's state, its new and edited
// articles, and their entries in the topics that judge names. All of it or nothing; saving the same
// document again adds nothing. It fails with feeds.ErrLeaseLost when somebody else has had the host
// since, and with feeds.ErrNotFound when the source was never configured.
//
// News enters a topic at its arrival; what a source's first visit brings, and what an edit brings into
// a topic, enters at its publication time. A topic that has the article from another source already
// does not get it twice.
func (d *DB) SaveVisit(ctx context.Context, l feeds.Lease, v feeds.Visit, judge feeds.Judge) (saved feeds.Saved, err error) {
	// Retention may take an article away between the plan and the commit, and another process may give the
	// same id in the same millisecond; then the plan is made anew.
	for try := 1; ; try++ {
		saved, err = d.saveVisit(ctx, l, v, judge)
		if !errors.Is(err, errStale) && !d.engine.clashed(err) || try == 3 {
			break
		}
	}
	if err != nil {
		return feeds.Saved{}, fmt.Errorf("save the visit of %s: %w", v.State.Source, err)
	}
	if len(saved.Topics) > 0 {
		d.signal()
	}
	return saved, nil
}

// errStale says that a plan speaks of articles that are there no more.
var errStale = errors.New("an article was removed while its visit was stored")

func (d *DB) saveVisit(ctx context.Context, l feeds.Lease, v feeds.Visit, judge feeds.Judge) (saved feeds.Saved, err error) {
	p := plan{habits: v.State.Habits, known: len(v.Kept)}
	if len(v.Articles) > 0 {
		if p, err = d.makePlan(ctx, v, judge); err != nil {
			return saved, err
		}
	}
	v.State.Habits = p.habits
	short := isQuiet(l, v)
	err = d.engine.shared(ctx, func(s session) error {
		saved = feeds.Saved{Known: p.known}
		if short {
			if done, err := d.saveQuiet(ctx, s, l, v.State); done || err != nil {
				return err
			}
		}
		source, renamed, emptied, err := d.fence(ctx, s, l, v.State)
		if err != nil {
			return err
		}
		p.number(&d.ids, v.At)
		if err := d.stillThere(ctx, s, p.rows); err != nil {
			return err
		}
		steps := append(stateSteps(source, l.Host, v.State), pauseSteps(l.Host, v)...)
		if v.State.Result == feeds.Fetched {
			steps = append(steps, itemsStep(source, p.remembered(v)))
		} else if emptied && v.State.Result.OK() {
			steps = append(steps, emptiedSteps(source)...)
		}
		misjudged, err := d.misjudged(ctx, s, v.Rules, p.rows)
		if err != nil {
			return err
		}
		steps = append(steps, articleSteps(source, p.rows, d.engine.dialect(), &saved)...)
		steps = append(steps, judgeAgain(misjudged))
		if err := s.each(ctx, steps...); err != nil || len(p.rows) == 0 && !renamed {
			return err
		}
		saved.Topics, err = d.saveEntries(ctx, s, source, p.rows, v.First, renamed)
		return err
	})
	return saved, err
}

// stillThere locks the stored articles that a plan changes, in the order in which holdStories does.
func (d *DB) stillThere(ctx context.Context, s session, rows []planned) error {
	var ids []int64
	for _, r := range rows {
		if !r.isNew {
			ids = append(ids, r.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found := 0
	cond, args := among(d.engine, "id", 1, ids)
	err := s.query(ctx, func(rowScanner) error { found++; return nil }, `SELECT id FROM article WHERE `+cond+` ORDER BY id`+d.engine.dialect().forUpdate, args...)
	if err == nil && found < len(ids) {
		err = errStale
	}
	return err
}

// articleSteps stores the new and edited articles of a source. An article keeps the guid that it had first,
// since it is the id that readers know it by.
func articleSteps(source int64, rows []planned, dialect *dialect, saved *feeds.Saved) []step {
	var articles, edited, contents, newContents, keys, newTexts, texts [][]any
	for _, r := range rows {
		for _, k := range r.keys {
			keys = append(keys, []any{source, k[:], r.id})
		}
		if r.aliases {
			continue
		}
		fields := []any{r.id, r.URL, r.canon, r.Title, r.Summary, list(r.Authors), list(r.Categories),
			r.Language, r.Image, r.Rights, list(r.Enclosures), millis(r.Published), millis(r.Updated), r.hash, int64(r.likeness)}
		content := []any{r.id, r.codec, notNil(r.content)}
		text := dialect.indexed(r.id, r.Title, r.Summary, marks(source, r.Language))
		if r.isNew {
			articles = append(articles, append(fields, source, r.uid, []byte(r.GUID)))
			newContents = append(newContents, content)
			newTexts = append(newTexts, text)
		} else {
			edited = append(edited, append(fields, r.edits, millis(r.editing)))
			contents = append(contents, content)
			texts = append(texts, text)
		}
	}
	saved.New, saved.Changed = len(articles), len(edited)
	return []step{
		{`INSERT INTO article (id, url, canon, title, summary, authors, categories, language, image, rights, enclosures,
			published_at, updated_at, hash, likeness, source_id, uid, guid)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, articles},
		{`INSERT INTO article_content (article_id, codec, html) VALUES ($1, $2, $3)`, newContents},
		{`UPDATE article SET url = $2, canon = $3, title = $4, summary = $5, authors = $6, categories = $7, language = $8,
			image = $9, rights = $10, enclosures = $11, published_at = $12, updated_at = $13, hash = $14, likeness = $15,
			edits = $16, edits_since = $17 WHERE id = $1`, edited},
		{`UPDATE article_content SET codec = $2, html = $3 WHERE article_id = $1`, contents},
		{`INSERT INTO article_key (source_id, key, article_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, keys},
		{dialect.indexText, newTexts},
		{dialect.indexAgain, texts},
	}
}

// saveEntries is the last act of a visit. It locks the topics it changes, in the order of their ids,
// so that sequence numbers follow the order of commits and no cursor ever passes an entry by.
func (d *DB) saveEntries(ctx context.Context, s session, source int64, rows []planned, first, renamed bool) ([]string, error) {
	w := entryWriter{moved: map[string]bool{}}
	if renamed {
		if err := w.showing(ctx, s, source); err != nil {
			return nil, err
		}
	}
	var edited []int64
	for i := range rows {
		rows[i].source = source
		if r := rows[i]; !r.isNew && !r.aliases {
			edited = append(edited, r.id)
		}
	}
	had, err := d.entriesOf(ctx, s, edited)
	if err != nil {
		return nil, err
	}
	if len(edited) > 0 {
		cond, args := among(d.engine, "a.id", 1, edited)
		if err := w.naming(ctx, s, cond, args...); err != nil {
			return nil, err
		}
	}
	touched := maps.Clone(w.moved)
	for _, in := range had {
		for slug := range in {
			touched[slug] = true
		}
	}
	for _, r := range rows {
		for _, e := range r.entries {
			touched[e.Topic] = true
		}
	}
	if len(touched) == 0 {
		return nil, nil
	}
	w.topics, err = d.lockTopics(ctx, s, slices.Sorted(maps.Keys(touched)))
	if err != nil {
		return nil, err
	}
	w.held, err = d.holders(ctx, s, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		w.article(r, had[r.id], first)
	}
	return w.write(ctx, s)
}
