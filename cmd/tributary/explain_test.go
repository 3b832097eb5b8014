package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// explainFolder has the config, articles and expected answers of the tests of explain.
const explainFolder = "testdata/explain"

// explain runs the command in this process and gives its exit code and what it printed.
func explain(t *testing.T, config, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"explain", "--config", config}, args...), terminal{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

// compare compares what was printed with a golden file.
func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: want -, got +\n%s", golden, diff)
	}
}

func TestExplain(t *testing.T) {
	config := filepath.Join(explainFolder, "config.yaml")
	for name, c := range map[string]struct {
		args []string // the second one is a file
		code int
	}{
		"match":          {[]string{"latin-america", "match.txt"}, exitFine},
		"near-miss":      {[]string{"latin-america", "near.txt"}, exitNo},
		"excluded":       {[]string{"latin-america", "sport.txt", "--category", "Sport > Football"}, exitNo},
		"other-language": {[]string{"latin-america", "match.txt", "--language", "de"}, exitNo},
		"page":           {[]string{"oil", "page.html"}, exitFine},
		"page-near-miss": {[]string{"oil-in-mexico", "page.html"}, exitNo},
		"page-by-topic":  {[]string{"all", "page.html"}, exitFine},
		"feed":           {[]string{"latin-america", "feed.xml"}, exitFine},
		"feed-none":      {[]string{"oil-in-mexico", "feed.xml"}, exitNo},
		"feed-topics":    {[]string{"all", "feed.xml"}, exitFine},
		"item":           {[]string{"oil", "feed.xml", "--item", "2"}, exitFine},
		"item-by-topic":  {[]string{"all", "feed.xml", "--item", "3"}, exitNo},
		"sitemap":        {[]string{"latin-america", "sitemap.xml"}, exitNo},
		"country":        {[]string{"latin-america", "sitemap.xml", "--source", "gazeta.example"}, exitNo},
		"assumed":        {[]string{"latin-america", "sitemap.xml", "--source", "https://vale.example/feed.xml"}, exitFine},
		"json":           {[]string{"latin-america", "near.txt", "--json"}, exitNo},
		"escapes":        {[]string{"latin-america", "escapes.html"}, exitFine},
	} {
		t.Run(name, func(t *testing.T) {
			c.args[1] = filepath.Join(explainFolder, c.args[1])
			code, stdout, stderr := explain(t, config, "", c.args...)
			if code != c.code || stderr != "" {
				t.Errorf("exit code %d, want %d; %s", code, c.code, stderr)
			}
			if strings.ContainsFunc(stdout, func(r rune) bool {
				return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Bidi_Control, r)
			}) {
				t.Errorf("control characters: %q", stdout)
			}
			compare(t, filepath.Join(explainFolder, name+".golden"), stdout)
		})
	}
}

// TestExplainJSON: the hits of each line find their words in its text.
func TestExplainJSON(t *testing.T) {
	_, stdout, _ := explain(t, filepath.Join(explainFolder, "config.yaml"), "", "all", filepath.Join(explainFolder, "feed.xml"), "--json")
	var found []string
	for lines := json.NewDecoder(strings.NewReader(stdout)); lines.More(); {
		var v explainedArticle
		if err := lines.Decode(&v); err != nil {
			t.Fatal(err)
		}
		for _, h := range v.Evidence.Hits {
			if h.Field == feeds.TitleField {
				found = append(found, v.Topic+": "+v.Text.Quote(h))
			}
		}
	}
	want := []string{"latin-america: Chile", "oil: Oil prices", "oil: OPEC", "oil-in-mexico: Oil prices", "oil-in-mexico: OPEC", "latin-america: Cuba"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// TestTraps: what has misled matchers does not mislead the topic of config.yaml, for the right reason.
func TestTraps(t *testing.T) {
	rows := table(t, "explain/traps.tsv", 6, 6)
	if len(rows) < 8 {
		t.Errorf("only %d traps", len(rows))
	}
	for _, row := range rows {
		verdict, language, category, text, reason := row[0], row[1], row[2], row[3]+"\n"+row[4], row[5]
		_, stdout, stderr := explain(t, reference, text, "latin-america", "-", "--language", language, "--category", category)
		if !strings.HasPrefix(stdout, verdict+" Latin America: ") || !strings.Contains(stdout, reason) {
			t.Errorf("%s: want %s because of %q, got\n%s%s", row[3], verdict, reason, stdout, stderr)
		}
	}
}

// TestExplainURL: an address is fetched, and judged as of the source that has its host.
func TestExplainURL(t *testing.T) {
	article := "<html><head><title>La presidenta habla</title></head><body><article><p>" + strings.Repeat("El gobierno de la provincia anunció medidas. ", 20) + "</p></article></body></html>"
	asked := ""
	site := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.UserAgent()
		publisher{"/a": article, "/feed": rssFeed("Brazil", 2)}.ServeHTTP(w, r)
	}))
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := eager + "\nsources: [{url: '" + site + "/feed', assume: [PE]}]\ntopics: [{id: latin-america, title: Latin America, places: {in: [latin-america]}}]\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address, want string
		code          int
	}{
		{site + "/a", "in Latin America: ", exitFine},
		{site + "/a", "as an article of " + site + "/feed\n", exitFine},
		{site + "/a", "title     La presidenta habla\n", exitFine},
		{site + "/feed", "2 of 2 items in latin-america", exitFine},
		{site + "/missing", "fetch " + site + "/missing: 404 Not Found", exitCouldNot},
		{"ftp://a.example/", "is not a URL that begins with http", exitCouldNot},
	} {
		code, stdout, stderr := explain(t, config, "", "latin-america", "--url", c.address)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("%s: exit code %d; %s%s; want %d and %q", c.address, code, stdout, stderr, c.code, c.want)
		}
	}
	if !strings.Contains(asked, "Tributary/") {
		t.Errorf("asked as %q", asked)
	}
}

// TestHints: the source of an address is the one with its address, else its host and port, else its host, else its site.
func TestHints(t *testing.T) {
	var sources []feeds.Source
	for _, u := range []string{"https://feeds.news.example.co.uk/x", "https://www.news.example.co.uk/rss", "https://news.example.co.uk/rss/2", "http://127.0.0.1:81/rss", "http://127.0.0.1:83/rss"} {
		sources = append(sources, feeds.Source{URL: u})
	}
	for address, want := range map[string]int{
		"https://news.example.co.uk/rss/2": 2, "https://news.example.co.uk/story": 1, "https://sport.example.co.uk/story": 0,
		"http://127.0.0.1:82/": 3, "http://127.0.0.1:83/story": 4, "http://10.0.0.1/": -1, "https://other.co.uk/": -1, "": -1,
	} {
		got, err := explainCommand{URL: address}.hints(sources)
		if err != nil || want < 0 && got.URL != "" || want >= 0 && got.URL != sources[want].URL {
			t.Errorf("%s: %s, %v", address, got.URL, err)
		}
	}
}

func TestExplainErrors(t *testing.T) {
	config := filepath.Join(explainFolder, "config.yaml")
	for _, c := range []struct {
		stdin, want string
		args        []string
	}{
		{"A", `there is no topic "latin-amercia"; did you mean latin-america?`, []string{"latin-amercia", "-"}},
		{"A", `there is no topic "x"; write one of latin-america, oil, oil-in-mexico, all`, []string{"x", "-"}},
		{"A", "name one thing to explain", []string{"oil"}},
		{"A", "name one thing to explain", []string{"oil", "-", "--url", "https://a.example/"}},
		{"A", "no source of the config has the URL or host x.example", []string{"oil", "-", "--source", "x.example"}},
		{"A", "there is no item 2; write a number from 1 to 1", []string{"oil", "-", "--item", "2"}},
		{"A", `--language: "spanish!" is not a language tag (BCP 47)`, []string{"oil", "-", "--language", "spanish!"}},
		{"", "there is nothing to read", []string{"oil", "-"}},
		{"%PDF-1.7 \x00", "not a feed: a file of another kind", []string{"oil", "-"}},
		{"\x00\x01\x02\x03", "not a feed", []string{"oil", "-"}},
		{"<rss><channel></channel></rss>", "the feed has none", []string{"oil", "-"}},
		{"{}", "not a feed", []string{"oil", "-"}},
		{"<sitemapindex></sitemapindex>", "not a feed", []string{"oil", "-"}},
		{"<html></html>", "no article", []string{"oil", "-"}},
		{"", "no such file or directory; - reads it from the standard input", []string{"oil", "/nowhere"}},
		{"A", "--batch takes one topic", []string{"all", "--batch"}},
	} {
		code, stdout, stderr := explain(t, config, c.stdin, c.args...)
		if code != exitCouldNot || !strings.Contains(stderr, c.want) || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q %v: exit code %d, %q, %q; want %q", c.stdin, c.args, code, stdout, stderr, c.want)
		}
	}
}
