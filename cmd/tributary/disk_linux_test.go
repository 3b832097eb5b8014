package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFullDisk: while the disk is full the feeds stay up and the log says why nothing new comes; when
// there is space again the crawl goes on by itself, and nothing is lost or doubled.
func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: a full disk needs root")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("SKIPPED: a full disk needs a mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	web := newGrowingWeb(t)
	address := freeAddress(t)
	config := writeConfig(t, address, strings.Replace(eager, "every: 1s", "every: 200ms", 1), web.URL+"/a")
	file := filepath.Join(dir, "t.db")
	useStorage(t, config, file)
	log := &syncBuffer{}
	cmd := tributary(t, "serve", "--config", config)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	topic := "http://" + address + "/topics/latin-america.rss"
	eventually(t, "articles", func() bool { return answers(address) && entriesOfFeed(t, topic) > 3 })

	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for block := bytes.Repeat([]byte("x"), 4096); err == nil; {
		_, err = f.Write(block)
	}
	f.Close()
	eventually(t, "a line that says so", func() bool { return strings.Contains(log.String(), "the disk is full") })
	if n := entriesOfFeed(t, topic); n <= 3 {
		t.Errorf("%d entries on a full disk", n)
	}
	before := entriesOfFeed(t, topic)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "new articles once there was space", func() bool { return entriesOfFeed(t, topic) > before })
	web.mu.Lock()
	web.frozen = true
	want := web.shown["/a"]
	web.mu.Unlock()
	eventually(t, "all articles", func() bool { return number(t, file, "SELECT count(*) FROM article") == want })
	if n := number(t, file, "SELECT count(DISTINCT url) FROM article"); n != want {
		t.Errorf("%d different articles of %d", n, want)
	}
}
