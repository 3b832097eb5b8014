package rendertest

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

// prefixes are the namespaces that we write, by the prefix that the W3C service expects.
var prefixes = map[string]string{
	"":                                     "",
	"http://www.w3.org/XML/1998/namespace": "xml:",
	"http://www.w3.org/2005/Atom":          "atom:",
	"http://purl.org/dc/elements/1.1/":     "dc:",
	"http://purl.org/rss/1.0/modules/content/": "content:",
	"http://search.yahoo.com/mrss/":            "media:",
	"http://purl.org/syndication/history/1.0":  "fh:",
}

// element is an element of a document. Names have the prefixes of the table above.
type element struct {
	name, where string
	parent      *element
	attrs       map[string]string
	children    []*element
	text        string // trimmed, as the service does with most
	line        int
}

func (e *element) all(name string) (found []*element) {
	for _, x := range e.children {
		if x.name == name {
			found = append(found, x)
		}
	}
	return found
}

func (e *element) has(name string) bool { return len(e.all(name)) > 0 }

func (c *checker) xml(ext string, doc []byte) {
	if !utf8.Valid(doc) || bytes.HasPrefix(doc, []byte("\xef\xbb\xbf")) || !bytes.HasPrefix(doc, []byte(`<?xml version="1.0" encoding="UTF-8"?>`)) {
		c.say("NotUTF8", "", "")
	}
	for line := range bytes.SplitSeq(doc, []byte("\n")) {
		c.hexLines = append(c.hexLines, bytes.Contains(line, []byte("&#x")))
	}
	root, err := c.tree(doc)
	switch {
	case err != nil:
		c.say("SAXError", "", err.Error())
	case ext == "rss" && root.name == "rss":
		c.element(root, rssRoot)
	case ext == "atom" && root.name == "atom:feed":
		c.element(root, atomFeed)
	default:
		c.say("UndefinedElement", "", root.name)
	}
}

func (c *checker) tree(doc []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(doc))
	top := &element{}
	at := top
	var text []*strings.Builder
	for {
		token, err := d.Token()
		if err == io.EOF && len(top.children) == 1 {
			return top.children[0], nil
		} else if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: c.name(t.Name), parent: at, attrs: map[string]string{}}
			e.where = strings.TrimPrefix(at.where+"/"+e.name, "/")
			e.line, _ = d.InputPos()
			for _, a := range t.Attr {
				if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
					c.declared(a)
					continue
				}
				e.attrs[c.name(a.Name)] = a.Value
				c.characters(e.where+"@"+a.Name.Local, a.Value)
			}
			at.children = append(at.children, e)
			at, text = e, append(text, new(strings.Builder))
		case xml.EndElement:
			raw := text[len(text)-1].String()
			c.characters(at.where, raw)
			at.text = strings.TrimSpace(raw)
			at, text = at.parent, text[:len(text)-1]
		case xml.CharData:
			if len(text) > 0 {
				text[len(text)-1].Write(t)
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				c.say("ProcessingInstruction", at.where, t.Target)
			}
		}
	}
}

// declared checks a namespace declaration.
func (c *checker) declared(a xml.Attr) {
	prefix, known := prefixes[a.Value]
	switch {
	case !known || a.Value == "":
		c.say("UnknownNamespace", "", a.Value)
	case a.Name.Space == "xmlns" && a.Name.Local+":" != prefix:
		c.say("NonstdPrefix", "", a.Value)
	}
}

func (c *checker) name(n xml.Name) string {
	if n.Space == "xml" { // how the decoder names it
		return "xml:" + n.Local
	}
	prefix, ok := prefixes[n.Space]
	if !ok {
		c.say("UnknownNamespace", n.Local, n.Space)
	}
	return prefix + n.Local
}

// kind is what an element may be. One without children holds text.
type kind struct {
	many     bool   // it may be there several times
	attrs    string // that it may have
	children map[string]*kind
	rules    []func(*checker, *element)
}

// element checks an element and what is inside.
func (c *checker) element(e *element, k *kind) {
	for name, value := range e.attrs {
		switch {
		case name == "xml:lang":
			c.language(e.where+"@xml:lang", value)
		case !containsWord(k.attrs, name):
			c.say("UnexpectedAttribute", e.where, name)
		}
	}
	if k.children != nil && e.text != "" {
		c.say("UnexpectedText", e.where, e.text)
	}
	seen := map[string]bool{}
	for _, x := range e.children {
		inside := k.children[x.name]
		if inside == nil {
			c.say("UndefinedElement", e.where, x.name)
			continue
		}
		if seen[x.name] && !inside.many {
			c.say("DuplicateElement", e.where, x.name)
		}
		seen[x.name] = true
		c.element(x, inside)
	}
	for _, rule := range k.rules {
		rule(c, e)
	}
}

func containsWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
