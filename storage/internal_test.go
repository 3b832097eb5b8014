package storage

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"tributary/feeds"
)

// openClaimed gives an empty store with one source and the topic peru, and the lease of the source's host.
func openClaimed(t testing.TB) (*DB, feeds.Lease) {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Sync(t.Context(), []feeds.Source{{URL: "https://a.example/"}}, []feeds.Topic{{ID: "peru"}}, ""); err != nil {
		t.Fatal(err)
	}
	leases, err := db.Claim(t.Context(), "me", 1, time.Minute, 0)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	return db, leases[0]
}
