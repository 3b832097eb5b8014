package stories

import (
	"iter"

	"tributary/feeds/places"
)

// longestName is how many words of a place's name are compared.
const longestName = 4

// gazetteer knows the countries by their names, as the hashes of their words; 0 for a name that means none, or
// one of several.
type gazetteer map[uint64]uint16

// newGazetteer takes the names that mean a country without further evidence.
func newGazetteer(names iter.Seq[places.Name]) gazetteer {
	g := gazetteer{}
	for n := range names {
		country := countryCode(n.Place)
		if n.Weak || n.Kind == places.Mask {
			country = 0
		}
		if n.Kind == places.Person || n.Kind == places.Org || n.Kind == places.RegionName || n.Case == places.ExactCase {
			continue
		}
		hash, words := uint64(0), 0
		for s := (scanner{text: n.Text}); s.next(); words++ {
			hash = chain(hash, s.hash)
		}
		if known, ok := g[hash]; ok && known != country {
			country = 0
		}
		if words <= longestName {
			g[hash] = country
		}
	}
	return g
}

// chain is the hash of words that stand one after the other.
func chain(before, word uint64) uint64 { return mix(before*3 + word) }

// countryCode packs ISO 3166-1's two letters; 0 for a region.
func countryCode(place string) uint16 {
	if len(place) != 2 || place[0] < 'A' || place[0] > 'Z' {
		return 0
	}
	return uint16(place[0])<<8 | uint16(place[1])
}

// find gives the countries that the words name, each once; the longest name at a place counts.
func (g gazetteer) find(words []uint64, found []uint16) []uint16 {
	for i := 0; i < len(words); {
		hash, length, country := uint64(0), 1, uint16(0)
		for n := 0; n < longestName && i+n < len(words); n++ {
			hash = chain(hash, words[i+n])
			if c, ok := g[hash]; ok {
				length, country = n+1, c
			}
		}
		if i += length; country != 0 && !contains(found, country) {
			found = append(found, country)
		}
	}
	return found
}

func contains(list []uint16, c uint16) bool {
	for _, have := range list {
		if have == c {
			return true
		}
	}
	return false
}
