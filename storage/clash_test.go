package storage

import (
	"testing"
	"time"

	"tributary/feeds"
)

// TestIDTakenElsewhere: an id that another process gave in the same millisecond costs nothing but another
// one.
func TestIDTakenElsewhere(t *testing.T) {
	ctx := t.Context()
	db, lease := openClaimed(t)
	now := time.Now()
	for i, title := range []string{"the first report", "another story"} {
		v := feeds.Visit{At: now.Add(-time.Duration(i) * 500 * time.Millisecond), State: lease.Due[0], Articles: []feeds.Article{{Title: title}}}
		saved, err := db.SaveVisit(ctx, lease, v, func(*feeds.Article) []feeds.Entry { return nil })
		if err != nil || saved.New != 1 {
			t.Fatalf("%s: %+v, %v", title, saved, err)
		}
		db.ids.last-- // as if another process had given it
	}
}
