package storage_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tributary/storage"
	"tributary/storage/storagetest"
)

func TestSQLite(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Store {
		return open(t, filepath.Join(t.TempDir(), "t.db"))
	})
}

func TestPostgres(t *testing.T) {
	server := postgres(t)
	storagetest.Run(t, func(t *testing.T) storagetest.Store {
		return open(t, emptyDatabase(t, server))
	})
}

func open(t *testing.T, dsn string) *storage.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// postgres gives the address of a server to test with. Where there is none the test is skipped, unless
// TRIBUTARY_TEST_REQUIRE names postgres: then it fails.
func postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TRIBUTARY_TEST_POSTGRES")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=2"
	}
	c, err := pgx.Connect(t.Context(), server)
	if err != nil {
		if strings.Contains(os.Getenv("TRIBUTARY_TEST_REQUIRE"), "postgres") {
			t.Fatalf("PostgreSQL is required and does not answer: %v", err)
		}
		t.Skipf("SKIPPED: no PostgreSQL at %s; name one in TRIBUTARY_TEST_POSTGRES", storage.Name(server))
	}
	c.Close(t.Context())
	return server
}

// emptyDatabase makes a database of its own for one test.
func emptyDatabase(t testing.TB, server string) string {
	t.Helper()
	name := fmt.Sprintf("tributary_test_%x", rand.Uint64())
	run := func(ctx context.Context, sql string) {
		t.Helper()
		c, err := pgx.Connect(ctx, server)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	run(t.Context(), "CREATE DATABASE "+name)
	t.Cleanup(func() { run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") })
	cfg, err := pgx.ParseConfig(server)
	if err != nil {
		t.Fatal(err)
	}
	password := ""
	if cfg.Password != "" {
		password = ":" + cfg.Password
	}
	return fmt.Sprintf("postgres://%s%s@%s:%d/%s", cfg.User, password, cfg.Host, cfg.Port, name)
}
