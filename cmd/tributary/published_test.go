package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

// atomFeed is as much of an Atom feed as this test asks for.
type atomFeed struct {
	ID    string `xml:"id"`
	Links []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []string `xml:"entry>id"`
}

// readAtom gets and reads a feed.
func readAtom(t *testing.T, url string) (f atomFeed) {
	t.Helper()
	res, body := get(t, url)
	if err := xml.Unmarshal([]byte(body), &f); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, res.Status, err)
	}
	return f
}

// readAll gives the ids of all entries, from the newest document back through the archive documents (RFC
// 5005 §4), each once.
func readAll(t *testing.T, url string) (ids []string) {
	t.Helper()
	for url != "" {
		f := readAtom(t, url)
		ids, url = append(ids, f.Entries...), ""
		for _, l := range f.Links {
			if l.Rel == "prev-archive" {
				url = l.Href
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TestPublished: what readers of the real program hold stays good when it starts again, and when a topic is
// renamed; and a topic that went is gone.
func TestPublished(t *testing.T) {
	for engine, share := range map[string]func(t *testing.T, config string){
		"SQLite":     func(*testing.T, string) {},
		"PostgreSQL": func(t *testing.T, config string) { useStorage(t, config, testDatabase(t)) },
	} {
		t.Run(engine, func(t *testing.T) {
			publisher := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, `<rss version="2.0"><channel><title>News</title>`)
				for n := range 170 {
					fmt.Fprintf(w, `<item><title>Peru elects part %d of its congress</title><link>https://news.example/%[1]d</link></item>`, n)
				}
				io.WriteString(w, `</channel></rss>`)
			}))
			defer publisher.Close()
			address := freeAddress(t)
			base := "http://" + address
			config := writeConfig(t, address, strings.Replace(eager, "every: 1s", "every: 1h", 1)+"\ntrusted_proxies: [127.0.0.1]", publisher.URL)
			share(t, config)
			setTopics(t, config, `
  - {id: peru, title: Peru, window: {least: 50, span: 1h, most: 60}, terms: {any: [Peru]}}
  - {id: chile, title: Chile, terms: {any: [Chile]}}`)
			if code, out, stderr := finish(t, tributary(t, "crawl", "--config", config)); code != exitFine {
				t.Fatalf("crawl: %d %s %s", code, out, stderr)
			}

			stop := serveWeb(t, config, base)
			first, all := readAtom(t, base+"/topics/peru.atom"), readAll(t, base+"/topics/peru.atom")
			if len(all) != 170 || len(first.Entries) >= 170 {
				t.Errorf("%d of 170 entries are found, %d of them in the first document", len(all), len(first.Entries))
			}
			res, _ := get(t, base+"/topics/peru.atom")
			tag := res.Header.Get("ETag")
			stop()

			stop = serveWeb(t, config, base)
			if status := statusOf(t, base+"/topics/peru.atom", "If-None-Match", tag); status != http.StatusNotModified {
				t.Errorf("after a restart the reader that holds the document gets %d", status)
			}
			stop()

			setTopics(t, config, `
  - {id: inca, formerly: [peru], title: Peru, window: {least: 50, span: 1h, most: 60}, terms: {any: [Peru]}}`)
			stop = serveWeb(t, config, base)
			defer stop()
			renamed := readAtom(t, base+"/topics/peru.atom") // net/http follows the redirect
			if renamed.ID != first.ID || !slices.Equal(renamed.Entries, first.Entries) {
				t.Errorf("renamed, the feed %s with %d entries is %s with %d", first.ID, len(first.Entries), renamed.ID, len(renamed.Entries))
			}
			if again := readAll(t, base+"/topics/peru.atom"); !slices.Equal(again, all) {
				t.Errorf("renamed, the topic has %d entries and not %d", len(again), len(all))
			}
			for path, want := range map[string]int{"chile.rss": http.StatusGone, "chile": http.StatusGone, "nowhere.rss": http.StatusNotFound, "inca/2.json": http.StatusOK} {
				if got := statusOf(t, base+"/topics/"+path, "", ""); got != want {
					t.Errorf("%s answers %d, not %d", path, got, want)
				}
			}
			flood(t, base+"/topics/inca.rss")
		})
	}
}

// flood asks far too often in one client's name, which must not hurt another.
func flood(t *testing.T, url string) {
	t.Helper()
	for n := 0; statusOf(t, url, "X-Forwarded-For", "203.0.113.7") == http.StatusOK; n++ {
		if n > 10_000 {
			t.Fatal("a client may ask ten thousand times at once")
		}
	}
	for client, want := range map[string]int{"203.0.113.7": http.StatusTooManyRequests, "203.0.113.8": http.StatusOK, "203.0.113.7, 203.0.113.9": http.StatusOK} {
		if got := statusOf(t, url, "X-Forwarded-For", client); got != want {
			t.Errorf("%s is answered %d, not %d", client, got, want)
		}
	}
}

// statusOf gives the status of an answer to a request with a header field.
func statusOf(t *testing.T, url, field, value string) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if field != "" {
		req.Header.Set(field, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// setTopics writes other topics into a config.
func setTopics(t *testing.T, config, topics string) {
	t.Helper()
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), "\ntopics:")
	if err := os.WriteFile(config, []byte(before+"\ntopics:"+topics+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// serveWeb runs the web server alone until it is stopped, which must go well.
func serveWeb(t *testing.T, config, base string) (stop func()) {
	t.Helper()
	cmd := tributary(t, "serve", "--role", "web", "--config", config)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready", func() bool {
		res, err := http.Get(base + "/readyz")
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
	return func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve ended with %v", err)
		}
	}
}
