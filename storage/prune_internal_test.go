package storage

import (
	"testing"
	"time"

	"tributary/feeds"
)

// TestRemoveLooksAgain: an article that a document has begun to show since it was chosen stays.
func TestRemoveLooksAgain(t *testing.T) {
	ctx := t.Context()
	db, lease := openClaimed(t)
	v := feeds.Visit{At: time.Now(), State: lease.Due[0], Articles: []feeds.Article{{GUID: "1", Title: "shown"}, {GUID: "2"}}}
	_, err := db.SaveVisit(ctx, lease, v, func(a *feeds.Article) []feeds.Entry {
		if a.Title == "" {
			return nil
		}
		return []feeds.Entry{{Topic: "peru"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := db.shownNow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	err = db.engine.write(ctx, func(s session) error {
		ids, err := column(ctx, s, "SELECT id FROM article")
		if err != nil {
			return err
		}
		n, err = db.remove(ctx, s, ids, shown)
		return err
	})
	if err != nil || n != 1 {
		t.Errorf("%d of two articles went, %v; want the one that is not shown", n, err)
	}
}
