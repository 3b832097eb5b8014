package storage

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
)

// Retagged is what judging stored articles again came to.
type Retagged struct {
	Articles                int       // judged
	Added, Removed, Renewed int       // entries; a renewed one has another score or evidence
	Reached                 time.Time // articles first seen before this moment are still to be judged; zero: none
}

// retagLease is how long a process has the turn from the beginning of a batch. When it dies another one waits so long.
const retagLease = 5 * time.Second

// Retag judges stored articles again by topics whose rule has changed, and single ones that were judged by
// other rules than these. It does nothing when other rules are in force than these, which are those of judge,
// or when another process is at it. It goes from the newest article to the oldest, in transactions of up to
// limit articles with as long a rest after each, and calls progress after each; what has been reached lasts, so
// that it can be stopped anywhere.
//
// Articles that a rule now admits enter at their publication time, and nobody is told of them as news. Those
// that it admits no more leave. Of copies in several sources the topic keeps the one that it has.
func (d *DB) Retag(ctx context.Context, rules string, judge feeds.Judge, limit int, progress func(Retagged)) (sum Retagged, err error) {
	owner := rand.Text()
	for left := true; left && err == nil; {
		began := time.Now()
		if left, err = d.retagSome(ctx, owner, rules, judge, limit, &sum); !left || err != nil {
			break
		}
		progress(sum)
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
	if err = errors.Join(err, d.endTurn(context.WithoutCancel(ctx), owner)); err != nil {
		return sum, fmt.Errorf("judge stored articles again: %w", err)
	}
	return sum, nil
}

// retagSome judges one batch and adds what came of it to sum. It says whether there may be another one.
func (d *DB) retagSome(ctx context.Context, owner, rules string, judge feeds.Judge, limit int, sum *Retagged) (left bool, err error) {
	batch, err := d.nextRetag(ctx, limit)
	if err != nil || batch.empty() {
		return false, err
	}
	mine, err := d.takeTurn(ctx, owner, rules)
	if err != nil || !mine {
		return false, err
	}
	for i := range batch.rows {
		batch.rows[i].entries = judge(batch.rows[i].Article)
	}
	done, left, err := d.saveRetag(ctx, rules, batch)
	sum.Articles, sum.Reached = sum.Articles+done.Articles, done.Reached
	sum.Added, sum.Removed, sum.Renewed = sum.Added+done.Added, sum.Removed+done.Removed, sum.Renewed+done.Renewed
	return left, err
}

// takeTurn lets one process at a time judge again, one whose rules are in force.
func (d *DB) takeTurn(ctx context.Context, owner, rules string) (mine bool, err error) {
	err = d.engine.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `UPDATE retag SET owner = $1, held_until = now_ms() + $2
			WHERE rules = $3 AND (owner = $1 OR held_until <= now_ms())`, owner, retagLease.Milliseconds(), rules)
		mine = n > 0
		return err
	})
	return mine, err
}

func (d *DB) endTurn(ctx context.Context, owner string) error {
	return d.engine.write(ctx, func(s session) error {
		_, err := s.exec(ctx, `UPDATE retag SET held_until = 0 WHERE owner = $1`, owner)
		return err
	})
}

// retagBatch is articles to judge again: a stretch of all, or single ones.
type retagBatch struct {
	topics    []string // for these
	top, next int64    // those with ids below top down to next; 0 for single ones
	single    []int64
	rows      []planned
}

func (b *retagBatch) empty() bool { return b.top == 0 && len(b.single) == 0 }

// nextRetag reads the next articles to judge again: of the topics that have the longest way to go, down to
// where others wait; when none has any, single ones for all topics.
func (d *DB) nextRetag(ctx context.Context, limit int) (b retagBatch, err error) {
	err = d.engine.read(ctx, func(s session) error {
		b = retagBatch{}
		err := s.query(ctx, func(r rowScanner) error {
			var slug string
			var unjudged int64
			err := r.Scan(&slug, &unjudged)
			if b.top = max(b.top, unjudged); unjudged == b.top {
				b.topics = append(b.topics, slug)
			} else {
				b.next = max(b.next, unjudged)
			}
			return err
		}, `SELECT slug, unjudged FROM topic WHERE active = 1 ORDER BY unjudged DESC`)
		if err != nil {
			return err
		}
		if b.top > 0 {
			b.rows, err = d.storedArticles(ctx, s, `a.id < $1 AND a.id >= $2 ORDER BY a.id DESC LIMIT $3`, b.top, b.next, limit)
			if len(b.rows) == limit {
				b.next = b.rows[limit-1].id
			}
			return err
		}
		if b.single, err = column(ctx, s, `SELECT article_id FROM retag_article ORDER BY article_id LIMIT $1`, limit); err != nil || len(b.single) == 0 {
			return err
		}
		cond, args := among(d.engine, "a.id", 1, b.single)
		b.rows, err = d.storedArticles(ctx, s, cond, args...)
		return err
	})
	return b, err
}

// storedArticles gives articles as they are judged, with all that is known of their sources.
func (d *DB) storedArticles(ctx context.Context, s session, where string, args ...any) (rows []planned, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var row planned
		var tags, assume string
		e, err := d.scanEntry(r, &row.id, &row.source, &row.canon, &row.hash, &tags, &assume)
		row.Article = &e.Article
		row.Article.Source.Tags, row.Article.Source.Assume = commas(tags), commas(assume)
		rows = append(rows, row)
		return err
	}, `SELECT 0, 0, 0.0, '', `+articleColumns+`, c.html, c.codec, a.id, a.source_id, a.canon, a.hash, s.tags, s.assume
		FROM article a JOIN source s ON s.id = a.source_id JOIN article_content c ON c.article_id = a.id WHERE `+where, args...)
	return rows, err
}

func commas(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// saveRetag stores the verdicts on a batch, unless its rules are in force no more. It says whether there may
// be another batch.
func (d *DB) saveRetag(ctx context.Context, rules string, b retagBatch) (done Retagged, left bool, err error) {
	moved := false
	err = d.engine.write(ctx, func(s session) error {
		done, left, moved = Retagged{}, false, false
		ok, err := d.inForce(ctx, s, rules)
		if err != nil || !ok {
			return err
		}
		rows, busy, err := d.asTheyWere(ctx, s, b.rows)
		if err != nil {
			return err
		}
		w, err := d.retagEntries(ctx, s, b.topics, rows)
		if err != nil {
			return err
		}
		topics, err := w.write(ctx, s)
		if err != nil {
			return err
		}
		moved = len(topics) > 0
		done = Retagged{Articles: len(rows), Added: len(w.added), Removed: len(w.ended), Renewed: len(w.rejudged), Reached: seen(b.next)}
		left = b.top > 0 || len(busy) < len(b.single)
		return s.each(ctx, b.progress(busy)...)
	})
	if moved {
		d.signal()
	}
	return done, left, err
}

// asTheyWere locks those of the articles that are as they were when they were judged. The others are busy:
// edited since, being edited now, or removed.
func (d *DB) asTheyWere(ctx context.Context, s session, judged []planned) (rows []planned, busy []int64, err error) {
	if len(judged) == 0 {
		return nil, nil, nil
	}
	ids := make([]int64, len(judged))
	for i, r := range judged {
		ids[i] = r.id
	}
	hashes := map[int64][]byte{}
	cond, args := among(d.engine, "id", 1, ids)
	err = s.query(ctx, func(r rowScanner) error {
		var id int64
		var hash []byte
		err := r.Scan(&id, &hash)
		hashes[id] = hash
		return err
	}, `SELECT id, hash FROM article WHERE `+cond+d.engine.dialect().skipLocked, args...)
	for _, r := range judged {
		if bytes.Equal(hashes[r.id], r.hash) {
			rows = append(rows, r)
		} else {
			busy = append(busy, r.id)
		}
	}
	return rows, busy, err
}

// retagEntries finds what changes in the topics, whose rows it locks as a visit does.
func (d *DB) retagEntries(ctx context.Context, s session, topics []string, rows []planned) (*entryWriter, error) {
	w := &entryWriter{again: true, moved: map[string]bool{}}
	if len(rows) == 0 {
		return w, nil
	}
	// As a document's articles are stored: the oldest first.
	slices.SortFunc(rows, func(a, b planned) int { return cmp.Or(a.Date().Compare(b.Date()), cmp.Compare(a.id, b.id)) })
	ids := make([]int64, len(rows))
	touched := map[string]bool{}
	for i, r := range rows {
		ids[i] = r.id
		for _, e := range r.entries {
			touched[e.Topic] = true
		}
	}
	had, err := d.entriesOf(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	for _, in := range had {
		for slug := range in {
			touched[slug] = true
		}
	}
	maps.DeleteFunc(touched, func(slug string, _ bool) bool { return !slices.Contains(topics, slug) })
	if len(touched) == 0 {
		return w, nil
	}
	if w.topics, err = d.lockTopics(ctx, s, slices.Sorted(maps.Keys(touched))); err != nil {
		return nil, err
	}
	if w.held, err = d.holders(ctx, s, rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		w.article(r, had[r.id], false)
	}
	return w, nil
}

// progress notes how far the batch came. Articles that were busy are judged again later.
func (b *retagBatch) progress(busy []int64) []step {
	var reached, finished [][]any
	if b.top > 0 {
		for _, slug := range b.topics {
			reached = append(reached, []any{slug, b.top, b.next})
		}
	} else {
		for _, id := range b.single {
			if !slices.Contains(busy, id) {
				finished = append(finished, []any{id})
			}
		}
	}
	return []step{
		{`UPDATE topic SET unjudged = $3 WHERE slug = $1 AND unjudged = $2`, reached},
		judgeAgain(busy),
		{`DELETE FROM retag_article WHERE article_id = $1`, finished},
	}
}
