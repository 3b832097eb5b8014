package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/feeds"
)

// why says in words why an article is in a topic.
type why struct {
	Reasons []string // what the topic's rule asked for, and what the article came to
	Found   []find   // that count
	Ignored []find   // that do not
	Title   []piece  // the article's title with the finds marked
	Lead    []piece  // its summary, likewise
}

// find is one term or name, in one part of the article.
type find struct {
	Term   string
	Where  string // it was found
	Means  string // what it says about a place; "" for a plain term
	Times  int
	Score  float64
	Reason string // why it does not count; "" when it counts
}

// piece is a stretch of a text.
type piece struct {
	Text   string
	Marked bool
}

// explain puts the evidence of an entry in words. The lead is marked in the summary as it is shown,
// "" when it is not.
func explain(e feeds.Entry, title, summary string) why {
	w := why{
		Title: mark(title, e.Evidence.Hits, feeds.TitleField),
		Lead:  mark(summary, e.Evidence.Hits, feeds.LeadField),
	}
	for _, c := range e.Evidence.Checks {
		if r := reason(c); r != "" {
			w.Reasons = append(w.Reasons, r)
		}
	}
	for _, h := range e.Evidence.Hits {
		list := &w.Found
		if h.Discarded != "" {
			list = &w.Ignored
		}
		f := find{Term: spelled(h.Term), Where: where(h.Field), Means: means(h), Times: 1, Score: h.Score, Reason: h.Discarded}
		if h.Field == "" && h.Place != "" {
			f.Term = placeName(h.Place)
		}
		i := slices.IndexFunc(*list, func(o find) bool {
			return o.Term == f.Term && o.Where == f.Where && o.Means == f.Means && o.Reason == f.Reason
		})
		if i < 0 {
			*list = append(*list, f)
		} else {
			(*list)[i].Times++
			(*list)[i].Score += f.Score
		}
	}
	slices.SortStableFunc(w.Found, func(a, b find) int { return cmp.Compare(b.Score, a.Score) })
	return w
}

// spelled writes a term without the marks that only a config needs.
func spelled(term string) string {
	term = strings.TrimPrefix(term, "=")
	if words, ok := strings.CutSuffix(term, "*"); ok {
		return words + "…"
	}
	return term
}

// reason puts a check that was passed in words; "" for one that says nothing to a reader.
func reason(c feeds.Check) string {
	what := map[string]string{
		"places": "Names of the topic's places", "terms.any": "The topic's words", "terms.all": "Words that must all be there",
		"query": "The topic's query", "topics": "A topic that this one takes in",
	}[c.Part]
	if what == "" || c.Missing != "" {
		return ""
	}
	s := fmt.Sprintf("%s: %s points", what, points(c.Score))
	if c.Threshold > 0 {
		s += fmt.Sprintf(", %s are enough", points(c.Threshold))
	}
	if c.LeastShare > 0 {
		s += fmt.Sprintf("; they are %s of all places in the article, %s are enough", percent(c.Share), percent(c.LeastShare))
	}
	return s + "."
}

// where says in which part of an article something was found.
func where(f feeds.Field) string {
	switch f {
	case feeds.TitleField:
		return "in the title"
	case feeds.LeadField:
		return "in the first lines"
	case feeds.BodyField:
		return "in the text"
	case feeds.CategoryField:
		return "as a category"
	case "":
		return "of the source"
	}
	return "in the " + string(f)
}

// means says what a name has to do with its place.
func means(h feeds.Hit) string {
	place := placeName(h.Place)
	switch h.Kind {
	case "capital":
		return "capital of " + place
	case "demonym":
		return "people or things of " + place
	case "person":
		return "person of " + place
	case "org":
		return "organisation of " + place
	case "city":
		return "city of " + place
	case "admin1":
		return "part of " + place
	case "name", "region":
		if h.Place != "" && place != h.Term {
			return place
		}
	case "source":
		return "where its newsroom is"
	}
	return ""
}

// mark cuts a text at the hits in one of an article's fields. The hits count bytes of the text that
// was judged, from which advertising sentences had been taken out: what does not lie on whole words
// of this text is not marked.
func mark(text string, hits []feeds.Hit, field feeds.Field) []piece {
	var pieces []piece
	done := 0
	for _, h := range sortedHits(hits) {
		end := h.Offset + h.Length
		if h.Field != field || h.Discarded != "" || h.Offset < done || h.Length <= 0 || end > len(text) || !wholeWords(text, h.Offset, end) {
			continue
		}
		if done < h.Offset {
			pieces = append(pieces, piece{Text: text[done:h.Offset]})
		}
		pieces = append(pieces, piece{Text: text[h.Offset:end], Marked: true})
		done = end
	}
	if done < len(text) {
		pieces = append(pieces, piece{Text: text[done:]})
	}
	return pieces
}

// sortedHits gives the hits in reading order, the longer of those that begin together first.
func sortedHits(hits []feeds.Hit) []feeds.Hit {
	return slices.SortedStableFunc(slices.Values(hits), func(a, b feeds.Hit) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
}

// wholeWords says whether a stretch of a text begins and ends where words do.
func wholeWords(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	first, _ := utf8.DecodeRuneInString(text[start:])
	last, _ := utf8.DecodeLastRuneInString(text[:end])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return inWord(first) && inWord(last) && !(inWord(before) && !ideograph(before)) && !(inWord(after) && !ideograph(after))
}

// inWord says whether a character belongs to words.
func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// ideograph says whether a character belongs to a script that is written without spaces.
func ideograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// marked says whether there is a mark in the text.
func marked(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return p.Marked })
}

// timesWord says how often something was found, when more than once.
func timesWord(n int) string {
	switch n {
	case 1:
		return ""
	case 2:
		return "twice "
	}
	return strings.TrimSpace(grouped(n)) + " times "
}
