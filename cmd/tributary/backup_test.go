package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/storage"
)

// runHere runs the program in this process.
func runHere(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, terminal{out: &out, err: &errs})
	return code, out.String(), errs.String()
}

// fine runs the program, which has to succeed, and gives what it prints.
func fine(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := runHere(t, args...)
	if code != exitFine || stderr != "" {
		t.Fatalf("tributary %s: exit code %d, %q", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// entriesOf gives the newest entries of a topic.
func entriesOf(t *testing.T, dsn string) (entries []feeds.Entry) {
	t.Helper()
	db, err := storage.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	page, err := db.Page(t.Context(), feeds.Query{Topic: "latin-america"})
	if err != nil {
		t.Fatal(err)
	}
	return page.Entries
}

// TestBackupRestoreCopy goes through the commands as an admin would: what a restore has lost comes
// back under its old id and at its old place.
func TestBackupRestoreCopy(t *testing.T) {
	var articles atomic.Int64
	publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, rssFeed("andes", int(articles.Load())))
	}))
	defer publisher.Close()
	config := writeConfig(t, freeAddress(t), eager, publisher.URL)
	database := filepath.Join(filepath.Dir(config), "t.db")
	visit := func(n int64) []feeds.Entry {
		t.Helper()
		articles.Store(n)
		fine(t, "crawl", "--all", "--config", config)
		return entriesOf(t, database)
	}
	dir := t.TempDir()
	backup := filepath.Join(dir, "b.db")

	before := visit(3)
	if got := fine(t, "backup", backup, "--config", config); !strings.Contains(got, "to "+backup+": 1 source, 3 articles") {
		t.Errorf("printed %q", got)
	}
	later := visit(4)
	fine(t, "backup", backup, "--keep", "1", "--config", config)
	if found, _, err := storage.DatedBackups(backup); err != nil || len(found) != 1 {
		t.Errorf("dated backups: %q %v", found, err)
	}

	code, _, stderr := runHere(t, "restore", backup, "--config", config)
	if code != exitCouldNot || !strings.Contains(stderr, "--force keeps it aside") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	got := fine(t, "restore", backup, "--force", "--config", config)
	if !strings.Contains(got, "3 articles") || !strings.Contains(got, "the earlier database is kept as "+database+".before-restore-") {
		t.Errorf("printed %q", got)
	}
	if diff := cmp.Diff(before, entriesOf(t, database)); diff != "" {
		t.Errorf("entries changed (-backup +restored):\n%s", diff)
	}
	again := visit(4)
	if len(again) != 4 || again[0].Article.ID != later[0].Article.ID || !again[0].At.Equal(again[0].Article.Published) {
		t.Errorf("the lost article came back as %+v, it was %+v", again[0], later[0])
	}

	other := filepath.Join(dir, "other.db")
	if got := fine(t, "copy", "--to", other, "--config", config); !strings.Contains(got, "4 articles") || !strings.Contains(got, "write storage: "+other) {
		t.Errorf("printed %q", got)
	}
	if diff := cmp.Diff(again, entriesOf(t, other)); diff != "" {
		t.Errorf("entries changed (-database +copy):\n%s", diff)
	}
	for want, args := range map[string][]string{
		"the target exists already": {"copy", "--to", other},
		"missing flags: --to":       {"copy"},
		"--keep is less":            {"backup", backup, "--keep=-1"},
		"that is the database":      {"backup", database},
		"no such file or directory": {"restore", "/nowhere/b.db", "--force"},
	} {
		code, _, stderr := runHere(t, append(args, "--config", config)...)
		if code != exitCouldNot || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q", args, code, stderr)
		}
	}
}

// TestMaintenance lets twelve days go by in the running service: old articles go, backups are made and
// only the newest stay, at the same times after a restart.
func TestMaintenance(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(writeConfig(t, "localhost:8080",
		fmt.Sprintf("retention: {age: 10d}\nbackup: {to: '%s/made/here', every: 2d, keep: 3}", dir), "http://a.example/feed"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		p, err := parsePlan("config.yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		db, err := storage.Open(ctx, p.Storage, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Sync(ctx, p.sources, p.topics, ""); err != nil {
			t.Fatal(err)
		}
		arrive(t, db, p.sources[0], 5)
		var log bytes.Buffer
		s := &service{plan: p, log: slog.New(slog.NewTextHandler(&log, nil)), db: db}
		// live lets the service run for a time, and ends it.
		live := func(d time.Duration) {
			t.Helper()
			ctx, stop := context.WithTimeout(ctx, d)
			defer stop()
			if err := s.maintain(ctx); err != nil {
				t.Fatal(err)
			}
		}
		stored := func() int {
			found, err := db.Search(ctx, feeds.Search{Text: "report", Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		start := time.Now()
		live(9*24*time.Hour + time.Hour) // backups after a minute and then on days 2, 4, 6 and 8
		if n := stored(); n != 5 {
			t.Errorf("%d articles are left after nine days", n)
		}
		live(2 * 24 * time.Hour) // day 10, though the service began anew on day 9
		if n := stored(); n != 0 {
			t.Errorf("%d articles are left after eleven days", n)
		}
		found, newest, err := storage.DatedBackups(filepath.Join(dir, "made/here/tributary.db"))
		if err != nil || len(found) != 3 || newest.Sub(start).Round(time.Second) != 10*24*time.Hour+time.Minute {
			t.Errorf("%q, the newest after %s, %v", found, newest.Sub(start), err)
		}
		if got := log.String(); strings.Contains(got, "level=ERROR") || strings.Count(got, "backup made") != 6 || !strings.Contains(got, "old articles removed") {
			t.Errorf("log:\n%s", got)
		}
	})
}

// arrive stores n articles without a topic.
func arrive(t *testing.T, db *storage.DB, source feeds.Source, n int) {
	t.Helper()
	leases, err := db.Claim(t.Context(), "me", 1, time.Minute, 0)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	v := feeds.Visit{At: time.Now(), State: leases[0].Due[0]}
	for i := range n {
		v.Articles = append(v.Articles, feeds.Article{Source: source, GUID: fmt.Sprint(i), Title: fmt.Sprintf("Report %d", i)})
	}
	if _, err := db.SaveVisit(t.Context(), leases[0], v, func(*feeds.Article) []feeds.Entry { return nil }); err != nil {
		t.Fatal(err)
	}
}

// TestFailingBackup: a backup that cannot be made is in the log, and the service goes on.
func TestFailingBackup(t *testing.T) {
	text, err := os.ReadFile(writeConfig(t, "localhost:8080", "backup: {to: /proc/backups, every: 0 3 * * *}", "http://a.example/feed"))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		p, err := parsePlan("config.yaml", text)
		if err != nil {
			t.Fatal(err)
		}
		db, err := storage.Open(context.Background(), p.Storage, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var log bytes.Buffer
		ctx, stop := context.WithTimeout(context.Background(), 49*time.Hour)
		defer stop()
		if err := (&service{plan: p, log: slog.New(slog.NewTextHandler(&log, nil)), db: db}).maintain(ctx); err != nil {
			t.Fatal(err)
		}
		if got := log.String(); strings.Count(got, `level=ERROR msg="back up" err="make the folder for backups:`) != 2 {
			t.Errorf("log:\n%s", got)
		}
	})
}

func TestParseSpan(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{"0": 0, "90d": 90 * day, "0d": 0, "1d": day, "36h": 36 * time.Hour, "65535d": 65535 * day} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "90", "1.5d", "-1d", "65536d", "90 d", "1d12h", "1w"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestBackupSchedule(t *testing.T) {
	from := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"1d":                              "2026-03-29T12:00:00Z",
		"5m":                              "2026-03-28T12:05:00Z",
		"30 3 * * *":                      "2026-03-29T03:30:00Z",
		"CRON_TZ=Europe/Berlin 0 4 * * *": "2026-03-29T02:00:00Z",
		"@daily":                          "2026-03-29T00:00:00Z",
	} {
		s, err := backupSchedule(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := s.Next(from).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%q runs at %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "0", "-1d", "4m", "adaptive", "@every 1s", "0 0 30 2 *", "TZ=UTC", "* * * *"} {
		if _, err := backupSchedule(text); err == nil {
			t.Errorf("%q is a schedule", text)
		}
	}
}
