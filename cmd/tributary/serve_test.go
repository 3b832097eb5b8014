package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestRoles: one process crawls and another one serves what it found. They share a database and need to
// know nothing of each other.
func TestRoles(t *testing.T) {
	for engine, share := range map[string]func(t *testing.T, config string){
		"SQLite":     func(*testing.T, string) {},
		"PostgreSQL": func(t *testing.T, config string) { useStorage(t, config, testDatabase(t)) },
	} {
		t.Run(engine, func(t *testing.T) {
			asked := make(chan struct{}, 1000)
			publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- struct{}{}
				io.WriteString(w, `<rss version="2.0"><channel><item><title>Chile elects a president in Santiago</title></item></channel></rss>`)
			}))
			defer publisher.Close()
			address := freeAddress(t)
			config := writeConfig(t, address, eager, publisher.URL)
			share(t, config)
			start := func(role string) {
				cmd := tributary(t, "serve", "--role", role, "--config", config)
				cmd.Stderr = os.Stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				endWell(t, cmd)
			}
			start("web")
			shows := func() bool {
				res, err := http.Get("http://" + address + "/topics/latin-america.rss")
				if err != nil {
					return false
				}
				defer res.Body.Close()
				body, err := io.ReadAll(res.Body)
				if err != nil {
					return false
				}
				return strings.Contains(string(body), "Chile elects") || len(asked) == 0 && res.StatusCode == http.StatusOK
			}
			eventually(t, "the web answers", shows)
			if len(asked) > 0 {
				t.Fatal("the process that only serves has crawled")
			}
			start("crawl")
			eventually(t, "a publisher is asked", func() bool { return len(asked) > 0 })
			eventually(t, "the web shows what the crawl found", shows)
		})
	}
}
