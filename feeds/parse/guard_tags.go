package parse

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// attribute is one of a start tag, as written.
type attribute struct{ name, value []byte }

// tag is a start tag.
type tag struct {
	name       []byte
	attributes []attribute
	empty      bool // ends in "/>"
	size       int  // bytes from '<' to '>'
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// scanTag reads the start tag at the beginning of s into t, whose slices it reuses. It says false
// when the '<' begins no tag, or the document ends in it.
func scanTag(s []byte, t *tag) bool {
	i := 1
	for i < len(s) && !space(s[i]) && s[i] != '>' && s[i] != '/' && s[i] != '<' && s[i] != '=' {
		i++
	}
	t.name, t.attributes, t.empty = s[1:i], t.attributes[:0], false
	for i < len(s) {
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
				return false
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

// startTag handles the start tag at the current position.
func (g *guard) startTag() error {
	t := &g.tag
	if !scanTag(g.src[g.pos:], t) {
		g.character([]byte("&lt;"))
		g.pos++
		return nil
	}
	if len(t.attributes) > maxAttributes || len(t.name) > maxTagName || len(g.stack) >= maxDepth {
		return fmt.Errorf("%w: element %.40q", ErrTooComplex, t.name)
	}
	o := open{name: t.name, bindings: len(g.bindings), inside: nowhere}
	above := outside
	if n := len(g.stack); n > 0 {
		above, o.base, o.lang = g.stack[n-1].inside, g.stack[n-1].base, g.stack[n-1].lang
		o.text = above == leaf && g.stack[n-1].text
	}
	if err := g.scope(t, &o); err != nil {
		return err
	}
	if above == leaf {
		o.inside = leaf // an element inside text: only its text counts
	}
	key := g.key(t.name)
	r, ok := elements[above][key]
	if !ok && key == g.itemName() && g.inItem > 0 { // the end tag of the item before is missing
		g.bindings = g.bindings[:o.bindings]
		g.closeTo(g.inItem - 1)
		return nil // and this tag is read again
	}
	return g.element(t, o, r)
}

// itemName is what the document's format calls an item.
func (g *guard) itemName() string {
	if g.atom() {
		return "entry"
	}
	return "item"
}

// element does with an element what its rule says.
func (g *guard) element(t *tag, o open, r rule) error {
	if g.root.name == "" {
		if r.do == skip { // something before the root: not even its end matters
			g.bindings = g.bindings[:o.bindings]
			g.pos += t.size
			return nil
		}
		g.begin(t, &o, r)
	}
	switch {
	case r.inside == rssItem || r.inside == atomItem:
		if o.item = g.beginItem(); o.item == nil {
			r = rule{}
		}
	case r.inside == rssFeed && g.channel, r.do != skip && !g.affordable():
		r = rule{}
	case r.inside == rssFeed:
		g.channel = true
	}
	g.pos += t.size
	if r.do == keep {
		g.keepText(t, o, r)
		g.bindings = g.bindings[:o.bindings]
		return nil
	}
	if r.do != skip {
		o.as, o.inside, o.text = r.name, r.inside, r.do == inline
		g.inherit(t, r)
		g.writeTag(t, o)
		g.attributesAsElements(t, o)
	} else if void[string(bytes.ToLower(t.name))] {
		t.empty = true
	}
	g.stack = append(g.stack, o)
	if o.item != nil {
		g.inItem = len(g.stack)
	}
	if t.empty || o.inside == nowhere && o.as != "" && !g.closesNext(t.name) {
		g.closeTo(len(g.stack) - 1)
	}
	return nil
}

// inherit gives a link of Atom that has its address as text the attribute that it should be in.
func (g *guard) inherit(t *tag, r rule) {
	if r.name != "link" || t.empty || slices.ContainsFunc(t.attributes, func(a attribute) bool { return string(a.name) == "href" }) {
		return
	}
	if end := bytes.IndexByte(g.src[g.pos:], '<'); end > 0 {
		t.attributes = append(t.attributes, attribute{[]byte("href"), g.src[g.pos : g.pos+end]})
	}
}

// attributesAsElements reads the dialect in which a channel is the root and says in attributes what
// RSS says in elements (Channel Definition Format).
func (g *guard) attributesAsElements(t *tag, o open) {
	if g.root.name != "channel" || o.inside != rssFeed && o.inside != rssItem {
		return
	}
	for _, a := range t.attributes {
		switch strings.ToLower(string(a.name)) {
		case "href":
			g.writeKept(rule{name: "link"}, text{raw: a.value, base: o.base}, nil, o)
		case "lastmod":
			g.out = append(g.out, "<x:updated>"...)
			g.out = appendEscaped(g.out, a.value)
			g.out = append(g.out, "</x:updated>"...)
		}
	}
}

// void are the elements of HTML that have no end tag; they stray into feeds.
var void = map[string]bool{"br": true, "hr": true, "img": true, "meta": true, "input": true, "link": true, "wbr": true}

// closesNext says whether an element's end tag is to be waited for. Links and enclosures have
// nothing inside, and many publishers forget to close them.
func (g *guard) closesNext(name []byte) bool {
	rest := bytes.TrimLeft(g.src[g.pos:], " \t\r\n")
	return len(rest) > 2+len(name) && rest[0] == '<' && rest[1] == '/' && bytes.EqualFold(rest[2:2+len(name)], name)
}

// affordable counts an element that is to be written, and says whether it may be.
func (g *guard) affordable() bool {
	if g.elements++; g.elements > maxElements {
		return false
	}
	if g.inItem > 0 {
		g.ofItem++
		return g.ofItem <= maxChildren
	}
	g.ofFeed++
	return g.ofFeed <= maxOfFeed
}

// begin takes note of the root element.
func (g *guard) begin(t *tag, o *open, r rule) {
	g.root.name = r.name
	g.root.base, g.root.lang = o.base, o.lang
	for _, a := range t.attributes {
		if strings.EqualFold(string(a.name), "version") {
			g.root.version = string(bytes.TrimSpace(a.value))
		}
	}
	if r.name == "channel" { // the root is missing
		g.out = append(g.out, "<rss>"...)
		g.stack = append(g.stack, open{name: []byte("rss"), as: "rss", inside: rssRoot, bindings: len(g.bindings)})
	}
}

// scope reads the attributes that hold for all that is inside: namespaces, base and language.
func (g *guard) scope(t *tag, o *open) error {
	for _, a := range t.attributes {
		if len(a.name) < 5 || a.name[0] != 'x' || a.name[1] != 'm' || a.name[2] != 'l' {
			continue
		}
		switch name := string(a.name); {
		case name == "xml:base":
			if base := webURL(cmpOr(o.base, g.base), decodeEntities(string(a.value))); base != "" {
				o.base = base
			}
		case name == "xml:lang":
			o.lang = strings.TrimSpace(string(a.value))
		case name == "xmlns":
			g.bind(nil, a.value)
		case strings.HasPrefix(name, "xmlns:"):
			g.bind(a.name[len("xmlns:"):], a.value)
		}
	}
	if len(g.bindings) > maxBindings {
		return fmt.Errorf("%w: %d namespaces", ErrTooComplex, len(g.bindings))
	}
	return nil
}

func (g *guard) bind(prefix, uri []byte) {
	name := namespace(string(uri))
	if len(prefix) == 0 && name == foreign {
		if g.root.name == "" || g.root.space == string(uri) { // what the root calls its own vocabulary
			name = ""
		}
	}
	if len(prefix) == 0 && g.root.name == "" {
		g.root.space = string(uri)
	}
	g.bindings = append(g.bindings, binding{prefix, name})
}

// key is an element's name as the tables have it: its namespace, when that is not the document's
// own, and its local name in lower case.
func (g *guard) key(name []byte) string {
	prefix, local, ok := bytes.Cut(name, []byte(":"))
	if !ok {
		prefix, local = nil, name
	}
	g.work += len(g.bindings)
	space := ""
	if len(prefix) > 0 {
		space = foreign
		if p := strings.ToLower(string(prefix)); prefixes[p] {
			space = p
		}
	}
	for i := len(g.bindings) - 1; i >= 0; i-- {
		if bytes.Equal(g.bindings[i].prefix, prefix) {
			space = g.bindings[i].space
			break
		}
	}
	key := strings.ToLower(string(local))
	switch {
	case space == "", space == "rss", space == "rdf", space == "atom" && (g.atom() || g.root.name == ""):
		return key
	default:
		return space + ":" + key
	}
}

// writeTag writes a start tag with the attributes that are of use.
func (g *guard) writeTag(t *tag, o open) {
	g.out = append(g.out, '<')
	g.out = append(g.out, o.as...)
	for _, a := range t.attributes {
		g.writeAttribute(a, o.base)
	}
	g.out = append(g.out, '>')
}

func (g *guard) writeAttribute(a attribute, base string) {
	for _, c := range a.name {
		if !nameStart(c) && (c < '0' || c > '9') && c != '-' || c >= 0x80 {
			return // prefixed or illegal: nobody reads it
		}
	}
	if string(a.name) == "xmlns" {
		return
	}
	value := a.value[:min(len(a.value), maxInline)]
	if !plain(value) {
		value = []byte(decodeEntities(string(value)))
	}
	if base != "" {
		switch string(a.name) {
		case "href", "src", "url":
			value = []byte(resolve(base, string(value)))
		}
	}
	g.out = append(g.out, ' ')
	g.out = append(g.out, a.name...)
	g.out = append(g.out, '=', '"')
	g.out = appendEscaped(g.out, value)
	g.out = append(g.out, '"')
}

// keepText puts the content of the element aside whose start tag was just read.
func (g *guard) keepText(t *tag, o open, r rule) {
	x := text{base: o.base, lang: o.lang, atom: g.atom() && !bytes.Contains(t.name, []byte(":"))}
	attrs := g.keptAttributes(t, &x)
	if !t.empty {
		x.raw, x.markup = g.content(t.name)
		x.raw = x.raw[:min(len(x.raw), maxKept)]
	}
	if len(bytes.TrimSpace(x.raw)) == 0 && r.name == "link" {
		x.raw = attrs["href"]
	}
	g.writeKept(r, x, attrs, o)
}

// writeKept writes an element with the number of its text.
func (g *guard) writeKept(r rule, x text, attrs map[string][]byte, o open) {
	g.out = append(g.out, '<')
	g.out = append(g.out, r.name...)
	for _, name := range []string{"isPermaLink", "src", "type"} {
		if v := attrs[name]; v != nil && (name != "type" || r.name == "content" && attrs["src"] != nil) {
			g.writeAttribute(attribute{[]byte(name), v}, o.base)
		}
	}
	g.out = append(g.out, '>')
	g.out = strconv.AppendInt(g.out, int64(len(g.texts)), 10)
	g.out = append(g.out, '<', '/')
	g.out = append(g.out, r.name...)
	g.out = append(g.out, '>')
	g.texts = append(g.texts, x)
}

// keptAttributes reads the attributes of a kept element.
func (g *guard) keptAttributes(t *tag, x *text) map[string][]byte {
	var attrs map[string][]byte
	for _, a := range t.attributes {
		switch name := string(a.name); strings.ToLower(name) {
		case "type":
			x.kind = strings.ToLower(string(bytes.TrimSpace(a.value)))
		case "mode":
			x.mode = strings.ToLower(string(bytes.TrimSpace(a.value)))
		case "ispermalink":
			name = "isPermaLink"
			fallthrough
		case "src", "href":
			if attrs == nil {
				attrs = map[string][]byte{}
			}
			attrs[name] = a.value
		}
	}
	return attrs
}

// content reads up to the end tag of the named element, and past it. Where the end tag is missing,
// the content ends with the element around it.
func (g *guard) content(name []byte) (raw []byte, markup bool) {
	s, depth := g.src[g.pos:], 0
	for i := 0; g.work <= maxWork; {
		j := bytes.IndexByte(s[i:], '<')
		if j < 0 {
			g.pos, g.truncated = len(g.src), true
			return s, markup
		}
		i += j
		rest := s[i:]
		switch {
		case bytes.HasPrefix(rest, cdataStart):
			end := g.index(rest, "]]>")
			if end < 0 {
				end = len(cdataStart) // never closed: go on as if the marker were not there
			} else {
				end += len("]]>")
			}
			i += end
		case bytes.HasPrefix(rest, comment):
			i += g.span(rest, len(comment), "-->")
		case len(rest) > 1 && rest[1] == '/':
			other, n := endName(rest)
			if bytes.EqualFold(other, name) {
				if depth == 0 {
					g.pos += i + n
					return s[:i], markup
				}
				depth--
			} else if g.find(other) >= 0 {
				g.pos += i
				return s[:i], markup
			}
			i += n
		case len(rest) > 1 && nameStart(rest[1]):
			markup = true
			if hasName(rest[1:], name) && scanTag(rest, &g.inner) && !g.inner.empty {
				depth++
			}
			i++
		default:
			i++
		}
	}
	return nil, markup
}

// endName is the name of the end tag that s begins with, and the tag's length.
func endName(s []byte) (name []byte, size int) {
	i := 2
	for i < len(s) && s[i] != '>' && s[i] != '<' && !space(s[i]) {
		i++
	}
	name = s[2:i]
	for i < len(s) && space(s[i]) {
		i++
	}
	if i < len(s) && s[i] == '>' {
		i++
	}
	return name, i
}

// hasName says whether a start tag's text begins with that name.
func hasName(s, name []byte) bool {
	return len(s) > len(name) && bytes.EqualFold(s[:len(name)], name) &&
		(space(s[len(name)]) || s[len(name)] == '>' || s[len(name)] == '/')
}
