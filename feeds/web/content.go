package web

import (
	"html/template"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// content makes an article's HTML, which is sanitised, fit for our pages: its headings come below
// ours, images load as our policy allows, and screen readers are not left with nameless links,
// pictures without a text and languages that do not exist.
func content(sanitised string) (template.HTML, error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(sanitised), body)
	if err != nil {
		return "", err
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	adapt(body)
	var b strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return template.HTML(b.String()), nil
}

// adapt changes what is below a node.
func adapt(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		adapt(n)
		if n.Type == html.ElementNode && !adaptElement(n) {
			parent.RemoveChild(n)
		}
		n = next
	}
}

// adaptElement changes an element; false says that nothing of it is left to show.
func adaptElement(n *html.Node) bool {
	if lang := get(n, "lang"); lang != "" && languageTag(lang) == "" {
		drop(n, "lang")
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		rename(n, "h2")
		return !blank(n)
	case atom.Img:
		drop(n, "srcset", "sizes") // the sizes are those of another page's layout
		src := imageURL(get(n, "src"))
		set(n, "src", src)
		set(n, "alt", get(n, "alt"))
		return src != ""
	case atom.Source, atom.Audio, atom.Video, atom.Track:
		if src := imageURL(get(n, "src")); src != "" {
			set(n, "src", src)
		} else {
			drop(n, "src")
		}
		drop(n, "srcset", "sizes")
		return n.DataAtom == atom.Audio || n.DataAtom == atom.Video || get(n, "src") != ""
	case atom.A:
		if blank(n) {
			if n.FirstChild == nil {
				return false
			}
			set(n, "aria-label", "picture, linked to "+hostname(get(n, "href")))
		}
	case atom.Summary:
		return !blank(n)
	case atom.Ul, atom.Ol:
		return adaptList(n, atom.Li)
	case atom.Dl:
		return adaptList(n, atom.Dt, atom.Dd)
	case atom.Li:
		if p := n.Parent.DataAtom; p != atom.Ul && p != atom.Ol {
			rename(n, "div")
		}
	case atom.Dt, atom.Dd:
		if n.Parent.DataAtom != atom.Dl {
			rename(n, "div")
		}
	}
	return true
}

// adaptList makes a list that has something else than its items no list; false says that it has nothing.
func adaptList(list *html.Node, items ...atom.Atom) bool {
	for n := range list.ChildNodes() {
		if n.Type == html.ElementNode && slices.Contains(items, n.DataAtom) || n.Type == html.TextNode && strings.TrimSpace(n.Data) == "" {
			continue
		}
		rename(list, "div")
		for n := range list.ChildNodes() {
			if slices.Contains(items, n.DataAtom) {
				rename(n, "div")
			}
		}
		break
	}
	return list.FirstChild != nil
}

// blank says whether a reader that sees no pictures finds nothing in the element.
func blank(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" || d.DataAtom == atom.Img && strings.TrimSpace(get(d, "alt")) != "" {
			return false
		}
	}
	return true
}

func rename(n *html.Node, name string) {
	n.Data, n.DataAtom = name, atom.Lookup([]byte(name))
}

func get(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func drop(n *html.Node, keys ...string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return slices.Contains(keys, a.Key) })
}
