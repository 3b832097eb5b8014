package render

import (
	"bytes"
	"errors"
	"fmt"
)

// xmlElement is an element that ended.
type xmlElement struct {
	name, parent string
	depth        int    // the root's is 1
	text         []byte // of an element without children; as written, with references
}

// openElement is one that did not end yet.
type openElement struct {
	name  string
	start int  // of its content
	leaf  bool // it has no children so far
}

// scanner reads a document in XML.
type scanner struct {
	rest  []byte // of the document
	done  int    // bytes before it
	doc   []byte
	open  []openElement
	root  string
	names map[string]string // the few that there are, so that each is allocated once
	see   func(xmlElement) error
}

// scanXML reads a document of the kind that we write, tells see of every element that ends, and gives
// the root's name. What it lets through is well formed (XML 1.0 §2.1) and uses neither comments nor
// document types.
func scanXML(doc []byte, see func(xmlElement) error) (root string, err error) {
	declaration := bytes.Index(doc, []byte("?>"))
	if !bytes.HasPrefix(doc, []byte("<?xml ")) || declaration < 0 {
		return "", errors.New("it does not begin as XML does")
	}
	s := scanner{doc: doc, rest: doc, names: map[string]string{}, see: see}
	s.skip(declaration + len("?>"))
	for len(s.rest) > 0 {
		if err := s.next(); err != nil {
			return "", err
		}
	}
	if len(s.open) > 0 || s.root == "" {
		return "", errors.New("it ends too early")
	}
	return s.root, nil
}

func (s *scanner) skip(n int) { s.rest, s.done = s.rest[n:], s.done+n }

// next reads the text up to the next tag, and the tag.
func (s *scanner) next() error {
	n := bytes.IndexByte(s.rest, '<')
	if n < 0 {
		n = len(s.rest)
	}
	if err := checkText(s.rest[:n], len(s.open) > 0); err != nil {
		return err
	}
	s.skip(n)
	switch {
	case len(s.rest) == 0:
		return nil
	case bytes.HasPrefix(s.rest, []byte("<![CDATA[")) && len(s.open) > 0:
		end := bytes.Index(s.rest, []byte("]]>"))
		if end < 0 {
			return errors.New("a section of CDATA does not end")
		}
		s.skip(end + len("]]>"))
		return nil
	case bytes.HasPrefix(s.rest, []byte("</")):
		return s.end()
	}
	return s.start()
}

func (s *scanner) start() error {
	name, length, err := startTag(s.rest)
	switch {
	case err != nil:
		return err
	case len(s.open) == 0 && s.root != "":
		return errors.New("it has more than one root")
	}
	known, ok := s.names[string(name)]
	if !ok {
		known = string(name)
		s.names[known] = known
	}
	if len(s.open) == 0 {
		s.root = known
	} else {
		s.open[len(s.open)-1].leaf = false
	}
	s.skip(length)
	s.open = append(s.open, openElement{known, s.done, true})
	return nil
}

func (s *scanner) end() error {
	end, depth := bytes.IndexByte(s.rest, '>'), len(s.open)
	if end < 0 || depth == 0 || string(s.rest[len("</"):end]) != s.open[depth-1].name {
		return fmt.Errorf("the end tag %.100q closes nothing", s.rest[:min(40, len(s.rest))])
	}
	top := s.open[depth-1]
	s.open = s.open[:depth-1]
	x := xmlElement{name: top.name, depth: depth}
	if depth > 1 {
		x.parent = s.open[depth-2].name
	}
	if top.leaf {
		x.text = s.doc[top.start:s.done]
	}
	s.skip(end + 1)
	return s.see(x)
}

// checkText checks text between tags; outside the root there is only space.
func checkText(s []byte, inside bool) error {
	switch {
	case !inside && len(bytes.TrimSpace(s)) > 0:
		return fmt.Errorf("there is text outside the root: %.100q", s)
	case bytes.Contains(s, []byte("]]>")):
		return errors.New("the end of a section of CDATA closes nothing")
	}
	return checkReferences(s)
}

// checkReferences checks that every ampersand begins a reference that XML knows.
func checkReferences(s []byte) error {
	for {
		i := bytes.IndexByte(s, '&')
		if i < 0 {
			return nil
		}
		s = s[i:]
		end := bytes.IndexByte(s[:min(len(s), 10)], ';')
		if end < 0 || !isReference(string(s[1:end])) {
			return fmt.Errorf("an ampersand begins no reference: %.100q", s[:min(len(s), 20)])
		}
		s = s[end:]
	}
}

func isReference(s string) bool {
	switch s {
	case "amp", "lt", "gt", "quot", "apos":
		return true
	}
	digits := 0
	hexadecimal := len(s) > 1 && s[1] == 'x'
	for i := range len(s) {
		switch c := s[i]; {
		case i == 0 && c != '#', i > 1 && !isHex(c), i > 0 && !hexadecimal && (c < '0' || c > '9'):
			return false
		case i > 0 && isHex(c):
			digits++
		}
	}
	return digits > 0
}

// startTag reads the tag that s begins with, and gives the element's name and the tag's length.
func startTag(s []byte) (name []byte, length int, err error) {
	i := 1
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	name = s[1:i]
	for len(name) > 0 && i < len(s) {
		if s[i] == '>' {
			return name, i + 1, nil
		}
		start := i + 1
		for i++; i < len(s) && isNameByte(s[i]); i++ {
		}
		if s[start-1] != ' ' || start == i || !bytes.HasPrefix(s[i:], []byte(`="`)) {
			break
		}
		i += len(`="`)
		end := bytes.IndexByte(s[i:], '"')
		if end < 0 || bytes.IndexByte(s[i:i+end], '<') >= 0 {
			break
		}
		if err := checkReferences(s[i : i+end]); err != nil {
			return nil, 0, err
		}
		i += end + 1
	}
	return nil, 0, fmt.Errorf("a tag is broken: %.100q", s[:min(len(s), 60)])
}

func isNameByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == ':' || c == '-' || c == '_' || c == '.'
}
