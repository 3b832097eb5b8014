// Package places is the gazetteer: the countries and regions of the world and the names by which
// articles speak of them.
package places

import (
	_ "embed"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Kind says what a name is to its place.
type Kind uint8

const (
	OwnName    Kind = iota // a country's name: Mexico
	Capital                // the capital or another city that stands for the country: Brasília
	Demonym                // people, and the adjective: mexicana, latinoamericano
	RegionName             // a region's name: Latin America
	Person                 // Claudia Sheinbaum
	Org                    // a company, party or institution: Petrobras
	City                   // a city, quarter or landscape: Guadalajara
	Admin1                 // a first-level division, such as a state: Chiapas
	Mask                   // means no place: it hides the names inside it, as in Panama hat
)

var kindNames = [...]string{"name", "capital", "demonym", "region", "person", "org", "city", "admin1", "mask"}

// String is the kind as the data file and the config write it.
func (k Kind) String() string { return kindNames[k] }

// parseKind reads a kind; ok is false when there is no such kind.
func parseKind(text string) (k Kind, ok bool) {
	i := slices.Index(kindNames[:], text)
	return Kind(max(i, 0)), i >= 0
}

// Case says how a text must write a name to mean it.
type Case uint8

const (
	AnyCase     Case = iota // mexicano, Mexicano
	Capitalised             // with a first capital, as Mexico
	ExactCase               // letter by letter, as PRI
)

// Name is one way to speak of a place. The same words may be names of several places, and in several
// languages.
type Name struct {
	Text  string
	Place string // a country's code or a region's id; "" for a mask
	Kind  Kind
	Case  Case
	Langs []string // the languages that use it, as en; none means all
	Weak  bool     // also means something else: counts only beside other evidence for its place

	// A person speaks for a place from From until To; before and after, the name is as good as weak.
	// A zero To means still.
	From, To time.Time
}

// WeakAt says whether the name needs other evidence in an article of that time.
func (n Name) WeakAt(t time.Time) bool {
	return n.Weak || t.Before(n.From) || !n.To.IsZero() && !t.Before(n.To)
}

// Place is a country (or a territory with a code of its own) or a region.
type Place struct {
	ID      string   // a country's ISO 3166-1 code (XK for Kosovo), or a region's id, such as latin-america
	M49     string   // a region's code in the United Nations' M49, such as 419; "" for other regions and countries
	Title   string   // in English
	Members []string // a region's countries, sorted; nil for a country
}

// Gazetteer is a set of places and their names. It does not change.
type Gazetteer struct {
	places map[string]Place // by id
	m49    map[string]string
	names  []Name
	added  int // of the names: the last ones
}

//go:embed places.txt
var data string

// Default is the built-in gazetteer.
var Default = sync.OnceValue(func() *Gazetteer {
	g, err := parse(data)
	if err != nil {
		panic("places.txt: " + err.Error())
	}
	return g
})

// Names gives every name, in the order of the data file.
func (g *Gazetteer) Names() iter.Seq[Name] { return slices.Values(g.names) }

// Added gives the names that With has added.
func (g *Gazetteer) Added() []Name { return g.names[len(g.names)-g.added:] }

// Place finds a place by its id, or a region by its M49 code.
func (g *Gazetteer) Place(id string) (Place, bool) {
	if region, ok := g.m49[id]; ok {
		id = region
	}
	p, ok := g.places[id]
	return p, ok
}

// Places are the ids of all places, sorted: countries first, since they are in capitals.
func (g *Gazetteer) Places() []string { return slices.Sorted(maps.Keys(g.places)) }

// Countries are the codes of the countries that an id or M49 code stands for: itself for a country,
// the members for a region, nil for what is unknown.
func (g *Gazetteer) Countries(id string) []string {
	p, ok := g.Place(id)
	switch {
	case !ok:
		return nil
	case p.Members == nil:
		return []string{p.ID}
	}
	return slices.Clone(p.Members)
}

// Within says whether a place lies wholly in the given countries: a region does when all its
// members do.
func (g *Gazetteer) Within(id string, countries []string) bool {
	all := g.Countries(id)
	for _, c := range all {
		if !slices.Contains(countries, c) {
			return false
		}
	}
	return len(all) > 0
}
