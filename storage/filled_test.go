package storage_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/web"
	"tributary/storage"
)

var (
	someSources = []feeds.Source{{URL: "https://a.example/feed", Title: "A", Tags: []string{"x", "y"}}, {URL: "https://b.example/feed"}}
	someTopics  = []feeds.Topic{{ID: "peru", Title: "Peru"}, {ID: "energy", Title: "Energy"}}
)

// report is an article that differs from others in all that identity looks at.
func report(n int) feeds.Article {
	return feeds.Article{
		GUID: fmt.Sprintf("bytes \xff\x00 %d", n), URL: fmt.Sprintf("https://a.example/%d", n), Title: fmt.Sprintf("Report %d 🜁 \"'\\", n),
		Summary: fmt.Sprintf("Of day %d.", n), Content: strings.Repeat(fmt.Sprintf("<p>Part %d.</p>", n), n%40),
		Authors: []string{"Ana Pérez"}, Categories: []string{"peru"}, Published: time.Now().UTC().Add(-time.Duration(n) * time.Hour).Truncate(time.Second),
	}
}

func inPeru(a *feeds.Article) []feeds.Entry {
	return []feeds.Entry{{Topic: "peru", Score: 4.5, Evidence: feeds.Evidence{Hits: []feeds.Hit{{Term: "peru", Field: feeds.TitleField, Score: 4.5}}}}}
}

// fill makes the visits of a first day: n articles, validators, a failure.
func fill(t *testing.T, db *storage.DB, n int) {
	t.Helper()
	if err := db.Sync(t.Context(), someSources, someTopics, "site"); err != nil {
		t.Fatal(err)
	}
	var articles []feeds.Article
	for i := range n {
		articles = append(articles, report(i))
	}
	saveNews(t, db, articles...)
}

// saveNews stores articles as the news of a visit to the first source.
func saveNews(t *testing.T, db *storage.DB, articles ...feeds.Article) {
	t.Helper()
	if err := db.Hurry(t.Context(), 0, true); err != nil {
		t.Fatal(err)
	}
	leases, err := db.Claim(t.Context(), "me", 10, time.Minute, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leases {
		now := time.Now().UTC()
		v := feeds.Visit{At: now, State: l.Due[0]}
		v.State.LastVisit, v.State.NextVisit = now, now.Add(time.Hour)
		if l.Host == "a.example" {
			v.Articles = articles
			v.State.ETag, v.State.LastModified, v.State.BodyHash = `"v\xff1"`, "yesterday", []byte{0, 255}
			v.State.LastSuccess, v.State.Result = now, feeds.Fetched
		} else {
			v.State.Failures, v.State.Result, v.State.Reason = 3, feeds.Unreachable, "no such host"
		}
		if _, err := db.SaveVisit(t.Context(), l, v, inPeru); err != nil {
			t.Fatal(err)
		}
		if err := db.Release(t.Context(), feeds.Release{Lease: l}); err != nil {
			t.Fatal(err)
		}
	}
}

// filled gives the address of a closed database with n articles.
func filled(t *testing.T, dsn string, n int) string {
	t.Helper()
	db, err := storage.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, n)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func page(t *testing.T, db *storage.DB, topic string) feeds.Page {
	t.Helper()
	p, err := db.Page(t.Context(), feeds.Query{Topic: topic, Window: feeds.Window{Least: 1000}, Content: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// served gives every document as a reader gets it: validators and bytes.
func served(t *testing.T, db *storage.DB) map[string]string {
	t.Helper()
	site := web.Site{Title: "Site", URL: "https://site.example", Topics: someTopics, Sources: make([]feeds.Source, 2)}
	handler := web.New(web.Options{Store: db, Site: site}).Handler()
	documents := map[string]string{}
	for _, topic := range []string{"peru", "energy"} {
		for _, ext := range []string{"", ".rss", ".atom", ".json"} {
			path := "/topics/" + topic + ext
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "https://site.example"+path, nil))
			if rec.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
			}
			h := rec.Header()
			documents[path] = fmt.Sprintf("%s\n%s\n%s", h.Get("ETag"), h.Get("Last-Modified"), rec.Body)
		}
	}
	return documents
}

// dump gives all rows of a SQLite file's tables, and what the full-text index finds.
func dump(t *testing.T, file string) map[string][]string {
	t.Helper()
	open(t, file) // registers now_ms
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables := map[string][]string{}
	for _, name := range column(t, db, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'") {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+name)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		tables[name] = []string{}
		for rows.Next() {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			line := ""
			for i, v := range values {
				line += fmt.Sprintf("%s=%#v ", names[i], v)
			}
			tables[name] = append(tables[name], line)
		}
		slices.Sort(tables[name])
	}
	tables["article_text"] = column(t, db, `SELECT rowid FROM article_text WHERE article_text MATCH 'report' ORDER BY 1`)
	return tables
}

func column(t *testing.T, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
