package match

import (
	"fmt"
	"strings"

	"tributary/feeds"
)

// CheckExamples judges every topic's examples and gives a *RuleError for each that comes out wrong,
// with the reason.
func (s *Set) CheckExamples() (wrong []*RuleError) {
	for i, t := range s.topics {
		for list, examples := range [][]feeds.Example{t.Examples.Yes, t.Examples.No} {
			wanted := list == 0
			for k, e := range examples {
				x, _ := s.Explain(&feeds.Article{Title: e.Title, Summary: e.Summary, Language: e.Language, Categories: e.Categories, Source: e.Source}, t.ID)
				if x.In == wanted {
					continue
				}
				msg := fmt.Sprintf("%q should not be in the topic, but it is: %s", e.Title, x)
				if wanted {
					msg = fmt.Sprintf("%q should be in the topic, but it is not: %s", e.Title, x)
				}
				wrong = append(wrong, &RuleError{Topic: t.ID, Index: i, Path: fmt.Sprintf("examples.%s[%d]", [...]string{"yes", "no"}[list], k), Msg: msg})
			}
		}
	}
	return wrong
}

// Reason says in one line what decided: what is missing, or what the parts of the rule came to that
// score.
func (x Explanation) Reason() string {
	var missing, scores, passed []string
	for _, c := range x.Evidence.Checks {
		switch {
		case c.Missing != "":
			missing = append(missing, c.Part+": "+c.Missing)
		case c.Threshold > 0:
			scores = append(scores, fmt.Sprintf("%s: %.4g points of %.4g", c.Part, c.Score, c.Threshold))
		case c.Score != 0:
			scores = append(scores, fmt.Sprintf("%s: %.4g points", c.Part, c.Score))
		default:
			passed = append(passed, c.Part+": passed")
		}
	}
	switch {
	case !x.In:
		return strings.Join(missing, "; ")
	case len(scores) > 0:
		return strings.Join(scores, "; ")
	}
	return strings.Join(passed, "; ")
}

// String is the reason, and what was found.
func (x Explanation) String() string {
	var hits []string
	for _, h := range x.Evidence.Hits {
		switch {
		case h.Discarded != "":
			hits = append(hits, fmt.Sprintf("%s (%s: %s)", h.Term, h.Field, h.Discarded))
		case h.Field == "":
			hits = append(hits, fmt.Sprintf("%s (%s %.4g)", h.Term, h.Kind, h.Score))
		default:
			hits = append(hits, fmt.Sprintf("%s (%s %.4g)", h.Term, h.Field, h.Score))
		}
	}
	if len(hits) == 0 {
		return x.Reason()
	}
	return x.Reason() + "; found " + strings.Join(hits, ", ")
}
