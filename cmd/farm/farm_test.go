package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// small gives a farm of 6 feeds of 30 items on 3 hosts, and how to ask it.
func small(t *testing.T) (*farm, func(method, path string, header ...string) *http.Response) {
	t.Helper()
	f, err := plant(6, 30, 3, "8900")
	if err != nil {
		t.Fatal(err)
	}
	handler := f.handler()
	return f, func(method, path string, header ...string) *http.Response {
		req := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		return w.Result()
	}
}

// items reads a feed as a stranger would.
func items(t *testing.T, res *http.Response) *gofeed.Feed {
	t.Helper()
	doc, err := gofeed.NewParser().Parse(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestFeeds(t *testing.T) {
	_, ask := small(t)
	for n, want := range []struct{ kind, language string }{
		{"rss", "en"}, {"atom", "en"}, {"rss", "es"}, {"atom", "es"}, {"rss", "en"}, {"atom", "en"},
	} {
		doc := items(t, ask("GET", fmt.Sprintf("/feed/%d", n)))
		if doc.FeedType != want.kind || doc.Language != want.language || len(doc.Items) != 30 {
			t.Errorf("feed %d is %s in %s with %d items", n, doc.FeedType, doc.Language, len(doc.Items))
		}
		ids, titles := map[string]bool{}, map[string]bool{}
		for i, it := range doc.Items {
			ids[it.GUID], titles[it.Title] = true, true
			if len(it.Content) < leastHTML || len(it.Content) > mostHTML {
				t.Errorf("feed %d: an item of %d bytes", n, len(it.Content))
			}
			if it.PublishedParsed == nil || i > 0 && !it.PublishedParsed.Before(*doc.Items[i-1].PublishedParsed) {
				t.Errorf("feed %d: item %d is not older than the one before", n, i)
			}
		}
		if len(ids) != 30 || len(titles) < 30 {
			t.Errorf("feed %d has %d ids and %d titles", n, len(ids), len(titles))
		}
	}
	if res := ask("GET", "/feed/6"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a feed too many: %s", res.Status)
	}
}

// TestConditional asks for what is known, by either validator, before and after news.
func TestConditional(t *testing.T) {
	f, ask := small(t)
	first := ask("GET", "/feed/0")
	etag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	newest := items(t, first).Items[0].GUID
	for _, header := range [][]string{{"If-None-Match", etag}, {"If-Modified-Since", modified}} {
		if res := ask("GET", "/feed/0", header...); res.StatusCode != http.StatusNotModified {
			t.Errorf("%v: %s", header, res.Status)
		}
	}
	if res := ask("POST", "/ctl/advance?k=2"); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	res := ask("GET", "/feed/0", "If-None-Match", etag)
	if doc := items(t, res); len(doc.Items) != 30 || doc.Items[2].GUID != newest {
		t.Errorf("after two new items the newest of before is not the third of %d", len(doc.Items))
	}
	if got := f.counts.NotModified.Load(); got != 2 {
		t.Errorf("%d answers of 304 counted", got)
	}
}

// TestPacked asks with and without gzip; the net/http client unpacks what it asked for itself.
func TestPacked(t *testing.T) {
	f, ask := small(t)
	server := httptest.NewServer(f.handler())
	defer server.Close()
	res, err := http.Get(server.URL + "/feed/1")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	unpacked, err := io.ReadAll(res.Body)
	if err != nil || !res.Uncompressed {
		t.Errorf("unpacked by the client: %v, %v", res.Uncompressed, err)
	}
	plain, err := io.ReadAll(ask("GET", "/feed/1").Body)
	if err != nil || string(plain) != string(unpacked) {
		t.Errorf("packed and plain differ: %d and %d bytes, %v", len(unpacked), len(plain), err)
	}
}

func TestOrders(t *testing.T) {
	_, ask := small(t)
	ask("POST", "/ctl/set?errors=3&latency=1ms")
	for n, want := range []int{503, 503, 503, 200, 200, 200} {
		if res := ask("GET", fmt.Sprintf("/feed/%d", n)); res.StatusCode != want {
			t.Errorf("feed %d: %s", n, res.Status)
		}
	}
	for _, wrong := range []string{"/ctl/set?latency=soon", "/ctl/set?errors=many", "/ctl/advance?k=some"} {
		if res := ask("POST", wrong); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", wrong, res.Status)
		}
	}
	var counts map[string]int
	if err := json.NewDecoder(ask("GET", "/ctl/counters?reset=1").Body).Decode(&counts); err != nil || counts["requests"] != 6 || counts["200"] != 3 || counts["errors"] != 3 || counts["bytes"] == 0 {
		t.Errorf("counters %v, %v", counts, err)
	}
	clear(counts)
	if err := json.NewDecoder(ask("GET", "/ctl/counters").Body).Decode(&counts); err != nil || counts["requests"] != 0 {
		t.Errorf("counters after a reset: %v, %v", counts, err)
	}
	list, err := io.ReadAll(ask("GET", "/ctl/urls").Body)
	if err != nil {
		t.Fatal(err)
	}
	if urls := strings.Fields(string(list)); len(urls) != 6 || urls[0] != "http://127.16.1.1:8900/feed/0" || urls[4] != "http://127.16.1.2:8900/feed/4" {
		t.Errorf("urls %v", urls)
	}
}
