package storage_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/storage"
)

// TestBackupWhileWriting: a backup that was made beside a writer is one moment of the database.
func TestBackupWhileWriting(t *testing.T) {
	dsns := map[string]func() string{
		"SQLite":     func() string { return filepath.Join(t.TempDir(), "t.db") },
		"PostgreSQL": func() string { return emptyDatabase(t, postgres(t)) },
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) {
			dsn := dsn()
			db := open(t, dsn)
			fill(t, db, 300)
			stop := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				for n := 1000; ; n++ {
					select {
					case <-stop:
						return
					default:
						saveNews(t, db, report(n), report(n+100_000))
					}
				}
			})
			dir := t.TempDir()
			backup := filepath.Join(dir, "b.db")
			counts, err := storage.Backup(t.Context(), dsn, backup)
			close(stop)
			wg.Wait()
			if err != nil {
				t.Fatal(err)
			}
			noFiles(t, dir, "b.db")
			saveNews(t, db, report(999_999))

			restored := filepath.Join(t.TempDir(), "r.db")
			if _, err := storage.Restore(t.Context(), backup, restored, storage.Restoring{}); err != nil {
				t.Fatal(err)
			}
			now, then := page(t, db, "peru").Entries, page(t, open(t, restored), "peru").Entries
			slices.SortFunc(now, bySeq)
			slices.SortFunc(then, bySeq)
			if len(then) != int(counts["entry"]) || len(then)%2 != 0 || len(then) < 300 || len(then) >= len(now) {
				t.Fatalf("the backup has %d entries, says %v; the database has %d", len(then), counts, len(now))
			}
			for i, e := range then {
				if n := now[i]; e.Seq != n.Seq || e.Article.ID != n.Article.ID || !e.At.Equal(n.At) || e.Article.Content != n.Article.Content {
					t.Fatalf("entry %d is %+v, was %+v", i, e, n)
				}
			}
		})
	}
}

func bySeq(a, b feeds.Entry) int { return int(a.Seq - b.Seq) }

// TestBackupReplaces: an earlier backup gives way to a good one, and nothing else does.
func TestBackupReplaces(t *testing.T) {
	dir := t.TempDir()
	source := filled(t, filepath.Join(t.TempDir(), "t.db"), 3)
	backup, text, folder := filepath.Join(dir, "b.db"), filepath.Join(dir, "notes.txt"), filepath.Join(dir, "folder")
	live := filled(t, filepath.Join(t.TempDir(), "live.db"), 1)
	if err := os.WriteFile(text, []byte("my notes"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := storage.Backup(t.Context(), source, backup); err != nil {
			t.Fatal(err)
		}
	}
	for file, want := range map[string]string{
		source:          "that is the database itself",
		live:            "is a database that the service runs on",
		text:            "the file exists and is no backup",
		foreignFile(t):  "the file exists and is no backup",
		folder:          "it is a folder",
		text + "/b.db":  "not a directory",
		"/nowhere/b.db": "the folder /nowhere: no such file or directory",
		"/proc/b.db":    "/proc/b.db: ",
	} {
		t.Run(want, func(t *testing.T) {
			before, _ := os.ReadFile(file)
			_, err := storage.Backup(t.Context(), source, file)
			oneLine(t, err, want)
			if after, _ := os.ReadFile(file); string(after) != string(before) {
				t.Error("the file changed")
			}
		})
	}
	noFiles(t, dir, "b.db", "notes.txt", "folder")
}

// TestBackupOfBadDatabase: there is no backup of what cannot be read, and an earlier one stays.
func TestBackupOfBadDatabase(t *testing.T) {
	good := filled(t, filepath.Join(t.TempDir(), "good.db"), 400)
	dir := t.TempDir()
	backup := filepath.Join(dir, "b.db")
	if _, err := storage.Backup(t.Context(), good, backup); err != nil {
		t.Fatal(err)
	}
	earlier := read(t, backup)
	damaged, torn := filepath.Join(t.TempDir(), "damaged.db"), filepath.Join(t.TempDir(), "torn.db")
	write(t, damaged, strings.Repeat("no database ", 1000))
	write(t, torn, earlier[:len(earlier)/2])
	for source, want := range map[string]string{
		damaged:                                "the file is damaged or is not a SQLite database",
		torn:                                   "the file is damaged",
		foreignFile(t):                         "the file belongs to another program",
		"/nowhere.db":                          "/nowhere.db: no such file or directory",
		t.TempDir():                            "is a folder, not a file",
		"postgres://x:secret@127.0.0.1:1/none": "cannot connect to PostgreSQL",
	} {
		t.Run(want, func(t *testing.T) {
			_, err := storage.Backup(t.Context(), source, backup)
			oneLine(t, err, want)
		})
	}
	if read(t, backup) != earlier {
		t.Error("the earlier backup changed")
	}
	noFiles(t, dir, "b.db")
}

// TestKilledBackup: what a killed process left is removed once it is old enough to be nobody's.
func TestKilledBackup(t *testing.T) {
	dir := t.TempDir()
	source := filled(t, filepath.Join(t.TempDir(), "t.db"), 1)
	old, fresh := filepath.Join(dir, "b.db.partial-1"), filepath.Join(dir, "b.db.partial-2")
	write(t, old, "half")
	write(t, fresh, "half")
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := storage.Backup(t.Context(), source, filepath.Join(dir, "b.db")); err != nil {
		t.Fatal(err)
	}
	noFiles(t, dir, "b.db", "b.db.partial-2")
}

func TestKeepNewest(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[1] *?") // nothing in a name is a pattern
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "b.db")
	day := time.Date(2026, 1, 30, 23, 59, 59, 0, time.FixedZone("", 3600))
	var names []string
	for n := range 5 {
		names = append(names, storage.DatedName(base, day.AddDate(0, 0, n)))
		write(t, names[n], "")
	}
	others := []string{"b.db", "b-1.db", "b-20260130T225959Z.txt", "b-20260130T225959Z.db.partial-7", "bb-20200130T225959Z.db"}
	for _, name := range others {
		write(t, filepath.Join(dir, name), "")
	}
	if want := filepath.Join(dir, "b-20260130T225959Z.db"); names[0] != want {
		t.Fatalf("the name is %s, want %s", names[0], want)
	}
	found, newest, err := storage.DatedBackups(base)
	if err != nil || !slices.Equal(found, names) || !newest.Equal(day.AddDate(0, 0, 4)) {
		t.Errorf("found %q, newest %s, %v", found, newest, err)
	}
	for _, keep := range []int{9, 2, 2} {
		if err := storage.KeepNewest(base, keep); err != nil {
			t.Fatal(err)
		}
	}
	noFiles(t, dir, append(others, filepath.Base(names[3]), filepath.Base(names[4]))...)
	if found, _, err := storage.DatedBackups(base); err != nil || len(found) != 2 {
		t.Errorf("%q are left, %v", found, err)
	}
	if found, newest, err := storage.DatedBackups("/nowhere/b.db"); err != nil || len(found) != 0 || !newest.IsZero() {
		t.Errorf("found %q, newest %s, %v", found, newest, err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
