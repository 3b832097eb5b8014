package storage

import (
	"context"
	"fmt"
	"strings"

	"tributary/feeds"
)

// Search gives the newest articles whose title and summary together contain all the words of a text,
// with case and accents folded; without their content. None for a text without words.
func (d *DB) Search(ctx context.Context, text string, limit int) (found []feeds.Article, err error) {
	query := strings.Fields(words(text))
	if len(query) == 0 {
		return nil, nil
	}
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			e, err := d.scanEntry(r)
			found = append(found, e.Article)
			return err
		}, `SELECT 0, 0, 0.0, '', `+articleColumns+`, NULL, 0 FROM article a JOIN source s ON s.id = a.source_id
			WHERE `+d.engine.dialect().containing+` ORDER BY a.id DESC LIMIT $2`, d.engine.dialect().wordQuery(query), limit)
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}
