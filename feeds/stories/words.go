package stories

import (
	"unicode"
	"unicode/utf8"

	"tributary/feeds/fold"
)

// scanner reads the words of a text as they are compared: folded, and cut after some letters, because what
// comes then is most often an ending. Of scripts that put no spaces between words it gives every pair of
// characters.
type scanner struct {
	text   string
	markup bool // text is HTML, whose tags and references are passed over
	at     int

	hash   uint64 // of the word just read
	runes  int    // in it
	number bool   // it begins with a digit
	before rune   // the character before, of a script without spaces; 0 for none
}

// FNV-1a (https://www.rfc-editor.org/rfc/rfc9923).
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// stem is how many letters of a word are compared.
const stem = 7

// next reads a word and says whether there was one.
func (s *scanner) next() bool {
	s.hash, s.runes, s.number = fnvBasis, 0, false
	for s.at < len(s.text) {
		if c := s.text[s.at]; c < utf8.RuneSelf && fold.ASCII[c] != 0 {
			s.before = 0
			s.at++
			s.put(rune(c), string(fold.ASCII[c]))
			continue
		}
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		switch {
		case unbroken(r):
			if s.runes > 0 {
				return true
			}
			s.at += size
			if s.pair(r) {
				return true
			}
		case r >= utf8.RuneSelf && (unicode.In(r, unicode.L, unicode.M, unicode.Nd) || fold.IsInvisible(r)):
			s.before = 0
			s.at += size
			s.letter(r)
		case s.runes > 0:
			return true
		default:
			s.before = 0
			s.skip(r, size)
		}
	}
	return s.runes > 0
}

// pair makes a word of a character and the one before, if that was of such a script, too.
func (s *scanner) pair(r rune) bool {
	first := s.before
	if s.before = r; first == 0 {
		return false
	}
	s.put(first, string(first))
	s.put(r, string(r))
	return true
}

// skip passes over what begins with r and is between words.
func (s *scanner) skip(r rune, size int) {
	s.at += size
	var end byte
	switch {
	case s.markup && r == '<':
		end = '>'
	case s.markup && r == '&':
		end = ';'
	default:
		return
	}
	for s.at < len(s.text) {
		if s.at++; s.text[s.at-1] == end {
			return
		}
	}
}

func (s *scanner) letter(r rune) {
	if r < foldedEnd {
		if f := folded[r]; f != "" {
			s.put(r, f)
		}
		return
	}
	var buf [fold.Max]byte
	if f := fold.Append(buf[:0], r); len(f) > 0 && !fold.IsInvisible(r) {
		s.put(r, string(f))
	}
}

// put adds a letter to the word: r, folded to f.
func (s *scanner) put(r rune, f string) {
	if s.runes == 0 {
		s.number = unicode.IsDigit(r)
	}
	if s.runes++; s.runes > stem && !s.number {
		return
	}
	for i := range len(f) {
		s.hash = (s.hash ^ uint64(f[i])) * fnvPrime
	}
}

// foldedEnd ends the letters whose folded form is in a table: Latin, Greek and Cyrillic.
const foldedEnd = 0x530

var folded = func() (t [foldedEnd]string) {
	for r := rune(utf8.RuneSelf); r < foldedEnd; r++ {
		if !fold.IsInvisible(r) {
			t[r] = string(fold.Append(nil, r))
		}
	}
	return t
}()

// unbroken says whether the script of a character puts no spaces between words.
func unbroken(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
