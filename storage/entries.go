package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tributary/feeds"
)

// lockedTopic is a topic whose row this transaction holds.
type lockedTopic struct {
	id, head, now int64 // now is the database's clock once the row was ours
}

func (d *DB) lockTopics(ctx context.Context, s session, slugs []string) (map[string]*lockedTopic, error) {
	topics := map[string]*lockedTopic{}
	cond, args := among(d.engine, "slug", 1, slugs)
	err := s.query(ctx, func(r rowScanner) error {
		var slug string
		t := &lockedTopic{}
		err := r.Scan(&slug, &t.id, &t.head, &t.now)
		topics[slug] = t
		return err
	}, `SELECT slug, id, head, now_ms() FROM topic WHERE `+cond+` ORDER BY id`+d.engine.dialect().forUpdate, args...)
	return topics, err
}

// entriesOf gives, for each edited article, its entries' numbers by topic.
func (d *DB) entriesOf(ctx context.Context, s session, rows []planned) (map[int64]map[string]int64, error) {
	had := map[int64]map[string]int64{}
	for _, r := range rows {
		if r.isNew || r.aliases {
			continue
		}
		had[r.id] = map[string]int64{}
		err := s.query(ctx, func(row rowScanner) error {
			var slug string
			var seq int64
			err := row.Scan(&slug, &seq)
			had[r.id][slug] = seq
			return err
		}, `SELECT t.slug, e.seq FROM entry e JOIN topic t ON t.id = e.topic_id WHERE e.article_id = $1`, r.id)
		if err != nil {
			return nil, err
		}
	}
	return had, nil
}

// copies gives the topics that hold an article of the same link and title from another source. The
// title is asked for so that no source can keep another's article out by claiming its link.
func (d *DB) copies(ctx context.Context, s session, source int64, rows []planned) (map[string]bool, error) {
	var canons [][]byte
	for _, r := range rows {
		if len(r.entries) > 0 {
			canons = append(canons, r.canon)
		}
	}
	held := map[string]bool{}
	if len(canons) == 0 {
		return held, nil
	}
	cond, args := among(d.engine, "a.canon", 2, canons)
	err := s.query(ctx, func(r rowScanner) error {
		var slug, title string
		var canon []byte
		err := r.Scan(&slug, &canon, &title)
		held[copyKey(slug, canon, title)] = true
		return err
	}, `SELECT t.slug, a.canon, a.title FROM article a JOIN entry e ON e.article_id = a.id JOIN topic t ON t.id = e.topic_id
		WHERE a.source_id <> $1 AND `+cond, append([]any{source}, args...)...)
	return held, err
}

func copyKey(topic string, canon []byte, title string) string {
	return topic + "\x00" + string(canon) + words(title)
}

// entryWriter collects what a visit changes in the topics it has locked.
type entryWriter struct {
	topics                 map[string]*lockedTopic
	moved                  map[string]bool
	added, rejudged, ended [][]any
}

// showing moves every topic that shows the source.
func (w *entryWriter) showing(ctx context.Context, s session, source int64) error {
	return s.query(ctx, func(r rowScanner) error {
		var slug string
		err := r.Scan(&slug)
		w.moved[slug] = true
		return err
	}, `SELECT slug FROM topic WHERE id IN (
		SELECT e.topic_id FROM entry e JOIN article a ON a.id = e.article_id WHERE a.source_id = $1)`, source)
}

// article places one article; had are the entries that it has already.
func (w *entryWriter) article(r planned, had map[string]int64, elsewhere map[string]bool, first bool) {
	for _, e := range r.entries {
		t := w.topics[e.Topic]
		if t == nil { // left the config while the visit was under way
			continue
		}
		if seq, ok := had[e.Topic]; ok {
			w.rejudged = append(w.rejudged, []any{t.id, seq, e.Score, list(e.Evidence)})
			w.moved[e.Topic] = true
			delete(had, e.Topic)
			continue
		}
		if elsewhere[copyKey(e.Topic, r.canon, r.Title)] {
			continue
		}
		at := t.now
		if first || !r.isNew {
			at = min(millis(r.Date()), t.now)
		}
		t.head++
		w.added = append(w.added, []any{t.id, t.head, r.id, at, e.Score, list(e.Evidence)})
		w.moved[e.Topic] = true
	}
	for slug, seq := range had { // the edit took it out
		if t := w.topics[slug]; t != nil {
			w.ended = append(w.ended, []any{t.id, seq})
			w.moved[slug] = true
		}
	}
}

func (w *entryWriter) write(ctx context.Context, s session) ([]string, error) {
	slugs := slices.Sorted(maps.Keys(w.moved))
	var heads [][]any
	for _, slug := range slugs {
		heads = append(heads, []any{w.topics[slug].id, w.topics[slug].head})
	}
	return slugs, s.each(ctx,
		step{`UPDATE topic SET head = $2, ` + revise + ` WHERE id = $1`, heads},
		step{`UPDATE entry SET score = $3, evidence = $4 WHERE topic_id = $1 AND seq = $2`, w.rejudged},
		step{`DELETE FROM entry WHERE topic_id = $1 AND seq = $2`, w.ended},
		step{`INSERT INTO entry (topic_id, seq, article_id, at, score, evidence) VALUES ($1, $2, $3, $4, $5, $6)`, w.added},
	)
}

// Revisions gives the present revision of every configured topic.
func (d *DB) Revisions(ctx context.Context) (revisions []feeds.Revision, err error) {
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			rev, err := scanRevision(r)
			revisions = append(revisions, rev)
			return err
		}, `SELECT slug, version, changed_at FROM topic WHERE active = 1 ORDER BY id`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the topics' revisions: %w", err)
	}
	return revisions, nil
}

func scanRevision(r rowScanner) (rev feeds.Revision, err error) {
	var changed int64
	err = r.Scan(&rev.Topic, &rev.Version, &changed)
	rev.Changed = moment(changed)
	return rev, err
}

// Page gives a topic's newest entries and its revision, from one snapshot. It fails with
// feeds.ErrNotFound for a topic that is not configured.
func (d *DB) Page(ctx context.Context, q feeds.Query) (page feeds.Page, err error) {
	return d.page(ctx, q, `ORDER BY e.at DESC, e.seq DESC LIMIT $2`, q.Limit)
}

// Arrivals gives a topic's entries in the order of their arrival, those after a sequence number. Who
// goes on from the last number it got misses none, however many processes store visits at once.
func (d *DB) Arrivals(ctx context.Context, q feeds.Query, after int64) (feeds.Page, error) {
	return d.page(ctx, q, `AND e.seq > $3 ORDER BY e.seq LIMIT $2`, q.Limit, after)
}

func (d *DB) page(ctx context.Context, q feeds.Query, order string, args ...any) (page feeds.Page, err error) {
	err = d.engine.read(ctx, func(s session) error {
		var topic int64
		found := false
		err := s.query(ctx, func(r rowScanner) error {
			found = true
			var changed int64
			err := r.Scan(&topic, &page.Revision.Topic, &page.Revision.Version, &changed)
			page.Revision.Changed = moment(changed)
			return err
		}, `SELECT id, slug, version, changed_at FROM topic WHERE slug = $1 AND active = 1`, q.Topic)
		if err != nil {
			return err
		}
		if !found {
			return feeds.ErrNotFound
		}
		page.Entries, err = d.entries(ctx, s, q, order, append([]any{topic}, args...)...)
		return err
	})
	if err != nil {
		return feeds.Page{}, fmt.Errorf("read topic %s: %w", q.Topic, err)
	}
	return page, nil
}

func (d *DB) entries(ctx context.Context, s session, q feeds.Query, order string, args ...any) (entries []feeds.Entry, err error) {
	content, join := `NULL, 0`, ``
	if q.Content {
		content, join = `c.html, c.codec`, `JOIN article_content c ON c.article_id = a.id`
	}
	err = s.query(ctx, func(r rowScanner) error {
		e, err := d.scanEntry(r)
		e.Topic = q.Topic
		entries = append(entries, e)
		return err
	}, `SELECT e.seq, e.at, e.score, e.evidence, `+articleColumns+`, `+content+`
		FROM entry e JOIN article a ON a.id = e.article_id JOIN source s ON s.id = a.source_id `+join+`
		WHERE e.topic_id = $1 `+order, args...)
	return entries, err
}

const articleColumns = `a.id, a.uid, a.guid, a.url, a.title, a.summary, a.authors, a.categories, a.language, a.image,
	a.rights, a.enclosures, a.published_at, a.updated_at,
	s.url, CASE WHEN s.title = '' THEN s.own_title ELSE s.title END, s.site_url, s.language, s.country, s.publish`

func (d *DB) scanEntry(r rowScanner) (e feeds.Entry, err error) {
	a := &e.Article
	var id, at, published, updated int64
	var uid, guid, html []byte
	var evidence, authors, categories, enclosures string
	var codec int
	err = r.Scan(&e.Seq, &at, &e.Score, &evidence, &id, &uid, &guid, &a.URL, &a.Title, &a.Summary, &authors, &categories,
		&a.Language, &a.Image, &a.Rights, &enclosures, &published, &updated,
		&a.Source.URL, &a.Source.Title, &a.Source.SiteURL, &a.Source.Language, &a.Source.Country, &a.Source.Publish,
		&html, &codec)
	if err != nil {
		return e, err
	}
	a.ID, a.GUID = publicText(uid), string(guid)
	e.At, a.Seen, a.Published, a.Updated = moment(at), seen(id), moment(published), moment(updated)
	if a.Content, err = d.decompress(html, codec); err != nil {
		return e, err
	}
	if e.Evidence, err = unlist[feeds.Hit](evidence); err != nil {
		return e, err
	}
	if a.Authors, err = unlist[string](authors); err != nil {
		return e, err
	}
	if a.Categories, err = unlist[string](categories); err != nil {
		return e, err
	}
	a.Enclosures, err = unlist[feeds.Enclosure](enclosures)
	return e, err
}
