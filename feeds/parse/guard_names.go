package parse

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
)

// scope reads the attributes that hold for all that is inside: namespaces, base and language.
func (g *guard) scope(t *tag, o *open) error {
	for _, a := range t.attributes {
		if len(a.name) < 5 || a.name[0] != 'x' || a.name[1] != 'm' || a.name[2] != 'l' {
			continue
		}
		switch name := string(a.name); {
		case name == "xml:base":
			if base := webURL(cmp.Or(o.base, g.base), decodeEntities(string(a.value))); base != "" {
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
	if len(prefix) == 0 {
		switch string(uri) {
		case g.root.space: // declared again further inside
			name = ""
		default:
			if g.root.name == "" {
				g.root.space = string(uri)
			}
		}
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
	case space == "", space == "rss", space == "rdf", space == "atom" && g.atom(), g.root.name == "" && (len(prefix) == 0 || space == "atom"):
		return key
	default:
		return space + ":" + key
	}
}
