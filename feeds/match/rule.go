package match

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxDepth bounds the brackets of a query inside each other.
const maxDepth = 50

// op says how an expression's kids make it true.
type op uint8

const (
	phraseOp op = iota // the phrase occurs
	regexpOp           // the regular expression matches
	nearOp             // the kids, a phrase or several each, occur near each other
	orOp
	andOp
	notOp
)

// expr is a rule's text taken apart: a term, or a query of terms.
type expr struct {
	op     op
	kids   []*expr
	phrase phrase
	re     *regexp.Regexp
	within int      // words between the kids of a nearOp, at most
	fields fieldSet // where a phrase, regular expression or nearOp counts
	text   string   // as written
}

// parseTerm reads a term: a phrase, a regular expression or A NEAR/n B, with a field or without.
func parseTerm(text string) (*expr, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the term is empty: write a word or a phrase")
	}
	p := parser{lexer: newLexer(text)}
	e, err := p.parse(p.near)
	switch {
	case err != nil:
		return nil, err
	case p.token.kind != endToken:
		return nil, fmt.Errorf("%q has %q after a term: make a term of each word or phrase; AND, OR and NOT belong into a query", text, p.token.text)
	case e.op == orOp || e.op == andOp || e.op == notOp:
		return nil, fmt.Errorf("%q is a group: make a term of each word or phrase in it; groups stand beside a NEAR/n or in a query", text)
	}
	e.text = text
	return e, nil
}

// parseQuery reads a query. NEAR/n binds closest, then NOT, then AND (or nothing), then OR.
func parseQuery(text string) (*expr, error) {
	p := parser{lexer: newLexer(text)}
	e, err := p.parse(p.or)
	if err == nil && p.token.kind != endToken {
		err = fmt.Errorf("a ) stands before %.40q that closes nothing: take it out, or put a ( before its group", p.rest)
	}
	return e, err
}

// parser reads an expression by recursive descent.
type parser struct {
	lexer
	token  token // the next one
	fields fieldSet
	depth  int
}

func (p *parser) parse(rule func() (*expr, error)) (*expr, error) {
	p.fields = everyField
	if err := p.advance(); err != nil {
		return nil, err
	}
	return rule()
}

func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

func (p *parser) or() (*expr, error) {
	return p.chain(orOp, p.and, func() bool { return p.token.kind == orToken })
}

func (p *parser) and() (*expr, error) {
	return p.chain(andOp, p.not, func() bool {
		return p.token.kind != endToken && p.token.kind != closeToken && p.token.kind != orToken
	})
}

// chain reads operands as long as more says that another follows; an operator before it is read too.
func (p *parser) chain(op op, operand func() (*expr, error), more func() bool) (*expr, error) {
	first, err := operand()
	if err != nil {
		return nil, err
	}
	kids := []*expr{first}
	for more() {
		if k := p.token.kind; k == orToken || k == andToken {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		next, err := operand()
		if err != nil {
			return nil, err
		}
		kids = append(kids, next)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &expr{op: op, kids: kids}, nil
}

func (p *parser) not() (*expr, error) {
	if p.token.kind != notToken {
		return p.near()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the query goes deeper than %d: write it flatter", maxDepth)
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.not()
	if err != nil {
		return nil, err
	}
	return &expr{op: notOp, kids: []*expr{e}}, nil
}

func (p *parser) near() (*expr, error) {
	left, err := p.primary()
	if err != nil || p.token.kind != nearToken {
		return left, err
	}
	within := p.token.within
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.primary()
	if err != nil {
		return nil, err
	}
	if p.token.kind == nearToken {
		return nil, errors.New("two NEAR follow each other: put one pair into each, and AND between them")
	}
	e := &expr{op: nearOp, within: within, fields: everyField, kids: []*expr{left, right},
		text: fmt.Sprintf("%s NEAR/%d %s", left, within, right)}
	for _, side := range e.kids {
		parts := side.alternatives()
		if parts == nil {
			return nil, fmt.Errorf("beside NEAR/%d stands %s: words, a phrase in quotes or (one OR another) can stand there", within, side)
		}
		e.fields &= parts[0].fields
	}
	if e.fields == 0 {
		return nil, fmt.Errorf("%q looks in two fields: what is near is in one", e.text)
	}
	return e, nil
}

// alternatives are the phrases that an expression is, if it is but phrases with OR between.
func (e *expr) alternatives() []*expr {
	switch e.op {
	case phraseOp:
		return []*expr{e}
	case orOp:
		for _, k := range e.kids {
			if k.op != phraseOp || k.fields != e.kids[0].fields {
				return nil
			}
		}
		return e.kids
	}
	return nil
}

func (p *parser) primary() (*expr, error) {
	t := p.token
	switch t.kind {
	case fieldToken:
		outer := p.fields
		p.fields = t.fields
		defer func() { p.fields = outer }()
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.token.kind == fieldToken {
			return nil, fmt.Errorf("two fields stand side by side, %s%s: keep one", t.text, p.token.text)
		}
		return p.primary()
	case openToken:
		return p.group()
	case wordsToken, quotedToken:
		ph, err := parsePhrase(t.text)
		if err != nil {
			return nil, err
		}
		return &expr{op: phraseOp, phrase: ph, fields: p.fields, text: t.text}, p.advance()
	case regexpToken:
		return p.regexp(t.text)
	case closeToken:
		return nil, errors.New("a group of brackets is empty, or a ) closes nothing: put a term before it")
	case endToken:
		return nil, errors.New("the text ends where a term should stand: write one, or take the last operator out")
	}
	return nil, fmt.Errorf("%s stands where a term should: write a word or a phrase before it (a word of this name goes into quotes)", t.text)
}

func (p *parser) group() (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the brackets go deeper than %d: write the query flatter", maxDepth)
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind != closeToken {
		return nil, errors.New("a ( is not closed: put a ) after its group")
	}
	return e, p.advance()
}

func (p *parser) regexp(text string) (*expr, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		reason := err.Error()
		if e, ok := errors.AsType[*syntax.Error](err); ok {
			reason = fmt.Sprintf("%s: %s", e.Code, e.Expr)
		}
		return nil, fmt.Errorf("/%s/ is no regular expression of RE2's kind: %s", text, reason)
	}
	fields := p.fields & (titleField | leadField)
	if fields == 0 {
		return nil, fmt.Errorf("/%s/ looks where no regular expression can: only title: and lead: may stand before it", text)
	}
	if re.MatchString("") {
		return nil, fmt.Errorf("/%s/ matches nothing at all, and so everywhere: say what must be there", text)
	}
	return &expr{op: regexpOp, re: re, fields: fields, text: "/" + text + "/"}, p.advance()
}

// String is the expression as a rule could spell it.
func (e *expr) String() string {
	switch e.op {
	case andOp, orOp:
		word := map[op]string{andOp: " AND ", orOp: " OR "}[e.op]
		parts := make([]string, len(e.kids))
		for i, k := range e.kids {
			parts[i] = k.String()
		}
		return "(" + strings.Join(parts, word) + ")"
	case notOp:
		return "NOT " + e.kids[0].String()
	case phraseOp:
		l := lexer{rest: e.text}
		if t, err := l.next(); err != nil || t.kind != wordsToken || l.rest != "" {
			return e.fields.prefix() + `"` + e.text + `"`
		}
	}
	return e.fields.prefix() + e.text
}

// key is the same for all spellings of one term.
func (e *expr) key() string {
	prefix := e.fields.prefix()
	switch e.op {
	case phraseOp:
		return prefix + e.phrase.key()
	case regexpOp:
		return prefix + e.text
	}
	sides := make([]string, len(e.kids))
	for i, side := range e.kids {
		for _, k := range side.alternatives() {
			sides[i] += "|" + k.phrase.key()
		}
	}
	return fmt.Sprintf("%s%s /%d %s", prefix, sides[0], e.within, sides[1])
}
