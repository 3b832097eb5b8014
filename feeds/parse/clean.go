package parse

import (
	"strings"

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

// policy is what happens to an element of HTML. One without a policy loses its tags and keeps its
// content.
type policy struct {
	attributes []string
	drop       bool   // with all that is inside
	void       bool   // has no content
	block      bool   // ends an open paragraph
	as         string // another name for it
}

var (
	text0   = policy{}
	block   = policy{block: true}
	dropped = policy{drop: true}
)

// policies is the allow-list. There is nothing in it that runs, loads by itself without being seen,
// asks for input or leaves HTML.
var policies = map[string]policy{
	"p": block, "div": block, "blockquote": {block: true, attributes: []string{"cite"}},
	"section": {block: true, as: "div"}, "article": {block: true, as: "div"}, "main": {block: true, as: "div"},
	"header": {block: true, as: "div"}, "footer": {block: true, as: "div"}, "aside": {block: true, as: "div"},
	"nav": {block: true, as: "div"}, "center": {block: true, as: "div"}, "form": {block: true, as: "div"},
	"fieldset": {block: true, as: "div"}, "address": block, "details": block, "summary": block,
	"h1": block, "h2": block, "h3": block, "h4": block, "h5": block, "h6": block,
	"pre": block, "listing": {block: true, as: "pre"}, "xmp": {block: true, as: "pre"}, "plaintext": {block: true, as: "pre"},
	"ul": block, "ol": {block: true, attributes: []string{"start", "reversed", "type"}},
	"menu": {block: true, as: "ul"}, "dir": {block: true, as: "ul"},
	"li": {block: true, attributes: []string{"value"}}, "dl": block, "dt": block, "dd": block,
	"figure": block, "figcaption": block, "hr": {block: true, void: true},
	"table": block, "caption": text0, "colgroup": {attributes: []string{"span"}},
	"col": {void: true, attributes: []string{"span"}}, "thead": text0, "tbody": text0, "tfoot": text0, "tr": text0,
	"td": {attributes: []string{"colspan", "rowspan"}}, "th": {attributes: []string{"colspan", "rowspan", "scope"}},

	"a":  {attributes: []string{"href"}},
	"br": {void: true}, "wbr": {void: true}, "span": text0,
	"b": text0, "strong": text0, "i": text0, "em": text0, "u": text0, "s": text0, "strike": {as: "s"},
	"small": text0, "sub": text0, "sup": text0, "mark": text0, "code": text0, "kbd": text0, "samp": text0,
	"var": text0, "tt": {as: "code"}, "cite": text0, "dfn": text0, "abbr": text0, "acronym": {as: "abbr"},
	"q": {attributes: []string{"cite"}}, "del": {attributes: []string{"cite", "datetime"}},
	"ins": {attributes: []string{"cite", "datetime"}}, "time": {attributes: []string{"datetime"}},
	"bdi": text0, "bdo": text0, "ruby": text0, "rt": text0, "rp": text0,

	"img":     {void: true, attributes: []string{"src", "srcset", "sizes", "alt", "width", "height"}},
	"picture": text0, "source": {void: true, attributes: []string{"src", "srcset", "sizes", "type", "media"}},
	"audio":  {attributes: []string{"src"}},
	"video":  {attributes: []string{"src", "poster", "width", "height"}},
	"track":  {void: true, attributes: []string{"src", "kind", "srclang", "label"}},
	"iframe": dropped, // but for the videos that video.go knows

	"script": dropped, "style": dropped, "noscript": dropped, "template": dropped, "title": dropped,
	"noembed": dropped, "noframes": dropped, "select": dropped, "datalist": dropped,
	"head": dropped,
}

// global are the attributes that any element may have.
var global = []string{"title", "lang", "dir"}

// builder makes a tree out of the tags of a fragment. The tree is one that the HTML parser makes out
// of its own rendering, so nothing can move when a browser reads the result.
type builder struct {
	scope
	root  *html.Node
	stack []*html.Node    // open elements, the root first
	skip  string          // the element whose content is dropped
	level int             // how often it is open
	size  int             // bytes of the result so far
	rest  string          // what was not read yet
	open  map[string]bool // elements of raw text that end nowhere in rest
}

// build reads a fragment into a tree of allowed elements under a nameless root.
func build(fragment string, s scope) *html.Node {
	if len(fragment) > maxHTMLIn {
		fragment = cut(fragment, maxHTMLIn)
	}
	root := &html.Node{Type: html.DocumentNode}
	b := &builder{scope: s, root: root, stack: []*html.Node{root}, rest: fragment}
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
		if rawText[t.Data] && (empty && (b.xml || t.Data == "iframe") || b.neverEnds(t.Data)) {
			z.NextIsNotRawText()
			empty = true
		}
		b.start(b.name(t.Data), t.Attr, empty)
	}
}

// rawText are the elements that we drop or flatten in which HTML sees no tags. One that is not closed
// would take the rest of the text with it; browsers do that, but the writer did not mean it.
var rawText = set("iframe", "noembed", "noframes", "noscript", "textarea", "title", "xmp")

// neverEnds says whether no end tag of that name follows.
func (b *builder) neverEnds(name string) bool {
	if b.open[name] {
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
	if b.open == nil {
		b.open = map[string]bool{}
	}
	b.open[name] = true
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
	if i := b.find(name, boundary(name)); i > 0 {
		b.stack = b.stack[:i]
	}
}

// boundary says which open elements an end tag does not reach across.
func boundary(name string) map[string]bool {
	switch {
	case name == "table":
		return nil
	case inTable[name]:
		return tableOnly
	case formatting[name]:
		return blocks
	case name == "li" || name == "p":
		return lists
	}
	return cells
}

var (
	cells      = set("td", "th", "caption", "table")
	lists      = set("td", "th", "caption", "table", "ul", "ol", "dl")
	blocks     = set("td", "th", "caption", "table", "ul", "ol", "dl", "li", "div", "blockquote", "figure")
	inTable    = set("caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th")
	formatting = set("a", "b", "code", "em", "i", "s", "small", "strong", "u", "span")
)

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

// find is where the innermost open element of that name stands, or 0 when none is open on this side
// of the boundary.
func (b *builder) find(name string, boundary map[string]bool) int {
	for i := len(b.stack) - 1; i > 0; i-- {
		switch open := b.stack[i].Data; {
		case open == name:
			return i
		case boundary[open]:
			return 0
		}
	}
	return 0
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
	if strings.IndexFunc(s, func(r rune) bool { return mended(r) != r }) < 0 {
		return s
	}
	return strings.Map(mended, s)
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
