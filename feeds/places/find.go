package places

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Find gives the place that an admin calls so: by its code (BR, 419), a region's id, or the English
// name of either, whatever its case. Its error names the nearest place.
func (g *Gazetteer) Find(text string) (Place, error) {
	if p, ok := g.Place(text); ok {
		return p, nil
	}
	if p, ok := g.Place(strings.ToUpper(text)); ok {
		return p, nil
	}
	wanted := slug(text)
	var known []string
	for _, id := range g.Places() {
		p := g.places[id]
		if title := slug(p.Title); title == wanted {
			return p, nil
		} else if len(id) > 2 {
			known = append(known, id, title)
		} else {
			known = append(known, title)
		}
	}
	if near := Nearest(wanted, known, max(2, len(wanted)/3)); near != "" {
		return Place{}, fmt.Errorf("%q is no place that is known; did you mean %s?", text, near)
	}
	return Place{}, fmt.Errorf("%q is no place that is known; write a country's code, such as BR, or a region's id, such as latin-america", text)
}

// Nearest is the first word, of those known, that the fewest slips of a letter would turn into the
// given one; "" when all take more than so many.
func Nearest(word string, known []string, most int) string {
	best, distance := "", most+1
	for _, k := range known {
		if d := editDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// slug is a name in the manner of an id: small letters without accents, hyphens between words.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
		default:
			if gap {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// editDistance is Levenshtein's, of bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
