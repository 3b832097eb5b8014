package parse

import (
	"bytes"
	"fmt"
	"strings"
)

// startTag handles the start tag at the current position.
func (g *guard) startTag() error {
	t := &g.tag
	if !g.scan(g.src[g.pos:], t) {
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
	g.element(t, o, r)
	return nil
}

// itemName is what the document's format calls an item.
func (g *guard) itemName() string {
	switch {
	case g.atom():
		return "entry"
	case g.sitemap():
		return "url"
	}
	return "item"
}

// element does with an element what its rule says.
func (g *guard) element(t *tag, o open, r rule) {
	if g.root.name == "" {
		if r.do == skip { // something before the root: not even its end matters
			g.bindings = g.bindings[:o.bindings]
			g.pos += t.size
			return
		}
		g.begin(t, &o, r)
	}
	switch {
	case r.inside == rssItem || r.inside == atomItem || r.inside == sitemapPage:
		if o.item = g.beginItem(); o.item == nil {
			r = rule{}
		}
	case r.inside == rssFeed && g.channel && len(g.stack) > 0 && g.stack[len(g.stack)-1].inside == rssRoot:
		r = rule{do: enter, inside: rssRoot} // of several channels in one document the first tells of the feed, and all hold items
	case r.inside == rssFeed && g.channel, r.do != skip && !g.affordable():
		r = rule{}
	case r.inside == rssFeed:
		g.channel = true
	case r.inside == sitemapNews && g.inItem > 0:
		g.stack[g.inItem-1].item.news = true
	}
	g.pos += t.size
	if r.do == keep {
		g.keepText(t, o, r)
		g.bindings = g.bindings[:o.bindings]
		return
	}
	if r.do != skip {
		o.as, o.inside, o.text, o.from = r.name, r.inside, r.do == inline, len(g.out)
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
}

// inherit gives a link of Atom that has its address as text the attribute that it should be in.
func (g *guard) inherit(t *tag, r rule) {
	if r.name != "link" || t.empty || t.attribute("href") != nil {
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
	if href := t.attribute("href"); href != nil {
		g.ofItem++
		g.writeKept("link", text{raw: href, base: o.base}, nil)
	}
	if date := t.attribute("lastmod"); date != nil {
		g.ofItem++
		g.out = append(g.out, "<x:updated>"...)
		g.out = appendEscaped(g.out, date)
		g.out = append(g.out, "</x:updated>"...)
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
	g.root.base, g.root.lang = o.base, o.lang
	g.root.version = string(bytes.TrimSpace(t.attribute("version")))
	prefix, local, ok := bytes.Cut(t.name, []byte(":"))
	if !ok {
		prefix, local = nil, t.name
	}
	g.root.name = strings.ToLower(string(local))
	for i := range g.bindings { // the root's namespace is the document's own, whatever its name
		if bytes.Equal(g.bindings[i].prefix, prefix) {
			g.bindings[i].space = ""
		}
	}
	if r.name == "channel" { // the decoder wants a root around it
		g.out = append(g.out, "<rss>"...)
		g.stack = append(g.stack, open{name: []byte("rss"), as: "rss", inside: rssRoot, bindings: len(g.bindings), ours: true})
	}
}

// writeTag writes a start tag with the attributes that are of use.
func (g *guard) writeTag(t *tag, o open) {
	if o.as == "" { // only what is inside matters
		return
	}
	g.out = append(g.out, '<')
	g.out = append(g.out, o.as...)
	switch o.inside {
	case rssRoot, rssFeed, rssItem, atomFeed, atomItem: // what these say was read before
	default:
		for _, a := range t.attributes {
			g.writeAttribute(a, o.base)
		}
	}
	g.out = append(g.out, '>')
}

func (g *guard) writeAttribute(a attribute, base string) {
	if !nameStart(a.name[0]) {
		return
	}
	for _, c := range a.name {
		if !nameStart(c) && (c < '0' || c > '9') && c != '-' || c >= 0x80 {
			return // prefixed or illegal: nobody reads it
		}
	}
	if string(a.name) == "xmlns" {
		return
	}
	value := clip(a.value, maxInline)
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
