// Package rendertest says what strict validators say of a feed document: the W3C Feed Validation Service
// of RSS 2.0 and Atom 1.0, and JSON Feed 1.1 of itself. It knows the vocabulary that we write and no
// more, and counts a warning as a mistake.
package rendertest

import (
	"fmt"
	"strings"
	"time"
)

// Problem is one thing that a validator would say.
type Problem struct {
	Rule  string // as the W3C service names it, where it knows the rule
	Where string // the path of the element or member
	Value string // what is wrong, cut short
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s %.200q", p.Where, p.Rule, p.Value) }

// Check gives all that is wrong with a document of the format whose URLs end in ext. now is when it is
// looked at: later dates are not plausible.
func Check(ext string, doc []byte, now time.Time) []Problem {
	c := &checker{now: now.UTC()}
	if len(doc) > 5_000_000 {
		c.say("ValidatorLimit", "", fmt.Sprint(len(doc)))
	}
	if ext == "json" {
		c.json(doc)
	} else {
		c.xml(ext, doc)
	}
	return c.problems
}

type checker struct {
	now      time.Time
	problems []Problem
	hexLines []bool // by line, whether it has a hexadecimal reference
}

func (c *checker) say(rule, where, value string) {
	c.problems = append(c.problems, Problem{rule, where, value})
}

// characters looks for what no text may hold: controls, the mark of characters that were lost, and UTF-8
// that was read as Latin-1.
func (c *checker) characters(where, s string) {
	if strings.ContainsFunc(s, badCharacter) {
		c.say("BadCharacters", where, s)
	}
	for piece := range strings.FieldsFuncSeq(s, endsPiece) {
		if misread(piece) {
			c.say("BadCharacters", where, piece)
		}
	}
	if strings.ContainsFunc(s, noncharacter) {
		c.say("InvalidCodepoint", where, s)
	}
}

func badCharacter(r rune) bool { return 0x7f <= r && r <= 0x9f || r == 0xfffd }

func noncharacter(r rune) bool {
	return 0xfdd0 <= r && r <= 0xfdef || r&0xfffe == 0xfffe || r < ' ' && r != '\t' && r != '\n' && r != '\r'
}

// endsPiece is where the parser of the W3C service may end a piece of text, however it is written; the
// service looks at each piece on its own.
func endsPiece(r rune) bool { return r == '\n' }

// misread says whether the text is UTF-8 that was decoded as Latin-1.
func misread(s string) bool {
	var b []byte
	high := false
	for _, r := range s {
		if r > 0xff {
			return false
		}
		high = high || r >= 0x80
		b = append(b, byte(r))
	}
	return high && validUTF8(b)
}
