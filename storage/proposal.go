package storage

import (
	"context"
	"fmt"
	"time"

	"tributary/feeds"
)

// Recent gives the newest articles of a source, at most n, by what they can be recognised elsewhere: URL,
// title and time of publication.
func (d *DB) Recent(ctx context.Context, source string, n int) (articles []feeds.Article, err error) {
	err = d.engine.read(ctx, func(s session) error {
		found, err := newest(ctx, s, source, n)
		for _, a := range found {
			articles = append(articles, feeds.Article{URL: a.url, Title: a.title, Published: a.published})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the articles of %s: %w", source, err)
	}
	return articles, nil
}

// BeginSearch says whether a lost source may be looked for, and takes note of it: nobody else gets to do
// so before the time of every has passed, in this process or another, across restarts.
func (d *DB) BeginSearch(ctx context.Context, source string, every time.Duration) (may bool, err error) {
	err = d.engine.write(ctx, func(s session) error {
		n, err := s.exec(ctx, `UPDATE source SET searched_at = now_ms() WHERE url = $1 AND active = 1 AND searched_at <= now_ms() - $2`,
			source, every.Milliseconds())
		may = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin to look for %s: %w", source, err)
	}
	return may, nil
}

// Propose keeps another address for a source that fails, until a visit succeeds; what that finds counts more.
func (d *DB) Propose(ctx context.Context, source, address string) error {
	err := d.engine.write(ctx, func(s session) error {
		_, err := s.exec(ctx, `UPDATE source SET proposal = $2 WHERE url = $1 AND failures > 0`, source, address)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the new address of %s: %w", source, err)
	}
	return nil
}
