package match

import (
	"unicode"
	"unicode/utf8"

	"tributary/feeds/fold"
)

// maxWord bounds a word, in folded bytes: a longer one is no word of any language and matches
// nothing but a prefix.
const maxWord = 64

// word is one word of a text: a run of letters and digits, or a dotted acronym such as U.S.
type word struct {
	start, end uint32    // bytes of the text, without a possessive 's
	shape      uint64    // bit i says that the i-th folded byte comes from a capital
	sep        separator // what stands between the word before and this one
	dotted     bool      // a dotted acronym
	long       bool      // cut after maxWord bytes
}

// scanner reads the words of a UTF-8 text, folding them as it goes. Bytes that are not UTF-8
// break phrases.
type scanner struct {
	text []byte
	at   int // next byte to read

	word       // the word just read
	n     int  // how many bytes of fold it fills
	mixed bool // a letter that is not a capital has been read: case says something in this text
	fold  [maxWord]byte
}

// folded is the word just read as words are compared: lower case without accents. Valid until the
// next call of next.
func (s *scanner) folded() []byte { return s.fold[:s.n] }

// next reads a word and says whether there was one.
func (s *scanner) next() bool {
	sep := s.gap()
	if s.at == len(s.text) {
		return false
	}
	s.word = word{start: uint32(s.at), sep: sep}
	s.n = 0
	s.run()
	if s.at < len(s.text) && s.text[s.at] == '.' && s.oneLetter(0) {
		s.acronym()
	}
	s.end = uint32(s.at)
	return true
}

// run reads letters and digits up to the first other character and appends them, folded.
func (s *scanner) run() {
	for s.at < len(s.text) {
		c := s.text[s.at]
		if c >= utf8.RuneSelf {
			size := s.foldRune()
			if size == 0 {
				return
			}
			s.at += size
			continue
		}
		f := fold.ASCII[c]
		if f == 0 {
			return
		}
		s.put(f, f != c)
		s.mixed = s.mixed || c >= 'a'
		s.at++
	}
}

// put appends a folded byte to the word.
func (s *scanner) put(b byte, capital bool) {
	if s.n == maxWord {
		s.long = true
		return
	}
	if capital {
		s.shape |= 1 << s.n
	}
	s.fold[s.n] = b
	s.n++
}

// foldRune appends the folded form of the non-ASCII rune at s.at and returns its size; 0 when the
// rune ends the word.
func (s *scanner) foldRune() int {
	r, size := utf8.DecodeRune(s.text[s.at:])
	if r < latinEnd {
		l := &latin[r-utf8.RuneSelf]
		if l.fold == "" {
			if fold.IsInvisible(r) {
				return size
			}
			return 0
		}
		for i := range len(l.fold) {
			s.put(l.fold[i], l.capital)
		}
		s.mixed = s.mixed || l.small
		return size
	}
	if fold.IsDiacritic(r) || fold.IsInvisible(r) {
		return size
	}
	if !isWordRune(r) {
		return 0
	}
	capital := unicode.IsUpper(r) || unicode.IsTitle(r)
	var buf [fold.Max]byte
	for _, b := range fold.Append(buf[:0], r) {
		s.put(b, capital)
	}
	s.mixed = s.mixed || !capital && unicode.IsLetter(r)
	return size
}

// oneLetter says whether the word read so far has exactly one letter after its first from bytes.
func (s *scanner) oneLetter(from int) bool {
	r, size := utf8.DecodeRune(s.fold[from:s.n])
	return from < s.n && from+size == s.n && unicode.IsLetter(r)
}

// acronym goes on reading after the first letter of U.S. as long as a dot and a single letter
// follow, and takes the last dot too.
func (s *scanner) acronym() {
	for s.at < len(s.text) && s.text[s.at] == '.' {
		before := *s
		s.at++
		s.run()
		if !s.oneLetter(before.n) {
			*s = before
			break
		}
		s.dotted = true
	}
	if s.dotted && s.at < len(s.text) && s.text[s.at] == '.' {
		s.at++
	}
}

// startsWord says whether the text has a letter or digit at byte i.
func (s *scanner) startsWord(i int) bool {
	r, _ := utf8.DecodeRune(s.text[i:])
	return i < len(s.text) && isWordRune(r)
}
