package match

import (
	"bytes"
	"strings"
)

// teasers are how sentences begin that send readers to other articles, folded. The value says
// whether a colon must follow, since the words have another use too.
var teasers = map[string]bool{
	"read more": false, "read also": false, "also read": false, "read next": false, "see also": false,
	"related": true, "related articles": false, "related stories": false, "more on this story": false,
	"sign up for": false, "subscribe to our": false, "newsletter": true, "watch": true, "listen": true, "live": true,
	"mas informacion": false, "lea tambien": false, "lee tambien": false, "lea ademas": false, "lea mas": false, "leer mas": false,
	"le puede interesar": false, "te puede interesar": false, "tambien te puede": false, "vea tambien": false,
	"suscribete a": false, "suscribase a": false, "relacionado": true, "noticias relacionadas": false,
	"leia tambem": false, "leia mais": false, "veja tambem": false, "saiba mais": false, "assine a": false, "assine nossa": false,
	"lire aussi": false, "a lire aussi": false, "lire la suite": false,
}

// teaserStarts are the first words of the teasers.
var teaserStarts = func() map[string]bool {
	starts := make(map[string]bool)
	for t := range teasers {
		first, _, _ := strings.Cut(t, " ")
		starts[first] = true
	}
	return starts
}()

// maxTeaser is the words of the longest teaser.
const maxTeaser = 4

// stripTeasers takes out of a text, in place, what advertises other articles: sentences that begin
// as teasers do, and what follows a bullet inside a paragraph. It returns the new length.
func stripTeasers(text []byte) int {
	n := 0 // bytes kept
	begins := true
	for i := 0; i < len(text); {
		c := text[i]
		if begins && c != ' ' && c != '\n' {
			if end := i + teaser(text[i:]); end > i {
				i = len(text) - len(bytes.TrimLeft(text[end:], " \n"))
				continue
			}
			begins = false
		}
		if c == '\xE2' && n > 0 && text[n-1] != '\n' && bytes.HasPrefix(text[i:], []byte("•")) {
			n = len(bytes.TrimRight(text[:n], " "))
			i += paragraph(text[i:])
			begins = true
			continue
		}
		begins = begins || c == '\n' || c < '@' && endsSentence(text, i)
		if n < i {
			text[n] = c
		}
		n++
		i++
	}
	return len(bytes.TrimRight(text[:n], " \n"))
}

// teaser gives the length of the teaser that the text begins with, up to the next sentence or
// paragraph; 0 when it begins with none.
func teaser(text []byte) int {
	var key [maxTeaser * (maxWord + 1)]byte
	n := 0
	s := scanner{text: text}
	for i := range maxTeaser {
		if !s.next() || i > 0 && s.sep != joined {
			return 0
		}
		if i == 0 && !teaserStarts[string(s.folded())] {
			return 0
		}
		n += copy(key[n:], s.folded())
		if colon, found := teasers[string(key[:n])]; found && (!colon || s.at < len(text) && text[s.at] == ':') {
			return sentence(text[s.at:]) + s.at
		}
		key[n] = ' '
		n++
	}
	return 0
}

// sentence gives the length of the sentence that the text begins with.
func sentence(text []byte) int {
	for i, c := range text {
		if c == '\n' || endsSentence(text, i) {
			return i + 1
		}
	}
	return len(text)
}

// endsSentence says whether a sentence ends at byte i. A dot after a capital is an abbreviation's.
func endsSentence(text []byte, i int) bool {
	if i+1 >= len(text) || text[i+1] != ' ' {
		return false
	}
	switch text[i] {
	case '!', '?':
		return true
	case '.':
		return i > 0 && (text[i-1] < 'A' || text[i-1] > 'Z')
	}
	return false
}

// paragraph gives the length of the paragraph that the text begins with.
func paragraph(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}
