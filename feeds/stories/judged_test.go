package stories_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/parse"
	"tributary/feeds/places"
	"tributary/feeds/stories"
)

// judgedPair is two articles of different sources, and whether somebody who read both said that they tell the
// same event.
type judgedPair struct {
	keys [2]string // see itemKey
	same bool
	copy bool // one text in two feeds
	note string
}

// readJudged reads testdata/judged.tsv: verdict, two keys, and two titles, which are cut.
func readJudged(t *testing.T) (pairs []judgedPair) {
	t.Helper()
	text, err := os.ReadFile("testdata/judged.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != 5 || !slices.Contains([]string{"yes", "no", "copy"}, row[0]) {
			t.Fatalf("judged.tsv: %q", line)
		}
		pairs = append(pairs, judgedPair{[2]string{row[1], row[2]}, row[0] != "no", row[0] == "copy", row[3] + " | " + row[4]})
	}
	return pairs
}

// itemKey names an item of the corpus for as long as its title and id stay.
func itemKey(source string, a *feeds.Article) string {
	sum := sha256.Sum256([]byte(source + "\x00" + cmp.Or(a.GUID, a.URL) + "\x00" + a.Title))
	return hex.EncodeToString(sum[:8])
}

// corpusArticles gives the dated items of the corpus as a service would have seen that visited all of its sources
// all the time, in the order of publication.
func corpusArticles(t testing.TB) (list []*feeds.Article) {
	t.Helper()
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "real", "*"))
	captures, _ := filepath.Glob(filepath.Join(dir, "series", "*", "*", "*.xml"))
	known := map[string]bool{}
	for _, file := range append(files, captures...) {
		source, _ := filepath.Rel(dir, file)
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		if name, ok := strings.CutPrefix(source, "series"+string(filepath.Separator)); ok {
			var counter, at int64
			if _, err := fmt.Sscanf(filepath.Base(name), "%d_%d", &counter, &at); err != nil {
				t.Fatal(file, err)
			}
			source, now = filepath.Dir(source), time.Unix(at, 0)
		}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		feed, err := parse.Parse(parse.Document{URL: "https://corpus.invalid/", Body: body, Now: now})
		if err != nil {
			continue // some are no feeds
		}
		for _, a := range feed.Articles {
			if a.Published.IsZero() && strings.HasPrefix(source, "series") {
				a.Published = now
			}
			a.ID, a.Source.URL, a.Seen = itemKey(source, &a), source, a.Published
			if id := source + "\x00" + cmp.Or(a.GUID, a.URL); !a.Seen.IsZero() && !known[id] {
				known[id] = true
				list = append(list, &a)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *feeds.Article) int { return a.Seen.Compare(b.Seen) })
	return list
}

// TestJudged compares the stories of the corpus with what people said. The pairs of the table were chosen from
// all that are likely, so it says less of how much is found than of how much of it is right.
func TestJudged(t *testing.T) {
	pairs := readJudged(t)
	judged := map[[2]string]bool{}
	for _, p := range pairs {
		judged[p.keys], judged[[2]string{p.keys[1], p.keys[0]}] = true, true
	}
	index, story, unjudged := stories.New(places.Default().Names()), map[string]string{}, 0
	told := map[string][]*feeds.Article{}
	for _, a := range corpusArticles(t) {
		it, _ := index.Tell(a)
		story[a.ID] = it.Story
		for _, b := range told[it.Story] {
			if a.Title != b.Title && !judged[[2]string{a.ID, b.ID}] {
				t.Logf("nobody has judged: %s | %s", b.Title, a.Title)
				unjudged++
			}
		}
		told[it.Story] = append(told[it.Story], a)
	}
	var news, all tally
	for _, p := range pairs {
		if story[p.keys[0]] == "" || story[p.keys[1]] == "" {
			t.Errorf("judged.tsv: %s has no items in the corpus any more", p.note)
		}
		one := story[p.keys[0]] == story[p.keys[1]]
		if one && !p.same {
			t.Logf("one story, but not one event: %s", p.note)
		}
		if all.add(one, p.same); !p.copy {
			news.add(one, p.same)
		}
	}
	t.Logf("without copies: %s", news)
	t.Logf("with copies: %s", all)
	if unjudged > news.found/10 {
		t.Errorf("%d pairs in one story have not been judged: read them, and add them to the table", unjudged)
	}
	if all.found < 200 || news.precision() < 0.95 || news.recall() < 0.35 {
		t.Error("stories are worse than they were")
	}
}

// tally counts pairs: those that are found in one story, those that belong there, and those of which both is true.
type tally struct{ found, same, right int }

func (c *tally) add(found, same bool) {
	if found {
		c.found++
	}
	if same {
		c.same++
	}
	if found && same {
		c.right++
	}
}

func (c tally) precision() float64 { return float64(c.right) / float64(c.found) }
func (c tally) recall() float64    { return float64(c.right) / float64(c.same) }

func (c tally) String() string {
	return fmt.Sprintf("%d pairs in one story, %d of them rightly: precision %.3f; %d pairs belong there: recall %.2f", c.found, c.right, c.precision(), c.same, c.recall())
}
