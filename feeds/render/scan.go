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

// scanXML reads a document of the kind that we write, tells see of every element that ends, and gives
// the root's name. What it lets through is well formed (XML 1.0 §2.1) and uses neither comments nor
// document types.
func scanXML(doc []byte, see func(xmlElement) error) (root string, err error) {
	if !bytes.HasPrefix(doc, []byte("<?xml ")) {
		return "", errors.New("it does not begin as XML does")
	}
	at := bytes.Index(doc, []byte("?>")) + len("?>")
	if at < len("?>") {
		return "", errors.New("its declaration does not end")
	}
	var open []openElement
	names := map[string]string{} // the few that there are, so that each is allocated once
	for at < len(doc) {
		n := bytes.IndexByte(doc[at:], '<')
		if n < 0 {
			n = len(doc) - at
		}
		if err := checkText(doc[at:at+n], len(open) > 0); err != nil {
			return "", err
		}
		at += n
		switch {
		case at == len(doc):
		case bytes.HasPrefix(doc[at:], []byte("<![CDATA[")) && len(open) > 0:
			if n = bytes.Index(doc[at:], []byte("]]>")); n < 0 {
				return "", errors.New("a section of CDATA does not end")
			}
			at += n + len("]]>")
		case bytes.HasPrefix(doc[at:], []byte("</")):
			end := bytes.IndexByte(doc[at:], '>')
			if end < 0 || len(open) == 0 || string(doc[at+2:at+end]) != open[len(open)-1].name {
				return "", fmt.Errorf("the end tag %.100q closes nothing", doc[at:min(at+40, len(doc))])
			}
			top := open[len(open)-1]
			x := xmlElement{name: top.name, depth: len(open)}
			if open = open[:len(open)-1]; len(open) > 0 {
				x.parent = open[len(open)-1].name
			}
			if top.leaf {
				x.text = doc[top.start:at]
			}
			if err := see(x); err != nil {
				return "", err
			}
			at += end + 1
		default:
			name, n, err := startTag(doc[at:])
			switch {
			case err != nil:
				return "", err
			case len(open) == 0 && root != "":
				return "", errors.New("it has more than one root")
			}
			at += n
			known, ok := names[string(name)]
			if !ok {
				known = string(name)
				names[known] = known
			}
			if len(open) == 0 {
				root = known
			} else {
				open[len(open)-1].leaf = false
			}
			open = append(open, openElement{known, at, true})
		}
	}
	if len(open) > 0 || root == "" {
		return "", errors.New("it ends too early")
	}
	return root, nil
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
