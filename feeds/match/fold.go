package match

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxFold is room for the folded form of one rune: no canonical decomposition is longer than four
// runes.
const maxFold = 4 * utf8.UTFMax

// latinEnd ends the runes whose folded form is in a table: Latin-1 and Latin Extended A and B.
const latinEnd = 0x250

// asciiFold holds the folded form of ASCII letters and digits, and 0 for what ends a word.
var asciiFold = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			t[c] = c
		case c >= 'A' && c <= 'Z':
			t[c] = c - 'A' + 'a'
		}
	}
	return t
}()

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
				fold:    string(appendFold(nil, r)),
				capital: unicode.IsUpper(r) || unicode.IsTitle(r),
				small:   unicode.IsLower(r),
			}
		}
	}
	return t
}()

// plain is how letters that Unicode does not decompose are written without their stroke or
// ligature; lower case.
var plain = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ŧ': "t",
}

// appendFold appends the folded form of a letter, digit or mark: canonically decomposed (NFD,
// Unicode annex 15; Hangul stays as it is), without diacritics, and in lower case.
func appendFold(dst []byte, r rune) []byte {
	var whole [utf8.UTFMax]byte
	rest := whole[:utf8.EncodeRune(whole[:], r)]
	if parts := norm.NFD.Properties(rest).Decomposition(); parts != nil {
		rest = parts
	}
	for len(rest) > 0 {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		if isDiacritic(r) {
			continue
		}
		// By way of the capital, because ſ and ς are other small forms of s and σ.
		r = unicode.ToLower(unicode.ToUpper(r))
		if s, ok := plain[r]; ok {
			dst = append(dst, s...)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// isWordRune says whether words are made of r: letters, digits, and the marks that are letters in
// their script (diacritics are not).
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiFold[r] != 0
	}
	if r < latinEnd {
		return latin[r-utf8.RuneSelf].fold != ""
	}
	if isApostrophe(r) || isDiacritic(r) || isInvisible(r) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// isDiacritic says whether r is a combining accent of the Latin, Greek and Cyrillic scripts, or of
// symbols.
func isDiacritic(r rune) bool {
	return r >= 0x300 && r <= 0x36F || r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF ||
		r >= 0x20D0 && r <= 0x20FF || r >= 0xFE20 && r <= 0xFE2F
}

// isInvisible says whether r is a hint for layout that people do not see: soft hyphen, zero-width
// joiners, direction marks, word joiner, byte order mark, variation selectors.
func isInvisible(r rune) bool {
	return r == 0xAD || r >= 0x200C && r <= 0x200F || r == 0x2060 || r == 0xFEFF ||
		r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}
