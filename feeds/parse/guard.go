package parse

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tributary/feeds"
)

// Bounds of a document. Those that it breaks by accident cut it; those that only an attack breaks
// refuse it.
const (
	maxBody       = 25 << 20
	maxItems      = 2000
	maxDepth      = 256
	maxAttributes = 256
	maxTagName    = 256
	maxBindings   = 128     // namespace declarations in scope
	maxChildren   = 500     // elements read of one item
	maxOfFeed     = 5000    // elements read of the feed itself
	maxElements   = 200_000 // elements read in all
	maxInline     = 4096    // bytes of a text or attribute that the decoder reads
	maxKept       = 4 << 20 // bytes of a text that it does not read
	maxWork       = 8 << 20 // steps through open elements and namespaces
)

// guard is one pass over a document in UTF-8, between the publisher's bytes and the XML decoder.
// The decoder reads what the guard writes: only elements that somebody uses, under their usual
// names, closed, legal and few. Long texts do not go through the decoder at all: it gets their
// number, and they are decoded afterwards by the rules of their own format.
type guard struct {
	src   []byte
	pos   int
	base  string // of the document
	lang  string // of the source
	known func(feeds.RawHash) bool

	out      []byte
	stack    []open
	bindings []binding
	texts    []text
	items    []itemFacts
	root     rootFacts
	pages    int // pages of a sitemap that are no news

	inherited [sha256.Size]byte // hash of what the feed said so far that holds for its items

	tag, inner tag // reused

	channel   bool // there was a channel
	inItem    int  // where the open item stands in the stack, counted from 1; 0 outside items
	work      int
	absent    map[string]bool // ends of markup that do not occur any more
	elements  int             // elements written
	ofItem    int             // elements written for the open item
	ofFeed    int             // elements written for the feed itself
	dropped   int             // items over the limit
	recurring int             // items that the caller knew
	cut       bool            // the document ends before its root element does
}

// open is an element whose end has not come yet.
type open struct {
	name       []byte // as written in the document
	as         string // as written by us; "" when not written
	inside     context
	text       bool // whether its character data is copied
	from       int  // where it begins in guard.out
	base, lang string
	bindings   int       // length of guard.bindings before it
	item       *itemMark // set for an item that is read
	ours       bool      // not in the document
}

type binding struct {
	prefix []byte
	space  string
}

// text is the content of an element as the document has it.
type text struct {
	raw        []byte
	kind, mode string // the attributes of Atom text
	base, lang string // the xml:base and xml:lang in scope, absolute; "" when there are none
	markup     bool   // whether elements are inside
	atom       bool   // an Atom text construct, which says itself what it is
}

// rootFacts is what the root element says.
type rootFacts struct {
	name       string // rss, rdf, feed, channel or urlset
	version    string
	space      string // URI of its namespace
	base, lang string
	title      text // of a sitemap, from its first news
}

func (g *guard) atom() bool { return g.root.name == "feed" }

// version is the format's name and version in short.
func (g *guard) version() string {
	digits := strings.ReplaceAll(g.root.version, ".", "")
	switch {
	case g.atom() && (digits == "03" || strings.Contains(g.root.space, "purl.org/atom")):
		return "atom03"
	case g.atom():
		return "atom10"
	case g.root.name == "rdf" && strings.Contains(g.root.space, "0.9"):
		return "rss090"
	case g.root.name == "rdf":
		return "rss10"
	case g.sitemap():
		return "sitemap"
	case strings.HasPrefix(digits, "20"):
		return "rss20"
	case strings.HasPrefix(digits, "09"):
		return "rss" + digits
	}
	return "rss"
}

// run reads the whole document. The error is ErrTooComplex or ErrNotFeed.
func (g *guard) run() error {
	g.out = make([]byte, 0, 4096+len(g.src)/8)
	for g.pos < len(g.src) {
		i := bytes.IndexByte(g.src[g.pos:], '<')
		if i < 0 {
			g.character(g.src[g.pos:])
			break
		}
		g.character(g.src[g.pos : g.pos+i])
		g.pos += i
		if err := g.markup(); err != nil {
			return err
		}
		if g.work > maxWork {
			return fmt.Errorf("%w: %d elements open, %d namespaces", ErrTooComplex, len(g.stack), len(g.bindings))
		}
	}
	if g.root.name == "" {
		return fmt.Errorf("%w: %s", ErrNotFeed, looksLike(g.src))
	}
	g.pos = len(g.src)
	g.cut = slices.ContainsFunc(g.stack, func(o open) bool { return !o.ours })
	if len(g.items)+g.recurring > 1 {
		g.dropUnfinished()
	}
	g.closeTo(0)
	if err := g.notNews(); err != nil {
		return err
	}
	// The decoder gives the items of the channel first.
	slices.SortStableFunc(g.items, func(a, b itemFacts) int {
		switch {
		case a.loose == b.loose:
			return 0
		case b.loose:
			return -1
		}
		return 1
	})
	return nil
}

// markup handles what begins with the '<' at the current position.
func (g *guard) markup() error {
	rest := g.src[g.pos:]
	if len(rest) < 2 {
		g.pos = len(g.src)
		return nil
	}
	switch c := rest[1]; {
	case c == '/':
		g.endTag()
	case c == '!':
		g.declaration(rest)
	case c == '?':
		g.pos += g.span(rest, 2, "?>")
	case nameStart(c):
		return g.startTag()
	default:
		g.character([]byte("&lt;"))
		g.pos++
	}
	return nil
}

// span is the length of rest up to and with the given end, looked for from offset; where it is
// missing, up to the next '>', and else the whole.
func (g *guard) span(rest []byte, offset int, end string) int {
	if i := g.index(rest[offset:], end); i >= 0 {
		return offset + i + len(end)
	}
	if i := bytes.IndexByte(rest, '>'); i >= 0 {
		return i + 1
	}
	return len(rest)
}

// index is bytes.Index for the rest of the document, which is never searched in vain twice.
func (g *guard) index(rest []byte, end string) int {
	if g.absent[end] {
		return -1
	}
	i := bytes.Index(rest, []byte(end))
	if i < 0 {
		if g.absent == nil {
			g.absent = map[string]bool{}
		}
		g.absent[end] = true
	}
	return i
}

var (
	cdataStart = []byte("<![CDATA[")
	comment    = []byte("<!--")
)

// declaration handles CDATA, comments and the document type, which is dropped with all that it
// declares.
func (g *guard) declaration(rest []byte) {
	switch {
	case bytes.HasPrefix(rest, cdataStart):
		body := rest[len(cdataStart):]
		end := g.index(body, "]]>")
		if end < 0 { // as if the marker were not there
			g.pos += len(cdataStart)
			return
		}
		if g.copies() {
			g.out = appendEscaped(g.out, clip(body[:end], maxInline))
		}
		g.pos += len(cdataStart) + end + len("]]>")
	case bytes.HasPrefix(rest, comment):
		g.pos += g.span(rest, len(comment), "-->")
	default:
		g.pos += g.doctype(rest)
	}
}

// doctype is the length of a document type declaration with its internal subset.
func (g *guard) doctype(rest []byte) int {
	depth := 0
	for i, c := range rest {
		switch c {
		case '[': // one that is never closed opens nothing
			if depth > 0 || g.index(rest[i:], "]") >= 0 {
				depth++
			}
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				return i + 1
			}
		}
	}
	return len(rest)
}

func (g *guard) copies() bool {
	return len(g.stack) > 0 && g.stack[len(g.stack)-1].text
}

// character handles text between markup.
func (g *guard) character(s []byte) {
	if len(s) == 0 || !g.copies() {
		return
	}
	s = clip(s, maxInline)
	if plain(s) {
		g.out = append(g.out, s...)
		return
	}
	g.out = appendEscaped(g.out, []byte(decodeEntities(string(s))))
}

// endTag closes the element that it names, and those that were left open inside. One that names
// no open element is dropped: a decoder would close the wrong ones.
func (g *guard) endTag() {
	rest := g.src[g.pos:]
	end := 1 + bytes.IndexAny(rest[1:], "<>")
	if end == 0 {
		g.pos = len(g.src)
		return
	}
	if rest[end] == '<' { // "</title<link>"
		end--
	}
	name := bytes.TrimSpace(bytes.TrimRight(rest[2:end+1], ">"))
	at := g.find(name)
	g.pos += end + 1
	switch {
	case at == 0 && g.stack[0].inside == rssRoot: // another one may follow, in a list of documents
		g.closeTo(1)
		g.stack[0].ours = true
	case at >= 0:
		g.closeTo(at)
	}
}

// find is the index of the innermost open element of that name, or -1.
func (g *guard) find(name []byte) int {
	g.work += len(g.stack)
	for i := len(g.stack) - 1; i >= 0; i-- {
		if bytes.EqualFold(g.stack[i].name, name) {
			return i
		}
	}
	return -1
}

// closeTo closes the open elements from the innermost to the one at the index.
func (g *guard) closeTo(at int) {
	for i := len(g.stack) - 1; i >= at; i-- {
		o := g.stack[i]
		if o.as != "" {
			g.out = append(g.out, '<', '/')
			g.out = append(g.out, o.as...)
			g.out = append(g.out, '>')
			g.bequeath(o.as, g.out[o.from:])
		}
		g.bindings = g.bindings[:o.bindings]
		g.stack = g.stack[:i]
		if o.item != nil {
			g.inItem = 0
			g.endItem(o)
		}
	}
}

// lookup gives the text that the decoder saw as a number.
func (g *guard) lookup(number string) text {
	i, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || i < 0 || i >= len(g.texts) {
		return text{}
	}
	return g.texts[i]
}
