package render

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fit gives an article's HTML as every reader shows it and validators find no risk in: a player is
// written without its controls, which readers add themselves, and with a link to its file behind it.
func fit(content string) string {
	content = legal(content)
	if !strings.Contains(content, "<video") && !strings.Contains(content, "<audio") && !strings.Contains(content, "<bdo") {
		return content
	}
	nodes, err := html.ParseFragment(strings.NewReader(content), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "" // cannot happen: a string can be read
	}
	root := &html.Node{Type: html.DocumentNode}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	for _, n := range slices.Collect(root.Descendants()) {
		switch n.DataAtom { // 0 of a text
		case atom.Bdo: // whose like isolates its text as well
			n.Data, n.DataAtom = "bdi", atom.Bdi
		case atom.Audio, atom.Video:
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "controls" })
			linkBehind(n, file(n))
		}
	}
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "" // cannot happen: what was parsed can be written
		}
	}
	return b.String()
}

// file is the address of what a player plays.
func file(player *html.Node) string {
	for n := range player.Descendants() {
		if n.Data == "source" {
			if src := attribute(n, "src"); src != "" && attribute(player, "src") == "" {
				return src
			}
		}
	}
	return attribute(player, "src")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// linkBehind puts a link to the address behind the node, unless it stands in a link already.
func linkBehind(n *html.Node, address string) {
	for p := range n.Ancestors() {
		if p.DataAtom == atom.A {
			return
		}
	}
	if address == "" {
		return
	}
	name := address
	if u, err := url.Parse(address); err == nil && path.Base(u.Path) != "/" && path.Base(u.Path) != "." {
		name = path.Base(u.Path)
	}
	a := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: []html.Attribute{{Key: "href", Val: address}}}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: line(name)})
	n.Parent.InsertBefore(a, n.NextSibling)
	n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: " "}, a)
}
