package match

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNear bounds the n of NEAR/n: words farther apart have nothing to do with each other.
const maxNear = 100

// tokenKind is what a piece of a rule's text is.
type tokenKind uint8

const (
	endToken    tokenKind = iota
	wordsToken            // bare words side by side, which are a phrase
	quotedToken           // a phrase in quotes
	regexpToken           // between slashes
	fieldToken            // title: and the like
	openToken
	closeToken
	orToken // OR or |
	andToken
	notToken
	nearToken
)

// token is a piece of a rule's text.
type token struct {
	kind   tokenKind
	text   string // as written; without the quotes or slashes
	within int    // of NEAR
	fields fieldSet
}

// lexer cuts a rule's text into tokens.
type lexer struct {
	rest string
	only bool // the text is a single word: not even OR is an operator then
}

func newLexer(text string) lexer {
	return lexer{rest: text, only: strings.IndexFunc(strings.TrimSpace(text), endsWord) < 0}
}

// next gives the next token.
func (l *lexer) next() (token, error) {
	l.rest = strings.TrimLeftFunc(l.rest, unicode.IsSpace)
	if l.rest == "" {
		return token{}, nil
	}
	first, size := utf8.DecodeRuneInString(l.rest)
	switch first {
	case '(':
		return l.take(openToken, 1), nil
	case ')':
		return l.take(closeToken, 1), nil
	case '|':
		return l.take(orToken, 1), nil
	case '"', '“', '”', '«':
		return l.quoted(size)
	case '/':
		return l.pattern()
	}
	if t, ok, err := l.operator(); ok || err != nil {
		return t, err
	}
	return l.words(), nil
}

func (l *lexer) take(kind tokenKind, size int) token {
	t := token{kind: kind, text: l.rest[:size]}
	l.rest = l.rest[size:]
	return t
}

func (l *lexer) quoted(size int) (token, error) {
	length := strings.IndexAny(l.rest[size:], `"”“»`)
	if length < 0 {
		return token{}, fmt.Errorf("the quote before %.40q does not end: put another after the phrase", l.rest[size:])
	}
	t := token{kind: quotedToken, text: l.rest[size:][:length]}
	_, end := utf8.DecodeRuneInString(l.rest[size+length:])
	l.rest = l.rest[size+length+end:]
	return t, nil
}

// pattern reads up to the slash that ends the expression: what follows it is a space, a bracket or
// nothing.
func (l *lexer) pattern() (token, error) {
	for i := 1; i < len(l.rest); i++ {
		switch {
		case l.rest[i] == '\\':
			i++
		case l.rest[i] == '/' && (i+1 == len(l.rest) || strings.IndexByte(" \t\r\n)|", l.rest[i+1]) >= 0):
			t := token{kind: regexpToken, text: l.rest[1:i]}
			l.rest = l.rest[i+1:]
			return t, nil
		}
	}
	return token{}, fmt.Errorf("the regular expression %.40q does not end: put a / after it", l.rest)
}

// operator reads AND, OR, NOT, NEAR/n or a field, if one stands here.
func (l *lexer) operator() (t token, ok bool, err error) {
	word := l.word()
	if name, _, found := strings.Cut(word, ":"); found {
		if set := fieldNamed(name); set != 0 {
			t = l.take(fieldToken, len(name)+1)
			t.fields = set
			return t, true, nil
		}
	}
	switch {
	case l.only:
	case word == "AND":
		return l.take(andToken, 3), true, nil
	case word == "OR":
		return l.take(orToken, 2), true, nil
	case word == "NOT":
		return l.take(notToken, 3), true, nil
	case word == "NEAR" || strings.HasPrefix(word, "NEAR/"):
		n, err := strconv.Atoi(strings.TrimPrefix(word, "NEAR/"))
		if err != nil || n < 0 || n > maxNear {
			return t, false, fmt.Errorf("%s says not how near: write NEAR/5 for at most five words between, up to NEAR/%d", word, maxNear)
		}
		t = l.take(nearToken, len(word))
		t.within = n
		return t, true, nil
	}
	return t, false, nil
}

// word is the run of characters at the beginning that no space, bracket or quote ends.
func (l *lexer) word() string {
	if i := strings.IndexFunc(l.rest, endsWord); i >= 0 {
		return l.rest[:i]
	}
	return l.rest
}

func endsWord(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(`()|"“”«»`, r)
}

// words reads bare words up to the next token of another kind.
func (l *lexer) words() token {
	all := l.rest
	for l.rest != "" {
		l.rest = l.rest[len(l.word()):]
		space := len(l.rest) - len(strings.TrimLeftFunc(l.rest, unicode.IsSpace))
		next := lexer{rest: l.rest[space:], only: l.only}
		if next.rest == "" || endsWord(firstRune(next.rest)) || next.rest[0] == '/' {
			break
		}
		if _, ok, err := next.operator(); ok || err != nil {
			break
		}
		l.rest = next.rest
	}
	return token{kind: wordsToken, text: all[:len(all)-len(l.rest)]}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
