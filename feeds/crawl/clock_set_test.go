package crawl_test

import (
	"database/sql"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// TestClockSet: a clock that is set while the crawler runs makes nobody be asked early, and nobody wait.
func TestClockSet(t *testing.T) {
	for _, set := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 20 * 365 * 24 * time.Hour, -20 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var sources []feeds.Source
			for i := range 30 {
				sources = append(sources, source(fmt.Sprintf("https://h%d.example/feed", i), "1h"))
			}
			b := newBench(t, time.Second, sources...)
			defer b.stop()
			var by atomic.Int64
			b.crawler.SetWallClock(func() time.Time { return time.Now().Round(0).Add(time.Duration(by.Load())) })
			go func() {
				time.Sleep(3*time.Hour + 20*time.Minute)
				by.Store(int64(set))
				b.look(-set)
			}()
			b.run(8 * time.Hour)
			for _, s := range sources {
				visits := b.web.times(s.URL)
				if len(visits) < 7 {
					t.Errorf("set by %s: %d visits in eight hours", set, len(visits))
				}
				for i := range visits[1:] {
					if gap := visits[i+1].Sub(visits[i]); gap < time.Hour || gap > 2*time.Hour {
						t.Errorf("set by %s: %s between two visits of %s", set, gap, s.URL)
					}
				}
			}
		})
	}
}

// look moves all that is stored by a time, which is how it looks to a clock that is set the other way.
func (b *bench) look(by time.Duration) {
	b.Helper()
	db, err := sql.Open("sqlite", b.file)
	if err != nil {
		b.Error(err)
		return
	}
	defer db.Close()
	for _, statement := range []string{
		`UPDATE source SET due_at = due_at + ?1, last_visit = last_visit + ?1, last_success = last_success + ?1`,
		`UPDATE host SET due_at = due_at + ?1, not_before = not_before + ?1`,
	} {
		if _, err := db.Exec(statement, by.Milliseconds()); err != nil {
			b.Error(err)
		}
	}
}
