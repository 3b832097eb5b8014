package parse

import (
	"bytes"
	"cmp"
	"crypto/sha256"

	"tributary/feeds"
)

// itemMark says where an item began, so that it can be taken back.
type itemMark struct {
	src, out, texts int
	news            bool // a sitemap's page that is news
}

// itemFacts is what the decoder does not tell about an item.
type itemFacts struct {
	raw        feeds.RawHash
	base, lang string
	loose      bool // beside the channel, as in RSS 1.0
}

// beginItem marks where an item begins; nil when it is one too many.
func (g *guard) beginItem() *itemMark {
	if len(g.items)+g.recurring >= maxItems {
		g.dropped++
		return nil
	}
	g.ofItem = 0
	g.items = append(g.items, itemFacts{})
	return &itemMark{src: g.pos, out: len(g.out), texts: len(g.texts)}
}

// endItem hashes an item, and takes it back when the caller knows it, or when it holds nothing that
// is read.
func (g *guard) endItem(o open) {
	if g.ofItem == 0 || g.plainPage(o.item) {
		g.takeBack(o.item)
		return
	}
	h := sha256.New()
	h.Write([]byte(rules))
	for _, s := range []string{cmp.Or(o.base, withoutQuery(g.base)), o.lang, g.lang, g.root.name} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	for _, b := range g.bindings {
		h.Write(b.prefix)
		h.Write([]byte(":" + b.space + " "))
	}
	h.Write(g.inherited[:])
	h.Write(bytes.TrimSpace(g.src[o.item.src:g.pos]))
	f := &g.items[len(g.items)-1]
	f.base, f.lang = o.base, o.lang
	f.loose = g.stack[len(g.stack)-1].inside == rssRoot
	copy(f.raw[:], h.Sum(nil))
	if g.known != nil && g.known(f.raw) {
		g.recurring++
		g.takeBack(o.item)
	}
}

// bequeathed are the elements of a feed, as written by us, that hold for items which have none.
var bequeathed = set("language", "dc:language", "author", "rights")

// bequeath takes note of an element that ends, when it holds for the items after it.
func (g *guard) bequeath(name string, said []byte) {
	if g.inItem == 0 && bequeathed[name] {
		g.inherited = sha256.Sum256(append(g.inherited[:], said...))
	}
}

func (g *guard) takeBack(m *itemMark) {
	g.out, g.texts = g.out[:m.out], g.texts[:m.texts]
	g.items = g.items[:len(g.items)-1]
}

// dropUnfinished takes back the item that a truncated document ends in: it comes whole next time.
// The only item of a document is better than none.
func (g *guard) dropUnfinished() {
	if g.inItem > 0 {
		g.takeBack(g.stack[g.inItem-1].item)
		g.stack = g.stack[:g.inItem-1]
		g.inItem = 0
	}
}
