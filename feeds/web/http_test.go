package web

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
)

// TestHTTP plays the exchanges of testdata/http.txt. {gzip}, {br}, {zstd} and {identity} stand for
// the tags of /topics/latin-america.rss.
func TestHTTP(t *testing.T) {
	script, err := os.ReadFile("testdata/http.txt")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServer(newStore(), site())
		h := s.Handler()
		do(h, "GET /topics/latin-america.rss")
		var pairs []string
		for coding, tag := range tags(t, s, "latin-america", "rss") {
			pairs = append(pairs, "{"+coding+"}", tag)
		}
		text := strings.NewReplacer(append(pairs, "{10k}", strings.Repeat("x", 10<<10))...).Replace(string(script))
		exchanges := 0
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
		if exchanges < 80 {
			t.Errorf("only %d exchanges were played", exchanges)
		}
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
