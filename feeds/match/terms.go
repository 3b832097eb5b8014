package match

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// minPrefix is the least number of letters before the * of a prefix: shorter ones find half the
// dictionary.
const minPrefix = 4

const termForms = `a term is a word or phrase, "refiner*" for every word that begins so, or "=US" to mind case`

// parsed is a term taken apart.
type parsed struct {
	words  []termWord
	exact  bool // case matters
	prefix bool // the last word is only the beginning of one
}

// termWord is one word of a term.
type termWord struct {
	text  string    // folded
	shape uint64    // its capitals, as in word
	sep   separator // before it; of no meaning for the first word
}

// parseTerm reads the syntax of a term; its error says what would be right.
func parseTerm(text string) (parsed, error) {
	var p parsed
	rest := strings.TrimSpace(text)
	if rest == "" {
		return p, errors.New("the term is empty: write a word or a phrase")
	}
	if err := checkSyntax(rest); err != nil {
		return p, err
	}
	rest, p.exact = strings.CutPrefix(rest, "=")
	rest, p.prefix = strings.CutSuffix(rest, "*")
	switch {
	case strings.Contains(rest, "="):
		return p, fmt.Errorf(`%q has a = that is not its first character: %s`, text, termForms)
	case strings.Contains(rest, "*"):
		return p, fmt.Errorf(`%q has a * that is not its last character: %s`, text, termForms)
	}
	if err := p.read(rest); err != nil {
		return p, fmt.Errorf("%q %w", text, err)
	}
	return p, nil
}

// checkSyntax refuses what other rule languages have and a term has not; read as plain words, it
// would silently never match.
func checkSyntax(text string) error {
	if i := strings.IndexAny(text, "\"“”«»()[]{}<>|^\\"); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return fmt.Errorf("%q has a %q: write the words without it; %s", text, r, termForms)
	}
	if len(text) > 1 && text[0] == '/' && text[len(text)-1] == '/' {
		return fmt.Errorf("%q looks like a regular expression: list the words themselves; %s", text, termForms)
	}
	if strings.ContainsRune("-+!~", rune(text[0])) {
		return fmt.Errorf("%q begins with a %q: begin with a word (a negative weight counts against the topic); %s", text, text[0], termForms)
	}
	if field, _, ok := strings.Cut(text, ":"); ok {
		switch strings.ToLower(strings.TrimPrefix(field, "=")) {
		case "title", "lead", "body":
			return fmt.Errorf("%q begins with a field: leave out %q, a term is looked for in title, lead and body; %s", text, field+":", termForms)
		}
	}
	words := strings.Fields(text)
	for _, w := range words {
		operator, _, near := strings.Cut(w, "/")
		switch {
		case len(words) == 1: // "OR" alone is Oregon
		case w == "AND", w == "OR", w == "NOT", operator == "NEAR" && (near || w == "NEAR"):
			return fmt.Errorf("%q has the operator %s: write one term for each word or phrase, or the word in small letters; %s", text, w, termForms)
		}
	}
	return nil
}

// read takes the words of the term; its error continues the sentence that the term begins.
func (p *parsed) read(text string) error {
	s := scanner{text: []byte(text)}
	for s.next() {
		if s.long {
			return fmt.Errorf("has a word of more than %d letters: no word is that long", maxWord)
		}
		if len(p.words) > 0 && s.sep == broken {
			return fmt.Errorf("has a mark before %q that no phrase reads across: make two terms of it", text[s.start:s.end])
		}
		p.words = append(p.words, termWord{text: string(s.folded()), shape: s.shape, sep: s.sep})
	}
	switch {
	case len(p.words) == 0:
		return errors.New("has neither letters nor digits: write a word or a phrase")
	case p.prefix && int(s.end) != len(text):
		return errors.New(`has a * that stands alone: put it right after the beginning of a word, as in "refiner*"`)
	case p.prefix && utf8.RuneCountInString(p.words[len(p.words)-1].text) < minPrefix:
		return fmt.Errorf("is too short: at least %d letters must stand before the *", minPrefix)
	}
	return nil
}
