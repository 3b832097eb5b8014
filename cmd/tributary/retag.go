package main

import (
	"context"
	"time"

	"tributary/storage"
)

// How stored articles are judged again.
const (
	retagEvery    = 5 * time.Second  // a look whether any are to be
	retagTogether = 250              // articles in one transaction
	retagTold     = 10 * time.Second // between two messages
)

// retag applies rules that have changed to the stored articles, if any have, and says how far it is.
func (s *service) retag(ctx context.Context) error {
	began := time.Now()
	told := began
	done, err := s.db.Retag(ctx, s.plan.crawl.Rules, s.plan.crawl.Judge, retagTogether, func(r storage.Retagged) {
		if time.Since(told) >= retagTold && !r.Reached.IsZero() {
			told = time.Now()
			s.log.Info("judging stored articles by the changed rules", "judged", r.Articles, "left_before", r.Reached.Format(time.DateTime),
				"added", r.Added, "removed", r.Removed)
		}
	})
	if done.Articles > 0 && err == nil {
		s.log.Info("stored articles judged by the changed rules", "judged", done.Articles, "added", done.Added, "removed", done.Removed,
			"renewed", done.Renewed, "took", time.Since(began).Round(time.Millisecond))
	}
	return err
}
