package trial

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tributary/feeds"
)

// Report says what rules would make of stored articles.
type Report struct {
	Articles int       `json:"articles"`
	Oldest   time.Time `json:"oldest"` // when the first of them was first seen
	Topics   []Change  `json:"topics"` // in the order of the config
	Overlaps []Overlap `json:"overlaps"`
}

// Change is what would become of a topic. Copies of an article count once.
type Change struct {
	Topic  string `json:"topic"`
	Before int    `json:"before"` // articles that it has
	After  int    `json:"after"`  // that it would have
	Kept   int    `json:"kept"`
	Gained int    `json:"gained"`
	Lost   int    `json:"lost"`

	GainedSamples []Sample    `json:"gained_samples,omitempty"`
	LostSamples   []Sample    `json:"lost_samples,omitempty"`
	Terms         []TermCount `json:"terms,omitempty"`      // those that count in most of its articles
	IdleTerms     []string    `json:"idle_terms,omitempty"` // of its rule, those that count in none
	Warnings      []string    `json:"warnings,omitempty"`   // for people
}

// LosesMost says whether the topic would lose more than half of what it has.
func (c Change) LosesMost() bool { return 2*c.Lost > c.Before }

// Sample is an article to show what is meant.
type Sample struct {
	Title  string `json:"title"`
	URL    string `json:"url"`
	Source string `json:"source"`
	Why    string `json:"why,omitempty"`
}

// TermCount says in how many of a topic's articles a term counts.
type TermCount struct {
	Term     string `json:"term"`
	Articles int    `json:"articles"`
}

// Overlap is two topics that have articles in common: a share of the smaller one's, 0 to 1.
type Overlap struct {
	Topics   [2]string `json:"topics"`
	Articles int       `json:"articles"`
	Share    float64   `json:"share"`
}

// Backtest is rules to try.
type Backtest struct {
	Topics []feeds.Topic
	Judge  feeds.Judge
	Before feeds.Judge                                     // what to compare with; nil for what the store says
	Why    func(a *feeds.Article, topic string) (s string) // the verdict of Judge in words
}

const (
	maxSamples   = 3
	candidates   = 50 // articles of which samples are chosen in the end, since copies may turn up
	maxTerms     = 5
	maxOverlaps  = 10
	leastOverlap = 0.3
	tooMuch      = 0.2 // of all articles in one topic
)

// Run tries the rules on the articles.
func (b *Backtest) Run(ctx context.Context, read Read) (Report, error) {
	t := newTally(b.Topics)
	err := judgeAll(ctx, read, b.Judge, b.Before, func(a judged) {
		if b.Before != nil {
			a.Topics = nil
			for _, e := range a.before {
				a.Topics = append(a.Topics, e.Topic)
			}
		}
		t.add(a)
	})
	if err != nil {
		return Report{}, err
	}
	return t.report(b.Why), nil
}

// Which of both rules admit an article or a copy of it.
const (
	before uint8 = 1 << iota
	after
)

// topicTally is what one topic has and would have.
type topicTally struct {
	feeds.Topic
	state        map[uint64]uint8 // of articles, copies being one
	gained, lost []feeds.Stored   // candidates
	terms        map[string]int
}

// tally collects verdicts.
type tally struct {
	topics  []topicTally
	number  map[string]int
	common  map[[2]int]int
	all     map[uint64]bool
	oldest  time.Time
	article int
}

func newTally(topics []feeds.Topic) *tally {
	t := &tally{number: map[string]int{}, common: map[[2]int]int{}, all: map[uint64]bool{}}
	for i, topic := range topics {
		for _, id := range append([]string{topic.ID}, topic.Formerly...) {
			t.number[id] = i
		}
		t.topics = append(t.topics, topicTally{Topic: topic, state: map[uint64]uint8{}, terms: map[string]int{}})
	}
	return t
}

func (t *tally) add(a judged) {
	t.article++
	t.all[a.Copies] = true
	if t.oldest.IsZero() || a.Article.Seen.Before(t.oldest) {
		t.oldest = a.Article.Seen
	}
	had := map[int]bool{}
	for _, id := range a.Topics {
		if i, ok := t.number[id]; ok {
			had[i] = true
		}
	}
	var in []int
	for _, e := range a.entries {
		i := t.number[e.Topic]
		topic := &t.topics[i]
		if topic.state[a.Copies]&after != 0 {
			continue // a copy
		}
		in = append(in, i)
		topic.state[a.Copies] |= after
		topic.count(e.Evidence)
		if !had[i] && len(topic.gained) < candidates {
			topic.gained = append(topic.gained, a.Stored)
		}
	}
	for i := range had {
		topic := &t.topics[i]
		topic.state[a.Copies] |= before
		if topic.state[a.Copies]&after == 0 && len(topic.lost) < candidates {
			topic.lost = append(topic.lost, a.Stored)
		}
	}
	for k, i := range in {
		for _, j := range in[k+1:] {
			t.common[[2]int{min(i, j), max(i, j)}]++
		}
	}
}

// count notes the terms that count, each once.
func (t *topicTally) count(e feeds.Evidence) {
	seen := map[string]bool{}
	for h := range e.Counted() {
		if h.Score > 0 && !seen[h.Term] {
			seen[h.Term] = true
			t.terms[h.Term]++
		}
	}
}

func (t *tally) report(why func(*feeds.Article, string) string) Report {
	r := Report{Articles: t.article, Oldest: t.oldest, Topics: []Change{}, Overlaps: []Overlap{}}
	for i := range t.topics {
		r.Topics = append(r.Topics, t.topics[i].change(len(t.all), why))
	}
	for pair, n := range t.common {
		smaller := min(r.Topics[pair[0]].After, r.Topics[pair[1]].After)
		if share := float64(n) / float64(smaller); share >= leastOverlap {
			r.Overlaps = append(r.Overlaps, Overlap{[2]string{t.topics[pair[0]].ID, t.topics[pair[1]].ID}, n, share})
		}
	}
	slices.SortFunc(r.Overlaps, func(a, b Overlap) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(b.Articles, a.Articles), slices.Compare(a.Topics[:], b.Topics[:]))
	})
	r.Overlaps = r.Overlaps[:min(len(r.Overlaps), maxOverlaps)]
	return r
}

func (t *topicTally) change(all int, why func(*feeds.Article, string) string) Change {
	c := Change{Topic: t.ID}
	for _, s := range t.state {
		switch s {
		case before:
			c.Lost++
		case after:
			c.Gained++
		default:
			c.Kept++
		}
	}
	c.Before, c.After = c.Kept+c.Lost, c.Kept+c.Gained
	c.GainedSamples = t.samples(t.gained, after, why)
	c.LostSamples = t.samples(t.lost, before, why)
	c.Terms, c.IdleTerms = t.mostCounted(), t.idle()
	if c.LosesMost() {
		c.Warnings = append(c.Warnings, fmt.Sprintf("it would lose %d of the %d articles that it has", c.Lost, c.Before))
	}
	if c.After == 0 {
		c.Warnings = append(c.Warnings, "no article would be in it")
	}
	if share := float64(c.After) / float64(max(all, 1)); share > tooMuch && t.MinSources < 2 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("%.0f%% of all articles would be in it: its rule says little", 100*share))
	}
	return c
}

// samples chooses articles that no copy has put into another state.
func (t *topicTally) samples(from []feeds.Stored, state uint8, why func(*feeds.Article, string) string) (list []Sample) {
	for _, a := range from {
		if t.state[a.Copies] == state && len(list) < maxSamples {
			list = append(list, sample(a.Article, why(a.Article, t.ID)))
		}
	}
	return list
}

func sample(a *feeds.Article, why string) Sample {
	return Sample{a.Title, a.URL, cmp.Or(a.Source.Title, a.Source.URL), why}
}

func (t *topicTally) mostCounted() (list []TermCount) {
	for term, n := range t.terms {
		list = append(list, TermCount{term, n})
	}
	slices.SortFunc(list, func(a, b TermCount) int {
		return cmp.Or(cmp.Compare(b.Articles, a.Articles), cmp.Compare(a.Term, b.Term))
	})
	return list[:min(len(list), maxTerms)]
}

// idle gives the terms that are there to let articles in, and let none.
func (t *topicTally) idle() []string {
	idle := map[string]bool{}
	for _, term := range t.letIn() {
		if t.terms[term] == 0 {
			idle[term] = true
		}
	}
	return slices.Sorted(maps.Keys(idle))
}

// letIn gives the terms of the rule that speak for an article.
func (t *topicTally) letIn() (list []string) {
	var weighted []feeds.Term
	if t.Terms != nil {
		weighted = t.Terms.Any
		list = slices.Concat(t.Terms.All...)
	}
	if t.Places != nil {
		weighted = slices.Concat(weighted, t.Places.Also)
	}
	for _, term := range weighted {
		if term.Weight >= 0 {
			list = append(list, term.Text)
		}
	}
	return list
}
