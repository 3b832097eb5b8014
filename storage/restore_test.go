package storage_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tributary/feeds"
	"tributary/storage"
)

// TestRestore goes back to a backup on both engines: ids, order and validators are those of the
// backup, but no reader is told that nothing changed, and nothing is announced a second time.
func TestRestore(t *testing.T) {
	targets := map[string]func() string{
		"SQLite":     func() string { return filepath.Join(t.TempDir(), "r.db") },
		"PostgreSQL": func() string { return emptyDatabase(t, postgres(t)) },
	}
	for name, target := range targets {
		t.Run(name, func(t *testing.T) {
			target := target()
			source := filepath.Join(t.TempDir(), "t.db")
			db := open(t, source)
			fill(t, db, 5)
			announceAll(t, db, "energy") // the news about Peru still has to be announced
			before := page(t, db, "peru")
			states := sources(t, db)
			backup := filepath.Join(t.TempDir(), "b.db")
			if _, err := storage.Backup(t.Context(), source, backup); err != nil {
				t.Fatal(err)
			}
			lost := report(100)
			lost.Published = time.Now().Add(-30 * time.Minute).UTC().Truncate(time.Second)
			saveNews(t, db, lost)
			later := page(t, db, "peru")

			done, err := storage.Restore(t.Context(), backup, target, storage.Restoring{Wait: 3 * time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			if done.Aside != "" || done.Counts["article"] != 5 {
				t.Errorf("restored %+v", done)
			}
			restored := open(t, target)
			soon, err := restored.NextClaim(t.Context())
			if err != nil || time.Until(soon) < 170*time.Minute {
				t.Errorf("a host is due at %s, sooner than may be: %v", soon, err)
			}
			if err := restored.Sync(t.Context(), someSources, someTopics, "site"); err != nil {
				t.Fatal(err)
			}
			after := page(t, restored, "peru")
			if diff := cmp.Diff(before.Entries, after.Entries); diff != "" {
				t.Errorf("entries changed (-backup +restored):\n%s", diff)
			}
			if after.Revision.Version <= before.Revision.Version || after.Revision.Changed.Before(later.Revision.Changed) {
				t.Errorf("the revision is %+v, the lost one %+v", after.Revision, later.Revision)
			}
			if diff := cmp.Diff(states, sources(t, restored), cmpopts.IgnoreFields(feeds.State{}, "LastSuccess", "NextVisit"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("states changed (-backup +restored):\n%s", diff)
			}
			if got := waiting(t, restored); got != "peru" {
				t.Errorf("%q wait to be announced, want what had not been", got)
			}
			if st := sources(t, restored)[0]; !st.LastSuccess.IsZero() {
				t.Error("the next visit would not be back-fill")
			}
		})
	}
}

func announceAll(t *testing.T, db *storage.DB, topic string) {
	t.Helper()
	revisions, err := db.Unannounced(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range revisions {
		if r.Topic == topic {
			if err := db.Announced(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func waiting(t *testing.T, db *storage.DB) string {
	t.Helper()
	revisions, err := db.Unannounced(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var topics []string
	for _, r := range revisions {
		topics = append(topics, r.Topic)
	}
	return strings.Join(topics, " ")
}

func sources(t *testing.T, db *storage.DB) []feeds.State {
	t.Helper()
	states, err := db.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return states
}

// TestRestoreOver: a database that is there is refused, or kept aside; one that is in use stays.
func TestRestoreOver(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "t.db")
	backup := filepath.Join(t.TempDir(), "b.db")
	if _, err := storage.Backup(t.Context(), filled(t, filepath.Join(t.TempDir(), "s.db"), 2), backup); err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), target, nil)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, 7)
	over := func(force bool) (storage.Restored, error) {
		return storage.Restore(t.Context(), backup, target, storage.Restoring{Force: force})
	}
	_, err = over(false)
	oneLine(t, err, "there is a database already; --force")
	_, err = over(true)
	oneLine(t, err, "the database is in use; stop the service first")
	if got := len(page(t, db, "peru").Entries); got != 7 {
		t.Errorf("%d entries in the database in use", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	noFiles(t, dir, "t.db")
	done, err := over(true)
	if err != nil {
		t.Fatal(err)
	}
	noFiles(t, dir, "t.db", filepath.Base(done.Aside))
	if !strings.HasPrefix(done.Aside, target+".before-restore-") {
		t.Errorf("kept as %s", done.Aside)
	}
	if got := len(page(t, open(t, target), "peru").Entries); got != 2 {
		t.Errorf("%d entries in the restored database", got)
	}
	if got := len(page(t, open(t, done.Aside), "peru").Entries); got != 7 {
		t.Errorf("%d entries in the one kept aside", got)
	}
}

// TestRestoreOverDamaged: what is left of a damaged database, its WAL too, is kept and harms nobody.
func TestRestoreOverDamaged(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "t.db")
	backup := filepath.Join(t.TempDir(), "b.db")
	if _, err := storage.Backup(t.Context(), filled(t, filepath.Join(t.TempDir(), "s.db"), 2), backup); err != nil {
		t.Fatal(err)
	}
	write(t, target, strings.Repeat("no database ", 1000))
	write(t, target+"-wal", "remains")
	done, err := storage.Restore(t.Context(), backup, target, storage.Restoring{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(read(t, done.Aside), "no database") || read(t, done.Aside+"-wal") != "remains" {
		t.Error("the damaged database was not kept")
	}
	if got := len(page(t, open(t, target), "peru").Entries); got != 2 {
		t.Errorf("%d entries", got)
	}
}

// TestRestoreRefuses: only a good backup is restored; all else is one line and changes nothing.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(t.TempDir(), "s.db")
	live := open(t, source)
	fill(t, live, 50)
	good := filepath.Join(dir, "good.db")
	if _, err := storage.Backup(t.Context(), source, good); err != nil {
		t.Fatal(err)
	}
	bytes := read(t, good)
	named := func(name, content string) string {
		file := filepath.Join(dir, name)
		write(t, file, content)
		return file
	}
	newer := named("newer.db", bytes)
	alter(t, newer, "UPDATE schema_version SET version = 999")
	loose := named("loose.db", bytes)
	alter(t, loose, "PRAGMA foreign_keys = OFF; DELETE FROM source")
	bare := named("bare.db", bytes)
	alter(t, bare, "DROP TABLE schema_version")
	for _, test := range []struct{ name, backup, want string }{
		{"missing", filepath.Join(dir, "none.db"), "none.db: no such file or directory"},
		{"folder", dir, "is a folder, not a file"},
		{"text", named("text.db", "my notes"), "the file is damaged or is no backup of Tributary"},
		{"empty", named("empty.db", ""), "the file is no backup of Tributary"},
		{"foreign", foreignFile(t), "the file is no backup of Tributary"},
		{"half", named("half.db", bytes[:len(bytes)/2]), "the file is damaged"},
		{"newer", newer, "t.db: its schema has version 999 and this program knows"},
		{"rows missing", loose, "refers to rows that are not there"},
		{"no version", bare, "the file is damaged or is no backup of Tributary"},
		{"in use", source, "a database that the service runs on"},
	} {
		t.Run(test.name, func(t *testing.T) {
			to := t.TempDir()
			_, err := storage.Restore(t.Context(), test.backup, filepath.Join(to, "t.db"), storage.Restoring{Force: true})
			oneLine(t, err, test.want)
			noFiles(t, to)
		})
	}
	_, err := storage.Restore(t.Context(), good, filled(t, emptyDatabase(t, postgres(t)), 1), storage.Restoring{Force: true})
	oneLine(t, err, "the target is not empty")
	_, err = storage.Restore(t.Context(), good, "/nowhere/t.db", storage.Restoring{})
	oneLine(t, err, "the folder /nowhere: no such file or directory")
}

func alter(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// TestRestoreDamaged: whatever bytes of a backup are wrong, it is refused or restored whole.
func TestRestoreDamaged(t *testing.T) {
	source := filled(t, filepath.Join(t.TempDir(), "s.db"), 60)
	good := filepath.Join(t.TempDir(), "good.db")
	if _, err := storage.Backup(t.Context(), source, good); err != nil {
		t.Fatal(err)
	}
	bytes := read(t, good)
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 40 {
		b := []byte(bytes)
		for range 1 + random.IntN(40) {
			b[random.IntN(len(b))] ^= byte(1 + random.IntN(255))
		}
		file, to := filepath.Join(t.TempDir(), "b.db"), filepath.Join(t.TempDir(), "t.db")
		write(t, file, string(b))
		if _, err := storage.Restore(t.Context(), file, to, storage.Restoring{}); err != nil {
			refused++
			if _, err := os.Stat(to); err == nil {
				t.Error("a refused backup left a database")
			}
			continue
		}
		db := open(t, to)
		if err := db.Sync(t.Context(), someSources, someTopics, "site"); err != nil {
			t.Errorf("a restored database does not work: %v", err)
		}
	}
	if refused == 0 {
		t.Error("no damage was found")
	}
}
