package storage_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tributary/feeds"
	"tributary/storage"
)

// oneStory takes all articles for one story.
type oneStory struct {
	last  int64
	story string
}

func (s *oneStory) Last() int64           { return s.last }
func (*oneStory) Forgotten() int64        { return 0 }
func (*oneStory) Has(string) bool         { return false }
func (s *oneStory) Remember(t feeds.Told) { s.last, s.story = t.Number, t.Story }
func (s *oneStory) Tell(a *feeds.Article) (feeds.Told, bool) {
	if s.last++; s.story == "" {
		s.story = a.ID
	}
	return feeds.Told{Number: s.last, ID: a.ID, Story: s.story, Source: a.Source.URL, Seen: a.Seen}, true
}

// TestGroupBesideRetention: an article that goes while its story is stored disturbs nobody.
func TestGroupBesideRetention(t *testing.T) {
	dsn := emptyDatabase(t, postgres(t))
	db, err := storage.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	fill(t, db, 2)
	remover, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer remover.Close(context.Background())
	for _, statement := range []string{"BEGIN", "DELETE FROM article WHERE id = (SELECT min(id) FROM article)"} {
		if _, err := remover.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	grouped := make(chan error, 1)
	go func() {
		_, err := db.Group(t.Context(), "me", &oneStory{}, 10)
		grouped <- err
	}()
	watcher, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close(context.Background())
	for waits := 0; waits == 0 && len(grouped) == 0; {
		err := watcher.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waits)
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := remover.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-grouped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it waits for ever")
	}
}
