package storage

import (
	"context"
	"slices"
)

// asked is how many keys one statement asks for; SQLite takes 32,766 arguments.
const asked = 1000

// lookup gives the stored articles that any of the items' keys belongs to.
func (d *DB) lookup(ctx context.Context, s session, source string, items []item) (map[key]*known, error) {
	var keys [][]byte
	for i := range items {
		for _, k := range items[i].keys {
			keys = append(keys, k[:])
		}
	}
	byKey, byID := make(map[key]*known, len(keys)), make(map[int64]*known, len(items))
	for some := range slices.Chunk(keys, asked) {
		cond, args := among(d.engine, "k.key", 2, some)
		err := s.query(ctx, func(r rowScanner) error {
			var k []byte
			a, err := scanKnown(r, &k)
			if err != nil {
				return err
			}
			if byID[a.id] == nil {
				byID[a.id] = a
			}
			byKey[key(k)] = byID[a.id]
			return nil
		}, `SELECT k.key, k.article_id, a.uid, coalesce(a.url, ''), coalesce(a.title, ''), coalesce(a.published_at, 0),
				coalesce(a.likeness, 0), a.hash, coalesce(a.edits, 0), coalesce(a.edits_since, 0)
			FROM article_key k LEFT JOIN article a ON a.id = k.article_id
			WHERE k.source_id = (SELECT id FROM source WHERE url = $1) AND `+cond, append([]any{source}, args...)...)
		if err != nil {
			return nil, err
		}
	}
	return byKey, nil
}

// compared is how many of a source's newest articles an unknown item is compared with.
const compared = 200

// newest gives the articles of a source that came last, at most n.
func newest(ctx context.Context, s session, source string, n int) (articles []*known, err error) {
	err = s.query(ctx, func(r rowScanner) error {
		var none int
		a, err := scanKnown(r, &none)
		articles = append(articles, a)
		return err
	}, `SELECT 0, id, uid, url, title, published_at, likeness, hash, edits, edits_since FROM article
		WHERE source_id = (SELECT id FROM source WHERE url = $1) ORDER BY id DESC LIMIT $2`, source, n)
	return articles, err
}

// scanKnown reads a row whose first column goes elsewhere.
func scanKnown(r rowScanner, first any) (*known, error) {
	a := &known{}
	var published, likeness, editing int64
	err := r.Scan(first, &a.id, &a.uid, &a.url, &a.title, &published, &likeness, &a.hash, &a.edits, &editing)
	a.published, a.likeness, a.editing = moment(published), uint64(likeness), moment(editing)
	return a, err
}
