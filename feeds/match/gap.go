package match

import (
	"unicode"
	"unicode/utf8"
)

// separator says what stands between two words, and so which phrases read across: all cross joined,
// none crosses broken, and the two between are crossed by phrases that have them too.
type separator uint8

const (
	joined     separator = iota // spaces, hyphens, symbols
	comma                       // one comma or more
	possessive                  // 's, or ' after an s
	broken                      // a sentence mark, bracket, quote, dash, bullet or paragraph
)

// and is what two separators in a row make.
func (s separator) and(t separator) separator {
	switch {
	case s == joined || s == t:
		return t
	case t == joined:
		return s
	}
	return broken
}

// gap reads up to the next word, or the end of the text.
func (s *scanner) gap() separator {
	sep := joined
	if s.at == 0 {
		sep = broken
	}
	for s.at < len(s.text) {
		c := s.text[s.at]
		if c == ' ' {
			s.at++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(s.text[s.at:])
		}
		if isWordRune(r) {
			break
		}
		between, size := s.separator(r, size)
		sep = sep.and(between)
		s.at += size
	}
	return sep
}

// separator judges the rune at s.at, which is of no word, and returns how many bytes it read.
func (s *scanner) separator(r rune, size int) (separator, int) {
	switch {
	case r == '.':
		return s.dot(), size
	case (r == ',' || r == ':') && s.inNumber():
		return joined, size
	case r == '-':
		return s.hyphen(), size
	case r == '\n':
		return s.newline(), size
	case isApostrophe(r):
		return s.apostrophe(size)
	}
	return separatorOf(r), size
}

// dot judges a full stop: it ends no sentence after a capitalised word of one or two letters (St.,
// J.) and inside a number.
func (s *scanner) dot() separator {
	short := s.n <= 2 && s.shape&1 != 0 && !s.dotted // an acronym has its own last dot already
	if short && s.at == int(s.end) || s.inNumber() {
		return joined
	}
	return broken
}

// inNumber says whether the mark at s.at stands between two digits.
func (s *scanner) inNumber() bool {
	return s.at > 0 && s.at+1 < len(s.text) && isDigit(s.text[s.at-1]) && isDigit(s.text[s.at+1])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// hyphen judges a hyphen: one that stands free or doubled is a dash.
func (s *scanner) hyphen() separator {
	i, n := s.at, len(s.text)
	before := i == 0 || isBlank(s.text[i-1])
	after := i+1 == n || isBlank(s.text[i+1])
	if before && after || i+1 < n && s.text[i+1] == '-' {
		return broken
	}
	return joined
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// newline judges a line end: an empty line ends a paragraph.
func (s *scanner) newline() separator {
	for _, c := range s.text[s.at+1:] {
		switch {
		case c == '\n':
			return broken
		case !isBlank(c):
			return joined
		}
	}
	return broken
}

// apostrophe judges an apostrophe of size bytes, and reads the s of a possessive with it. Inside a
// word (O'Brien) it joins two; elsewhere it is a quote.
func (s *scanner) apostrophe(size int) (separator, int) {
	if s.n == 0 || s.at != int(s.end) {
		return broken, size
	}
	next := s.at + size
	if next < len(s.text) && s.text[next]|0x20 == 's' && !s.startsWord(next+1) {
		return possessive, size + 1
	}
	switch {
	case s.startsWord(next):
		return joined, size
	case s.fold[s.n-1] == 's':
		return possessive, size
	}
	return broken, size
}

// isApostrophe says whether r is, or is used as, an apostrophe.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', 'ʻ', 'ʼ':
		return true
	}
	return false
}

// separatorOf judges a rune by itself.
func separatorOf(r rune) separator {
	switch r {
	case ',', '，', '、', '،':
		return comma
	case '!', '?', ';', ':', '"', '(', ')', '[', ']', '{', '}', '<', '>', '|', '*':
		return broken
	case '\u2010', '\u2011': // hyphens
		return joined
	case '−', '\u2028', '\u2029': // minus as a dash; line and paragraph separators
		return broken
	}
	if r >= utf8.RuneSelf && unicode.In(r, unicode.P, unicode.So) {
		return broken
	}
	return joined
}
