package parse

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// textOf is the text that a reader sees of a tree, blocks apart by a space.
func textOf(root *html.Node) string {
	var b strings.Builder
	appendText(&b, root, nil, maxHTMLOut)
	return b.String()
}

// appendText writes the text of a tree but for that inside the elements named in without, until
// there is enough.
func appendText(b *strings.Builder, n *html.Node, without map[string]bool, enough int) {
	switch {
	case n.Type == html.TextNode:
		b.WriteString(n.Data)
		return
	case without[n.Data]:
		return
	}
	apart := policies[n.Data].block || n.Data == "br" || inTable[n.Data]
	if apart {
		b.WriteByte(' ')
	}
	for c := n.FirstChild; c != nil && b.Len() < enough; c = c.NextSibling {
		appendText(b, c, without, enough)
	}
	if apart {
		b.WriteByte(' ')
	}
}

// hollow are the elements that are nothing without content.
var hollow = set("p", "div", "span", "a", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "code", "h1", "h2", "h3",
	"h4", "h5", "h6", "figure", "figcaption", "blockquote", "ul", "ol", "li", "dl", "picture", "pre", "tr", "tbody", "thead", "tfoot", "table")

// players are nothing without something to play.
var players = set("audio", "video")

// prune removes the elements that show nothing, from the innermost outwards.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.ElementNode {
			prune(c)
			if (hollow[c.Data] || players[c.Data] && value(c.Attr, "src") == "") && empty(c) {
				n.RemoveChild(c)
			}
		}
		c = next
	}
}

// empty says whether nothing but space is in an element.
func empty(n *html.Node) bool {
	for c := range n.ChildNodes() {
		if !blank(c) {
			return false
		}
	}
	return true
}

// blank says whether a node is space, or a line break.
func blank(n *html.Node) bool {
	return n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" || tagName(n) == "br"
}

// tagName is the name of an element, and "" for a text, whatever that says.
func tagName(n *html.Node) string {
	if n.Type != html.ElementNode {
		return ""
	}
	return n.Data
}

// firstImage is the address of the first picture in a tree that is more than an ornament.
func firstImage(n *html.Node) string {
	for c := range n.Descendants() {
		if tagName(c) != "img" {
			continue
		}
		src := value(c.Attr, "src")
		width, err := strconv.Atoi(value(c.Attr, "width"))
		if src != "" && (err != nil || width >= 64) && !strings.Contains(src, "/smilies/") && !strings.Contains(src, "/emoji/") {
			return src
		}
	}
	return ""
}
