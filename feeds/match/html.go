package match

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText is the text of an HTML fragment as articles are read, for texts that may have markup.
func PlainText(fragment string) string { return string(appendText(nil, fragment)) }

// appendText appends the text of an HTML fragment to dst: white space collapsed, a line end for
// <br>, an empty line between blocks, nothing of scripts, styles and other things that are not read
// as prose.
func appendText(dst []byte, content string) []byte {
	if content == "" {
		return dst
	}
	w := prose{buf: dst, start: len(dst)}
	if !strings.ContainsAny(content, "<&") { // no markup: spare the tokeniser
		write(&w, content)
		return w.buf
	}
	z := html.NewTokenizer(strings.NewReader(content))
	var skip atom.Atom // the element whose content is left out
	depth := 0
	for {
		switch tt := z.Next(); tt {
		case html.ErrorToken: // the end; a reader of a string fails in no other way
			return w.buf
		case html.TextToken:
			if skip == 0 {
				write(&w, z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			tag := tagOf(z.Raw())
			switch {
			case skip == 0 && opensSkipped(tag, tt):
				skip, depth = tag, 1
			case skip == 0:
				w.separate(tag)
			case tag == skip && tt == html.StartTagToken:
				depth++
			case tag == skip && tt == html.EndTagToken:
				if depth--; depth == 0 {
					skip = 0
				}
			}
		}
	}
}

// tagOf gives the element of a tag as it is written; 0 for none of HTML's. (The tokeniser's own way
// to tell it allocates for every tag.)
func tagOf(raw []byte) atom.Atom {
	var name [len("blockquote")]byte // no name that matters is longer
	n := 0
	for _, c := range bytes.TrimLeft(raw, "</") {
		if isHTMLSpace(c) || c == '/' || c == '>' {
			return atom.Lookup(name[:n])
		}
		if n == len(name) {
			return 0
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		name[n] = c
		n++
	}
	return 0
}

// opensSkipped says whether the tag opens an element whose content is no prose.
func opensSkipped(tag atom.Atom, tt html.TokenType) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript:
		// HTML knows no <script/>: what follows is the script.
		return tt != html.EndTagToken
	case atom.Template, atom.Svg, atom.Math, atom.Select, atom.Object, atom.Audio, atom.Video, atom.Canvas:
		return tt == html.StartTagToken
	}
	return false
}

// space is what is due before the next character of a prose.
type space uint8

const (
	noSpace space = iota
	oneSpace
	lineEnd
	emptyLine
)

var spaces = [...]string{noSpace: "", oneSpace: " ", lineEnd: "\n", emptyLine: "\n\n"}

// prose collects text with collapsed white space, none at its start and end.
type prose struct {
	buf   []byte
	start int // where the text begins in buf
	due   space
}

// separate notes what a tag means for the text: blocks stand apart, other elements do not show.
func (p *prose) separate(tag atom.Atom) {
	switch tag {
	case atom.Br:
		if p.due < lineEnd {
			p.due = lineEnd
		} else {
			p.due = emptyLine
		}
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Caption, atom.Center, atom.Dd, atom.Details,
		atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1,
		atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr, atom.Li, atom.Main, atom.Nav,
		atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td, atom.Tfoot, atom.Th,
		atom.Thead, atom.Tr, atom.Ul:
		p.due = emptyLine
	}
}

// write appends text, whose white space is that of HTML source: as good as one space.
func write[T string | []byte](p *prose, text T) {
	for i := 0; i < len(text); {
		if isHTMLSpace(text[i]) {
			p.due = max(p.due, oneSpace)
			i++
			continue
		}
		word := i
		for i < len(text) && !isHTMLSpace(text[i]) {
			i++
		}
		if len(p.buf) > p.start {
			p.buf = append(p.buf, spaces[p.due]...)
		}
		p.due = noSpace
		p.buf = append(p.buf, text[word:i]...)
	}
}

func isHTMLSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}
