package storage

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/feeds"
)

// Limits of a search's text, so that no search asks for much more than any other.
const (
	maxSearchText  = 300 // characters
	maxSearchWords = 32  // those of phrases counted one by one
	minPrefix      = 2   // letters before the star
)

// query is the text of a search as it is understood: one of each of the alternatives must be found, and
// none of those that are left out.
type query struct {
	need  [][]phrase
	avoid []phrase
}

// whole gives the query without the parts in which a beginning of words stands, and says whether it has none.
func (q *query) whole() (rest *query, same bool) {
	rest = &query{}
	for _, alternatives := range q.need {
		if !slices.ContainsFunc(alternatives, phrase.begins) {
			rest.need = append(rest.need, alternatives)
		}
	}
	for _, p := range q.avoid {
		if !p.begins() {
			rest.avoid = append(rest.avoid, p)
		}
	}
	return rest, len(rest.need) == len(q.need) && len(rest.avoid) == len(q.avoid)
}

// phrase is words that follow each other in one field; most have a single word.
type phrase struct {
	words  []string // folded
	prefix bool     // the last one is a beginning
	title  bool     // to be found in the title
}

func (p phrase) begins() bool { return p.prefix }

// parseQuery understands every text that people type, or says in one line, as a feeds.BadSearch, what to
// write instead. No text reaches an engine but by way of words.
func parseQuery(text string) (*query, error) {
	text = strings.ToValidUTF8(text, " ")
	if n := utf8.RuneCountInString(text); n > maxSearchText {
		return nil, feeds.BadSearch(fmt.Sprintf("the text has %d characters, and a search takes %d: leave some words out", n, maxSearchText))
	}
	p := queryParser{rest: quotes.Replace(text), q: &query{}}
	if err := p.run(); err != nil {
		return nil, err
	}
	if p.words > maxSearchWords {
		return nil, feeds.BadSearch(fmt.Sprintf("the text has %d words, and a search takes %d: leave some out", p.words, maxSearchWords))
	}
	if p.words == 0 && strings.TrimSpace(text) != "" {
		return nil, feeds.BadSearch("there is no word to look for: write one with letters or digits")
	}
	return p.q, nil
}

// quotes makes one quotation mark of those that keyboards and word processors have.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`, "＂", `"`)

// queryParser reads a text from left to right.
type queryParser struct {
	rest  string
	q     *query
	words int
	or    bool // OR stood before what comes next
	last  bool // the last item was one to be found, which OR can follow
}

func (p *queryParser) run() error {
	for {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		switch {
		case p.rest == "" && p.or:
			return feeds.BadSearch("there is nothing after OR: write the other word, or leave OR out")
		case p.rest == "":
			return nil
		case p.keyword("OR"):
			if !p.last {
				return feeds.BadSearch("OR stands between two things to be found, such as peru OR chile")
			}
			p.or = true
			continue
		case p.keyword("AND"): // holds anyway
			continue
		}
		if err := p.item(); err != nil {
			return err
		}
	}
}

// keyword reads a word that stands alone, in capitals.
func (p *queryParser) keyword(word string) bool {
	rest, ok := strings.CutPrefix(p.rest, word)
	if next, _ := utf8.DecodeRuneInString(rest); !ok || rest != "" && !unicode.IsSpace(next) {
		return false
	}
	p.rest = rest
	return true
}

// item reads one thing to be found or left out.
func (p *queryParser) item() error {
	without := p.keyword("NOT")
	if without {
		p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace)
	} else if p.rest[0] == '-' {
		without, p.rest = true, p.rest[1:]
	}
	var ph phrase
	if len(p.rest) >= len(titleField) && strings.EqualFold(p.rest[:len(titleField)], titleField) {
		ph.title, p.rest = true, p.rest[len(titleField):]
	}
	raw := p.raw()
	ph.words = strings.Fields(string(appendWords(nil, strings.TrimSuffix(raw, "*"))))
	if len(ph.words) == 0 {
		if ph.title {
			return feeds.BadSearch("title: is followed by a word or a phrase without a space, such as title:peru")
		}
		return nil // a mark without a word says nothing
	}
	p.words += len(ph.words)
	if err := ph.readStar(raw); err != nil {
		return err
	}
	switch {
	case without && p.or:
		return feeds.BadSearch("OR stands between two things to be found: leave things out one by one, each with its minus")
	case without:
		p.q.avoid = append(p.q.avoid, ph)
	case p.or:
		p.q.need[len(p.q.need)-1] = append(p.q.need[len(p.q.need)-1], ph)
	default:
		p.q.need = append(p.q.need, []phrase{ph})
	}
	p.or, p.last = false, !without
	return nil
}

const titleField = "title:"

// raw reads up to the closing quotation mark, which need not be there, or up to the next space; with the
// star after it.
func (p *queryParser) raw() (raw string) {
	if quoted, ok := strings.CutPrefix(p.rest, `"`); ok {
		raw, p.rest, _ = strings.Cut(quoted, `"`)
		raw = strings.TrimRight(raw, "*")
		if rest, ok := strings.CutPrefix(p.rest, "*"); ok {
			raw, p.rest = raw+"*", rest
		}
		return raw
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
	if end < 0 {
		end = len(p.rest)
	}
	raw, p.rest = p.rest[:end], p.rest[end:]
	return raw
}

// readStar says whether the last word is a beginning only.
func (ph *phrase) readStar(raw string) error {
	if !strings.HasSuffix(raw, "*") {
		return nil
	}
	last := ph.words[len(ph.words)-1]
	first, _ := utf8.DecodeRuneInString(last)
	if standsAlone(first) { // and what follows it is another word
		return nil
	}
	if utf8.RuneCountInString(last) < minPrefix {
		return feeds.BadSearch(fmt.Sprintf("%s* is the beginning of too many words: write %d letters or more before the star", last, minPrefix))
	}
	ph.prefix = true
	return nil
}
