package parse

import (
	"bytes"
	"strings"
)

// attribute is one of a start tag, as written.
type attribute struct{ name, value []byte }

// tag is a start tag.
type tag struct {
	name       []byte
	attributes []attribute
	empty      bool // ends in "/>"
	size       int  // bytes from '<' to '>'; those looked at when it turns out to be no tag
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// attribute is the value of the named attribute; nil when there is none. Case does not matter.
func (t *tag) attribute(name string) []byte {
	for _, a := range t.attributes {
		if len(a.name) == len(name) && strings.EqualFold(string(a.name), name) {
			return a.value
		}
	}
	return nil
}

// scan is scanTag with account of what was looked at in vain, since it will be looked at again.
func (g *guard) scan(s []byte, t *tag) bool {
	if scanTag(s, t) {
		return true
	}
	g.work += t.size
	return false
}

// scanTag reads the start tag at the beginning of s into t, whose slices it reuses. It says false
// when the '<' begins no tag, or the document ends in it.
func scanTag(s []byte, t *tag) bool {
	i := 1
	for i < len(s) && !space(s[i]) && s[i] != '>' && s[i] != '/' && s[i] != '<' && s[i] != '=' {
		i++
	}
	t.name, t.attributes, t.empty, t.size = s[1:i], t.attributes[:0], false, i
	for ; i < len(s); t.size = i {
		switch c := s[i]; {
		case c == '>':
			t.empty = s[i-1] == '/'
			t.size = i + 1
			return true
		case c == '<':
			return false
		case space(c) || c == '/':
			i++
		default:
			a, n, ok := scanAttribute(s[i:])
			if !ok {
				return false // at the end of s, or for a quote that no other follows
			}
			if len(t.attributes) <= maxAttributes {
				t.attributes = append(t.attributes, a)
			}
			i += n
		}
	}
	return false
}

// scanAttribute reads an attribute in any of the ways that people write them: quoted, bare, without
// a value, with a quote missing at the end.
func scanAttribute(s []byte) (a attribute, n int, ok bool) {
	i := 1
	for i < len(s) && !space(s[i]) && s[i] != '=' && s[i] != '>' && s[i] != '<' && (s[i] != '/' || i+1 < len(s) && s[i+1] != '>') {
		i++
	}
	a.name = s[:i]
	j := i
	for j < len(s) && space(s[j]) {
		j++
	}
	if j >= len(s) || s[j] != '=' {
		return a, i, true
	}
	for j++; j < len(s) && space(s[j]); {
		j++
	}
	if j >= len(s) {
		return a, j, false
	}
	if q := s[j]; q == '"' || q == '\'' {
		end := bytes.IndexByte(s[j+1:], q)
		if end < 0 {
			return a, 0, false
		}
		a.value = s[j+1 : j+1+end]
		return a, j + end + 2, true
	}
	start := j
	for j < len(s) && !space(s[j]) && s[j] != '>' && s[j] != '<' {
		j++
	}
	if j < len(s) && s[j] == '>' && s[j-1] == '/' && j-1 > start {
		j--
	}
	a.value = s[start:j]
	return a, j, true
}
