package trial

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"tributary/feeds"
)

// Suggestions is what a topic's rule may lack.
type Suggestions struct {
	Topic    string       `json:"topic"`
	Articles int          `json:"articles"` // looked at, the newest ones
	In       int          `json:"in"`       // of them in the topic
	Terms    []Suggestion `json:"terms"`    // that may belong into the rule
	Masks    []Suggestion `json:"masks"`    // phrases in which the rule's terms seem to mean something else
}

// Suggestion is a word or phrase.
type Suggestion struct {
	Text     string   `json:"text"`
	Language string   `json:"language"` // "" for unknown
	In       int      `json:"in"`       // articles of the topic that have it
	Out      int      `json:"out"`      // articles that have it and are not in the topic; 0 for a mask
	Right    int      `json:"right"`    // those that speak for it: of Out that look like the topic, for a mask of In that do not
	Sure     float64  `json:"sure"`     // the share that they are, 0 to 1
	Samples  []Sample `json:"samples"`  // of them

	strength float64 // orders suggestions that are as sure
}

const (
	looked     = 100_000 // articles at most: their words are kept in memory
	fewest     = 5       // articles of a topic in one language that can be learned from
	maxSuggest = 10
	leastSure  = 0.3
	leastMask  = 0.75
)

var errEnough = errors.New("enough articles")

// Suggest looks in stored articles for what a topic's rule may lack. A word is worth a look when the topic's
// articles have it far more often than others, and others that have it look like the topic by the rest of
// their words. A phrase may be a mask when the rule finds a word of it in articles that do not.
func Suggest(ctx context.Context, read Read, judge feeds.Judge, topic string) (Suggestions, error) {
	s := Suggestions{Topic: topic, Terms: []Suggestion{}, Masks: []Suggestion{}}
	languages := map[string]*language{}
	seen := map[uint64]bool{} // copies count once
	n := 0
	bounded := func(ctx context.Context, visit func(feeds.Stored) error) error {
		return read(ctx, func(a feeds.Stored) error {
			if n++; n > looked {
				return errEnough
			}
			return visit(a)
		})
	}
	err := judgeAll(ctx, bounded, judge, nil, func(a judged) {
		if seen[a.Copies] {
			return
		}
		seen[a.Copies] = true
		tag, _, _ := strings.Cut(strings.ToLower(a.Article.Language), "-")
		l := languages[tag]
		if l == nil {
			l = &language{tag: tag, number: map[string]uint32{}}
			languages[tag] = l
		}
		var entry *feeds.Entry
		if i := slices.IndexFunc(a.entries, func(e feeds.Entry) bool { return e.Topic == topic }); i >= 0 {
			entry = &a.entries[i]
			s.In++
		}
		s.Articles++
		l.add(a.Article, entry)
	})
	if err != nil && !errors.Is(err, errEnough) {
		return Suggestions{}, err
	}
	for _, l := range languages {
		if l.count(); l.in < fewest || l.in == len(l.documents) {
			continue
		}
		l.weigh()
		s.Terms = append(s.Terms, l.terms()...)
		s.Masks = append(s.Masks, l.masks()...)
	}
	s.Terms, s.Masks = best(s.Terms), best(s.Masks)
	return s, nil
}

// likeness is half of how much three in four of the topic's articles among the documents look like it at
// least, whether they have a feature or not. Half, since words were learned from these very articles.
func (l *language) likeness(documents []*document, without *feature) float64 {
	var looks []float64
	for _, d := range documents {
		if d.in {
			looks = append(looks, l.look(d, without))
		}
	}
	slices.Sort(looks)
	return max(looks[len(looks)/4]/2, telling)
}

// terms gives words and phrases that may belong into the rule.
func (l *language) terms() (list []Suggestion) {
	having := map[uint32][]*document{} // documents that have a candidate
	for i := range l.documents {
		d := &l.documents[i]
		for _, id := range d.features {
			if l.isCandidate(&l.features[id]) {
				having[id] = append(having[id], d)
			}
		}
	}
	for id, documents := range having {
		f := &l.features[id]
		g := Suggestion{Text: f.text, Language: l.tag, In: f.in, Out: f.out, strength: f.z}
		likeness := l.likeness(documents, f)
		for _, d := range documents {
			if !d.in && l.look(d, f) >= likeness {
				g.right(d)
			}
		}
		g.Sure = float64(g.Right) / float64(g.Out)
		if g.Right >= 2 && g.Sure >= leastSure {
			list = append(list, g)
		}
	}
	return list
}

// isCandidate says whether a word speaks for the topic, in a part of its articles, of several sources, though
// the rule does not find it. One that most articles outside have says nothing by itself.
func (l *language) isCandidate(f *feature) bool {
	return f.in >= max(3, l.in/50) && f.sources >= 2 && f.z >= telling && f.out >= 2 && f.out <= 3*f.in && !f.found &&
		(!f.phrase || !l.common(&l.features[f.parts[0]]) && !l.common(&l.features[f.parts[1]]))
}

// masks gives phrases around what the rule finds in articles that do not look like the topic.
func (l *language) masks() (list []Suggestion) {
	having := map[uint32][]*document{}
	var all []*document
	for i := range l.documents {
		d := &l.documents[i]
		all = append(all, d)
		for _, id := range slices.Compact(slices.Sorted(slices.Values(d.around))) {
			if _, kept := slices.BinarySearch(d.features, id); kept {
				having[id] = append(having[id], d)
			}
		}
	}
	likeness := l.likeness(all, nil)
	for id, documents := range having {
		f := &l.features[id]
		other := &l.features[f.parts[0]] // the word that the rule does not find
		if other.found {
			other = &l.features[f.parts[1]]
		}
		if l.common(other) || other.z >= telling {
			continue
		}
		g := Suggestion{Text: f.text, Language: l.tag, In: f.in}
		for _, d := range documents {
			if l.look(d, nil) < likeness/2 {
				g.right(d)
			}
		}
		g.Sure, g.strength = float64(g.Right)/float64(g.In), float64(g.Right)
		if g.Right >= 2 && g.Sure >= leastMask {
			list = append(list, g)
		}
	}
	return list
}

// right notes an article that speaks for the suggestion.
func (g *Suggestion) right(d *document) {
	if g.Right++; len(g.Samples) < maxSamples {
		g.Samples = append(g.Samples, sample(d.article, ""))
	}
}

// best gives the suggestions that come first. Of words and phrases that hold one another only one is left.
func best(all []Suggestion) (list []Suggestion) {
	worth := func(g Suggestion) float64 { return g.strength * g.Sure }
	slices.SortFunc(all, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(worth(b), worth(a)), cmp.Compare(b.Text, a.Text), cmp.Compare(a.Language, b.Language))
	})
	list = []Suggestion{}
	for _, g := range all {
		held := func(o Suggestion) bool { return holds(o.Text, g.Text) || holds(g.Text, o.Text) }
		if len(list) < maxSuggest && !slices.ContainsFunc(list, held) {
			list = append(list, g)
		}
	}
	return list
}

// holds says whether a phrase has another one's words.
func holds(phrase, part string) bool {
	return strings.Contains(" "+strings.ToLower(phrase)+" ", " "+strings.ToLower(part)+" ")
}
