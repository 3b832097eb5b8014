package storage

import (
	"context"
	"fmt"

	"tributary/feeds"
)

// Article gives an article with its content, its story, and its entries in the configured topics, in the
// order of its arrival in them. It fails with feeds.ErrNotFound for an id that names none, whatever its text.
func (d *DB) Article(ctx context.Context, id string) (placed feeds.Placed, err error) {
	uid, ok := publicBytes(id)
	if !ok {
		return placed, fmt.Errorf("read an article: %w", feeds.ErrNotFound)
	}
	err = d.engine.read(ctx, func(s session) error {
		placed = feeds.Placed{}
		var row int64
		found := false
		err := s.query(ctx, func(r rowScanner) error {
			e, err := d.scanEntry(r, &row)
			found, placed.Article = true, e.Article
			return err
		}, `SELECT 0, 0, 0.0, '', `+articleColumns+`, c.html, c.codec, a.id
			FROM article a JOIN source s ON s.id = a.source_id JOIN article_content c ON c.article_id = a.id WHERE a.uid = $1`, uid)
		if err != nil {
			return err
		}
		if !found {
			return feeds.ErrNotFound
		}
		stories, err := d.storiesOf(ctx, s, []string{id})
		if err != nil {
			return err
		}
		placed.Story = stories[id]
		return s.query(ctx, func(r rowScanner) error {
			e, err := scanPlace(r)
			placed.Entries = append(placed.Entries, e)
			return err
		}, `SELECT t.slug, e.seq, e.at, e.score, e.evidence FROM entry e JOIN topic t ON t.id = e.topic_id
			WHERE e.article_id = $1 AND t.active = 1 ORDER BY e.at, t.id`, row)
	})
	if err != nil {
		return feeds.Placed{}, fmt.Errorf("read article %s: %w", id, err)
	}
	return placed, nil
}

// scanPlace reads an entry without its article.
func scanPlace(r rowScanner) (e feeds.Entry, err error) {
	var at int64
	var evidence string
	if err = r.Scan(&e.Topic, &e.Seq, &at, &e.Score, &evidence); err != nil {
		return e, err
	}
	e.At = moment(at)
	e.Evidence, err = readEvidence(evidence)
	return e, err
}

// publicBytes is the reverse of publicText; false for what that never gives.
func publicBytes(id string) (uid []byte, ok bool) {
	if len(id) != publicEncoding.EncodedLen(uidSize) {
		return nil, false
	}
	uid, err := publicEncoding.DecodeString(id)
	// The decoder passes over line ends, and takes bits that no id has.
	return uid, err == nil && publicText(uid) == id
}
