package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mmcdole/gofeed"

	"tributary/feeds/crawl"
)

// TestSeries serves feeds that were captured again and again, one capture after the other, to the real
// crawl, and compares what is stored with the articles that the captures hold: one each, whatever the
// publisher did to titles, addresses, guids and dates meanwhile. TRIBUTARY_CORPUS names the folder;
// there is none in the repository, because the texts are their publishers'.
func TestSeries(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	series := readSeries(t, filepath.Join(dir, "series"))
	if len(series) == 0 {
		t.Fatal("the folder holds no series")
	}
	var round atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		captures := series[strings.TrimPrefix(r.URL.Path, "/")]
		w.Header().Set("Content-Type", "application/xml")
		w.Write(captures[min(int(round.Load()), len(captures)-1)])
	}))
	defer server.Close()
	var sources []string
	rounds := 0
	for _, name := range slices.Sorted(maps.Keys(series)) {
		sources = append(sources, server.URL+"/"+name)
		rounds = max(rounds, len(series[name]))
	}
	config := writeConfig(t, freeAddress(t), hourly, sources...)
	crawlRounds(t, config, rounds, &round)

	stored := storedLinks(t, filepath.Join(filepath.Dir(config), "t.db"))
	table := []string{fmt.Sprintf("%-52s %6s %6s %6s %6s", "series", "real", "stored", "twice", "lost")}
	for _, source := range sources {
		name := strings.TrimPrefix(source, server.URL+"/")
		table = append(table, compareSeries(t, name, series[name], stored[source]))
	}
	t.Log("\n" + strings.Join(table, "\n"))
}

// hourly is a crawl section under which no source comes due again while a round lasts.
const hourly = "crawl: {every: 1h, min_interval: 0s, host_gap: 0s, timeout: 60s, allow_private: true}\nlog: {level: warn}"

// readSeries gives the captures of each series, oldest first, by the name of its folder.
func readSeries(t *testing.T, dir string) map[string][][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*_*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	series := map[string][][]byte{}
	for _, file := range files { // sorted: the counter has leading zeros
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(dir, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		series[name] = append(series[name], body)
	}
	return series
}

// crawlRounds makes a pass over all sources for each round.
func crawlRounds(t *testing.T, config string, rounds int, round *atomic.Int64) {
	t.Helper()
	p, err := readPlan(config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openService(t.Context(), p, logger(t.Output(), p.Log), func(r crawl.Report) {
		if !r.Result.OK() {
			t.Errorf("%s: %s, %s", r.Source.URL, r.Result, r.Reason)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range rounds {
		round.Store(int64(i))
		if err := s.db.Hurry(t.Context(), 0, true); err != nil {
			t.Fatal(err)
		}
		if err := s.crawler.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// storedLinks gives the addresses of the stored articles by source.
func storedLinks(t *testing.T, file string) map[string][]string {
	t.Helper()
	rows, err := openFile(t, file).Query("SELECT s.url, a.url FROM article a JOIN source s ON s.id = a.source_id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	stored := map[string][]string{}
	for rows.Next() {
		var source, link string
		if err := rows.Scan(&source, &link); err != nil {
			t.Fatal(err)
		}
		stored[source] = append(stored[source], link)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return stored
}

// compareSeries gives a line of the table, and fails for each article that is stored twice or not at all.
func compareSeries(t *testing.T, name string, captures [][]byte, stored []string) string {
	t.Helper()
	times := map[string]int{} // article to how often it is stored
	for i, body := range captures {
		f, err := gofeed.NewParser().ParseString(string(body))
		if err != nil {
			t.Fatalf("%s, capture %d: %v", name, i, err)
		}
		for _, it := range f.Items {
			times[realArticle(name, it.Link)] = 0
		}
	}
	for _, link := range stored {
		times[realArticle(name, link)]++
	}
	twice, lost := 0, 0
	for _, article := range slices.Sorted(maps.Keys(times)) {
		if n := times[article]; n != 1 {
			t.Errorf("%s: %s is stored %d times", name, article, n)
			twice += max(n-1, 0)
			lost += max(1-n, 0)
		}
	}
	return fmt.Sprintf("%-52s %6d %6d %6d %6d", name, len(times), len(stored), twice, lost)
}

// realArticle names the article that an address leads to, by what the publisher's own system calls it.
func realArticle(series, link string) string {
	if number := articleNumbers[strings.TrimSuffix(filepath.Base(series), ".xml")]; number != nil {
		if found := number.FindStringSubmatch(link); found != nil {
			return found[1]
		}
	}
	link, _, _ = strings.Cut(link, "?")
	return cmp.Or(movedArticles[link], link)
}

// articleNumbers says where a publisher's addresses show the number or name that its own system gave
// the article; all else in them may change with the headline. Of the other series it is the whole
// address, without parameters. Written by hand from what the captures hold, it shares nothing with the
// rule that it judges.
var articleNumbers = map[string]*regexp.Regexp{
	"24oras": youTube, "3abn": youTube, "abscbnnews": youTube, "aljazeeraenglish": youTube, "animalaid": youTube,
	"cnntv": youTube, "foxnewstv": youTube, "gmanews": youTube, "gmanewstv": youTube, "hcsp": youTube, "onenewsnz": youTube,
	"nzherald": regexp.MustCompile(`objectid=(\d+)`),
	"rnz":      regexp.MustCompile(`/(\d{6})/`),
	"smh":      regexp.MustCompile(`-(\w+)\.html`),
	"stuffnz":  regexp.MustCompile(`/(\d{9})/`),
}

var youTube = regexp.MustCompile(`watch\?v=([\w-]+)`)

// movedArticles gives the first address of those that were moved under another name altogether.
var movedArticles = map[string]string{
	"https://www.wsj.com/articles/coronavirus-tourists-tourism-travel-japan-kyoto-europe-borders-lockdown-airline-vacation-11597601570": "https://www.wsj.com/articles/coronavirus-chased-off-touristslots-of-locals-dont-want-them-ever-flocking-back-11597483800",
}
