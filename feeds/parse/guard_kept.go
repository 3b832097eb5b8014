package parse

import (
	"bytes"
	"strconv"
	"strings"
)

// keepText puts the content of the element aside whose start tag was just read.
func (g *guard) keepText(t *tag, o open, r rule) {
	x := text{
		kind: strings.ToLower(string(bytes.TrimSpace(t.attribute("type")))),
		mode: strings.ToLower(string(bytes.TrimSpace(t.attribute("mode")))),
		base: o.base, lang: o.lang,
		atom: g.atom() && bytes.IndexByte(t.name, ':') < 0,
	}
	var attrs []attribute
	switch r.name {
	case "guid":
		if v := t.attribute("isPermaLink"); v != nil {
			attrs = []attribute{{[]byte("isPermaLink"), v}}
		}
	case "content":
		if v := t.attribute("src"); v != nil {
			attrs = []attribute{{[]byte("src"), []byte(resolve(o.base, decodeEntities(string(v))))}, {[]byte("type"), t.attribute("type")}}
		}
	case "link":
		x.raw = t.attribute("href")
	}
	if !t.empty {
		raw, markup := g.content(t.name, lines[r.name])
		if raw = clip(raw, maxKept); len(bytes.TrimSpace(raw)) > 0 {
			x.raw, x.markup = raw, markup
		}
	}
	if r.name == publication {
		g.title(x)
		return
	}
	g.writeKept(r.name, x, attrs)
}

// writeKept writes an element with the number of its text.
func (g *guard) writeKept(name string, x text, attrs []attribute) {
	g.bequeath(name, x.raw)
	g.out = append(g.out, '<')
	g.out = append(g.out, name...)
	for _, a := range attrs {
		g.writeAttribute(a, "")
	}
	g.out = append(g.out, '>')
	g.out = strconv.AppendInt(g.out, int64(len(g.texts)), 10)
	g.out = append(g.out, '<', '/')
	g.out = append(g.out, name...)
	g.out = append(g.out, '>')
	g.texts = append(g.texts, x)
}

// lines are the elements that hold one line. Where the end tag of one is missing, it ends where one
// of its siblings begins.
var lines = set("title", "link", "guid", "id")

// siblings are the names that such a line ends before.
var siblings = set("title", "link", "guid", "id", "description", "pubdate", "summary", "content", "content:encoded", "author", "category", "updated",
	"published", "dc:creator", "dc:date", "enclosure", "item", "entry")

// content reads up to the end tag of the named element, and past it. Where the end tag is missing,
// the content ends with the element around it.
func (g *guard) content(name []byte, line bool) (raw []byte, markup bool) {
	s, depth := g.src[g.pos:], 0
	for i := 0; g.work <= maxWork; {
		j := bytes.IndexByte(s[i:], '<')
		if j < 0 {
			g.pos = len(g.src)
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
			if line && g.sibling(rest) {
				g.pos += i
				return s[:i], markup
			}
			markup = true
			if hasName(rest[1:], name) && g.scan(rest, &g.inner) && !g.inner.empty {
				depth++
			}
			i++
		default:
			i++
		}
	}
	return nil, markup
}

// sibling says whether s begins with the start tag of an element that stands beside a line of text.
func (g *guard) sibling(s []byte) bool {
	end := 1
	for end < len(s) && end < 20 && !space(s[end]) && s[end] != '>' && s[end] != '/' {
		end++
	}
	return siblings[strings.ToLower(string(s[1:end]))]
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
