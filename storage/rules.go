package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tributary/feeds"
)

// Rules names all that articles are judged by: the topics' rules, and what is known of the sources.
func Rules(sources []feeds.Source, topics []feeds.Topic) string {
	digest := sha256.New()
	for _, t := range topics {
		fmt.Fprintf(digest, "%q%q\n", t.ID, t.Rule)
	}
	for _, s := range sources {
		fmt.Fprintf(digest, "%q%q%q%q\n", s.URL, s.Country, s.Tags, s.Assume)
	}
	return hex.EncodeToString(digest.Sum(nil)[:16])
}

// adoptRules makes these the rules that articles are judged by. Visits that were judged by others, and are
// being stored, come before: what they bring is among the stored articles then.
func adoptRules(ctx context.Context, s session, rules string) error {
	_, err := s.exec(ctx, `INSERT INTO retag (id, rules) VALUES (1, $1)
		ON CONFLICT (id) DO UPDATE SET rules = excluded.rules WHERE retag.rules <> excluded.rules`, rules)
	return err
}

// inForce says whether these are the rules that articles are judged by. They stay so until the transaction
// ends.
func (d *DB) inForce(ctx context.Context, s session, rules string) (bool, error) {
	var present string
	_, err := one(ctx, s, []any{&present}, `SELECT rules FROM retag WHERE id = 1`+d.engine.dialect().forShare)
	return present == rules, err
}

// misjudged gives the articles of a visit if other rules judged them than are in force: it began before
// the config changed, or its process has another one.
func (d *DB) misjudged(ctx context.Context, s session, rules string, rows []planned) (ids []int64, err error) {
	for _, r := range rows {
		if !r.aliases {
			ids = append(ids, r.id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	ok, err := d.inForce(ctx, s, rules)
	if ok || err != nil {
		return nil, err
	}
	return ids, nil
}

// judgeAgain notes single articles for Retag.
func judgeAgain(articles []int64) step {
	rows := make([][]any, len(articles))
	for i, id := range articles {
		rows[i] = []any{id}
	}
	return step{`INSERT INTO retag_article (article_id) VALUES ($1) ON CONFLICT DO NOTHING`, rows}
}
