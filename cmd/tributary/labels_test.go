package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/parse"
)

// labelledRegions are the regions that the labels speak of.
var labelledRegions = []string{"latin-america", "middle-east", "africa", "east-asia", "south-asia", "southeast-asia", "europe"}

// label is what a reader said about an item.
type label struct {
	key      string // names the item of the corpus: see labelKey
	set      string // dev or test
	language string
	regions  []string // that the item is about
	file     string   // in the corpus
	note     string
	article  *feeds.Article
}

// sport says that the item is from the sport desk, which is reported apart.
func (l label) sport() bool { return strings.HasPrefix(l.note, "sport") }

// table reads a table of testdata, whose lines have so many columns; the last ones may be missing.
func table(t *testing.T, name string, least, most int) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) < least || len(row) > most {
			t.Fatalf("%s: %q has %d columns", name, line, len(row))
		}
		rows = append(rows, append(row, make([]string, most-len(row))...))
	}
	return rows
}

// regions reads a list of regions; - is none.
func regions(t *testing.T, list string) []string {
	t.Helper()
	if list == "-" {
		return nil
	}
	regions := strings.Split(list, ",")
	for _, r := range regions {
		if !slices.Contains(labelledRegions, r) {
			t.Errorf("%q is not a region of the labels", r)
		}
	}
	return regions
}

// corpusLabels reads the labels of the corpus's items, which do not have their articles yet.
func corpusLabels(t *testing.T) (labels []label) {
	t.Helper()
	for _, row := range table(t, "labels.tsv", 5, 6) {
		labels = append(labels, label{key: row[0], set: row[1], language: row[2], regions: regions(t, row[3]), file: row[4], note: row[5]})
	}
	return labels
}

// writtenLabels reads the items that were written for the purpose.
func writtenLabels(t *testing.T) (labels []label) {
	t.Helper()
	for _, row := range table(t, "written.tsv", 4, 5) {
		a := &feeds.Article{Language: row[0], Title: row[2], Summary: row[3]}
		labels = append(labels, label{set: "written", language: row[0], regions: regions(t, row[1]), note: row[4], article: a})
	}
	return labels
}

// TestLabels: the labels are well formed, and enough.
func TestLabels(t *testing.T) {
	labels := corpusLabels(t)
	last := ""
	about := map[string]int{}
	for _, l := range labels {
		set := "dev"
		if strings.Contains("13579bdf", l.key[len(l.key)-1:]) {
			set = "test"
		}
		if l.key <= last || l.set != set {
			t.Errorf("labels.tsv: %s is out of order, or not in the set that its key says", l.key)
		}
		last = l.key
	}
	for _, l := range append(labels, writtenLabels(t)...) {
		if !slices.Contains([]string{"en", "es", "pt"}, l.language) {
			t.Errorf("%q is not a language of the labels", l.language)
		}
		for _, r := range l.regions {
			about[r]++
		}
	}
	if len(labels) < 450 || about["latin-america"] < 200 {
		t.Errorf("only %d labels of the corpus, %d in all of Latin America", len(labels), about["latin-america"])
	}
}

// labelKey names an item of the corpus for as long as its title and id stay.
func labelKey(file string, a *feeds.Article) string {
	id := a.GUID
	if id == "" {
		id = a.URL
	}
	sum := sha256.Sum256([]byte(file + "\x00" + id + "\x00" + a.Title))
	return hex.EncodeToString(sum[:8])
}

// join gives the labels their articles, out of the corpus in a folder.
func join(t *testing.T, dir string, labels []label) {
	t.Helper()
	items := map[string]*feeds.Article{}
	read := map[string]bool{}
	for i := range labels {
		l := &labels[i]
		if !read[l.file] {
			read[l.file] = true
			body, err := os.ReadFile(filepath.Join(dir, l.file))
			if err != nil {
				t.Fatal(err)
			}
			f, err := parse.Parse(parse.Document{URL: "https://corpus.invalid/", Body: body, Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatalf("%s: %v", l.file, err)
			}
			for i := range f.Articles {
				items[labelKey(l.file, &f.Articles[i])] = &f.Articles[i]
			}
		}
		if l.article = items[l.key]; l.article == nil {
			t.Errorf("labels.tsv: %s has no item in %s any more", l.key, l.file)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// TestCorpusJoin: each label still finds its item in the corpus that TRIBUTARY_CORPUS names.
func TestCorpusJoin(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	join(t, dir, corpusLabels(t))
}
