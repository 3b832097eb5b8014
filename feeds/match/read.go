package match

import "iter"

// Word is one word of a text, as terms find it.
type Word struct {
	Folded     string // lower case, without accents
	Start, End int    // bytes of the text
	Joined     bool   // a phrase may have it after the word before
}

// Words reads the words of a text.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		s := scanner{text: []byte(text)}
		for s.next() {
			if !yield(Word{string(s.folded()), int(s.start), int(s.end), s.sep == joined}) {
				return
			}
		}
	}
}
