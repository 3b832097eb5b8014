package storage

import (
	"testing"
	"time"

	"tributary/feeds"
)

// TestEmptied: when a source says that nothing is new and nothing of it is here, it is asked for
// everything once.
func TestEmptied(t *testing.T) {
	ctx := t.Context()
	db, lease := openClaimed(t)
	visit := func(r feeds.Result, raw []feeds.RawHash, articles ...feeds.Article) (validators bool) {
		t.Helper()
		st := lease.Due[0]
		st.ETag, st.BodyHash, st.Result = `"1"`, []byte{1}, r
		v := feeds.Visit{At: time.Now(), State: st, Articles: articles, Raw: raw}
		if _, err := db.SaveVisit(ctx, lease, v, func(*feeds.Article) []feeds.Entry { return nil }); err != nil {
			t.Fatal(err)
		}
		states, err := db.Sources(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if (states[0].ETag == "") != (len(states[0].BodyHash) == 0) {
			t.Errorf("the body's hash and the validators do not go together: %+v", states[0])
		}
		return states[0].ETag != ""
	}
	full := func() bool { return visit(feeds.Fetched, []feeds.RawHash{{1}}, feeds.Article{Title: "a", GUID: "1"}) }
	empty := func(tables ...string) {
		t.Helper()
		err := db.engine.write(ctx, func(s session) error {
			for _, table := range tables {
				if _, err := s.exec(ctx, "DELETE FROM "+table); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !visit(feeds.NotModified, nil) {
		t.Error("a source whose document was never read lost its validators")
	}
	if !visit(feeds.Fetched, nil) || !visit(feeds.NotModified, nil) {
		t.Error("a source whose document is empty lost its validators")
	}
	if !full() || !visit(feeds.NotModified, nil) {
		t.Error("a source whose articles are here lost its validators")
	}
	empty("article")
	if !visit(feeds.NotModified, nil) {
		t.Error("a source whose articles have aged away lost its validators")
	}
	empty("article_key")
	if visit(feeds.NotModified, nil) {
		t.Error("a source whose articles were lost kept its validators")
	}
	if items, err := db.Items(ctx, "https://a.example/"); err != nil || len(items) != 0 {
		t.Errorf("its items are remembered: %v, %v", items, err)
	}
	if !full() || !visit(feeds.Unchanged, nil) {
		t.Error("it was asked for everything twice")
	}
}
