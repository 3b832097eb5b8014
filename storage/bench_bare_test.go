package storage_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tributary/storage"
)

// inserted is the tables that a visit of new articles fills, with the statement that fills each.
var inserted = []struct{ table, columns, order string }{
	{"article", "id, guid, url, canon, title, summary, authors, categories, language, image, rights, enclosures, published_at, updated_at, hash, likeness, source_id, uid", "id"},
	{"article_content", "article_id, codec, html", "article_id"},
	{"article_key", "source_id, key, article_id", "article_id"},
	{"entry", "topic_id, seq, article_id, at, score, evidence", "article_id"},
}

// storedRows reads back what the visits stored.
func storedRows(b *testing.B, dsn string) map[string][][]any {
	b.Helper()
	driver, address := "sqlite", "file:"+dsn
	if strings.HasPrefix(dsn, "postgres") {
		driver, address = "pgx", dsn
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	all := map[string][][]any{}
	for _, t := range inserted {
		rows, err := db.Query("SELECT " + t.columns + " FROM " + t.table + " ORDER BY " + t.order)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			row := make([]any, strings.Count(t.columns, ",")+1)
			into := make([]any, len(row))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				b.Fatal(err)
			}
			all[t.table] = append(all[t.table], row)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			b.Fatal(err)
		}
	}
	for _, a := range all["article"] {
		row := storage.IndexedRow(dsn, a[0].(int64), a[16].(int64), a[4].(string), a[5].(string), a[8].(string))
		all["article_text"] = append(all["article_text"], row)
	}
	return all
}

// insertStatement gives the plain INSERT of a table.
func insertStatement(table, columns string) string {
	marks := make([]string, strings.Count(columns, ",")+1)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, columns, strings.Join(marks, ", "))
}

// batches cuts each table's rows into as many transactions as there were visits.
func batches(rows map[string][][]any, visits int) (all []map[string][][]any) {
	for i := range visits {
		batch := map[string][][]any{}
		for table, r := range rows {
			batch[table] = r[len(r)*i/visits : len(r)*(i+1)/visits]
		}
		all = append(all, batch)
	}
	return all
}

// bareSQLite gives the CPU time of the bare inserts.
func bareSQLite(b *testing.B, file string, rows map[string][][]any, visits int) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-16384)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	prepared := map[string]*sql.Stmt{}
	for _, t := range append(slices.Clone(inserted), struct{ table, columns, order string }{"article_text", "rowid, title, summary", ""}) {
		if prepared[t.table], err = conn.PrepareContext(b.Context(), insertStatement(t.table, t.columns)); err != nil {
			b.Fatal(err)
		}
	}
	exec := func(query string) {
		if _, err := conn.ExecContext(b.Context(), query); err != nil {
			b.Fatal(err)
		}
	}
	start := cpu(b, false)
	for _, batch := range batches(rows, visits) {
		exec("BEGIN IMMEDIATE")
		for _, table := range []string{"article", "article_content", "article_key", "article_text", "entry"} {
			for _, row := range batch[table] {
				for i := range row {
					if blob, ok := row[i].([]byte); ok && blob == nil { // as the driver reads an empty one
						row[i] = []byte{}
					}
				}
				if _, err := prepared[table].ExecContext(b.Context(), row...); err != nil {
					b.Fatal(err)
				}
			}
		}
		exec("COMMIT")
	}
	return cpu(b, false) - start
}

// barePostgres does the same; a server process that has ended would not be counted.
func barePostgres(b *testing.B, dsn string, rows map[string][][]any, visits int) time.Duration {
	b.Helper()
	c, err := pgx.Connect(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(b.Context())
	statements := map[string]string{"article_text": storage.IndexStatement(dsn)}
	for _, t := range inserted {
		statements[t.table] = insertStatement(t.table, t.columns)
	}
	start := cpu(b, true)
	for _, batch := range batches(rows, visits) {
		err := pgx.BeginFunc(b.Context(), c, func(tx pgx.Tx) error {
			var all pgx.Batch
			for _, table := range []string{"article", "article_content", "article_key", "article_text", "entry"} {
				for _, row := range batch[table] {
					all.Queue(statements[table], row...)
				}
			}
			return tx.SendBatch(b.Context(), &all).Close()
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return cpu(b, true) - start
}
