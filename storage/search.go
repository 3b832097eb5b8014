package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
)

// No search costs much more than another one: it gives so many articles at most, ends after so long, and
// leaves most of the connections to those who serve documents.
const (
	maxFound   = 200
	searchTime = 2 * time.Second
	searches   = 2
)

// Search gives the newest articles that are what is asked for, without their content: at most Limit of them,
// and never more than maxFound, also when Limit is 0. It looks at titles and summaries, with case and accents
// folded; an empty text finds all that the other fields allow. It fails with a feeds.BadSearch for what makes
// no sense, and with feeds.ErrSearchTooLong after searchTime.
func (d *DB) Search(ctx context.Context, want feeds.Search) (found []feeds.Article, err error) {
	q, err := parseQuery(want.Text)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	select {
	case d.searching <- struct{}{}:
		defer func() { <-d.searching }()
		err = d.engine.read(limited, func(s session) error {
			found, err = d.search(limited, s, q, want)
			return err
		})
	case <-limited.Done():
		err = limited.Err()
	}
	var bad feeds.BadSearch
	switch {
	case err == nil:
		return found, nil
	case errors.As(err, &bad):
		return nil, bad
	case limited.Err() != nil && ctx.Err() == nil:
		return nil, feeds.ErrSearchTooLong
	}
	return nil, fmt.Errorf("search: %w", err)
}

func (d *DB) search(ctx context.Context, s session, q *query, want feeds.Search) ([]feeds.Article, error) {
	h, err := d.hunt(ctx, s, q, want)
	if err != nil || h == nil {
		return nil, err
	}
	ids, err := h.run(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	cond, args := among(d.engine, "a.id", 1, ids)
	var found []feeds.Article
	err = s.query(ctx, func(r rowScanner) error {
		e, err := d.scanEntry(r)
		found = append(found, e.Article)
		return err
	}, `SELECT 0, 0, 0.0, '', `+articleColumns+`, NULL, 0 FROM article a JOIN source s ON s.id = a.source_id
		WHERE `+cond+` ORDER BY a.id DESC`, args...)
	return found, err
}

// hunt makes the search's words and names the database's; nil when nothing can be found.
func (d *DB) hunt(ctx context.Context, s session, q *query, want feeds.Search) (*hunt, error) {
	h := &hunt{s: s, dialect: d.engine.dialect(), q: q, first: idsFrom(want.Since), below: math.MaxInt64, limit: want.Limit}
	if h.limit <= 0 || h.limit > maxFound {
		h.limit = maxFound
	}
	if !want.Until.IsZero() {
		h.below = idsFrom(want.Until)
	}
	if want.Before != "" {
		var id int64
		uid, err := publicEncoding.DecodeString(want.Before)
		found := false
		if err == nil {
			found, err = one(ctx, s, []any{&id}, `SELECT id FROM article WHERE uid = $1`, uid)
			if err != nil {
				return nil, err
			}
		}
		if !found {
			return nil, feeds.BadSearch("the article from which to go on is not stored any more: begin the search again")
		}
		h.below = min(h.below, id)
	}
	if want.Topic != "" {
		if known, err := one(ctx, s, []any{&h.topic}, `SELECT id FROM topic WHERE slug = $1 AND active = 1`, want.Topic); err != nil || !known {
			return nil, err
		}
	}
	if want.Source != "" {
		ids, err := sourcesNamed(ctx, s, want.Source)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		h.sources = ids
	}
	if want.Language != "" {
		if h.language = spoken(want.Language); h.language == "" {
			return nil, feeds.BadSearch(fmt.Sprintf("%q is no language: write its code, such as es", want.Language))
		}
	}
	h.prepare()
	return h, nil
}

// idsFrom is the least id that an article of a moment can have.
func idsFrom(t time.Time) int64 { return max(0, min(t.UnixMilli(), math.MaxInt64>>20)) << 20 }

// sourcesNamed gives the sources with a URL, or on a host and its subdomains.
func sourcesNamed(ctx context.Context, s session, name string) (ids []int64, err error) {
	name = strings.ToLower(name)
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(name) + "%"
	err = s.query(ctx, func(r rowScanner) error {
		var id int64
		var url string
		err := r.Scan(&id, &url)
		if isSource(url, name) {
			ids = append(ids, id)
		}
		return err
	}, `SELECT id, url FROM source WHERE lower(url) LIKE $1 ESCAPE '\'`, like)
	slices.Sort(ids)
	return ids, err
}

func isSource(url, name string) bool {
	if strings.Contains(name, "://") {
		return strings.ToLower(url) == name
	}
	rest, ok := strings.CutSuffix(HostOf(url), name)
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}
