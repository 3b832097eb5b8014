package storage_test

import (
	"context"
	"database/sql"
	"fmt"

	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"tributary/feeds"
	"tributary/storage"
)

// statement runs a statement on a database that nobody else has open.
func statement(t *testing.T, dsn, query string) {
	t.Helper()
	if strings.HasPrefix(dsn, "postgres://") {
		c, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
		if _, err := c.Exec(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return
	}
	db, err := sql.Open("sqlite", "file:"+dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// TestStartTogether: of many processes that meet an empty database, one makes the schema.
func TestStartTogether(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		var starters sync.WaitGroup
		for range 8 {
			starters.Go(func() {
				db, err := storage.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
				if err == nil {
					err = db.Sync(t.Context(), someSources, someTopics, "site")
				}
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		starters.Wait()
		db := open(t, dsn)
		revisions, err := db.Revisions(t.Context())
		if err != nil || len(revisions) != len(someTopics) {
			t.Errorf("%d topics, %v", len(revisions), err)
		}
	})
}

// TestUpgrade opens databases that stopped at each earlier version, with an article in each.
func TestUpgrade(t *testing.T) {
	onBothEngines(t, func(t *testing.T, dsn string) {
		engine, bytesType := "sqlite", "BLOB"
		if strings.HasPrefix(dsn, "postgres://") {
			engine, bytesType = "postgres", "BYTEA"
		}
		files := migrationFiles(t, engine)
		for version := 1; version < len(files); version++ {
			t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
				old := filepath.Join(t.TempDir(), "old.db")
				if engine == "postgres" {
					old = emptyDatabase(t, postgres(t))
				}
				for i, text := range files[:version] {
					statement(t, old, text)
					if i == 0 {
						statement(t, old, strings.ReplaceAll(oldRows, "BYTES", bytesType))
					}
				}
				statement(t, old, fmt.Sprintf("CREATE TABLE schema_version (version BIGINT NOT NULL); INSERT INTO schema_version VALUES (%d)", version))
				if engine == "sqlite" {
					statement(t, old, "PRAGMA application_id = 0x54524942")
				}
				db := open(t, old)
				found, err := db.Search(t.Context(), feeds.Search{Text: "peru", Limit: 5})
				if version >= storage.TextVersion { // the index was there, and this old article is not in it
					found = []feeds.Article{{Title: "Perú"}}
				}
				if err != nil || len(found) != 1 || found[0].Title != "Perú" {
					t.Errorf("found %v, %v", found, err)
				}
				p, err := db.Page(t.Context(), feeds.Query{Topic: "old", Language: "es"})
				if err != nil || len(p.Entries) != 1 || p.Origin != "old" {
					t.Errorf("the old topic has %+v, %v", p, err)
				}
				fill(t, db, 3)
				if engine == "postgres" {
					statement(t, old, "SELECT 'article_text_words'::regclass") // the upgrade makes this index itself
				}
			})
		}
	})
}

// oldRows is a source with an article in a topic, in columns that the first version had.
const oldRows = `
	INSERT INTO host (name, due_at) VALUES ('old.example', 0);
	INSERT INTO source (id, url, active, host, title, language, country, tags, publish, every, due_at)
		VALUES (1000, 'https://old.example/feed', 1, 'old.example', 'Old', 'es', 'PE', '', '', '', 0);
	INSERT INTO article (id, source_id, uid, guid, url, canon, title, summary, authors, categories, language, image, rights, enclosures, published_at, updated_at, hash, likeness)
		VALUES (1, 1000, CAST('uid' AS BYTES), CAST('guid' AS BYTES), 'https://old.example/1', CAST('canon' AS BYTES), 'Perú', 'Old news.', '', '', 'es-PE', '', '', '', 0, 0, CAST('hash' AS BYTES), 0);
	INSERT INTO article_content (article_id, codec, html) VALUES (1, 0, CAST('' AS BYTES));
	INSERT INTO topic (id, slug, active, face, head, changed_at) VALUES (1000, 'old', 1, CAST('face' AS BYTES), 1, 0);
	INSERT INTO entry (topic_id, seq, article_id, at, score, evidence) VALUES (1000, 1, 1, 1, 3, '');`

// migrationFiles gives an engine's migrations as they are applied.
func migrationFiles(t *testing.T, engine string) (texts []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("migrations", engine, "*.sql"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	slices.Sort(names)
	for i, name := range names {
		if want := fmt.Sprintf("%04d_", i+1); !strings.HasPrefix(filepath.Base(name), want) {
			t.Fatalf("%s should begin with %s", name, want)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}
