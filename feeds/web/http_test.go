package web

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/feeds"
)

// playFile sends the requests of a file, one to a block, and compares the answers with what stands below them.
// {identity}, {gzip} and so on stand for the tags of /topics/latin-america.rss, and pairs for more.
func playFile(t *testing.T, s *Server, file string, least int, pairs ...string) {
	t.Helper()
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for coding, tag := range tags(t, s, "latin-america", "rss") {
		pairs = append(pairs, "{"+coding+"}", tag)
	}
	text := strings.NewReplacer(append(pairs, "{article}", madeID("latin-america", 2), "{10k}", strings.Repeat("x", 10<<10))...).Replace(string(script))
	exchanges := 0
	h := s.Handler()
	for block := range strings.SplitSeq(text, "\n\n") {
		name, exchange, _ := strings.Cut(strings.TrimSpace(block), "\n")
		asked, wanted, ok := strings.Cut(exchange, "\n-> ")
		if !ok {
			t.Fatalf("no answer in block %q", block)
		}
		exchanges++
		answer, body := do(h, asked)
		for _, difference := range compare(answer, body, wanted) {
			t.Errorf("%s: %s", strings.TrimPrefix(name, "# "), difference)
		}
	}
	if exchanges < least {
		t.Errorf("only %d exchanges were played", exchanges)
	}
}

// TestHTTP: what holds for every document.
func TestHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(newStore(), site())
		do(s.Handler(), "GET /topics/latin-america.rss")
		playFile(t, s, "testdata/http.txt", 140)
	})
}

// TestHTTPOfStreams: topics that were renamed, removed or are in one language, all together, their
// archives, deltas and lists. {past} is the tag of a document before the present one.
func TestHTTPOfStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := archivedStore(160)
		store.retired = []string{"weather", "empty"}
		newest := store.pages["latin-america"]
		before := newest
		before.Entries = before.Entries[1:]
		before.Revision.Changed = changed.Add(-time.Hour)
		store.pages["latin-america"] = before

		set := site()
		set.Topics = append(storedSite().Topics, feeds.Topic{ID: "sport", Title: "Sport"})
		s := newServer(store, set)
		start(t, s)
		past := tags(t, s, "latin-america", "rss")["br"]
		set.Topics = storedSite().Topics
		set.Topics[0].Formerly = []string{"latam", "south-america"}
		s.SetSite(set)
		newest.Revision.Version++
		store.mu.Lock()
		store.pages["latin-america"] = newest
		store.mu.Unlock()
		time.Sleep(3 * time.Second)
		playFile(t, s, "testdata/streams.txt", 120, "{past}", past)
	})
}

// compare checks an answer against a status, then fields that it has or, with a "-", has not. A
// value that ends in "..." is a beginning. It gives the differences.
func compare(answer *http.Response, body, wanted string) (differences []string) {
	differ := func(what, got, want string) {
		differences = append(differences, fmt.Sprintf("%s is %.300q, want %q", what, got, want))
	}
	status, fields, _ := strings.Cut(strings.TrimSpace(wanted), "\n")
	if got := fmt.Sprint(answer.StatusCode); got != status {
		differ("status", got, status)
	}
	for line := range strings.Lines(fields) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
		absent, gone := strings.CutPrefix(name, "-")
		start, partly := strings.CutSuffix(want, "...")
		got := answer.Header.Get(name)
		switch {
		case gone:
			if values := answer.Header.Values(absent); len(values) != 0 {
				differ(absent, strings.Join(values, ", "), "none")
			}
		case name == "body":
			if want == "none" && body != "" || want != "none" && !strings.Contains(body, want) {
				differ("body", body, want)
			}
		case partly && !strings.HasPrefix(got, start) || !partly && got != want:
			differ(name, got, want)
		}
	}
	return differences
}
