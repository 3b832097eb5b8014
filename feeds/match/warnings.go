package match

import (
	"cmp"
	"fmt"
	"slices"
	"unicode"

	"tributary/feeds/places"
)

// Warnings is what is no mistake in the rules but worth a thought, in the order of the topics: terms
// that another finds already, that are slow, or that mean a place and other things too.
func (s *Set) Warnings() []*RuleError {
	all := slices.Clone(s.warnings)
	ambiguous := ambiguousNames(s.source)
	for i, t := range s.topics {
		if t.Terms == nil {
			continue
		}
		for k, term := range t.Terms.Any {
			e, err := parseTerm(term.Text)
			if err != nil || e.op != phraseOp || term.Weight < 0 || unicode.IsLower(firstRune(term.Text)) {
				continue // a word in small letters is meant as one
			}
			if place := ambiguous[e.phrase.key()]; place != "" {
				all = append(all, &RuleError{Topic: t.ID, Index: i, Path: fmt.Sprintf("terms.any[%d]", k), Msg: fmt.Sprintf(
					"%q means a place (%s) and other things: places: {in: [%s]} counts it where something confirms it", term.Text, place, place)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *RuleError) int { return cmp.Compare(a.Index, b.Index) })
	return all
}

// ambiguousNames gives, for the keys of names that are always weak, the first place that they may mean.
func ambiguousNames(g *places.Gazetteer) map[string]string {
	names := make(map[string]string)
	for n := range g.Names() {
		var p phrase
		if p.read(n.Text) != nil {
			continue
		}
		key := p.key()
		if _, known := names[key]; !n.Weak {
			names[key] = ""
		} else if !known {
			names[key] = n.Place
		}
	}
	return names
}
