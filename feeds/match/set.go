package match

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"tributary/feeds"
	"tributary/feeds/places"
)

// Set is the compiled rules of all topics. It does not change, and any number of goroutines may use
// it at once. A nil Set has no topics.
type Set struct {
	source      *places.Gazetteer
	topics      []topic
	least       []float64 // for each topic, the score that terms.any must reach; 0 without such a block
	slots       int       // of the topic that has most
	index       index
	gazetteer   *gazetteer        // nil when no topic has places
	placeTopics [][]uint32        // for each place, the topics that it is for
	sides       map[string][]side // of places.in, since many topics may have the same
	regexps     []search
	always      []uint32 // topics that an article may be in which mentions nothing
	warnings    []*RuleError
	works       sync.Pool // of *work
}

// search is one topic's use of a regular expression.
type search struct {
	topic, slot uint32
	gain        float64 // as of a posting
	re          *regexp.Regexp
	fields      fieldSet
}

func newSet(topics []feeds.Topic, source *places.Gazetteer) *Set {
	s := &Set{source: source, topics: make([]topic, len(topics)), least: make([]float64, len(topics)), index: newIndex(), sides: make(map[string][]side)}
	for i, t := range topics {
		s.topics[i].Topic = t
	}
	return s
}

// wantGazetteer gives the places, which some topic asks for.
func (s *Set) wantGazetteer() *gazetteer {
	if s.gazetteer == nil {
		s.gazetteer = newGazetteer(s.source)
		s.placeTopics = make([][]uint32, len(s.gazetteer.places))
	}
	return s.gazetteer
}

// include connects topics with those that they name, and gives the mistakes in that.
func (s *Set) include() (errs []*RuleError) {
	byID := make(map[string]uint32, len(s.topics))
	for i, t := range s.topics {
		byID[t.ID] = uint32(i)
	}
	for i := range s.topics {
		t := &s.topics[i]
		for k, id := range t.Topics {
			other, ok := byID[id]
			if !ok {
				errs = append(errs, &RuleError{Topic: t.ID, Index: i, Path: fmt.Sprintf("topics[%d]", k),
					Msg: fmt.Sprintf("there is no topic %q: write the id of one in this file", id)})
				continue
			}
			t.includes = append(t.includes, other)
			s.topics[other].includedBy = append(s.topics[other].includedBy, uint32(i))
		}
	}
	return append(errs, s.cycles()...)
}

// cycles finds topics that include themselves, by way of others or not.
func (s *Set) cycles() (errs []*RuleError) {
	const (
		unseen = iota
		open
		done
	)
	seen := make([]int, len(s.topics))
	var visit func(i uint32)
	visit = func(i uint32) {
		seen[i] = open
		t := &s.topics[i]
		for _, k := range t.includes {
			switch seen[k] {
			case unseen:
				visit(k)
			case open:
				msg := fmt.Sprintf("the topic includes %s, which includes this one: take one of the two out", s.topics[k].ID)
				if k == i {
					msg = "the topic includes itself: take it out of its list"
				}
				errs = append(errs, &RuleError{Topic: t.ID, Index: int(i), Path: "topics", Msg: msg})
			}
		}
		seen[i] = done
	}
	for i := range s.topics {
		if seen[i] == unseen {
			visit(uint32(i))
		}
	}
	return errs
}

// entry is a topic that an article is in.
type entry struct {
	topic uint32
	feeds.Entry
}

// Judge reads an article and gives an entry for each topic that it is in, in the order of the
// topics: the topic, the score, and the evidence in reading order. The rest of the entries is zero.
// The article's Source counts as far as it is known. An article that is in no topic costs no
// allocation of its own, but for those of the HTML tokeniser when its content has markup.
func (s *Set) Judge(a *feeds.Article) []feeds.Entry {
	if s == nil || len(s.topics) == 0 {
		return nil
	}
	w := s.work(a)
	defer s.done(w)
	for _, t := range w.touched {
		w.judge(t)
	}
	if len(w.entries) == 0 {
		return nil
	}
	slices.SortFunc(w.entries, func(a, b entry) int { return cmp.Compare(a.topic, b.topic) })
	entries := make([]feeds.Entry, len(w.entries))
	for i, e := range w.entries {
		entries[i] = e.Entry
	}
	return entries
}

// Explanation is a topic's verdict on an article, and why.
type Explanation struct {
	Topic    string         `json:"topic"`
	In       bool           `json:"in"`
	Score    float64        `json:"score"`
	Evidence feeds.Evidence `json:"evidence"`
}

// Explain says why an article is in a topic or not: unlike the evidence of an entry, all parts of
// the rule are there, with what is missing. ok is false when there is no such topic.
func (s *Set) Explain(a *feeds.Article, id string) (x Explanation, ok bool) {
	if s == nil {
		return x, false
	}
	i := slices.IndexFunc(s.topics, func(t topic) bool { return t.ID == id })
	if i < 0 {
		return x, false
	}
	w := s.work(a)
	defer s.done(w)
	w.explaining = true
	in := w.judge(uint32(i))
	e := w.entry(uint32(i))
	return Explanation{Topic: id, In: in, Score: e.Score, Evidence: e.Evidence}, true
}

// work reads an article.
func (s *Set) work(a *feeds.Article) *work {
	if g := s.gazetteer; g != nil {
		g.once.Do(func() { g.index(&s.index) })
	}
	w, ok := s.works.Get().(*work)
	if !ok {
		w = newWork(s)
	}
	w.read(a)
	return w
}

func (s *Set) done(w *work) {
	w.forget()
	s.works.Put(w)
}
