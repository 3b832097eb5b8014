package storage

import (
	"context"
	"errors"

	"tributary/feeds"
)

// signal tells this process's watchers and the other processes that topics moved.
func (d *DB) signal() { d.engine.tell() }

// Watch calls changed with each topic whose revision moved, until ctx ends; whoever moved it. At the
// start it calls changed with every topic. One Watch at a time.
func (d *DB) Watch(ctx context.Context, changed func(feeds.Revision)) error {
	seen := map[string]int64{}
	for {
		revisions, err := d.Revisions(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("watch topics", "err", err)
		}
		for _, r := range revisions {
			if seen[r.Topic] != r.Version {
				seen[r.Topic] = r.Version
				changed(r)
			}
		}
		if err := d.engine.wake(ctx); err != nil {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		}
	}
}
