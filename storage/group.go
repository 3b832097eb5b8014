package storage

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/feeds"
)

// Stories places articles among the stories that others tell. What it does follows from the articles that
// it was told or reminded of, and their order, and from nothing else.
type Stories interface {
	Last() int64                            // number of the newest article that it knows; 0 when it knows none
	Forgotten() int64                       // articles up to this number count no more
	Has(article string) bool                // whether it knows the article with this id
	Remember(told feeds.Told)               // an article that was placed before; in the order of numbers
	Tell(*feeds.Article) (feeds.Told, bool) // places an article; false for one that is too old, which stands alone
}

// Grouped is what placing articles among stories came to.
type Grouped struct {
	Articles int // placed
	Joined   int // of them, those that tell a story which another one told before
}

// groupLease is how long a process has the turn from the beginning of a batch. Whoever has it goes on with
// what it remembers; another one has to read all that counts. When it dies another one waits so long.
const groupLease = 15 * time.Second

// Group places the articles that came into topics among the stories, in transactions of about limit articles
// with as long a rest after each, until none is left. It does nothing while another process than owner
// is at it. After an error stories may know what is not stored, and must not be used again.
//
// Articles are placed in the order of their arrival, whatever batches they come in. Topics that show something
// else because of it get a new revision.
func (d *DB) Group(ctx context.Context, owner string, stories Stories, limit int) (sum Grouped, err error) {
	for err == nil {
		began := time.Now()
		var done Grouped
		var more bool
		done, more, err = d.groupSome(ctx, owner, stories, limit)
		sum.Articles, sum.Joined = sum.Articles+done.Articles, sum.Joined+done.Joined
		if !more || err != nil {
			break
		}
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
	if err != nil {
		return sum, fmt.Errorf("place articles among the stories: %w", err)
	}
	return sum, nil
}

// groupSome places one batch. It says whether there may be another one.
func (d *DB) groupSome(ctx context.Context, owner string, stories Stories, limit int) (done Grouped, more bool, err error) {
	waiting, mine := false, false
	err = d.engine.look(ctx, func(s session) (err error) {
		var n int
		waiting, err = one(ctx, s, []any{&n}, `SELECT 1 FROM topic WHERE `+withNews+` LIMIT 1`)
		return err
	})
	if err != nil || !waiting {
		return done, false, err
	}
	if mine, err = d.takeGroupTurn(ctx, owner); err != nil || !mine {
		return done, false, err
	}
	if err := d.remind(ctx, stories); err != nil {
		return done, false, err
	}
	batch, err := d.nextGroup(ctx, stories, limit)
	if err != nil {
		return done, false, err
	}
	batch.place(stories)
	moved, err := d.saveGroup(ctx, owner, batch, stories.Forgotten())
	if moved {
		d.signal()
	}
	return batch.done, err == nil, err
}

// withNews is the condition that a topic has entries whose articles are not placed yet.
const withNews = `active = 1 AND head > grouped`

func (d *DB) takeGroupTurn(ctx context.Context, owner string) (mine bool, err error) {
	err = d.engine.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `INSERT INTO story_turn (id, owner, held_until) VALUES (1, $1, now_ms() + $2)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, held_until = excluded.held_until
			WHERE story_turn.owner = excluded.owner OR story_turn.held_until <= now_ms()`, owner, groupLease.Milliseconds())
		mine = n > 0
		return err
	})
	return mine, err
}

// EndGroup lets another process than owner place articles at once.
func (d *DB) EndGroup(ctx context.Context, owner string) error {
	err := d.engine.write(ctx, func(s session) error {
		_, err := s.exec(ctx, `UPDATE story_turn SET held_until = 0 WHERE owner = $1`, owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("let others place articles among the stories: %w", err)
	}
	return nil
}

// remind tells stories of the articles that were placed by another process, or before this one began.
func (d *DB) remind(ctx context.Context, stories Stories) error {
	return d.engine.look(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			var told feeds.Told
			var uid, story []byte
			var at, seen int64
			if err := r.Scan(&told.Number, &uid, &story, &told.Source, &at, &seen, &told.Signature); err != nil {
				return err
			}
			told.ID, told.Story, told.Date, told.Seen = publicText(uid), publicText(story), moment(at), moment(seen)
			stories.Remember(told)
			return nil
		}, `SELECT number, uid, story, source, at, seen, signature FROM story_recent WHERE number > $1 ORDER BY number`, stories.Last())
	})
}

// groupBatch is articles to place.
type groupBatch struct {
	topics []topicNews
	rows   []planned // those that are not known yet, in the order of their arrival
	told   []feeds.Told
	ids    []int64 // of the articles that were told
	done   Grouped
}

// topicNews is the next entries of a topic whose articles are to be placed.
type topicNews struct {
	id, head, reached int64 // reached is the last of the entries
	more              bool  // there are others after them
	seqs, articles    []int64
	uids              []string
}

// nextGroup reads the next articles to place. Of a topic it reads not more than a quarter of a batch, since what
// is not placed is read again; and it takes those alone that came before all that it has not read, so that the order
// of arrival holds over all topics.
func (d *DB) nextGroup(ctx context.Context, stories Stories, limit int) (b groupBatch, err error) {
	err = d.engine.read(ctx, func(s session) error {
		b = groupBatch{}
		err := s.query(ctx, func(r rowScanner) error {
			var t topicNews
			err := r.Scan(&t.id, &t.head, &t.reached)
			b.topics = append(b.topics, t)
			return err
		}, `SELECT id, head, grouped FROM topic WHERE `+withNews+` ORDER BY id`)
		if err != nil {
			return err
		}
		for i := range b.topics {
			if err := b.topics[i].read(ctx, s, max(1, limit/4)); err != nil {
				return err
			}
		}
		for ids := range slices.Chunk(b.cut(stories, limit), asked) {
			cond, args := among(d.engine, "a.id", 1, ids)
			rows, err := d.storedArticles(ctx, s, cond+` ORDER BY a.id`, args...)
			if err != nil {
				return err
			}
			b.rows = append(b.rows, rows...)
		}
		return nil
	})
	return b, err
}

func (t *topicNews) read(ctx context.Context, s session, limit int) error {
	err := s.query(ctx, func(r rowScanner) error {
		var seq, article int64
		var uid []byte
		err := r.Scan(&seq, &article, &uid)
		t.seqs, t.articles, t.uids = append(t.seqs, seq), append(t.articles, article), append(t.uids, publicText(uid))
		return err
	}, `SELECT e.seq, e.article_id, a.uid FROM entry e JOIN article a ON a.id = e.article_id
		WHERE e.topic_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`, t.id, t.reached, limit)
	t.more = len(t.seqs) == limit
	return err
}

// cut leaves in the batch what came before all that was not read, and not much more than limit articles. It gives
// those to place.
func (b *groupBatch) cut(stories Stories, limit int) []int64 {
	last := int64(never)
	for _, t := range b.topics {
		if t.more {
			last = min(last, slices.Max(t.articles))
		}
	}
	ids := b.until(last, stories)
	if len(ids) > limit {
		// Where entries are old articles, none may come before this one; then they are all taken.
		if fewer := b.until(ids[limit-1], stories); len(fewer) > 0 {
			last, ids = ids[limit-1], fewer
		}
	}
	for i := range b.topics {
		t := &b.topics[i]
		if n := t.until(last); n == len(t.articles) && !t.more {
			t.reached = t.head // also where the last entries have left
		} else if n > 0 {
			t.reached = t.seqs[n-1]
		}
	}
	return ids
}

// until gives the articles of the batch that are not placed, up to the last one.
func (b *groupBatch) until(last int64, stories Stories) []int64 {
	ids := map[int64]bool{}
	for _, t := range b.topics {
		for k := range t.until(last) {
			if !stories.Has(t.uids[k]) {
				ids[t.articles[k]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// until gives how many entries stand before the first whose article came after the last one.
func (t *topicNews) until(last int64) int {
	n := slices.IndexFunc(t.articles, func(id int64) bool { return id > last })
	if n < 0 {
		n = len(t.articles)
	}
	return n
}

// place finds the stories of the batch's articles.
func (b *groupBatch) place(stories Stories) {
	for _, row := range b.rows {
		told, ok := stories.Tell(row.Article)
		if !ok {
			continue
		}
		b.told, b.ids = append(b.told, told), append(b.ids, row.id)
		b.done.Articles++
		if told.Story != told.ID {
			b.done.Joined++
		}
	}
}

// saveGroup stores where the articles were placed, and says whether a topic shows something else now.
func (d *DB) saveGroup(ctx context.Context, owner string, b groupBatch, forgotten int64) (moved bool, err error) {
	var recent, first, more, grown [][]any
	var stories [][]byte
	var joined []int64
	for i, t := range b.told {
		uid, _ := publicBytes(t.ID)
		story, _ := publicBytes(t.Story)
		recent = append(recent, []any{t.Number, b.ids[i], uid, story, t.Source, millis(t.Date), millis(t.Seen), notNil(t.Signature)})
		if t.Story != t.ID {
			first = append(first, []any{story})
			more = append(more, []any{story, b.ids[i]})
			grown = append(grown, []any{story})
			stories, joined = append(stories, story), append(joined, b.ids[i])
		}
	}
	err = d.engine.write(ctx, func(s session) error {
		moved = false
		// Another process may have had the turn since; its articles have the numbers that these would get.
		n, err := s.exec(ctx, `UPDATE story_turn SET held_until = now_ms() + $2 WHERE owner = $1`, owner, groupLease.Milliseconds())
		if err != nil || n == 0 {
			return cmp.Or(err, errTurnLost)
		}
		if err := d.holdStories(ctx, s, joined, stories); err != nil {
			return err
		}
		err = s.each(ctx,
			step{`INSERT INTO story_recent (number, article_id, uid, story, source, at, seen, signature)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, recent},
			step{`DELETE FROM story_recent WHERE number <= $1`, [][]any{{forgotten}}},
			step{`INSERT INTO story_article (article_id, story, source_id, tellers)
				SELECT id, uid, source_id, 1 FROM article WHERE uid = $1 ON CONFLICT DO NOTHING`, first},
			step{`INSERT INTO story_article (article_id, story, source_id, tellers)
				SELECT id, $1, source_id, 1 FROM article WHERE id = $2 ON CONFLICT DO NOTHING`, more},
			step{`UPDATE story_article SET tellers = (SELECT count(DISTINCT a.canon) FROM story_article o JOIN article a ON a.id = o.article_id
				WHERE o.story = $1) WHERE story = $1`, grown},
		)
		if err != nil {
			return err
		}
		moved, err = d.moveGrouped(ctx, s, b.topics, stories)
		return err
	})
	return moved, err
}

// holdStories holds the articles that join stories, and all those of the stories, until the transaction ends:
// retention passes over them. Without that the two would wait for each other, or an article would be gone half-way.
func (d *DB) holdStories(ctx context.Context, s session, joined []int64, stories [][]byte) error {
	if d.engine.dialect().forShare == "" || len(joined) == 0 {
		return nil // the writer is alone
	}
	_, err := column(ctx, s, `SELECT id FROM article WHERE id IN (SELECT id FROM article WHERE id = ANY($1) OR uid = ANY($2)
		UNION SELECT article_id FROM story_article WHERE story = ANY($2)) ORDER BY id`+d.engine.dialect().forShare, joined, stories)
	return err
}

// moveGrouped notes how far the topics have come. Those get a new revision that show stories, and have new articles
// or some of a story that has grown.
func (d *DB) moveGrouped(ctx context.Context, s session, topics []topicNews, stories [][]byte) (moved bool, err error) {
	touched := map[int64]bool{}
	for _, t := range topics {
		touched[t.id] = true
	}
	if len(stories) > 0 {
		cond, args := among(d.engine, "m.story", 1, stories)
		others, err := column(ctx, s, `SELECT DISTINCT e.topic_id FROM story_article m JOIN entry e ON e.article_id = m.article_id
			JOIN topic t ON t.id = e.topic_id WHERE `+tells+` AND `+cond, args...)
		if err != nil {
			return false, err
		}
		for _, id := range others {
			touched[id] = true
		}
	}
	// Locked as a visit locks them.
	cond, args := among(d.engine, "id", 1, slices.Sorted(maps.Keys(touched)))
	if _, err := column(ctx, s, `SELECT id FROM topic WHERE `+cond+` ORDER BY id`+d.engine.dialect().forUpdate, args...); err != nil {
		return false, err
	}
	var reached [][]any
	for _, t := range topics {
		reached = append(reached, []any{t.id, t.reached})
	}
	if err := s.each(ctx, step{`UPDATE topic SET grouped = $2 WHERE id = $1`, reached}); err != nil {
		return false, err
	}
	n, err := s.exec(ctx, `UPDATE topic AS t SET `+revise+` WHERE `+tells+` AND `+cond, args...)
	return n > 0, err
}
