package match

import (
	"fmt"
	"slices"
	"strings"

	"tributary/feeds"
)

// checks are the parts of a rule in the order in which they are made: cheap ones first.
var checks = [...]func(*work, *topic) bool{
	(*work).checkSources, (*work).checkTags, (*work).checkLanguages, (*work).checkCategories, (*work).checkExclude,
	(*work).checkPlaces, (*work).checkAny, (*work).checkAll, (*work).checkNone, (*work).checkQuery, (*work).checkTopics,
}

// decide makes the rule's checks and stops at the first that fails, unless all are to be explained.
func (w *work) decide(t *topic) bool {
	in := true
	for _, check := range checks {
		if check(w, t) {
			continue
		}
		if in = false; !w.explaining {
			break
		}
	}
	return in
}

// part notes the outcome of a block of the rule and adds its score.
func (w *work) part(c feeds.Check, passed bool, missing func() string) bool {
	if !passed && w.explaining {
		c.Missing = missing()
	}
	w.verdict.checks = append(w.verdict.checks, c)
	w.verdict.score += c.Score
	return passed
}

// condition notes the outcome of a part of the rule that has no score; of no interest but when all
// is to be explained.
func (w *work) condition(name string, passed bool, missing func() string) bool {
	if w.explaining {
		return w.part(feeds.Check{Part: name}, passed, missing)
	}
	return passed
}

func (w *work) checkSources(t *topic) bool {
	return len(t.Sources) == 0 || w.condition("sources", w.fromAny(t.Sources), func() string {
		return w.sourceName() + " is none of " + strings.Join(t.Sources, ", ")
	})
}

func (w *work) checkTags(t *topic) bool {
	return len(t.Tags) == 0 || w.condition("tags", sharesAny(w.article.Source.Tags, t.Tags), func() string {
		return w.sourceName() + " has none of the tags " + strings.Join(t.Tags, ", ")
	})
}

func (w *work) checkLanguages(t *topic) bool {
	return len(t.Languages) == 0 || w.condition("languages", t.speaks(w.article.Language), func() string {
		return fmt.Sprintf("the article is in %s, the topic takes %s", w.article.Language, strings.Join(t.Languages, ", "))
	})
}

func (w *work) checkCategories(t *topic) bool {
	return len(t.Categories) == 0 || w.condition("categories", w.pieceOf(t, categoryRole) != nil, func() string {
		return "the article has none of the categories " + strings.Join(t.Categories, ", ")
	})
}

// checkExclude looks for what keeps the article out.
func (w *work) checkExclude(t *topic) bool {
	x := &t.Exclude
	if !t.excludes {
		return true
	}
	url := slices.IndexFunc(x.URLs, func(part string) bool { return strings.Contains(w.article.URL, part) })
	category := w.pieceOf(t, excludedCategoryRole)
	from := w.fromAny(x.Sources)
	tagged := sharesAny(w.article.Source.Tags, x.Tags)
	return w.condition("exclude", url < 0 && category == nil && !from && !tagged, func() string {
		switch {
		case url >= 0:
			return "the URL has " + x.URLs[url]
		case category != nil:
			return fmt.Sprintf("the article has the category %q", t.slots[category.slot].text)
		case from:
			return w.sourceName() + " is kept out"
		}
		return w.sourceName() + " has one of the tags " + strings.Join(x.Tags, ", ")
	})
}

func (w *work) checkAny(t *topic) bool {
	if !t.roles[anyRole] {
		return true
	}
	score := w.total(t, anyRole)
	return w.part(feeds.Check{Part: "terms.any", Score: score, Threshold: t.threshold}, enough(score, t.threshold), func() string {
		if w.pieceOf(t, anyRole) == nil {
			return "none of the terms occurs"
		}
		return "the terms that occur score " + lacking(score, t.threshold)
	})
}

func (w *work) checkAll(t *topic) bool {
	if !t.roles[allRole] {
		return true
	}
	lacking := -1
	for group := range t.Terms.All {
		if !slices.ContainsFunc(w.verdict.pieces, func(p piece) bool {
			s := &t.slots[p.slot]
			return p.mask == 0 && s.role == allRole && int(s.group) == group
		}) {
			lacking = group
			break
		}
	}
	return w.part(feeds.Check{Part: "terms.all", Score: w.total(t, allRole)}, lacking < 0, func() string {
		return "none of " + strings.Join(t.Terms.All[lacking], ", ") + " occurs"
	})
}

func (w *work) checkNone(t *topic) bool {
	if !t.roles[noneRole] {
		return true
	}
	p := w.pieceOf(t, noneRole)
	return w.condition("terms.none", p == nil, func() string {
		return fmt.Sprintf("%q occurs in the %s", t.slots[p.slot].text, fieldNames[p.field])
	})
}

func (w *work) checkQuery(t *topic) bool {
	return t.query == nil || w.part(feeds.Check{Part: "query", Score: w.total(t, queryRole)}, t.query.is(w.occurs), func() string {
		return "what occurs does not meet the query"
	})
}

// checkTopics asks whether the article is in one of the topics that this one includes.
func (w *work) checkTopics(t *topic) bool {
	if len(t.Topics) == 0 {
		return true
	}
	var score float64
	in := false
	for _, other := range t.includes {
		if w.states[other] == admitted {
			in = true
			score = max(score, w.scores[other])
		}
	}
	return w.part(feeds.Check{Part: "topics", Score: score}, in, func() string {
		return "the article is in none of " + strings.Join(t.Topics, ", ")
	})
}

// enough compares scores; sums of decimal weights need a little grace.
func enough(score, least float64) bool { return score >= least-1e-9 }

// lacking says how much a score lacks, and where another hit of weight 1 would make up for it.
func lacking(score, least float64) string {
	lack := least - score
	s := fmt.Sprintf("%.4g of %.4g: %.4g more", score, least, lack)
	for _, field := range []int{2, 1, 0} { // what counts least comes first
		if enough(fieldWeight[field], lack) {
			return fmt.Sprintf("%s, as a hit in the %s would give", s, fieldNames[field])
		}
	}
	return s
}

// pieceOf gives the first piece of a role that no mask hides.
func (w *work) pieceOf(t *topic, r role) *piece {
	if !t.roles[r] {
		return nil
	}
	i := slices.IndexFunc(w.verdict.pieces, func(p piece) bool { return p.mask == 0 && t.slots[p.slot].role == r })
	if i < 0 {
		return nil
	}
	return &w.verdict.pieces[i]
}

// total is the score of a role's pieces.
func (w *work) total(t *topic, r role) (score float64) {
	for _, p := range w.verdict.pieces {
		if t.slots[p.slot].role == r {
			score += p.score
		}
	}
	return score
}

// speaks says whether an article in a language can be in the topic; one in an unknown language can.
func (t *topic) speaks(tag string) bool {
	lang := primary(tag)
	if len(t.languages) == 0 || lang == "" || strings.EqualFold(lang, "und") {
		return true
	}
	return slices.ContainsFunc(t.languages, func(l string) bool { return strings.EqualFold(l, lang) })
}

// fromAny says whether the article's source is one of those that a rule names.
func (w *work) fromAny(sources []string) bool {
	return slices.ContainsFunc(sources, func(s string) bool { return isSource(w.article.Source.URL, w.sourceHost, s) })
}

// IsSource says whether a rule that names a source by its URL or host means the one with this URL. A
// host stands for its subdomains, too.
func IsSource(url, named string) bool { return isSource(url, host(url), named) }

func isSource(url, host, named string) bool {
	if strings.Contains(named, "://") {
		return url == named
	}
	rest, ok := strings.CutSuffix(host, strings.ToLower(named))
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}

// sourceName is the source for people.
func (w *work) sourceName() string {
	if w.article.Source.URL == "" {
		return "the article's source, which is unknown,"
	}
	return w.article.Source.URL
}

func sharesAny(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
