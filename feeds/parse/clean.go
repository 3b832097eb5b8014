package parse

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
)

// Bounds of one piece of HTML.
const (
	maxHTMLIn    = 2 << 20   // bytes read
	maxHTMLOut   = 512 << 10 // bytes of the result, about: cut between elements
	maxHTMLDepth = 96
)

// Clean sanitises a fragment of HTML: what comes out is balanced, holds nothing but the elements and
// attributes of a short list, with absolute http and https addresses, and parses to itself. base is
// what relative addresses are relative to.
func Clean(fragment, base string) string {
	return render(build(fragment, scope{base: base}))
}

// scope is what a piece of HTML stands in.
type scope struct {
	base string // of relative addresses
	page string // of references into the page itself
	xml  bool   // XHTML, in which "<i/>" is empty
}

// builder makes a tree out of the tags of a fragment. The tree is one that the HTML parser makes out
// of its own rendering, so nothing can move when a browser reads the result.
type builder struct {
	scope
	stack []*html.Node    // open elements, the root first
	skip  string          // the element whose content is dropped
	level int             // how often it is open
	size  int             // bytes of the result so far
	rest  string          // what was not read yet
	never map[string]bool // elements that end nowhere in rest
	seen  map[string]bool // addresses of images
	inert bool            // inside noscript
}

// build reads a fragment into a tree of allowed elements under a nameless root.
func build(fragment string, s scope) *html.Node {
	if len(fragment) > maxHTMLIn {
		fragment = cut(fragment, maxHTMLIn)
	}
	root := &html.Node{Type: html.DocumentNode}
	b := &builder{scope: s, stack: []*html.Node{root}, rest: fragment}
	if !strings.ContainsAny(fragment, "<\r\x00") { // one text: a tokenizer would cost more than all the rest
		b.text(html.UnescapeString(fragment))
		prune(root)
		return root
	}
	z := html.NewTokenizer(strings.NewReader(fragment))
	for b.size < maxHTMLOut {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		b.rest = b.rest[len(z.Raw()):]
		b.token(z, tt)
	}
	prune(root)
	return root
}

func (b *builder) token(z *html.Tokenizer, tt html.TokenType) {
	switch tt {
	case html.TextToken:
		if b.skip == "" {
			b.text(string(z.Text()))
		}
	case html.EndTagToken:
		name, _ := z.TagName()
		b.end(b.name(string(name)))
	case html.StartTagToken, html.SelfClosingTagToken:
		t := z.Token()
		empty := tt == html.SelfClosingTagToken
		switch {
		case unread[t.Data], empty && b.xml:
			z.NextIsNotRawText()
		case rawText[t.Data] && (empty && t.Data == "iframe" || b.neverEnds(t.Data)):
			z.NextIsNotRawText()
			empty = true
		}
		b.start(b.name(t.Data), t.Attr, empty)
	}
}

// neverEnds says whether no end tag of that name follows.
func (b *builder) neverEnds(name string) bool {
	if b.never[name] {
		return true
	}
	for rest := b.rest; ; {
		i := strings.Index(rest, "</")
		if i < 0 {
			break
		}
		rest = rest[i+2:]
		if len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			return false
		}
	}
	if b.never == nil {
		b.never = map[string]bool{}
	}
	b.never[name] = true
	return true
}

// name takes the namespace prefix off an element of XHTML.
func (b *builder) name(s string) string {
	if b.xml {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			return s[i+1:]
		}
	}
	return s
}

func (b *builder) start(name string, attrs []html.Attribute, empty bool) {
	if b.skip != "" {
		if name == b.skip && !empty {
			b.level++
		}
		return
	}
	p, ok := policies[name]
	b.inert = b.inert || name == "noscript"
	switch {
	case !ok:
		return
	case p.drop:
		if name == "iframe" {
			b.video(attrs)
		}
		if !empty || !b.xml && !rawText[name] {
			b.skip, b.level = name, 1
		}
		return
	case p.as != "":
		name = p.as
	}
	n := element(name)
	if n.Attr, ok = b.attributes(name, p, attrs); !ok {
		return
	}
	if !b.place(name, p.block) || len(b.stack) > maxHTMLDepth && !p.void {
		return
	}
	b.size += 2*len(name) + len("<></>")
	for _, a := range n.Attr {
		b.size += len(a.Key) + len(a.Val) + len(` =""`)
	}
	b.top().AppendChild(n)
	if p.void || empty && b.xml {
		return
	}
	b.stack = append(b.stack, n)
}

func (b *builder) top() *html.Node { return b.stack[len(b.stack)-1] }

func (b *builder) end(name string) {
	if b.skip != "" {
		if name == b.skip {
			if b.level--; b.level == 0 {
				b.skip = ""
			}
		}
		return
	}
	if name == "noscript" {
		b.inert = false
	}
	p, ok := policies[name]
	if !ok || p.drop {
		return
	}
	if p.as != "" {
		name = p.as
	}
	if name == "br" { // "</br>" is a line break to browsers
		b.start(name, nil, false)
		return
	}
	if i := b.find(name, reach(name)); i > 0 {
		b.stack = b.stack[:i]
	}
}

func (b *builder) text(s string) {
	s = legalText(s)
	if b.top().Data == "pre" && b.top().FirstChild == nil {
		s = strings.TrimPrefix(s, "\n") // HTML ignores it there
	}
	if tableParts[b.top().Data] {
		if strings.TrimSpace(s) == "" {
			return
		}
		b.place("#text", false)
	}
	if s = b.afford(s); s == "" {
		return
	}
	b.top().AppendChild(&html.Node{Type: html.TextNode, Data: s})
}

// afford counts text as it will be written, and cuts it where the limit is.
func (b *builder) afford(s string) string {
	n := len(s) + 4*(strings.Count(s, "&")+strings.Count(s, "<")+strings.Count(s, ">")+strings.Count(s, "\"")+strings.Count(s, "'"))
	if b.size+n > maxHTMLOut {
		s = cut(s, (maxHTMLOut-b.size)/5)
		n = 5 * len(s)
		b.size = maxHTMLOut
	}
	b.size += n
	return s
}

// legalText drops the characters that neither XML nor HTML may have, and reads those that stand in
// the place of others.
func legalText(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || mended(rune(c)) != rune(c) {
			return strings.Map(mended, s) // which gives s itself when nothing changes
		}
	}
	return s
}

// mended is the character that is meant, or -1 for none. The controls of Latin-1 are quotes and
// dashes of windows-1252 that were decoded as Latin-1.
func mended(r rune) rune {
	switch {
	case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0x7f, r == 0xfffe, r == 0xffff:
		return -1
	case r >= 0x80 && r < 0xa0:
		return charmap.Windows1252.DecodeByte(byte(r))
	}
	return r
}

func element(name string) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
}

// render writes a tree as HTML.
func render(root *html.Node) string {
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "" // cannot happen: nothing in the tree is unrenderable
		}
	}
	return strings.TrimSpace(b.String())
}
