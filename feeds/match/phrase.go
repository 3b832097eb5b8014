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

const phraseForms = `write a word or phrase, "refiner*" for every word that begins so, or "=US" to mind case`

// phrase is a word or several, as a rule or the gazetteer spells them.
type phrase struct {
	words  []phraseWord
	exact  bool // case matters
	prefix bool // the last word is only the beginning of one
}

// phraseWord is one word of a phrase.
type phraseWord struct {
	text  string    // folded
	shape uint64    // its capitals, as in word
	sep   separator // before it; of no meaning for the first word
}

// parsePhrase reads the syntax of a phrase; its error says what would be right.
func parsePhrase(text string) (phrase, error) {
	var p phrase
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
		return p, fmt.Errorf(`%q has a = that is not its first character: %s`, text, phraseForms)
	case strings.Contains(rest, "*"):
		return p, fmt.Errorf(`%q has a * that is not its last character: %s`, text, phraseForms)
	}
	if err := p.read(rest); err != nil {
		return p, fmt.Errorf("%q %w", text, err)
	}
	return p, nil
}

// checkSyntax refuses what other rule languages have and this one has not; read as plain words, it
// would silently never match.
func checkSyntax(text string) error {
	if i := strings.IndexAny(text, "\"“”«»()[]{}<>|^\\"); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return fmt.Errorf("%q has a %q: write the words without it; %s", text, r, phraseForms)
	}
	if strings.ContainsRune("-+!~", rune(text[0])) {
		return fmt.Errorf("%q begins with a %q: begin with a word (NOT in a query, or a negative weight, counts against the topic); %s", text, text[0], phraseForms)
	}
	if field, _, ok := strings.Cut(text, ":"); ok && text[0] == '=' && fieldNamed(field[1:]) != 0 {
		return fmt.Errorf("%q has the field after the =: write %s:=… instead", text, strings.ToLower(field[1:]))
	}
	return nil
}

// read takes the words of the phrase; its error continues the sentence that the phrase begins.
func (p *phrase) read(text string) error {
	s := scanner{text: []byte(text)}
	for s.next() {
		if s.long {
			return fmt.Errorf("has a word of more than %d letters: no word is that long", maxWord)
		}
		if len(p.words) > 0 && s.sep == broken {
			return fmt.Errorf("has a mark before %q that no phrase reads across: make two terms of it", text[s.start:s.end])
		}
		p.words = append(p.words, phraseWord{text: string(s.folded()), shape: s.shape, sep: s.sep})
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

// key is the same for all spellings of one phrase.
func (p phrase) key() string {
	var b strings.Builder
	for i, w := range p.words {
		if i > 0 {
			b.WriteByte(" ,'|"[w.sep])
		}
		b.WriteString(w.text)
		if p.exact {
			fmt.Fprintf(&b, "=%x", w.shape)
		}
	}
	if p.prefix {
		b.WriteByte('*')
	}
	return b.String()
}
