package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// legal gives s without the characters that XML 1.0 §2.2 forbids, and without bytes that are not
// UTF-8.
func legal(s string) string {
	if isAllLegal(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isLegal(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
}

// isAllLegal spares nearly every text the slow way. In UTF-8 the forbidden characters are the bytes
// below a space, and U+FFFE and U+FFFF.
func isAllLegal(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ':
			if !isLegal(rune(c)) {
				return false
			}
		case c == 0xef && (strings.HasPrefix(s[i:], "\ufffe") || strings.HasPrefix(s[i:], "\uffff")):
			return false
		}
	}
	return utf8.ValidString(s)
}

func isLegal(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r <= 0xd7ff, 0xe000 <= r && r <= 0xfffd:
		return true
	}
	return 0x10000 <= r && r <= unicode.MaxRune
}

// line gives s as one line of legal text: whitespace folded, no control characters, and nothing
// that could turn the text around it.
func line(s string) string {
	if isLine(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unfitForLine(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// isLine says that line would leave s as it is. It may say no without need.
func isLine(s string) bool {
	previous := ' '
	for _, r := range s {
		if r == ' ' && previous == ' ' || r != ' ' && unicode.IsSpace(r) || unfitForLine(r) || r == utf8.RuneError {
			return false
		}
		previous = r
	}
	return previous != ' ' || s == ""
}

func unfitForLine(r rune) bool {
	return !isLegal(r) || unicode.IsControl(r) || turnsText(r)
}

// lines gives each text as one line, without empty and repeated ones.
func lines(texts []string) []string {
	var kept []string
	for _, t := range texts {
		if t = line(t); t != "" && !slices.Contains(kept, t) {
			kept = append(kept, t)
		}
	}
	return kept
}

// turnsText says whether r is one of Unicode's explicit embeddings, overrides and isolates, whose
// effect leaks out of a text that does not end them. Plain marks (U+200E, U+200F) do not.
func turnsText(r rune) bool {
	return 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// cut gives at most limit characters of a line of text: up to the end of a sentence in the second
// half, else to the end of a word there, else anywhere, and with an ellipsis.
func cut(s string, limit int) string {
	end, sentence, word := 0, 0, 0 // where to cut, in bytes: by characters, sentences and words
	count := 0
	for i, r := range s {
		if count == limit {
			return cutAt(s, end, sentence, word)
		}
		if r == ' ' {
			word = i
			if count > limit/2 && endsSentence(s[:i]) {
				sentence = i
			}
		}
		if !continuesCharacter(r) {
			end = i
		}
		count++
	}
	return s
}

func cutAt(s string, end, sentence, word int) string {
	switch {
	case sentence > 0:
		return s[:sentence]
	case word > end/2:
		return strings.TrimRightFunc(s[:word], unicode.IsPunct) + "…"
	}
	return s[:end] + "…"
}

func endsSentence(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, `"'”’»)`))
	return strings.ContainsRune(".!?…", r)
}

// continuesCharacter says whether r belongs to the character before it, as far as people see.
func continuesCharacter(r rune) bool {
	return unicode.Is(unicode.M, r) || r == 0x200d || 0x1f3fb <= r && r <= 0x1f3ff
}

// asHTML gives the HTML that shows the text.
func asHTML(text string) string {
	return htmlEscaper.Replace(text)
}

var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// language gives a tag of BCP 47's form, and "" for anything else.
func language(tag string) string {
	for part := range strings.SplitSeq(tag, "-") {
		if part == "" || len(part) > 8 || strings.ContainsFunc(part, notAlphanumeric) {
			return ""
		}
	}
	return tag
}

func notAlphanumeric(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
