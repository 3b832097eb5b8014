package match

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"tributary/feeds"
)

const (
	defaultWeight    = 1
	maxWeight        = 3
	defaultThreshold = 3 // one hit in the title, or two terms in the lead
)

const slowRegexp = "%s is slow: every article is searched for it by itself; phrases and prefixes such as refiner* cost nothing"

// role is the part of a rule that a term has.
type role uint8

const (
	anyRole  role = iota // of terms.any
	allRole              // of terms.all
	noneRole             // of terms.none
	maskRole             // of terms.mask and places.mask
	alsoRole             // of places.also
	queryRole
	partRole             // beside a NEAR
	categoryRole         // one of the categories that the topic is limited to
	excludedCategoryRole // one of exclude.categories
)

// slot is the place of one term in a topic.
type slot struct {
	text   string // as the rule spells it
	role   role
	group  uint16 // of terms.all
	weight float64
	near   uint32 // of a part: the slot of the NEAR, from 1
	right  bool   // of a part: it stands after the NEAR
	within uint32 // of a NEAR
	fields fieldSet
	pairs  bool // it is a NEAR
}

// topic is the compiled rule of one topic, apart from its terms' words, which the index holds.
type topic struct {
	feeds.Topic
	slots      []slot
	roles      [excludedCategoryRole + 1]bool // those that slots have
	threshold  float64
	languages  []string // primary subtags; empty for any
	excludes   bool     // something of exclude is there
	pairs      []uint32 // slots of NEAR
	query      *clause  // nil for none
	places     *placeRule
	includes   []uint32 // topics
	includedBy []uint32
}

// compiler checks one topic and adds it to the set.
type compiler struct {
	set   *Set
	topic *topic
	index uint32 // of the topic in the set
	errs  []*RuleError
}

func (c *compiler) fail(path, format string, args ...any) {
	c.errs = append(c.errs, &RuleError{Topic: c.topic.ID, Index: int(c.index), Path: path, Msg: fmt.Sprintf(format, args...)})
}

func (c *compiler) warn(path, format string, args ...any) {
	c.set.warnings = append(c.set.warnings, &RuleError{Topic: c.topic.ID, Index: int(c.index), Path: path, Msg: fmt.Sprintf(format, args...)})
}

func (c *compiler) compile() {
	t := c.topic
	if t.Places == nil && t.Terms == nil && t.Query == "" && len(t.Topics) == 0 &&
		len(t.Sources) == 0 && len(t.Tags) == 0 && len(t.Categories) == 0 {
		c.fail("terms", "the topic has no rule: say what it is about with places, terms, query or topics, or limit it to sources, tags or categories")
	}
	c.languages()
	c.conditions()
	if t.Places != nil {
		c.places(t.Places)
	}
	if t.Terms != nil {
		c.terms(t.Terms)
	}
	if t.Query != "" {
		c.query(t.Query)
	}
	if c.always() {
		c.set.always = append(c.set.always, c.index)
	}
}

// always says whether an article that mentions nothing may be in the topic.
func (c *compiler) always() bool {
	t := c.topic
	blocked := t.Places != nil || t.Terms != nil && (len(t.Terms.Any) > 0 || len(t.Terms.All) > 0) ||
		len(t.Topics) > 0 || len(t.Categories) > 0
	return !blocked && (t.query == nil || t.query.is(func(uint32) bool { return false }))
}

func (c *compiler) languages() {
	for i, tag := range c.topic.Languages {
		parsed, err := language.Parse(tag)
		if err != nil {
			c.fail(fmt.Sprintf("languages[%d]", i), "%q is not a language: write a BCP 47 tag such as en, es or pt-BR", tag)
			continue
		}
		c.topic.languages = append(c.topic.languages, primary(parsed.String())) // es for spa
	}
}

// conditions checks what the topic is limited to and what is kept out.
func (c *compiler) conditions() {
	t := c.topic
	for _, list := range []struct {
		path   string
		texts  []string
		reason string
	}{
		{"sources", t.Sources, "write a source's URL, or a host such as bbc.co.uk"},
		{"tags", t.Tags, "write a label that a source has under tags"},
		{"exclude.urls", t.Exclude.URLs, "write a part of an address, such as /sport/"},
		{"exclude.sources", t.Exclude.Sources, "write a source's URL, or a host such as bbc.co.uk"},
		{"exclude.tags", t.Exclude.Tags, "write a label that a source has under tags"},
	} {
		for i, text := range list.texts {
			if strings.TrimSpace(text) == "" {
				c.fail(item(list.path, i), "the text is empty: %s", list.reason)
			}
		}
	}
	x := &t.Exclude
	t.excludes = len(x.Categories)+len(x.URLs)+len(x.Sources)+len(x.Tags) > 0
	c.categories("categories", t.Categories, categoryRole)
	c.categories("exclude.categories", t.Exclude.Categories, excludedCategoryRole)
}

func (c *compiler) categories(path string, texts []string, r role) {
	for i, text := range texts {
		ph, err := parsePhrase(text)
		if err != nil {
			c.fail(item(path, i), "%v", err)
			continue
		}
		c.add(&expr{op: phraseOp, phrase: ph, fields: categoryField, text: text}, slot{role: r})
	}
}

// terms adds the block's terms.
func (c *compiler) terms(t *feeds.Terms) {
	c.topic.threshold = c.threshold(t)
	if len(t.Any) == 0 && len(t.All) == 0 && len(t.None) == 0 {
		c.fail("terms.any", "the list is empty: a topic needs at least one term")
	}
	c.weighted("terms.any", t.Any, anyRole)
	if len(t.Any) > 0 {
		c.set.least[c.index] = c.topic.threshold
	}
	for i, group := range t.All {
		path := fmt.Sprintf("terms.all[%d]", i)
		if len(group) == 0 {
			c.fail(path, "the group is empty, so no article can have one of its terms: write some, or take the group out")
		}
		c.plain(path, group, slot{role: allRole, group: uint16(i), weight: defaultWeight})
	}
	c.plain("terms.none", t.None, slot{role: noneRole})
	c.plain("terms.mask", t.Mask, slot{role: maskRole})
}

func (c *compiler) threshold(terms *feeds.Terms) float64 {
	switch t := terms.Threshold; {
	case t == 0:
		return defaultThreshold
	case t > 0 && !math.IsInf(t, 1): // false for NaN too
		return t
	default:
		c.fail("terms.threshold", "%v is no threshold: write a number over 0, or nothing for %d", t, defaultThreshold)
		return defaultThreshold
	}
}

// weighted adds a list of terms with weights. A spelling that folds to an earlier one ("Peru" after
// "Perú") counts once.
func (c *compiler) weighted(path string, list []feeds.Term, r role) {
	first := make(map[string]int) // key → the term that brought it
	positive := false
	for i, term := range list {
		weight, ok := weightOf(term)
		if !ok {
			c.fail(item(path, i)+".weight", "%v is out of range: a weight goes from -%d to %d", term.Weight, maxWeight, maxWeight)
		}
		positive = positive || weight > 0
		e, err := parseTerm(term.Text)
		if err != nil {
			c.fail(item(path, i), "%v", err)
			continue
		}
		key := e.key()
		earlier, known := first[key]
		if !known {
			first[key] = i
			c.add(e, slot{role: r, weight: weight})
			c.warnSlow(path, i, e)
		} else if before, _ := weightOf(list[earlier]); weight != before {
			c.fail(item(path, i), "%q is the same term as %q, with another weight: keep one of them", term.Text, list[earlier].Text)
		} else {
			c.warn(item(path, i), "%q is the same term as %q, which finds it already: one is enough", term.Text, list[earlier].Text)
		}
	}
	if len(list) > 0 && !positive {
		c.fail(path, "every weight is negative, so no article can be in the topic: one term at least must count for it")
	}
}

// plain adds a list of terms without weights.
func (c *compiler) plain(path string, texts []string, s slot) {
	first := make(map[string]string)
	for i, text := range texts {
		e, err := parseTerm(text)
		if err != nil {
			c.fail(item(path, i), "%v", err)
			continue
		}
		if s.role == maskRole && e.op != phraseOp {
			c.fail(item(path, i), "%q cannot mask: write a word or a phrase, which hides the terms inside it", text)
			continue
		}
		if earlier, known := first[e.key()]; known {
			c.warn(item(path, i), "%q is the same term as %q, which finds it already: one is enough", text, earlier)
			continue
		}
		first[e.key()] = text
		c.add(e, s)
		c.warnSlow(path, i, e)
	}
}

// item is the path of a list's item.
func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// warnSlow says so of a list's item that is a regular expression.
func (c *compiler) warnSlow(list string, i int, e *expr) {
	if e.op == regexpOp {
		c.warn(item(list, i), slowRegexp, e.text)
	}
}

// weightOf is a term's weight; ok is false when it is out of range.
func weightOf(t feeds.Term) (weight float64, ok bool) {
	switch w := t.Weight; {
	case w == 0:
		return defaultWeight, true
	case w >= -maxWeight && w <= maxWeight: // false for NaN too
		return w, true
	}
	return defaultWeight, false
}

// add gives the topic a slot for a term and tells the index of its phrases.
func (c *compiler) add(e *expr, s slot) uint32 {
	t := c.topic
	id := uint32(len(t.slots))
	s.text, s.fields = e.text, e.fields
	if s.role == noneRole && e.op != nearOp {
		s.fields &= titleField | leadField
	}
	t.roles[s.role] = true
	t.slots = append(t.slots, s)
	gain := t.gain(s)
	switch e.op {
	case phraseOp:
		c.set.index.post(c.set.index.add(e.phrase), posting{topic: c.index, slot: id, gain: gain, fields: s.fields})
	case regexpOp:
		c.set.regexps = append(c.set.regexps, search{topic: c.index, slot: id, gain: gain, re: e.re, fields: s.fields})
	case nearOp:
		t.slots[id].pairs, t.slots[id].within = true, uint32(e.within)
		t.pairs = append(t.pairs, id)
		for side, kid := range e.kids {
			for _, part := range kid.alternatives() {
				part.fields = e.fields
				c.add(part, slot{role: partRole, near: id + 1, right: side == 1})
			}
		}
	}
	return id
}

// gain is what one hit of a slot can add to the score of terms.any, in a field of weight 1: that of
// a NEAR comes with the part before it.
func (t *topic) gain(s slot) float64 {
	switch {
	case s.role == partRole && !s.right:
		return t.gain(t.slots[s.near-1])
	case s.role == anyRole:
		return max(0, s.weight)
	}
	return 0
}

// query adds the terms of the query and keeps its structure.
func (c *compiler) query(text string) {
	e, err := parseQuery(text)
	if err != nil {
		c.fail("query", "%v", err)
		return
	}
	c.topic.query = c.queryNode(e, defaultWeight)
}

// clause is an expression whose terms have become slots.
type clause struct {
	op   op // phraseOp for any term
	slot uint32
	kids []*clause
}

func (c *compiler) queryNode(e *expr, weight float64) *clause {
	switch e.op {
	case andOp, orOp, notOp:
		if e.op == notOp {
			weight = 0 // what must not occur is no evidence
		}
		n := &clause{op: e.op}
		for _, k := range e.kids {
			n.kids = append(n.kids, c.queryNode(k, weight))
		}
		return n
	case regexpOp:
		c.warn("query", slowRegexp, e.text)
	}
	return &clause{slot: c.add(e, slot{role: queryRole, weight: weight})}
}

// is says whether the expression is true, given which terms occur.
func (n *clause) is(occurs func(slot uint32) bool) bool {
	kid := func(k *clause) bool { return k.is(occurs) }
	switch n.op {
	case andOp:
		return !slices.ContainsFunc(n.kids, func(k *clause) bool { return !kid(k) })
	case orOp:
		return slices.ContainsFunc(n.kids, kid)
	case notOp:
		return !kid(n.kids[0])
	}
	return occurs(n.slot)
}

// primary is the primary subtag of a BCP 47 tag: the language without script and country.
func primary(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		return tag[:i]
	}
	return tag
}
