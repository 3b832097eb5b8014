package storage_test

import (
	"database/sql"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // database/sql for the catalogue

	"tributary/feeds"
	"tributary/storage"
)

func silent(int64, int64) {}

// TestCopy moves a database from SQLite to PostgreSQL and back to SQLite: nobody notices.
func TestCopy(t *testing.T) {
	server := postgres(t)
	first := filled(t, filepath.Join(t.TempDir(), "first.db"), 601)
	second := emptyDatabase(t, server)
	third := filepath.Join(t.TempDir(), "third.db")

	var done, total int64
	counts, err := storage.Copy(t.Context(), first, second, func(d, all int64) {
		if d < done {
			t.Errorf("progress went back from %d to %d", done, d)
		}
		done, total = d, all
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts["article"] != 601 || counts["source"] != 2 || counts["entry"] != 601 || done != total || total != counts.Rows() {
		t.Errorf("copied %v; progress %d of %d", counts, done, total)
	}
	if _, err := storage.Copy(t.Context(), second, third, silent); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dump(t, first), dump(t, third)); diff != "" {
		t.Errorf("rows differ after both ways (-before +after):\n%s", diff)
	}
	onSQLite, onPostgres := open(t, first), open(t, second)
	if diff := cmp.Diff(served(t, onSQLite), served(t, onPostgres)); diff != "" {
		t.Errorf("documents differ (-SQLite +PostgreSQL):\n%s", diff)
	}
	found, err := onPostgres.Search(t.Context(), feeds.Search{Text: "report 17", Limit: 10})
	if err != nil || len(found) != 1 {
		t.Errorf("the index finds %d articles, %v", len(found), err)
	}
	// Ids of new sources and topics come after those that were copied, and known articles stay known.
	more := append(slices.Clone(someSources), feeds.Source{URL: "https://c.example/feed"})
	if err := onPostgres.Sync(t.Context(), more, append(slices.Clone(someTopics), feeds.Topic{ID: "new", Title: "New"}), "site"); err != nil {
		t.Fatal(err)
	}
	saveNews(t, onPostgres, report(1), report(5000))
	if got := len(page(t, onPostgres, "peru").Entries); got != 602 {
		t.Errorf("%d entries", got)
	}
	if got := page(t, onPostgres, "peru").Entries[0]; got.Seq != 602 || got.Article.Title != report(5000).Title {
		t.Errorf("the next entry is %d, %q", got.Seq, got.Article.Title)
	}
}

// TestCopyNamesEveryTable compares what a copy carries with the catalogues of both engines.
func TestCopyNamesEveryTable(t *testing.T) {
	server := postgres(t)
	file, other := filled(t, filepath.Join(t.TempDir(), "t.db"), 1), emptyDatabase(t, server)
	counts, err := storage.Copy(t.Context(), file, other, silent)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(maps.Keys(counts))
	for driver, catalogue := range map[string]string{
		"sqlite": "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
		"pgx":    "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name <> 'article_text'",
	} {
		db, err := sql.Open(driver, map[string]string{"sqlite": "file:" + file, "pgx": other}[driver])
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		got := slices.DeleteFunc(column(t, db, catalogue), func(name string) bool { return name == "schema_version" })
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: list the table in tables.go (-listed +there):\n%s", driver, diff)
		}
	}
}

// TestCopyRefuses: what cannot be copied is one line, and the target stays as it was.
func TestCopyRefuses(t *testing.T) {
	server := postgres(t)
	good := filled(t, filepath.Join(t.TempDir(), "good.db"), 5)
	full := filled(t, emptyDatabase(t, server), 1)
	foreign := foreignFile(t)
	older := filled(t, filepath.Join(t.TempDir(), "older.db"), 1)
	alter(t, older, "UPDATE schema_version SET version = 1")
	for _, test := range []struct{ name, from, to, want string }{
		{"target has rows", good, full, "the target is not empty"},
		{"onto itself", full, full, "the target is not empty"},
		{"target file exists", good, foreign, "the target exists already"},
		{"no folder", good, "/nowhere/at/all.db", "the folder /nowhere/at: no such file or directory"},
		{"no source", "/nowhere/t.db", filepath.Join(t.TempDir(), "t.db"), "/nowhere/t.db: no such file or directory"},
		{"foreign source", foreign, filepath.Join(t.TempDir(), "t.db"), "belongs to another program"},
		{"older source", older, filepath.Join(t.TempDir(), "t.db"), "its schema has version 1 and this program copies version"},
		{"empty source", emptyDatabase(t, server), filepath.Join(t.TempDir(), "t.db"), "that is no database of Tributary"},
		{"nobody there", good, "postgres://x:secret@127.0.0.1:1/none", "cannot connect to PostgreSQL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := storage.Copy(t.Context(), test.from, test.to, silent)
			oneLine(t, err, test.want)
			if file := filepath.Join(filepath.Dir(test.to), "t.db"); filepath.Base(test.to) == "t.db" {
				noFiles(t, filepath.Dir(file))
			}
		})
	}
}

// TestCopyLosesConnection cuts the connection to PostgreSQL in the middle: the target stays empty, and
// the next copy succeeds.
func TestCopyLosesConnection(t *testing.T) {
	server := postgres(t)
	source, target := filled(t, filepath.Join(t.TempDir(), "t.db"), 300), emptyDatabase(t, server)
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = cutAfter(t, u.Host, 60_000)
	_, err = storage.Copy(t.Context(), source, u.String(), silent)
	oneLine(t, err, "copy "+source+" to postgres://")
	if _, err := storage.Copy(t.Context(), source, target, silent); err != nil {
		t.Errorf("again: %v", err)
	}
}

// cutAfter is a proxy to a server that cuts each connection once n bytes were sent over it.
func cutAfter(t *testing.T, server string, n int64) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", server)
			if err != nil {
				in.Close()
				return
			}
			wg.Go(func() { io.CopyN(out, in, n); in.Close(); out.Close() })
			wg.Go(func() { io.Copy(in, out) })
		}
	})
	return l.Addr().String()
}

// oneLine asks for an error that says this, in one line and without a password.
func oneLine(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got error %v, want %q", err, want)
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
		t.Errorf("not one line, or with a password: %q", err)
	}
}

// noFiles asks that nothing was left in a folder, beside what is named.
func noFiles(t *testing.T, dir string, but ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(but, e.Name()) {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// foreignFile is a SQLite database of another program.
func foreignFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "foreign.db")
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE article (id INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	return file
}
