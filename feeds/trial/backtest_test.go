package trial_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/feeds/match"
	"tributary/feeds/trial"
)

// shelf is invented articles: each line is a title, behind | the topics that have it now.
type shelf string

func (s shelf) read(_ context.Context, visit func(feeds.Stored) error) error {
	n := uint64(0)
	for line := range strings.Lines(string(s)) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		title, topics, _ := strings.Cut(strings.TrimSpace(line), "|")
		title = strings.TrimSpace(title)
		copies := n
		if rest, ok := strings.CutPrefix(title, "copy: "); ok { // of the one before
			title, copies = rest, n-1
		}
		a := &feeds.Article{Title: title, URL: fmt.Sprintf("https://a.example/%d", n), Language: "en", Seen: time.Unix(1790000000-int64(n), 0)}
		a.Source.URL = fmt.Sprintf("https://source%d.example/feed", n%3)
		if err := visit(feeds.Stored{Article: a, Topics: strings.Fields(topics), Copies: copies}); err != nil {
			return err
		}
		n++
	}
	return nil
}

func compile(t *testing.T, topics ...feeds.Topic) *match.Set {
	t.Helper()
	s, err := match.Compile(topics, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func topic(id string, terms ...string) feeds.Topic {
	t := feeds.Topic{ID: id, Title: id, Terms: &feeds.Terms{}}
	for _, text := range terms {
		t.Terms.Any = append(t.Terms.Any, feeds.Term{Text: text})
	}
	return t
}

func because(_ *feeds.Article, topic string) string { return "because of " + topic }

func TestBacktest(t *testing.T) {
	topics := []feeds.Topic{topic("energy", "oil", "solar", "peat"), topic("fuel", "oil"), topic("space", "comet")}
	b := trial.Backtest{Topics: topics, Judge: compile(t, topics...).Judge, Why: because}
	got, err := b.Run(t.Context(), shelf(`
		Oil is dear | energy
		Oil and solar power | fuel
		Gas is cheap | energy space
		Gas is dear | energy
		copy: Gas is dear, says oil firm
		Oil spills | energy
		copy: Oil spills
		Rain | gone
		Snow
		Hail
		Wind
		Fog
		`).read)
	if err != nil {
		t.Fatal(err)
	}
	sample := func(n int, title, topic string) []trial.Sample {
		return []trial.Sample{{Title: title, URL: fmt.Sprintf("https://a.example/%d", n), Source: fmt.Sprintf("https://source%d.example/feed", n%3), Why: "because of " + topic}}
	}
	want := []trial.Change{
		{Topic: "energy", Before: 4, After: 4, Kept: 3, Gained: 1, Lost: 1,
			GainedSamples: sample(1, "Oil and solar power", "energy"), LostSamples: sample(2, "Gas is cheap", "energy"),
			Terms: []trial.TermCount{{"oil", 4}, {"solar", 1}}, IdleTerms: []string{"peat"}},
		{Topic: "fuel", Before: 1, After: 4, Kept: 1, Gained: 3, Terms: []trial.TermCount{{"oil", 4}}},
		{Topic: "space", Before: 1, Lost: 1, LostSamples: sample(2, "Gas is cheap", "space"), IdleTerms: []string{"comet"}},
	}
	for i, c := range got.Topics {
		c.Warnings = nil
		if i == 1 {
			c.GainedSamples = nil
		}
		if diff := cmp.Diff(want[i], c); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Topic, diff)
		}
	}
	for i, warnings := range []string{"40% of all articles", "40% of all articles", "it would lose 1 of the 1\nno article"} {
		for k, w := range strings.Split(warnings, "\n") {
			if all := got.Topics[i].Warnings; len(all) <= k || !strings.HasPrefix(all[k], w) {
				t.Errorf("%s warns %q", got.Topics[i].Topic, all)
			}
		}
	}
	if o := got.Overlaps; len(o) != 1 || o[0] != (trial.Overlap{Topics: [2]string{"energy", "fuel"}, Articles: 4, Share: 1}) {
		t.Errorf("overlaps %+v", o)
	}
	if got.Topics[0].LosesMost() || !got.Topics[2].LosesMost() {
		t.Error("which loses most is wrong")
	}
}

// TestBacktestAgainst compares with another config, whatever the store says.
func TestBacktestAgainst(t *testing.T) {
	is, was := []feeds.Topic{topic("energy", "oil")}, []feeds.Topic{topic("energy", "oil", "gas"), topic("gone", "rain")}
	b := trial.Backtest{Topics: is, Judge: compile(t, is...).Judge, Before: compile(t, was...).Judge, Why: because}
	got, err := b.Run(t.Context(), shelf("Oil\nGas | energy\nRain").read)
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Topics[0]; c.Before != 2 || c.Kept != 1 || c.Lost != 1 {
		t.Errorf("energy: %+v", c)
	}
}

// TestBacktestRenamed: a renamed topic has what it had under its former id.
func TestBacktestRenamed(t *testing.T) {
	power := topic("power", "oil")
	power.Formerly = []string{"energy"}
	b := trial.Backtest{Topics: []feeds.Topic{power}, Judge: compile(t, power).Judge, Why: because}
	got, err := b.Run(t.Context(), shelf("Oil | energy\nGas | energy\nRain").read)
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Topics[0]; c.Before != 2 || c.Kept != 1 || c.Gained != 0 || c.Lost != 1 {
		t.Errorf("power: %+v", c)
	}
}

// TestBacktestConfirmed: the rule of a topic that waits for a second source may admit everything.
func TestBacktestConfirmed(t *testing.T) {
	confirmed := topic("confirmed", "oil")
	confirmed.MinSources = 2
	b := trial.Backtest{Topics: []feeds.Topic{confirmed}, Judge: compile(t, confirmed).Judge, Why: because}
	got, err := b.Run(t.Context(), shelf("Oil\nOil spills").read)
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Topics[0]; c.After != 2 || len(c.Warnings) != 0 {
		t.Errorf("confirmed: %+v", c)
	}
}

// TestBacktestOrder: however many processors judge, the samples are the first articles.
func TestBacktestOrder(t *testing.T) {
	var lines strings.Builder
	for n := range 2000 {
		fmt.Fprintf(&lines, "Oil number %d\n", n)
	}
	topics := []feeds.Topic{topic("energy", "oil")}
	b := trial.Backtest{Topics: topics, Judge: compile(t, topics...).Judge, Why: because}
	got, err := b.Run(t.Context(), shelf(lines.String()).read)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, s := range got.Topics[0].GainedSamples {
		titles = append(titles, s.Title)
	}
	if got.Articles != 2000 || got.Topics[0].Gained != 2000 || !slices.Equal(titles, []string{"Oil number 0", "Oil number 1", "Oil number 2"}) {
		t.Errorf("%d articles, samples %q", got.Articles, titles)
	}
}

func TestBacktestUnreadable(t *testing.T) {
	broken := errors.New("the disk is gone")
	b := trial.Backtest{Judge: func(*feeds.Article) []feeds.Entry { return nil }, Why: because}
	if _, err := b.Run(t.Context(), func(context.Context, func(feeds.Stored) error) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
