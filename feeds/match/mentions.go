package match

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"tributary/feeds"
	"tributary/feeds/places"
)

// hintScore is what the country of an article's source counts.
const hintScore = 0.75

// assumedScore is what a place counts that is assumed of an article: as much as one in the title.
const assumedScore = 3

// kindCount is the number of kinds of names.
const kindCount = int(places.Mask) + 1

// found is the node of names that words up to end spell.
type found struct {
	node       uint32
	end        int
	miswritten bool // all in small letters, say, where the names have capitals
}

// or prefers what is longer, unless only that is miswritten.
func (f found) or(longer found) found {
	if longer.node == 0 || longer.miswritten && f.node != 0 && !f.miswritten {
		return f
	}
	return longer
}

// name looks whether the words from i to j may be the names at a node.
func (w *work) name(at uint32, field, i, j int, mixed bool) found {
	if field == categories && !w.whole(i, j) {
		return found{}
	}
	f := found{node: at, end: j, miswritten: true}
	for n := range w.set.gazetteer.at(&w.set.index.nodes[at]) {
		if w.set.gazetteer.names[n].in(field, w.words[i:j], mixed) {
			f.miswritten = false
		}
	}
	return f
}

// in says whether the words are the name in a field; a category may be written small.
func (n *name) in(field int, words []seen, mixed bool) bool {
	return field == categories && n.Case == places.Capitalised || n.is(words, mixed)
}

// mention notes the names that words beginning with the i-th spell: for each place that they may
// mean, the one that says most for it.
func (w *work) mention(f found, field, i int, mixed bool) {
	g := w.set.gazetteer
	words := w.words[i:f.end]
	first := len(w.gaz.all)
	for id := range g.at(&w.set.index.nodes[f.node]) {
		n := &g.names[id]
		if !f.miswritten && !n.in(field, words, mixed) {
			continue
		}
		m := mention{name: id, place: n.place, field: uint8(field), start: words[0].start, end: words[len(words)-1].end}
		switch {
		case f.miswritten:
			m.status = miswritten
		case n.Kind == places.Mask:
			m.status = mask
		case n.weakIn(w.language, w.date):
			m.status = weak
		}
		same := slices.IndexFunc(w.gaz.all[first:], func(o mention) bool { return o.place == m.place })
		if same < 0 {
			w.gaz.all = append(w.gaz.all, m)
		} else if o := &w.gaz.all[first+same]; m.status < o.status || m.status == o.status && n.weight >= g.names[o.name].weight {
			*o = m
		}
	}
	w.gaz.score(g, first)
}

// score weighs the mentions from the given one on, and drops those that repeat too often.
func (m *mentions) score(g *gazetteer, first int) {
	kept := m.all[:first]
	for _, x := range m.all[first:] {
		if x.status == miswritten {
			if m.miswritten++; m.miswritten <= maxDiscarded {
				kept = append(kept, x)
			}
			continue
		}
		n := &g.names[x.name]
		repeats := &m.repeats[n.place][n.Kind][x.field]
		if int(*repeats) == len(repeatWeight) {
			continue
		}
		x.score = n.weight * fieldWeight[x.field] * repeatWeight[*repeats]
		*repeats++
		kept = append(kept, x)
	}
	m.all = kept
}

// status says whether a mention counts.
type status uint8

const (
	counts status = iota
	weak
	mask
	section // a category that names the source's own country: its national desk or edition
	miswritten
)

// mention is a name of a place in the article, or what is known of its source (then name is noName).
type mention struct {
	name       uint32
	start, end uint32 // bytes of the field
	place      uint16
	field      uint8
	status     status
	score      float64
}

const (
	noName  = noPattern
	noPlace = math.MaxUint16
)

// mentions is what an article says of places.
type mentions struct {
	all     []mention
	named   []uint16 // places of mentions that count
	repeats [][kindCount][fieldCount]uint8
	support []support
	assumed []uint16

	miswritten int
}

// support is the evidence for one place that lets its weak names count.
type support struct {
	strong bool
	named  bool
	weak   [2]uint32 // different weak names, from 1
	field  uint8     // of the last weak mention, and where it ends
	end    uint32
}

func (m *mentions) init(places int) {
	m.repeats = make([][kindCount][fieldCount]uint8, places)
	m.support = make([]support, places)
}

func (m *mentions) forget() {
	for _, x := range m.all {
		m.repeats[x.place], m.support[x.place] = [kindCount][fieldCount]uint8{}, support{}
	}
	m.all, m.named, m.assumed, m.miswritten = m.all[:0], m.named[:0], m.assumed[:0], 0
}

// settle adds what is known of the source and decides which weak names count: those of a place that
// has a strong mention, or two different weak ones apart from each other. A category that names the source's country says no
// more than the source does.
func (m *mentions) settle(g *gazetteer, a *feeds.Article) {
	home := m.hint(g, a)
	for i := range m.all {
		x := &m.all[i]
		if x.field == categories && x.place == home && x.status != mask {
			x.status = section
		}
		switch s := &m.support[x.place]; x.status {
		case counts:
			s.strong = true
		case weak:
			s.add(x)
		}
	}
	for i := range m.all {
		x := &m.all[i]
		s := &m.support[x.place]
		if x.status == weak && (s.strong || s.weak[1] != 0) {
			x.status = counts
		}
		if x.status == counts && !s.named {
			s.named = true
			m.named = append(m.named, x.place)
		}
	}
}

// add notes a weak mention. Two side by side are a person's name, such as León Guerrero, and do not confirm
// each other.
func (s *support) add(x *mention) {
	name := x.name + 1
	beside := x.field == s.field && x.start == s.end+1
	s.field, s.end = x.field, x.end
	if s.weak[0] == 0 {
		s.weak[0] = name
	} else if s.weak[0] != name && !beside {
		s.weak[1] = name
	}
}

// hint adds the places of the source: its country, or else that of the language (pt-BR), which it
// returns; noPlace when neither is known.
func (m *mentions) hint(g *gazetteer, a *feeds.Article) (home uint16) {
	s := a.Source
	country := cmp.Or(s.Country, regionOf(a.Language))
	home = noPlace
	if p, ok := g.number[country]; ok && country != "" {
		home = p
		m.all = append(m.all, mention{name: noName, place: p, score: hintScore})
	}
	for _, id := range s.Assume {
		if p, ok := g.number[id]; ok {
			m.all = append(m.all, mention{name: noName, place: p, score: assumedScore})
			m.assumed = append(m.assumed, p)
		}
	}
	return home
}

// regionOf is the country subtag of a BCP 47 tag; "" for none.
func regionOf(tag string) string {
	for part := range strings.FieldsFuncSeq(tag, func(r rune) bool { return r == '-' || r == '_' }) {
		if len(part) == 2 && part != tag[:min(2, len(tag))] {
			return strings.ToUpper(part)
		}
	}
	return ""
}
