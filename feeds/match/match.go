// Package match decides topics: the rules of all topics are compiled into one Set, which reads an
// article once and says which topics it is in, with the score and the evidence.
//
// An article is read as three fields of plain text (see [Fields]), and a text as words: runs of
// letters and digits with case and accents folded, so that "Perú", "PERÚ" and "peru" are one word.
// A term is found whole, never inside a longer word, and never across a sentence mark, bracket,
// quote, dash or bullet.
package match

import (
	"errors"
	"fmt"

	"tributary/feeds"
)

// RuleError is a mistake in a topic's rule.
type RuleError struct {
	Topic string // the topic's id
	Path  string // of the mistake inside the topic, as in the config: "terms.any[2]"
	Msg   string // what is wrong, and what would be right
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("topic %q: %s: %s", e.Topic, e.Path, e.Msg)
}

// Compile checks the topics and compiles their rules into one Set. Its error joins a *RuleError for
// every mistake, in the order of the topics; there is no Set then. No topics make an empty Set.
func Compile(topics []feeds.Topic) (*Set, error) {
	s := newSet(len(topics))
	seen := make(map[string]bool, len(topics))
	var errs []error
	for i, t := range topics {
		c := compiler{set: s, topic: t, index: uint32(i)}
		if seen[t.ID] {
			c.fail("id", "another topic has the same id: ids must differ")
		}
		seen[t.ID] = true
		c.compile()
		errs = append(errs, c.errs...)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return s, nil
}
