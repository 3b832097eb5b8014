// Package match decides topics: the rules of all topics are compiled into one Set, which reads an
// article once and says which topics it is in, with the score and the evidence.
//
// An article is read as four fields of plain text (see [Fields]), and a text as words: runs of
// letters and digits with case and accents folded, so that "Perú", "PERÚ" and "peru" are one word.
// A term is found whole, never inside a longer word, and never across a sentence mark, bracket,
// quote, dash or bullet.
//
// The terms of all topics and the names of the gazetteer are found in one pass; then only the topics
// that something in the article concerns are judged.
package match

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"tributary/feeds"
	"tributary/feeds/places"
)

// RuleError is a mistake in a topic's rule, or something in it to think about.
type RuleError struct {
	Topic string // the topic's id
	Index int    // of the topic in the list
	Path  string // of the mistake inside the topic, as in the config: "terms.any[2]"
	Msg   string // what is wrong, and what would be right
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("topic %q: %s: %s", e.Topic, e.Path, e.Msg)
}

// Compile checks the topics and compiles their rules into one Set, with the places of the gazetteer;
// nil stands for the built-in one. Its error joins a *RuleError for every mistake, in the order of
// the topics; there is no Set then. No topics make an empty Set.
func Compile(topics []feeds.Topic, gazetteer *places.Gazetteer) (*Set, error) {
	if gazetteer == nil {
		gazetteer = places.Default()
	}
	s := newSet(topics, gazetteer)
	seen := make(map[string]bool, len(topics))
	var errs []*RuleError
	for i := range s.topics {
		t := &s.topics[i]
		c := compiler{set: s, topic: t, index: uint32(i)}
		if seen[t.ID] {
			c.fail("id", "another topic has the same id: ids must differ")
		}
		seen[t.ID] = true
		c.compile()
		s.slots = max(s.slots, len(t.slots))
		errs = append(errs, c.errs...)
	}
	errs = append(errs, s.include()...)
	if len(errs) == 0 {
		return s, nil
	}
	slices.SortStableFunc(errs, func(a, b *RuleError) int { return cmp.Compare(a.Index, b.Index) })
	joined := make([]error, len(errs))
	for i, e := range errs {
		joined[i] = e
	}
	return nil, errors.Join(joined...)
}
