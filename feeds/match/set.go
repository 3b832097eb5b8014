package match

import (
	"slices"
	"strings"
	"sync"

	"tributary/feeds"
)

// Set is the compiled rules of all topics. It does not change, and any number of goroutines may use
// it at once. A nil Set has no topics.
type Set struct {
	topics []topic
	index  index
	works  sync.Pool // of *work
}

func newSet(topics int) *Set {
	return &Set{topics: make([]topic, 0, topics), index: newIndex()}
}

// Judge reads an article and gives an entry for each topic that it is in, in the order of the
// topics: the topic, the score, and the evidence in reading order, whose scores add up to it. The
// rest of the entries is zero. An article that is in no topic costs no allocation of its own, but
// for those of the HTML tokeniser when its content has markup.
func (s *Set) Judge(a *feeds.Article) []feeds.Entry {
	if s == nil || len(s.topics) == 0 {
		return nil
	}
	w, ok := s.works.Get().(*work)
	if !ok {
		w = newWork(s)
	}
	defer s.works.Put(w)
	defer w.forget()

	w.fields.read(a)
	for i := range fieldNames {
		var mixed bool
		w.words, w.ids, mixed = s.index.read(w.fields.text(i), w.words[:0], w.ids[:0])
		w.find(i, mixed)
	}
	if !w.decide(a.Language) {
		return nil
	}
	return w.entries()
}

// speaks says whether an article in a language can be in the topic; one in an unknown language can.
func (t *topic) speaks(tag string) bool {
	lang := primary(tag)
	if len(t.languages) == 0 || lang == "" || strings.EqualFold(lang, "und") {
		return true
	}
	return slices.ContainsFunc(t.languages, func(l string) bool { return strings.EqualFold(l, lang) })
}

// admits says whether a score is enough; sums of decimal weights need a little grace.
func (t *topic) admits(score float64) bool { return score >= t.threshold-1e-9 }
