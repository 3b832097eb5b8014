package match

import (
	"unicode"
	"unicode/utf8"

	"tributary/feeds/fold"
)

// latinEnd ends the runes whose folded form is in a table: Latin-1 and Latin Extended A and B.
const latinEnd = 0x250

// latinLetter is the folded form of a letter; "" for what is none.
type latinLetter struct {
	fold           string
	capital, small bool // neither for ª
}

// latin holds the folded forms of the runes from utf8.RuneSelf to latinEnd.
var latin = func() (t [latinEnd - utf8.RuneSelf]latinLetter) {
	for i := range t {
		if r := rune(utf8.RuneSelf + i); unicode.IsLetter(r) {
			t[i] = latinLetter{
				fold:    string(fold.Append(nil, r)),
				capital: unicode.IsUpper(r) || unicode.IsTitle(r),
				small:   unicode.IsLower(r),
			}
		}
	}
	return t
}()

// isWordRune says whether words are made of r: letters, digits, and the marks that are letters in
// their script (diacritics are not).
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return fold.ASCII[r] != 0
	}
	if r < latinEnd {
		return latin[r-utf8.RuneSelf].fold != ""
	}
	if isApostrophe(r) || fold.IsDiacritic(r) || fold.IsInvisible(r) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
