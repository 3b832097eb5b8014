package storage

import (
	"cmp"
	"context"
	"encoding/json"
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

// stored is an entry as it stands in its topic.
type stored struct {
	seq      int64
	score    float64
	evidence string // JSON
	language string // see primary
}

// entriesOf gives each of the articles its entries, by topic.
func (d *DB) entriesOf(ctx context.Context, s session, articles []int64) (map[int64]map[string]stored, error) {
	had := map[int64]map[string]stored{}
	if len(articles) == 0 {
		return had, nil
	}
	cond, args := among(d.engine, "e.article_id", 1, articles)
	err := s.query(ctx, func(row rowScanner) error {
		var id int64
		var slug string
		var e stored
		err := row.Scan(&id, &slug, &e.seq, &e.score, &e.evidence, &e.language)
		if had[id] == nil {
			had[id] = map[string]stored{}
		}
		had[id][slug] = e
		return err
	}, `SELECT e.article_id, t.slug, e.seq, e.score, e.evidence, e.language FROM entry e JOIN topic t ON t.id = e.topic_id WHERE `+cond, args...)
	return had, err
}

// holders gives the sources whose copy of an article a topic holds, by topic and article. Copies have the
// same link and title; the title is asked for so that no source can keep another's article out by
// claiming its link.
func (d *DB) holders(ctx context.Context, s session, rows []planned) (map[string][]int64, error) {
	var canons [][]byte
	for _, r := range rows {
		if len(r.entries) > 0 {
			canons = append(canons, r.canon)
		}
	}
	held := map[string][]int64{}
	if len(canons) == 0 {
		return held, nil
	}
	cond, args := among(d.engine, "a.canon", 1, canons)
	err := s.query(ctx, func(r rowScanner) error {
		var slug, title string
		var canon []byte
		var source int64
		err := r.Scan(&slug, &canon, &title, &source)
		key := copyKey(slug, canon, title)
		held[key] = append(held[key], source)
		return err
	}, `SELECT t.slug, a.canon, a.title, a.source_id FROM article a JOIN entry e ON e.article_id = a.id JOIN topic t ON t.id = e.topic_id
		WHERE `+cond, args...)
	return held, err
}

func copyKey(topic string, canon []byte, title string) string {
	return topic + "\x00" + string(canon) + words(title)
}

// entryWriter collects what changes in the topics that are locked.
type entryWriter struct {
	topics map[string]*lockedTopic
	held   map[string][]int64 // see holders
	moved  map[string]bool
	again  bool // articles are judged again that are as they were

	added, rejudged, ended [][]any
	freed                  [][]any // whose copies may now be in the topic: link and source
}

// showing moves every topic that shows the source, or names it beside others of a story.
func (w *entryWriter) showing(ctx context.Context, s session, source int64) error {
	err := s.query(ctx, func(r rowScanner) error {
		var slug string
		err := r.Scan(&slug)
		w.moved[slug] = true
		return err
	}, `SELECT slug FROM topic WHERE id IN (
		SELECT e.topic_id FROM entry e JOIN article a ON a.id = e.article_id WHERE a.source_id = $1)`, source)
	if err != nil {
		return err
	}
	return w.naming(ctx, s, `a.source_id = $1`, source)
}

// naming moves every topic whose documents name article a beside others of its story, by a condition on a.
func (w *entryWriter) naming(ctx context.Context, s session, cond string, args ...any) error {
	return s.query(ctx, func(r rowScanner) error {
		var slug string
		err := r.Scan(&slug)
		w.moved[slug] = true
		return err
	}, `SELECT DISTINCT t.slug FROM article a JOIN story_article m ON m.article_id = a.id JOIN story_article o ON o.story = m.story
		JOIN entry e ON e.article_id = o.article_id JOIN topic t ON t.id = e.topic_id
		WHERE t.stories = '`+feeds.OneEntry+`' AND `+cond, args...)
}

// article places one article; had are the entries that it has already.
func (w *entryWriter) article(r planned, had map[string]stored, first bool) {
	verdict := map[string]bool{}
	for _, e := range r.entries {
		verdict[e.Topic] = true
	}
	for slug, e := range had {
		if t := w.topics[slug]; t != nil && !verdict[slug] {
			w.ended = append(w.ended, []any{t.id, e.seq})
			w.freed = append(w.freed, []any{r.canon, r.source})
			w.moved[slug] = true
		}
	}
	language := primary(cmp.Or(r.Language, r.Source.Language))
	for _, e := range r.entries {
		t := w.topics[e.Topic]
		if t == nil { // left the config while the visit was under way
			continue
		}
		evidence := asJSON(e.Evidence)
		if old, ok := had[e.Topic]; ok {
			if is := (stored{old.seq, e.Score, evidence, language}); is != old {
				w.rejudged = append(w.rejudged, []any{t.id, is.seq, is.score, is.evidence, is.language})
			} else if w.again {
				continue
			}
			w.moved[e.Topic] = true
			continue
		}
		key := copyKey(e.Topic, r.canon, r.Title)
		if slices.ContainsFunc(w.held[key], func(source int64) bool { return source != r.source }) {
			continue
		}
		w.held[key] = append(w.held[key], r.source)
		at := t.now
		if first || !r.isNew {
			at = min(millis(r.Date()), t.now)
		}
		t.head++
		w.added = append(w.added, []any{t.id, t.head, r.id, at, e.Score, evidence, language})
		w.moved[e.Topic] = true
	}
}

// write stores what was collected, and gives the topics that moved. Nobody is told of those that only old
// articles moved.
func (w *entryWriter) write(ctx context.Context, s session) ([]string, error) {
	slugs := slices.Sorted(maps.Keys(w.moved))
	var heads [][]any
	for _, slug := range slugs {
		heads = append(heads, []any{w.topics[slug].id, w.topics[slug].head})
	}
	announced := ``
	if w.again {
		announced = quietly
	}
	return slugs, s.each(ctx,
		step{`UPDATE topic SET head = $2, ` + announced + revise + ` WHERE id = $1`, heads},
		step{`UPDATE entry SET score = $3, evidence = $4, language = $5 WHERE topic_id = $1 AND seq = $2`, w.rejudged},
		step{`DELETE FROM entry WHERE topic_id = $1 AND seq = $2`, w.ended},
		step{`INSERT INTO entry (topic_id, seq, article_id, at, score, evidence, language) VALUES ($1, $2, $3, $4, $5, $6, $7)`, w.added},
		step{`INSERT INTO retag_article (article_id) SELECT id FROM article WHERE canon = $1 AND source_id <> $2
			ON CONFLICT DO NOTHING`, w.freed},
	)
}

const articleColumns = `a.id, a.uid, a.guid, a.url, a.title, a.summary, a.authors, a.categories, a.language, a.image,
	a.rights, a.enclosures, a.published_at, a.updated_at,
	s.url, CASE WHEN s.title = '' THEN s.own_title ELSE s.title END, s.site_url, s.language, s.country, s.publish`

// scanEntry reads an entry with its article; more is where further columns go.
func (d *DB) scanEntry(r rowScanner, more ...any) (e feeds.Entry, err error) {
	a := &e.Article
	var id, at, published, updated int64
	var uid, guid, html []byte
	var evidence, authors, categories, enclosures string
	var codec int
	err = r.Scan(append([]any{&e.Seq, &at, &e.Score, &evidence, &id, &uid, &guid, &a.URL, &a.Title, &a.Summary, &authors, &categories,
		&a.Language, &a.Image, &a.Rights, &enclosures, &published, &updated,
		&a.Source.URL, &a.Source.Title, &a.Source.SiteURL, &a.Source.Language, &a.Source.Country, &a.Source.Publish,
		&html, &codec}, more...)...)
	if err != nil {
		return e, err
	}
	a.ID, a.GUID = publicText(uid), string(guid)
	e.At, a.Seen, a.Published, a.Updated = moment(at), seen(id), moment(published), moment(updated)
	if a.Content, err = d.decompress(html, codec); err != nil {
		return e, err
	}
	if e.Evidence, err = readEvidence(evidence); err != nil {
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

func readEvidence(stored string) (e feeds.Evidence, err error) {
	if stored == "" {
		return e, nil
	}
	if err := json.Unmarshal([]byte(stored), &e); err != nil {
		return e, fmt.Errorf("evidence: %w", err)
	}
	return e, nil
}
