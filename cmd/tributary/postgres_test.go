package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// testDatabase makes a PostgreSQL database for one test. Where no server answers the test is skipped,
// unless TRIBUTARY_TEST_REQUIRE names postgres: then it fails.
func testDatabase(t *testing.T) (dsn string) {
	t.Helper()
	server := cmp.Or(os.Getenv("TRIBUTARY_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=2")
	name := fmt.Sprintf("tributary_test_%x", rand.Uint64())
	run := func(ctx context.Context, statement string) error {
		c, err := pgx.Connect(ctx, server)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, statement)
		return err
	}
	if err := run(t.Context(), "CREATE DATABASE "+name); err != nil {
		if strings.Contains(os.Getenv("TRIBUTARY_TEST_REQUIRE"), "postgres") {
			t.Fatalf("PostgreSQL is required: %v", err)
		}
		t.Skipf("SKIPPED: no PostgreSQL; name one in TRIBUTARY_TEST_POSTGRES: %v", err)
	}
	t.Cleanup(func() {
		if err := run(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	cfg, err := pgx.ParseConfig(server)
	if err != nil {
		t.Fatal(err)
	}
	login := cfg.User
	if cfg.Password != "" {
		login += ":" + cfg.Password
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s", login, cfg.Host, cfg.Port, name)
}

func checkStoredOnce(t *testing.T, dsn string, sources, articles int) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for query, want := range map[string]int{
		"SELECT count(*) FROM source WHERE last_success > 0":                                        sources,
		"SELECT count(*) FROM article":                                                              articles,
		"SELECT count(DISTINCT url) FROM article":                                                   articles,
		"SELECT count(*) FROM entry e JOIN topic t ON t.id = topic_id WHERE slug = 'latin-america'": articles,
		"SELECT max(head) FROM topic":                                                               articles,
	} {
		var got int
		if err := c.QueryRow(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %d, want %d (%v)", query, got, want, err)
		}
	}
}
