package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// publisher is a made-up site on loopback: what it answers, by path.
type publisher map[string]string

func (p publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := p[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, body)
}

const linkToFeed = `<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/the/feed"></head></html>`

// patient is eager for tests in which a slow machine must not look like a publisher that is away.
var patient = strings.ReplaceAll(eager, "timeout: 2s", "timeout: 60s")

func open(t *testing.T, site http.Handler) (address string) {
	t.Helper()
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return server.URL
}

func TestDiscover(t *testing.T) {
	config := writeConfig(t, freeAddress(t), patient, "http://127.0.0.1:1/feed")
	linking := open(t, publisher{"/": linkToFeed, "/the/feed": rssFeed("Linked", 3)})
	silent := open(t, publisher{"/": "<html>", "/robots.txt": "User-agent: *\nDisallow: /feed", "/feed": rssFeed("Forbidden", 3)})
	for _, test := range []struct {
		address, stdout, stderr string
		code                    int
	}{
		{linking, linking + "/the/feed  RSS   Linked  3      2026-09-21 ", "", exitFine},
		{linking + "/the/feed", linking + "/the/feed  RSS   Linked  3      ", "", exitFine},
		{silent, "", "no feeds found at " + silent + "; try", exitNo},
		{linking + "/missing", "", "look for feeds at " + linking + "/missing: 404 Not Found", exitCouldNot},
		{"ftp://a.example/", "", `"ftp://a.example/" is not a URL that begins with http`, exitCouldNot},
	} {
		code, stdout, stderr := finish(t, tributary(t, "discover", "--config", config, test.address))
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
			t.Errorf("%s: exit code %d; %q %q; want %d, %q, %q", test.address, code, stdout, stderr, test.code, test.stdout, test.stderr)
		}
	}
	code, stdout, _ := finish(t, tributary(t, "discover", "--json", "--config", config, strings.TrimPrefix(linking, "https://")))
	var got struct {
		URL, Kind, Version, Title, Via string
		Items                          int
		Newest                         time.Time
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitFine {
		t.Fatalf("exit code %d, %v in %s", code, err, stdout)
	}
	if got.URL != linking+"/the/feed" || got.Kind != "RSS" || got.Version != "rss20" || got.Via != "linked" || got.Items != 3 || got.Newest.IsZero() {
		t.Errorf("%+v", got)
	}
}

// TestDiscoverNewsrooms finds the feed of each of the demo's newsrooms from its home page.
func TestDiscoverNewsrooms(t *testing.T) {
	config := writeConfig(t, freeAddress(t), patient, "http://127.0.0.1:1/feed")
	for _, room := range openNewsrooms(t) {
		address := open(t, room)
		code, stdout, stderr := finish(t, tributary(t, "discover", "--config", config, address))
		if code != exitFine || strings.Count(stdout, "\n") != 2 || !strings.Contains(stdout, address+"/feed ") {
			t.Errorf("%s: exit code %d; %s%s", room.Name, code, stdout, stderr)
		}
	}
}

// TestDiscoverWithoutConfig: whoever looks for feeds may have no config yet.
func TestDiscoverWithoutConfig(t *testing.T) {
	code, _, stderr := finish(t, tributary(t, "discover", "--config", "/nowhere/config.yaml", "http://127.0.0.1:80/"))
	if code != exitCouldNot || !strings.Contains(stderr, "127.0.0.1") || strings.Contains(stderr, "config") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
