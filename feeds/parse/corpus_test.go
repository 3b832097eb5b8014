package parse

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tributary/feeds"
)

// corpus is a folder of documents that is not part of the repository; TRIBUTARY_CORPUS names it.
func corpus(t *testing.T) string {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("TRIBUTARY_CORPUS is not set")
	}
	return dir
}

// TestCorpusReal reads feeds as publishers served them: each must be read, and soon.
func TestCorpusReal(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "real", "*"))
	if err != nil {
		t.Fatal(err)
	}
	documents, articles, titled, dated, linked := 0, 0, 0, 0, 0
	for _, name := range files {
		if strings.HasSuffix(name, ".csv") {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		documents++
		start := time.Now()
		f, err := Parse(Document{URL: "https://publisher.example/feed", Body: body, Now: time.Now()})
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s took %v", filepath.Base(name), d)
		}
		for _, a := range f.Articles {
			articles++
			titled += one(a.Title != "" || a.Summary != "")
			dated += one(!a.Published.IsZero())
			linked += one(a.URL != "")
			if again := Clean(a.Content, ""); again != a.Content {
				t.Errorf("%s: content of %q changes when it is cleaned again", filepath.Base(name), a.Title)
			}
		}
	}
	t.Logf("%d documents, %d articles: %d with text, %d with a date, %d with a link", documents, articles, titled, dated, linked)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestCorpusFragments cleans dangerous HTML: nothing that is not on the list may survive, and what
// a reader sees of the text must.
func TestCorpusFragments(t *testing.T) {
	file, err := os.Open(filepath.Join(corpus(t), "html-fragments.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	all, kept := 0, 0
	for lines.Scan() {
		var x struct{ ID, HTML string }
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatal(err)
		}
		out := Clean(x.HTML, "https://publisher.example/")
		for _, wrong := range unfit(out) {
			t.Errorf("%s: %s in %q", x.ID, wrong, out)
		}
		all++
		if strings.Contains(visible(out), visible(x.HTML)) {
			kept++
		} else if testing.Verbose() {
			t.Logf("%s lost text: %q became %q", x.ID, visible(x.HTML), visible(out))
		}
	}
	t.Logf("text kept in %d of %d fragments", kept, all)
	if kept*100 < all*99 {
		t.Error("less than 99 %")
	}
}

// visible is the text, without space, that a browser shows of HTML.
func visible(s string) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Data {
		case "script", "style", "template", "iframe", "title", "svg", "math", "noscript", "noembed", "noframes", "object", "xmp":
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(legalText(n.Data))
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	for _, n := range fragment(s) {
		walk(n)
	}
	return strings.Join(strings.Fields(b.String()), "")
}

// TestCorpusExpectations evaluates what the documents of the Python feedparser's own tests expect,
// and reports how many of the core checks hold, by folder. Texts are compared as what they say:
// feedparser gives HTML where we give text.
func TestCorpusExpectations(t *testing.T) {
	dir := filepath.Join(corpus(t), "feedparser")
	list, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, URL, Expect string
		Headers         map[string]string
	}
	if err := json.Unmarshal(list, &cases); err != nil {
		t.Fatal(err)
	}
	passed, total := map[string]int{}, map[string]int{}
	for _, c := range cases {
		if !coreCheck(c.Expect) {
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, c.ID))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(Document{
			URL: c.URL, ContentType: c.Headers["content-type"], ContentLocation: c.Headers["content-location"],
			Now: time.Now(), Body: body,
		})
		folder := filepath.Dir(c.ID)
		total[folder]++
		if err != nil {
			t.Logf("%s: %v", c.ID, err)
		} else if ok, err := holds(c.Expect, asFeedparser(f)); err != nil || !ok {
			t.Logf("%s: %s: %v", c.ID, c.Expect, err)
		} else {
			passed[folder]++
		}
	}
	sum, of := 0, 0
	for _, folder := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%-28s %4d of %4d", folder, passed[folder], total[folder])
		sum, of = sum+passed[folder], of+total[folder]
	}
	t.Logf("%-28s %4d of %4d, %.1f %%", "all", sum, of, 100*float64(sum)/float64(max(of, 1)))
	if sum*100 < of*97 {
		t.Error("less than 97 %")
	}
}

var (
	paths   = regexp.MustCompile(`(?:feed|entries\[-?\d+\])(?:\['(\w+)'\]|\.(\w+))`)
	details = regexp.MustCompile(`_detail'\]\['(type|base|language|email|url|name)'\]|\['content'\]\[\d+\]\['(type|base|src|language)'\]|scheme|label|entries\[0\]\['subtitle'\]`)
	core    = set("title", "link", "id", "guid", "summary", "description", "content", "subtitle", "tagline", "info",
		"updated_parsed", "published_parsed", "author", "tags", "enclosures", "language", "title_detail", "summary_detail", "info_detail", "tagline_detail")
)

// coreCheck says whether an expectation is only about what an article or feed has with us.
func coreCheck(expect string) bool {
	found := paths.FindAllStringSubmatch(expect, -1)
	if len(found) == 0 || details.MatchString(expect) {
		return false
	}
	for _, m := range found {
		if !core[m[1]+m[2]] {
			return false
		}
	}
	return true
}

// asFeedparser gives a feed the names that the expectations use.
func asFeedparser(f *Feed) map[string]any {
	feed := map[string]any{
		"title": f.Title, "link": f.SiteURL, "subtitle": f.Description, "tagline": f.Description, "info": f.Description,
		"description": f.Description, "id": f.ID, "language": f.Language, "author": f.Author, "updated_parsed": f.Updated, "tags": tagsOf(f.Categories),
	}
	withDetails(feed, "title", "tagline", "info")
	entries := []any{}
	for i := range f.Articles {
		entries = append(entries, articleAsFeedparser(&f.Articles[i], f.Items[i]))
	}
	return map[string]any{"feed": feed, "entries": entries, "bozo": false, "version": f.Version, "encoding": f.Encoding}
}

func articleAsFeedparser(a *feeds.Article, item Item) map[string]any {
	e := map[string]any{
		"title": a.Title, "id": a.GUID, "guid": a.GUID, "summary": a.Summary, "description": a.Summary, "author": item.Author,
		"published_parsed": a.Published, "updated_parsed": a.Updated, "tags": tagsOf(a.Categories), "language": a.Language,
	}
	if a.URL != "" {
		e["link"] = a.URL
	}
	if a.Summary == "" {
		e["description"] = a.Content
	}
	if a.Content != "" {
		e["content"] = []any{map[string]any{"value": a.Content}}
	}
	var files []any
	for _, x := range a.Enclosures {
		files = append(files, map[string]any{"href": x.URL, "type": x.Type})
	}
	e["enclosures"] = files
	withDetails(e, "title", "summary")
	return e
}

func tagsOf(categories []string) []any {
	var tags []any
	for _, c := range categories {
		tags = append(tags, map[string]any{"term": c})
	}
	return tags
}

func withDetails(m map[string]any, keys ...string) {
	for _, k := range keys {
		m[k+"_detail"] = map[string]any{"value": m[k]}
	}
}
