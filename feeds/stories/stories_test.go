package stories_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/feeds/places"
	"tributary/feeds/stories"
)

var start = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// news gives the articles of written.tsv in their order of time, and the event of each.
func news(t testing.TB) (list []*feeds.Article, events map[string]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/written.tsv")
	if err != nil {
		t.Fatal(err)
	}
	events = map[string]string{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSpace(line), "\t")
		if len(row) != 5 {
			t.Fatalf("written.tsv: %q has %d columns", line, len(row))
		}
		hour, err := strconv.Atoi(row[2])
		if err != nil {
			t.Fatal(err)
		}
		a := report(row[1], time.Duration(hour)*time.Hour, row[3], row[4])
		a.ID = fmt.Sprint("article ", len(list))
		events[a.ID] = row[0]
		list = append(list, a)
	}
	slices.SortStableFunc(list, func(a, b *feeds.Article) int { return a.Seen.Compare(b.Seen) })
	return list, events
}

// report is an article that a source published so long after the start.
func report(source string, after time.Duration, title, summary string) *feeds.Article {
	at := start.Add(after)
	return &feeds.Article{ID: source + " " + title, Source: feeds.Source{URL: source}, Title: title, Summary: summary, Published: at, Seen: at}
}

func newIndex() *stories.Index { return stories.New(places.Default().Names()) }

// TestWritten: articles of one event are one story, and others are not.
func TestWritten(t *testing.T) {
	list, events := news(t)
	x := newIndex()
	story, first := map[string]string{}, map[string]string{}
	for _, a := range list {
		told, ok := x.Tell(a)
		if !ok {
			t.Fatalf("%s was not placed", a.Title)
		}
		story[a.ID] = told.Story
		event := events[a.ID]
		if first[event] == "" {
			first[event] = a.ID
		}
		if want := first[event]; told.Story != want {
			t.Errorf("%q of %s is placed with %q", a.Title, event, titleOf(list, told.Story))
		}
	}
}

func titleOf(list []*feeds.Article, id string) string {
	i := slices.IndexFunc(list, func(a *feeds.Article) bool { return a.ID == id })
	return list[i].Title
}

// crowd makes n articles of invented words by many sources, in which events come back from some of them.
func crowd(n int, seed uint64) (list []*feeds.Article) {
	dice := rand.New(rand.NewPCG(seed, 0))
	word := func(among int) string { return fmt.Sprintf("w%x", dice.IntN(among)*7919) }
	var event []string
	for i := range n {
		if i%4 == 0 {
			event = nil
			for range 8 {
				event = append(event, word(20_000))
			}
		}
		words := slices.Clone(event[dice.IntN(3):])
		for range 4 {
			words = append(words, word(300))
		}
		title := strings.Join(words[:5], " ")
		a := report(fmt.Sprint("source", dice.IntN(60)), time.Duration(i)*time.Minute, title, strings.Join(words, " "))
		a.ID = fmt.Sprint(i)
		list = append(list, a)
	}
	return list
}

// TestRestarts: an index that was made anew from what was stored goes on as the old one would have, wherever it
// was interrupted.
func TestRestarts(t *testing.T) {
	list := crowd(9000, 1) // of six days: the first are forgotten
	whole := newIndex()
	var want []feeds.Told
	for _, a := range list {
		told, _ := whole.Tell(a)
		want = append(want, told)
	}
	dice := rand.New(rand.NewPCG(2, 0))
	x, follower := newIndex(), newIndex() // the other process remembers what this one tells
	joined := 0
	for i, a := range list {
		if dice.IntN(700) == 0 {
			from := x.Forgotten()
			x = newIndex()
			for _, told := range want[from:i] {
				x.Remember(told)
			}
		}
		told, ok := x.Tell(a)
		if !ok {
			t.Fatalf("article %d was not placed", i)
		}
		if diff := cmp.Diff(want[i], told); diff != "" {
			t.Fatalf("article %d (-without restarts +with them):\n%s", i, diff)
		}
		if told.Story != told.ID {
			joined++
		}
		if follower.Remember(told); follower.Forgotten() != x.Forgotten() {
			t.Fatalf("article %d: the other process has forgotten %d, and not %d", i, follower.Forgotten(), x.Forgotten())
		}
		if i == len(list)*2/3 {
			x, follower = follower, x
		}
	}
	if x.Forgotten() == 0 || joined < len(list)/10 {
		t.Errorf("%d forgotten, %d of %d joined: the test shows nothing", x.Forgotten(), joined, len(list))
	}
}

// TestNeverTwiceOneSource: no source tells a story twice, and no story is longer than the bound.
func TestNeverTwiceOneSource(t *testing.T) {
	for sources, want := range map[int]int{20: 20, 90: 40} {
		x := newIndex()
		told := map[string][]string{}
		for i := range 200 {
			a := report(fmt.Sprint("source", i%sources), time.Duration(i)*time.Minute, "Dam bursts in Itabirito", "Firefighters search for the missing in Minas Gerais")
			a.ID = fmt.Sprint(i)
			it, _ := x.Tell(a)
			if slices.Contains(told[it.Story], a.Source.URL) {
				t.Errorf("%s tells %s twice", a.Source.URL, it.Story)
			}
			told[it.Story] = append(told[it.Story], a.Source.URL)
		}
		if len(told["0"]) != want {
			t.Errorf("of %d sources %d tell the first story, want %d", sources, len(told["0"]), want)
		}
	}
}

// TestNoChain: articles of which each is like the one before, and the last nothing like the first, are not one story.
func TestNoChain(t *testing.T) {
	names := strings.Fields("alvarado benitez castellanos dominguez echeverria fernandez guerrero hinojosa iturbide jaramillo kaufmann lizarraga mondragon navarrete")
	x := newIndex()
	first := ""
	for i := range len(names) - 6 {
		a := report(fmt.Sprint("source", i), time.Duration(i)*time.Hour, strings.Join(names[i:i+7], " "), "")
		told, _ := x.Tell(a)
		switch {
		case i == 0:
			first = told.ID
		case i == 1 && told.Story != first:
			t.Error("the second is not like the first: the test shows nothing")
		case i >= 6 && told.Story == first:
			t.Errorf("step %d is in the story of the first", i)
		}
	}
}

// TestTooOld: an article that came long before the others stands alone, and changes nothing.
func TestTooOld(t *testing.T) {
	x := newIndex()
	x.Tell(report("a", 100*time.Hour, "Dam bursts in Itabirito", ""))
	if told, ok := x.Tell(report("b", 0, "Dam bursts in Itabirito", "")); ok {
		t.Errorf("placed as %+v", told)
	}
	if x.Last() != 1 || x.Has("b Dam bursts in Itabirito") || !x.Has("a Dam bursts in Itabirito") {
		t.Errorf("the index has changed: last %d", x.Last())
	}
}

// TestRememberGap: numbers that are missing make the index begin anew behind them.
func TestRememberGap(t *testing.T) {
	x := newIndex()
	a, _ := x.Tell(report("a", 0, "Dam bursts in Itabirito", "Firefighters search"))
	b := a
	b.Number, b.ID, b.Story = 7, "b", "b"
	x.Remember(b)
	if x.Last() != 7 || x.Forgotten() != 6 || x.Has(a.ID) || !x.Has("b") {
		t.Errorf("last %d, forgotten %d", x.Last(), x.Forgotten())
	}
	told, _ := x.Tell(report("c", 0, "Dam bursts in Itabirito", "Firefighters search"))
	if told.Number != 8 || told.Story != "b" {
		t.Errorf("placed as %d in %s", told.Number, told.Story)
	}
}

// noNames gives an index that knows no countries, which is made fast.
func noNames() *stories.Index { return stories.New(slices.Values[[]places.Name](nil)) }

// FuzzRemember: no bytes of a signature do harm.
func FuzzRemember(f *testing.F) {
	x := newIndex()
	told, _ := x.Tell(report("a", 0, "Dam bursts in Itabirito, Chile", "Firefighters search for the missing"))
	f.Add(told.Signature)
	f.Add([]byte{})
	f.Add([]byte{1, 255})
	f.Fuzz(func(t *testing.T, signature []byte) {
		x := noNames()
		x.Remember(feeds.Told{Number: 1, ID: "a", Story: "a", Source: "a", Date: start, Seen: start, Signature: signature})
		if told, ok := x.Tell(report("b", 0, "Dam bursts in Itabirito", "")); !ok || told.Number != 2 {
			t.Errorf("placed as %+v, %v", told, ok)
		}
	})
}

// FuzzTell: whatever the text is, the article is placed, and its signature is the same when it is read back.
func FuzzTell(f *testing.F) {
	f.Add("Perú y Chile", "Ein Satz.", "<p>a &amp; b</p>")
	f.Add("今年两会，代表不再露富", "", "<")
	f.Add("กรุงเทพ", "\xff\x00", "&")
	f.Fuzz(func(t *testing.T, title, summary, content string) {
		a := report("a", 0, title, summary)
		a.Content = content
		x, again := noNames(), noNames()
		told, _ := x.Tell(a)
		again.Remember(told)
		b := report("b", 0, title, summary)
		b.Content = content
		one, _ := x.Tell(b)
		two, _ := again.Tell(b)
		if !cmp.Equal(one, two) {
			t.Errorf("placed as %+v, and after a restart as %+v", one, two)
		}
	})
}
