package match

import (
	"iter"
	"slices"
	"sync"
	"time"

	"tributary/feeds/places"
)

// kindWeight says how much a mention counts by what the name is to its place.
var kindWeight = map[places.Kind]float64{
	places.OwnName: 1, places.Capital: 1, places.RegionName: 1, places.Person: 0.9, places.Org: 0.8, places.City: 0.8,
	places.Demonym: 0.7, places.Admin1: 0.5, places.Mask: 0,
}

// gazetteer is the names of places as the index finds them.
type gazetteer struct {
	source *places.Gazetteer
	places []string          // ids; a place is its index here
	number map[string]uint16 // the other way round

	once  sync.Once
	names []name // once wanted
}

// name is one way to speak of a place.
type name struct {
	places.Name
	place    uint16
	weight   float64
	spelling spelling // of acronyms
	next     uint32   // another one of the same node, from 1
	hides    []uint32 // the names that are inside this one, and do not count there
}

func newGazetteer(source *places.Gazetteer) *gazetteer {
	g := &gazetteer{source: source, places: append(source.Places(), ""), number: make(map[string]uint16)}
	for i, id := range g.places {
		g.number[id] = uint16(i)
	}
	return g
}

// index adds the names to the index, which must be done before the first article is read, and once: many
// crawls bring nothing to read.
func (g *gazetteer) index(x *index) {
	for n := range g.source.Names() {
		ph := phrase{exact: n.Case == places.ExactCase}
		if ph.read(n.Text) != nil {
			continue // no text reads so
		}
		at := &x.nodes[x.path(ph)]
		g.names = append(g.names, name{Name: n, place: g.number[n.Place], weight: kindWeight[n.Kind], spelling: newSpelling(ph), next: at.name})
		at.name = uint32(len(g.names))
	}
	g.findHidden(x)
}

// Unreadable gives the names that no text can have, because a mark in them ends every phrase.
func Unreadable(all []places.Name) (names []string) {
	for _, n := range all {
		if new(phrase).read(n.Text) != nil {
			names = append(names, n.Text)
		}
	}
	return names
}

// findHidden notes which names are inside others.
func (g *gazetteer) findHidden(x *index) {
	var words []seen
	for i := range g.names {
		var mixed bool
		words, _, mixed = x.read([]byte(g.names[i].Text), words[:0], nil)
		for from := range words {
			x.walk(words[from:], func(at uint32, n int) {
				for inside := range g.at(&x.nodes[at]) {
					if n < len(words) && g.names[inside].is(words[from:from+n], mixed) {
						g.names[i].hides = append(g.names[i].hides, inside)
					}
				}
			})
		}
	}
}

// at gives the names of a node.
func (g *gazetteer) at(n *node) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for k := n.name; k != 0 && yield(k-1); k = g.names[k-1].next {
		}
	}
}

// is says whether the words have the capitals that the name must have.
func (n *name) is(words []seen, mixed bool) bool {
	switch n.Case {
	case places.Capitalised:
		return !mixed || words[0].shape&1 != 0
	case places.ExactCase:
		return n.spelling.is(words, mixed)
	}
	return true
}

// weakIn says whether the name needs other evidence in an article of a language ("" for unknown) and
// a time: a name of another language may be a word of this one. Without a time, people speak for
// their place whose time has not ended.
func (n *name) weakIn(language string, t time.Time) bool {
	if language != "" && len(n.Langs) > 0 && !slices.Contains(n.Langs, language) {
		return true
	}
	if t.IsZero() {
		return n.Weak || !n.To.IsZero()
	}
	return n.WeakAt(t)
}
