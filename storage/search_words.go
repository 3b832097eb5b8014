package storage

import (
	"unicode"
	"unicode/utf8"

	"tributary/feeds/fold"
)

// A text is indexed and searched by its words: runs of letters and digits, folded. Of a longer word only
// the beginning counts, of a longer text only the first words: PostgreSQL keeps no more than 255
// positions of a word.
const (
	maxWord  = 64 // bytes
	maxWords = 250
)

// foldedASCII holds the folded form of ASCII letters and digits, and 0 for what ends a word.
var foldedASCII = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		if inWord(rune(c)) {
			t[c] = byte(lower(rune(c)))
		}
	}
	return t
}()

// foldedLatin holds the folded forms of the letters after ASCII up to the end of Latin Extended B; ""
// for what is none.
var foldedLatin = func() (t [0x250 - utf8.RuneSelf]string) {
	for i := range t {
		if r := rune(utf8.RuneSelf + i); unicode.IsLetter(r) {
			t[i] = string(fold.Append(nil, r))
		}
	}
	return t
}()

// appendWords appends the words of a text, each after a space, and a last space when there are any. So a
// phrase is in a text exactly when its words, written like this, are in the text's.
func appendWords(dst []byte, text string) []byte {
	w := wordWriter{out: dst}
	for i := 0; i < len(text) && !w.full; {
		if text[i] < utf8.RuneSelf {
			i += w.ascii(text[i:])
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r >= '！' && r <= '～' { // ASCII as wide as ideographs
			w.ascii(string(r - '！' + '!'))
			continue
		}
		w.rune(r)
	}
	w.end()
	if w.words > 0 {
		w.out = append(w.out, ' ')
	}
	return w.out
}

// wordWriter writes words, each after a space.
type wordWriter struct {
	out   []byte
	start int  // of the present word in out; 0 for none
	alone bool // the present word takes no further letter
	cut   bool // the present word has its maxWord bytes
	words int  // how many have begun
	full  bool // there were maxWords, and another one would begin
}

func (w *wordWriter) end() { w.start, w.alone, w.cut = 0, false, false }

// room begins a word, if there is none, and says whether it takes so many bytes more.
func (w *wordWriter) room(size int) bool {
	if w.start == 0 || w.alone {
		if w.words == maxWords {
			w.full = true
			return false
		}
		w.words++
		w.out = append(w.out, ' ')
		w.start, w.alone, w.cut = len(w.out), false, false
	}
	return w.fits(size)
}

// fits says whether the present word takes so many bytes more.
func (w *wordWriter) fits(size int) bool {
	w.cut = w.cut || len(w.out)-w.start+size > maxWord
	return !w.cut
}

// ascii takes the text's first byte, and what of its word follows at once; it gives the number of bytes.
func (w *wordWriter) ascii(text string) (n int) {
	if foldedASCII[text[0]] == 0 {
		w.end()
		return 1
	}
	if !w.room(1) {
		return 1
	}
	text = text[:min(len(text), maxWord-(len(w.out)-w.start))]
	for n < len(text) && text[n] < utf8.RuneSelf && foldedASCII[text[n]] != 0 {
		w.out = append(w.out, foldedASCII[text[n]])
		n++
	}
	return n
}

func (w *wordWriter) rune(r rune) {
	switch {
	case r-utf8.RuneSelf < rune(len(foldedLatin)) && foldedLatin[r-utf8.RuneSelf] != "":
		if f := foldedLatin[r-utf8.RuneSelf]; w.room(len(f)) {
			w.out = append(w.out, f...)
		}
	case fold.IsDiacritic(r), fold.IsInvisible(r), isPoint(r): // part of the letter before it
	case unicode.IsMark(r):
		if w.start != 0 && w.fits(utf8.RuneLen(r)) {
			w.out = utf8.AppendRune(w.out, r)
		}
	case unicode.IsLetter(r), unicode.IsDigit(r):
		alone := standsAlone(r)
		if alone {
			w.end()
		}
		w.letter(r)
		w.alone = alone
	default:
		w.end()
	}
}

func (w *wordWriter) letter(r rune) {
	var buf [fold.Max]byte
	f := fold.Append(buf[:0], r)
	if first, size := utf8.DecodeRune(f); size < len(f) && unicode.In(first, unicode.Arabic, unicode.Hebrew) {
		f = f[:size] // without its points
	}
	if w.room(len(f)) {
		w.out = append(w.out, f...)
	}
}

// isPoint says whether r is a vowel point of Arabic or Hebrew, which are mostly left out, or stretches an
// Arabic word.
func isPoint(r rune) bool {
	return r == 'ـ' || r >= 0x591 && r <= 0x670 && unicode.Is(unicode.Mn, r)
}

// standsAlone says whether r is of a script that sets no spaces between words. Each of its letters counts
// as a word, and what is typed without spaces is looked for as a phrase.
func standsAlone(r rune) bool {
	return r >= 0xE00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
