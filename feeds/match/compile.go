package match

import (
	"fmt"
	"math"
	"strings"

	"golang.org/x/text/language"

	"tributary/feeds"
)

const (
	defaultWeight    = 1
	maxWeight        = 3
	defaultThreshold = 3 // one hit in the title, or two terms in the lead
)

// topic is the compiled rule of one topic, apart from its terms, which the index holds.
type topic struct {
	id        string
	languages []string // primary subtags; empty for any
	threshold float64
	terms     []string // as the rule spells them
}

// compiler checks one topic and adds it to the set.
type compiler struct {
	set   *Set
	topic feeds.Topic
	index uint32 // of the topic in the set
	errs  []error
}

func (c *compiler) fail(path, format string, args ...any) {
	c.errs = append(c.errs, &RuleError{Topic: c.topic.ID, Path: path, Msg: fmt.Sprintf(format, args...)})
}

func (c *compiler) compile() {
	t := topic{id: c.topic.ID, languages: c.languages()}
	if c.topic.Terms == nil {
		c.fail("terms", "the topic has no rule: list the words that it looks for under terms.any")
	} else {
		t.threshold = c.threshold()
		t.terms = c.terms()
	}
	c.set.topics = append(c.set.topics, t)
}

func (c *compiler) languages() []string {
	var out []string
	for i, tag := range c.topic.Languages {
		if _, err := language.Parse(tag); err != nil {
			c.fail(fmt.Sprintf("languages[%d]", i), "%q is not a language: write a BCP 47 tag such as en, es or pt-BR", tag)
			continue
		}
		out = append(out, primary(tag))
	}
	return out
}

func (c *compiler) threshold() float64 {
	switch t := c.topic.Terms.Threshold; {
	case t == 0:
		return defaultThreshold
	case t > 0 && !math.IsInf(t, 1): // false for NaN too
		return t
	default:
		c.fail("terms.threshold", "%v is no threshold: write a number over 0, or nothing for %d", t, defaultThreshold)
		return defaultThreshold
	}
}

// terms adds the topic's terms to the index and gives them as they are spelt. A spelling that folds
// to an earlier one ("Peru" after "Perú") counts once.
func (c *compiler) terms() []string {
	list := c.topic.Terms.Any
	if len(list) == 0 {
		c.fail("terms.any", "the list is empty: a topic needs at least one term")
	}
	texts := make([]string, len(list))
	weights := make([]float64, len(list))
	first := make(map[uint32]int) // pattern → the term that brought it
	positive := false
	for i, term := range list {
		path := fmt.Sprintf("terms.any[%d]", i)
		texts[i] = term.Text
		weights[i] = c.weight(path, term.Weight)
		positive = positive || weights[i] > 0
		parsed, err := parseTerm(term.Text)
		if err != nil {
			c.fail(path, "%v", err)
			continue
		}
		id := c.set.index.add(parsed)
		earlier, known := first[id]
		switch {
		case !known:
			first[id] = i
			c.set.index.post(id, posting{topic: c.index, term: uint32(i), weight: weights[i]})
		case weights[i] != weights[earlier]:
			c.fail(path, "%q is the same term as %q, with another weight: keep one of them", term.Text, list[earlier].Text)
		}
	}
	if len(list) > 0 && !positive {
		c.fail("terms.any", "every weight is negative, so no article can be in the topic: one term at least must count for it")
	}
	return texts
}

func (c *compiler) weight(path string, w float64) float64 {
	switch {
	case w == 0:
		return defaultWeight
	case w >= -maxWeight && w <= maxWeight: // false for NaN too
		return w
	}
	c.fail(path+".weight", "%v is out of range: a weight goes from -%d to %d", w, maxWeight, maxWeight)
	return defaultWeight
}

// primary is the primary subtag of a BCP 47 tag: the language without script and country.
func primary(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		return tag[:i]
	}
	return tag
}
