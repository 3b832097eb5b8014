package storage

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"tributary/feeds"
)

// Page gives what a topic's documents show, newest first, with its revision, from one snapshot. It
// fails with feeds.ErrNotFound for a topic that is not configured, and for an archive document that is
// not full or has nothing left, in it or before it. An archive document whose entries alone are gone
// has none, and leads on to the older ones: no chain breaks in a reader's hands.
//
// News that is in no full archive document is in the window, which begins before feeds.Archived
// arrivals ago.
func (d *DB) Page(ctx context.Context, q feeds.Query) (feeds.Page, error) {
	return d.page(ctx, q, func(s session, topic int64, page *feeds.Page) ([]candidate, error) {
		switch {
		case q.Archive != 0 && topic == 0:
			return nil, feeds.ErrNotFound
		case q.Archive != 0:
			return d.archived(ctx, s, topic, q, page)
		case topic != 0:
			var err error
			if page.Older, err = archiveOf(ctx, s, `SELECT max(seq) FROM entry WHERE topic_id = $1 AND seq <= $2`, topic, page.Archives*feeds.Archived); err != nil {
				return nil, err
			}
		}
		return d.window(ctx, s, topic, q)
	})
}

// Arrivals gives a topic's entries in the order of their arrival, those after a sequence number. Who
// goes on from the last number it got misses none, however many processes store visits at once.
func (d *DB) Arrivals(ctx context.Context, q feeds.Query, after int64) (feeds.Page, error) {
	return d.page(ctx, q, func(s session, topic int64, _ *feeds.Page) ([]candidate, error) {
		return candidates(ctx, s, `e.topic_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`, topic, after, q.Limit)
	})
}

// page reads a topic, and the entries that choose names. A topic's id of 0 stands for all of them.
func (d *DB) page(ctx context.Context, q feeds.Query, choose func(session, int64, *feeds.Page) ([]candidate, error)) (page feeds.Page, err error) {
	err = d.engine.read(ctx, func(s session) error {
		var topic int64
		topic, page, err = openTopic(ctx, s, q.Topic)
		if err != nil {
			return err
		}
		chosen, err := choose(s, topic, &page)
		if err != nil {
			return err
		}
		if page.Entries, err = d.entries(ctx, s, topic, q, chosen); err != nil {
			return err
		}
		return d.addStories(ctx, s, topic, page.Entries)
	})
	if err != nil {
		return feeds.Page{}, fmt.Errorf("read topic %s: %w", cmp.Or(q.Topic, "all"), err)
	}
	return page, nil
}

// openTopic gives a topic's id and all of its page but the entries. All topics together have the id 0,
// and a revision that changes when that of any topic does, also of one that has left the config.
func openTopic(ctx context.Context, s session, slug string) (id int64, page feeds.Page, err error) {
	query := `SELECT id, version, changed_at, CASE WHEN ` + tells + ` THEN t.grouped ELSE head END, origin FROM topic t WHERE slug = $1 AND active = 1`
	if slug == "" {
		query = `SELECT 0, CAST(coalesce(sum(version), 0) AS BIGINT), coalesce(max(changed_at), 0), 0, $1 FROM topic`
	}
	var changed, head int64
	page.Revision.Topic = slug
	found, err := one(ctx, s, []any{&id, &page.Revision.Version, &changed, &head, &page.Origin}, query, slug)
	if err == nil && !found {
		err = feeds.ErrNotFound
	}
	page.Revision.Changed, page.Archives = moment(changed), int(head/feeds.Archived)
	return id, page, err
}

// candidate is an entry that a page may show.
type candidate struct{ topic, seq, at, article int64 }

// candidates gives the entries that a condition and an order name.
func candidates(ctx context.Context, s session, where string, args ...any) (found []candidate, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var c candidate
		err := r.Scan(&c.topic, &c.seq, &c.at, &c.article)
		found = append(found, c)
		return err
	}, `SELECT e.topic_id, e.seq, e.at, e.article_id FROM entry e WHERE `+where, args...)
	return found, err
}

// archived gives the entries of an archive document and its neighbours.
func (d *DB) archived(ctx context.Context, s session, topic int64, q feeds.Query, page *feeds.Page) (found []candidate, err error) {
	if q.Archive < 0 || q.Archive > page.Archives {
		return nil, feeds.ErrNotFound
	}
	const last = `SELECT max(seq) FROM entry WHERE topic_id = $1 AND seq <= $2`
	left, err := archiveOf(ctx, s, last, topic, q.Archive*feeds.Archived)
	if err != nil {
		return nil, err
	}
	if left == 0 {
		return nil, feeds.ErrNotFound
	}
	if page.Older, err = archiveOf(ctx, s, last, topic, (q.Archive-1)*feeds.Archived); err != nil {
		return nil, err
	}
	if page.Newer, err = archiveOf(ctx, s, `SELECT min(seq) FROM entry WHERE topic_id = $1 AND seq > $2`, topic, q.Archive*feeds.Archived); err != nil {
		return nil, err
	}
	if page.Newer > page.Archives {
		page.Newer = 0
	}
	found, err = candidates(ctx, s, `e.topic_id = $1 AND e.seq > $2 AND e.seq <= $3 AND (e.language = $4 OR $4 = '') ORDER BY e.at DESC, e.seq DESC`,
		topic, (q.Archive-1)*feeds.Archived, q.Archive*feeds.Archived, primary(q.Language))
	if err != nil {
		return nil, err
	}
	return d.screenStories(ctx, s, topic, found)
}

// archiveOf gives the archive document that holds the entry which a query of a topic and a number finds; 0
// for none.
func archiveOf(ctx context.Context, s session, query string, topic int64, seq int) (archive int, err error) {
	var found *int
	if _, err = one(ctx, s, []any{&found}, query, topic, seq); err != nil || found == nil {
		return 0, err
	}
	return (*found + feeds.Archived - 1) / feeds.Archived, nil
}

// How many entries are looked at for a page: first, and at most when most of them are passed over.
const (
	firstLook   = 128
	longestLook = 20_000
)

// window gives the entries of a topic's window.
func (d *DB) window(ctx context.Context, s session, topic int64, q feeds.Query) ([]candidate, error) {
	f := frame{Window: cmp.Or(q.Window, feeds.DefaultWindow)}
	last := candidate{at: math.MaxInt64, seq: math.MaxInt64, article: math.MaxInt64}
	for limit, seen := firstLook, 0; seen < longestLook; limit = min(4*limit, longestLook-seen) {
		batch, err := newestBefore(ctx, s, topic, primary(q.Language), last, limit)
		if err != nil {
			return nil, err
		}
		for some := range slices.Chunk(batch, firstLook) {
			fit, err := d.screen(ctx, s, topic, &f, some)
			if err != nil {
				return nil, err
			}
			for _, c := range fit {
				if !f.takes(c) {
					return f.chosen, nil
				}
			}
		}
		if len(batch) < limit {
			break
		}
		last, seen = batch[limit-1], seen+limit
	}
	return f.chosen, nil
}

// newestBefore gives the next entries of a topic, or of all, in document order.
func newestBefore(ctx context.Context, s session, topic int64, language string, last candidate, limit int) ([]candidate, error) {
	// A question about each entry: no planner begins with the topics then, and sorts all that they have. PostgreSQL
	// expects <> to hold for most entries, and = for so few that it would sort them all, too.
	const all = ` AND (SELECT active FROM topic WHERE id = e.topic_id) <> 0 ORDER BY e.at DESC, e.article_id DESC, e.topic_id DESC LIMIT $4`
	switch {
	case topic != 0 && language != "":
		return candidates(ctx, s, `e.topic_id = $1 AND e.language = $2 AND (e.at, e.seq) < ($3, $4) ORDER BY e.at DESC, e.seq DESC LIMIT $5`,
			topic, language, last.at, last.seq, limit)
	case topic != 0:
		return candidates(ctx, s, `e.topic_id = $1 AND (e.at, e.seq) < ($2, $3) ORDER BY e.at DESC, e.seq DESC LIMIT $4`,
			topic, last.at, last.seq, limit)
	case language != "":
		return candidates(ctx, s, `(e.at, e.article_id, e.topic_id) < ($1, $2, $3) AND e.language = $5`+all, last.at, last.article, last.topic, limit, language)
	}
	return candidates(ctx, s, `(e.at, e.article_id, e.topic_id) < ($1, $2, $3)`+all, last.at, last.article, last.topic, limit)
}

// frame is a window that fills.
type frame struct {
	feeds.Window
	chosen []candidate
	seen   map[int64]bool // articles of all topics together
}

// takes adds an entry that is older than those before, unless the window ends above it.
func (f *frame) takes(c candidate) bool {
	if n := len(f.chosen); n >= f.Least && (n >= f.Most || c.at < f.chosen[0].at-f.Span.Milliseconds()) {
		return false
	}
	f.chosen = append(f.chosen, c)
	return true
}

// screen passes over entries that a page does not show: see screenStories. All topics together show an article once, where
// it came last, and of copies in several sources the one that came first.
func (d *DB) screen(ctx context.Context, s session, topic int64, f *frame, batch []candidate) (fit []candidate, err error) {
	if batch, err = d.screenStories(ctx, s, topic, batch); err != nil || topic != 0 || len(batch) == 0 {
		return batch, err
	}
	if f.seen == nil {
		f.seen = map[int64]bool{}
	}
	for _, c := range batch {
		if !f.seen[c.article] {
			f.seen[c.article] = true
			fit = append(fit, c)
		}
	}
	return d.withoutCopies(ctx, s, fit)
}

// withoutCopies leaves out articles of which another source had a copy before that a configured topic shows.
func (d *DB) withoutCopies(ctx context.Context, s session, from []candidate) (fit []candidate, err error) {
	earlier, err := d.earlierCopies(ctx, s, from)
	if err != nil || len(earlier) == 0 {
		return from, err
	}
	var copies []int64
	for _, of := range earlier {
		copies = append(copies, of...)
	}
	cond, args := among(d.engine, "e.article_id", 1, copies)
	placed, err := column(ctx, s, `SELECT e.article_id FROM entry e JOIN topic t ON t.id = e.topic_id
		WHERE `+cond+` AND t.active = 1 AND (NOT `+tells+` OR `+shown+`)`, args...)
	for _, c := range from {
		if !slices.ContainsFunc(earlier[c.article], func(id int64) bool { return slices.Contains(placed, id) }) {
			fit = append(fit, c)
		}
	}
	return fit, err
}

// earlierCopies gives, for articles that have some, the copies that other sources had before. A copy has the
// same link and title: see holders. One table at a time, since PostgreSQL does not know yet how few the copies
// in a new database are, and reads all of it.
func (d *DB) earlierCopies(ctx context.Context, s session, of []candidate) (map[int64][]int64, error) {
	type twin struct {
		id, source int64
		canon      []byte
		title      string
	}
	read := func(cond string, args []any) (found []twin, err error) {
		err = s.query(ctx, func(r rowScanner) error {
			var t twin
			err := r.Scan(&t.id, &t.source, &t.canon, &t.title)
			found = append(found, t)
			return err
		}, `SELECT a.id, a.source_id, a.canon, a.title FROM article a WHERE `+cond, args...)
		return found, err
	}
	ids := make([]int64, len(of))
	for i, c := range of {
		ids[i] = c.article
	}
	articles, err := read(among(d.engine, "a.id", 1, ids))
	if err != nil || len(articles) == 0 {
		return nil, err
	}
	canons, byCanon := make([][]byte, len(articles)), map[string][]twin{}
	for i, a := range articles {
		canons[i] = a.canon
	}
	all, err := read(among(d.engine, "a.canon", 1, canons))
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		byCanon[string(t.canon)] = append(byCanon[string(t.canon)], t)
	}
	earlier := map[int64][]int64{}
	for _, a := range articles {
		for _, t := range byCanon[string(a.canon)] {
			if t.id < a.id && t.source != a.source && words(t.title) == words(a.title) {
				earlier[a.id] = append(earlier[a.id], t.id)
			}
		}
	}
	return earlier, nil
}

// entries reads what was chosen, in that order.
func (d *DB) entries(ctx context.Context, s session, topic int64, q feeds.Query, chosen []candidate) ([]feeds.Entry, error) {
	if len(chosen) == 0 {
		return nil, nil
	}
	ids, place := make([]int64, len(chosen)), make(map[int64]int, len(chosen))
	for i, c := range chosen {
		ids[i], place[c.article] = c.article, i
	}
	cond, args := among(d.engine, "a.id", 1, ids)
	columns, from, content := `0, 0, 0.0, ''`, `FROM article a JOIN source s ON s.id = a.source_id`, `NULL, 0`
	if topic != 0 {
		columns = `e.seq, e.at, e.score, e.evidence`
		from += ` CROSS JOIN entry e` // SQLite keeps the order: it might go through the whole topic first
		cond += fmt.Sprintf(` AND e.article_id = a.id AND e.topic_id = $%d`, len(args)+1)
		args = append(args, topic)
	}
	if q.Content {
		content = `c.html, c.codec`
		from += ` JOIN article_content c ON c.article_id = a.id`
	}
	entries := make([]feeds.Entry, len(chosen))
	err := s.query(ctx, func(r rowScanner) error {
		var id int64
		e, err := d.scanEntry(r, &id)
		if err != nil {
			return err
		}
		i := place[id]
		e.Topic, e.At = q.Topic, moment(chosen[i].at)
		entries[i] = e
		return nil
	}, `SELECT `+columns+`, `+articleColumns+`, `+content+`, a.id `+from+` WHERE `+cond, args...)
	return entries, err
}

// primary is the first part of a language tag (BCP 47), by which languages are told apart.
func primary(tag string) string {
	first, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(first)
}
