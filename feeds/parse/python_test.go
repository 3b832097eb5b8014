package parse

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// holds evaluates an expression in the small part of Python that expectations are written in:
// literals, subscripts, attributes, len, has_key, comparisons, and, or, not, +.
func holds(expression string, names map[string]any) (ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			ok, err = false, fmt.Errorf("%v", p)
		}
	}()
	p := python{tokens: tokenise(expression), names: names}
	v := p.or()
	if p.at < len(p.tokens) {
		return false, errors.New("left over: " + p.tokens[p.at])
	}
	return truth(v), nil
}

func TestHolds(t *testing.T) {
	names := map[string]any{
		"bozo": false, "feed": map[string]any{"title": "caf\u00e9 <b>x</b>", "when": time.Date(2004, 1, 1, 19, 48, 21, 0, time.UTC)},
		"entries": []any{map[string]any{"link": "u"}},
	}
	for expression, want := range map[string]bool{
		`not bozo and feed['title'] == 'caf\xe9 x'`:                   true,
		`feed['title'] == u'caf' + '\u00e9 y'`:                        false,
		`feed.when == (2004, 1, 1, 19, 48, 21, 3, 1, 0)`:              true,
		`len(entries) == 1 and entries[0]['link'] == entries[0].link`: true,
		`not entries[0].has_key('title')`:                             true,
		`bozo or (entries[0]['link'] != 'v' and 'a' == 'a' == 'a')`:   true,
		`feed['nothing'] == 'x'`:                                      false,
		`entries[0]['link'] is None`:                                  false,
	} {
		if got, err := holds(expression, names); got != want {
			t.Errorf("%s is %v (%v)", expression, got, err)
		}
	}
}

type python struct {
	tokens []string
	at     int
	names  map[string]any
}

var tokenPattern = regexp.MustCompile(`u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*"|\d+|\w+|==|!=|[-+()\[\].,{}:]`)

func tokenise(s string) []string { return tokenPattern.FindAllString(s, -1) }

func (p *python) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *python) take(token string) bool {
	if p.peek() == token {
		p.at++
		return true
	}
	return false
}

func (p *python) or() any {
	v := p.and()
	for p.take("or") {
		if w := p.and(); !truth(v) {
			v = w
		}
	}
	return v
}

func (p *python) and() any {
	v := p.not()
	for p.take("and") {
		if w := p.not(); truth(v) {
			v = w
		}
	}
	return v
}

func (p *python) not() any {
	if p.take("not") {
		return !truth(p.not())
	}
	return p.comparison()
}

func (p *python) comparison() any {
	left, chained, result := p.sum(), false, true
	for {
		var same bool
		switch {
		case p.take("=="):
			right := p.sum()
			same, left = equal(left, right), right
		case p.take("!="):
			right := p.sum()
			same, left = !equal(left, right), right
		case p.take("is"):
			same = p.take("not") != equal(left, p.sum())
		default:
			if chained {
				return result
			}
			return left
		}
		chained, result = true, result && same
	}
}

func (p *python) sum() any {
	v := p.primary()
	for p.take("+") {
		v = v.(string) + p.primary().(string)
	}
	return v
}

func (p *python) primary() any {
	v := p.atom()
	for {
		switch {
		case p.take("["):
			v = member(v, p.or())
			p.expect("]")
		case p.take("."):
			name := p.peek()
			p.at++
			if name == "has_key" {
				p.expect("(")
				_, v = v.(map[string]any)[p.or().(string)], hasKey(v, p.tokens[p.at-1])
				p.expect(")")
				continue
			}
			v = member(v, name)
		default:
			return v
		}
	}
}

func hasKey(v any, literal string) bool {
	_, ok := v.(map[string]any)[unquote(literal)]
	return ok
}

func (p *python) expect(token string) {
	if !p.take(token) {
		panic("expected " + token + ", found " + p.peek())
	}
}

func (p *python) atom() any {
	token := p.peek()
	p.at++
	switch {
	case token == "(":
		return p.tuple(")")
	case token == "[":
		return p.tuple("]")
	case token == "-":
		return -p.atom().(int)
	case token == "None":
		return nil
	case token == "True" || token == "False":
		return token == "True"
	case token == "len":
		p.expect("(")
		v := p.or()
		p.expect(")")
		return len(v.([]any))
	case strings.ContainsAny(token, `'"`):
		return unquote(token)
	}
	if n, err := strconv.Atoi(token); err == nil {
		return n
	}
	v, ok := p.names[token]
	if !ok {
		panic("no name " + token)
	}
	return v
}

// tuple is a list of values, or the value itself when it is one in parentheses.
func (p *python) tuple(end string) any {
	var values []any
	for !p.take(end) {
		values = append(values, p.or())
		if !p.take(",") && len(values) == 1 && end == ")" {
			p.expect(end)
			return values[0]
		}
	}
	return values
}

func member(v, key any) any {
	switch v := v.(type) {
	case map[string]any:
		w, ok := v[key.(string)]
		if !ok {
			panic(fmt.Sprintf("no key %v", key))
		}
		return w
	case []any:
		i := key.(int)
		if i < 0 {
			i += len(v)
		}
		return v[i]
	}
	panic(fmt.Sprintf("no item %v", key))
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	}
	return true
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && sameText(a, b)
	case time.Time:
		parts, ok := b.([]any)
		if !ok || len(parts) < 6 {
			return false
		}
		is := []int{a.Year(), int(a.Month()), a.Day(), a.Hour(), a.Minute(), a.Second()}
		for i, n := range is {
			if parts[i] != n {
				return false
			}
		}
		return true
	case int, bool, nil:
		return a == b
	}
	return false
}

var (
	anyTag      = regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->|</?[a-z!][^<>]*>`)
	whiteSpace  = regexp.MustCompile(`[\s\p{Z}]+`)
	pythonRune  = regexp.MustCompile(`\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)`)
	escapeRunes = map[string]string{"n": "\n", "t": "\t", "r": "\r"}
)

// sameText says whether two texts say the same, whether they are text or HTML.
func sameText(a, b string) bool {
	for _, x := range readings(a) {
		for _, y := range readings(b) {
			if x == y {
				return true
			}
		}
	}
	return false
}

func readings(s string) []string {
	dense := func(s string) string { return whiteSpace.ReplaceAllString(s, "") }
	strip := func(s string) string { return anyTag.ReplaceAllString(s, " ") }
	return []string{dense(s), dense(html.UnescapeString(strip(s))), dense(strip(html.UnescapeString(s)))}
}

func unquote(literal string) string {
	literal = strings.TrimPrefix(literal, "u")
	return pythonRune.ReplaceAllStringFunc(literal[1:len(literal)-1], func(e string) string {
		if s, ok := escapeRunes[e[1:]]; ok {
			return s
		}
		if len(e) > 2 {
			n, err := strconv.ParseUint(e[2:], 16, 32)
			if err == nil {
				return string(rune(n))
			}
		}
		return e[1:]
	})
}
