package storage

import (
	"context"
	"fmt"

	"tributary/feeds"
)

// Unannounced gives the topics that have moved since they were last announced. It is the outbox: what
// a visit moved stands in it as soon as the visit is kept, and stays until Announced.
func (d *DB) Unannounced(ctx context.Context) (revisions []feeds.Revision, err error) {
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			rev, err := scanRevision(r)
			revisions = append(revisions, rev)
			return err
		}, `SELECT slug, version, changed_at FROM topic WHERE active = 1 AND version > announced ORDER BY id`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return revisions, nil
}

// Announced says that everybody who wants to know has been told of a revision.
func (d *DB) Announced(ctx context.Context, r feeds.Revision) error {
	err := d.engine.write(ctx, func(s session) error {
		_, err := s.exec(ctx, `UPDATE topic SET announced = $2 WHERE slug = $1 AND announced < $2`, r.Topic, r.Version)
		return err
	})
	if err != nil {
		return fmt.Errorf("mark topic %s as announced: %w", r.Topic, err)
	}
	return nil
}

// Revisions gives the present revision of every configured topic.
func (d *DB) Revisions(ctx context.Context) (revisions []feeds.Revision, err error) {
	err = d.engine.read(ctx, func(s session) error {
		return s.query(ctx, func(r rowScanner) error {
			rev, err := scanRevision(r)
			revisions = append(revisions, rev)
			return err
		}, `SELECT slug, version, changed_at FROM topic WHERE active = 1 ORDER BY id`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the topics' revisions: %w", err)
	}
	return revisions, nil
}

func scanRevision(r rowScanner) (rev feeds.Revision, err error) {
	var changed int64
	err = r.Scan(&rev.Topic, &rev.Version, &changed)
	rev.Changed = moment(changed)
	return rev, err
}
