// Package fold gives letters the form in which people look for them: without accents and in lower case,
// so that "Perú", "PERÚ" and "peru" are one word to a topic and to a search.
package fold

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Max is room for the folded form of one rune, in bytes: no canonical decomposition is longer than four
// runes.
const Max = 4 * utf8.UTFMax

// plain is how letters that Unicode does not decompose are written without their stroke or
// ligature; lower case.
var plain = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ŧ': "t",
}

// Append appends the folded form of a letter, digit or mark: canonically decomposed (NFD,
// Unicode annex 15; Hangul stays as it is), without diacritics, and in lower case.
func Append(dst []byte, r rune) []byte {
	var whole [utf8.UTFMax]byte
	rest := whole[:utf8.EncodeRune(whole[:], r)]
	if parts := norm.NFD.Properties(rest).Decomposition(); parts != nil {
		rest = parts
	}
	for len(rest) > 0 {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		if IsDiacritic(r) {
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

// IsDiacritic says whether r is a combining accent of the Latin, Greek and Cyrillic scripts, or of
// symbols.
func IsDiacritic(r rune) bool {
	return r >= 0x300 && r <= 0x36F || r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF ||
		r >= 0x20D0 && r <= 0x20FF || r >= 0xFE20 && r <= 0xFE2F
}

// IsInvisible says whether r is a hint for layout that people do not see: soft hyphen, zero-width
// joiners, direction marks, word joiner, byte order mark, variation selectors.
func IsInvisible(r rune) bool {
	return r == 0xAD || r >= 0x200C && r <= 0x200F || r == 0x2060 || r == 0xFEFF ||
		r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// ASCII holds the folded form of ASCII letters and digits, and 0 for what is in no word.
var ASCII = func() (t [utf8.RuneSelf]byte) {
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
