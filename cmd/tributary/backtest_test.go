package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tributary/feeds/trial"
)

// TestBacktest tries an edited config on what a crawl has stored, and asks for suggestions.
func TestBacktest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, rssFeed("lima", 40))
	}))
	defer server.Close()
	config := writeConfig(t, freeAddress(t), eager, server.URL)
	if code, _, stderr := finish(t, tributary(t, "backtest", "--config", config)); code != exitCouldNot || !strings.Contains(stderr, "no database") {
		t.Errorf("before the first crawl: exit code %d, %s", code, stderr)
	}
	if code, _, stderr := finish(t, tributary(t, "crawl", "--config", config)); code != exitFine {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	edited := filepath.Join(filepath.Dir(config), "edited.yaml")
	if err := os.WriteFile(edited, []byte(strings.Replace(string(text), "Perú, ", "Report 3, ", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  []string
		code  int
		print string
	}{
		{[]string{"--config", config}, exitFine, "latin-america            40   40    40    0       0"},
		{[]string{"--config", edited}, exitNo, "latin-america            40   1     1     0       39"},
		{[]string{"--config", edited, "energy"}, exitFine, "energy  0    0     0     0       0"},
		{[]string{"--config", config, "--against", edited}, exitFine, "latin-america            1    40    1     39      0"},
		{[]string{"--config", edited, "nonsense"}, exitCouldNot, ""},
		{[]string{"--config", config, "--days", "0"}, exitFine, "no articles are stored of that time"},
	} {
		code, stdout, stderr := finish(t, tributary(t, append([]string{"backtest"}, test.args...)...))
		if code != test.code || !strings.Contains(stdout, test.print) {
			t.Errorf("%q: exit code %d\n%s%s", test.args, code, stdout, stderr)
		}
	}
	_, stdout, _ := finish(t, tributary(t, "backtest", "--config", edited, "--json", "latin-america"))
	var report trial.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || len(report.Topics) != 1 || report.Topics[0].Lost != 39 || len(report.Topics[0].LostSamples) != 3 {
		t.Errorf("%v: %s", err, stdout)
	}
	code, stdout, _ := finish(t, tributary(t, "suggest", "--config", config, "latin-america"))
	if code != exitFine || !strings.Contains(stdout, "latin-america has 40 of 40 articles") || !strings.Contains(stdout, "suggest nothing") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	code, stdout, _ = finish(t, tributary(t, "suggest", "--json", "--config", config, "energy"))
	if code != exitFine || strings.TrimSpace(stdout) != `{"topic":"energy","articles":40,"in":0,"terms":[],"masks":[]}` {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	if n := number(t, filepath.Join(filepath.Dir(config), "t.db"), "SELECT count(*) FROM entry"); n != 40 {
		t.Errorf("%d entries: it writes", n)
	}
}
