package render

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// legal gives s without the characters that XML 1.0 §2.2 forbids or HTML calls mistakes, and without
// bytes that are not UTF-8. A character that somebody else lost already is a question mark.
func legal(s string) string {
	if isAllLegal(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '?'
		case isLegal(r):
			return r
		}
		return -1
	}, reread(strings.ToValidUTF8(s, ""), "\n"))
}

// isAllLegal spares nearly every text the slow way. It may say no without need.
func isAllLegal(s string) bool {
	for i := range len(s) {
		if suspect[s[i]] && isOdd(s[i:]) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// suspect are the bytes that a character may begin with that is not legal, or that was misread.
var suspect = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' && !isLegal(rune(c)) || c == 0x7f || c == 0xc2 || c == 0xc3 || c >= 0xef
	}
	return t
}()

func isOdd(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return !isLegal(r) || r == utf8.RuneError || misread(s)
}

func isLegal(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0x7f:
		return true
	}
	return r >= 0xa0 && !(0xd800 <= r && r <= 0xdfff) && !(0xfdd0 <= r && r <= 0xfdef) && r&0xfffe != 0xfffe && r <= unicode.MaxRune
}

// misread says whether s begins as UTF-8 does that was decoded as Latin-1: Ã©.
func misread(s string) bool {
	return len(s) > 2 && s[0] == 0xc3 && (s[1] == 0x82 || s[1] == 0x83) && s[2] == 0xc2
}

// reread decodes anew what was UTF-8 and decoded as Latin-1. The pieces that end in one of the characters of
// ends are judged on their own: one is decoded when all of its Latin-1 can be, since "«amanhã»" in capitals
// looks like it in part.
func reread(s, ends string) string {
	var b strings.Builder
	for rest := s; rest != ""; {
		n := strings.IndexAny(rest, ends) + 1
		if n == 0 {
			n = len(rest)
		}
		b.WriteString(rereadPiece(rest[:n]))
		rest = rest[n:]
	}
	if b.Len() == len(s) {
		return s
	}
	return reread(b.String(), ends) // some software does it twice
}

func rereadPiece(s string) string {
	var out, run []byte
	for _, r := range s {
		if r <= 0xff {
			run = append(run, byte(r))
			continue
		}
		if !utf8.Valid(run) {
			return s
		}
		out = utf8.AppendRune(append(out, run...), r)
		run = run[:0]
	}
	if !utf8.Valid(run) {
		return s
	}
	return string(append(out, run...))
}

// line gives s as one line of legal text: whitespace folded, no control characters, and nothing
// that could turn the text around it. What looks like an end tag gets an invisible character, so that
// no reader takes the text for markup.
func line(s string) string {
	if isLine(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '?'
		case unfitForLine(r) && !unicode.IsSpace(r):
			return -1
		}
		return r
	}, reread(strings.ToValidUTF8(s, ""), "&<>\"'\n"))
	s = strings.Join(strings.Fields(s), " ")
	return strings.ReplaceAll(s, "</", "<\u2060/")
}

// isLine says that line would leave s as it is. It may say no without need.
func isLine(s string) bool {
	previous := ' '
	for i, r := range s {
		switch {
		case r == ' ' && previous == ' ', r != ' ' && unicode.IsSpace(r), unfitForLine(r), r == utf8.RuneError,
			r == '/' && previous == '<', misread(s[i:]):
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
	seen := make(map[string]bool, len(texts))
	for _, t := range texts {
		if t = line(t); t != "" && !seen[t] {
			seen[t] = true
			kept = append(kept, t)
		}
	}
	return kept
}

// names gives the names of people, without addresses of mail, which are not for everybody.
func names(people []string) []string {
	var kept []string
	for _, p := range people {
		kept = append(kept, mailAddress.ReplaceAllString(p, ""))
	}
	return lines(kept)
}

var mailAddress = regexp.MustCompile(`<[^<>\s]+@[^<>\s]+>`)

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

// tag gives a language tag (BCP 47) whose language ISO 639 knows by two letters, or by the three that are
// common in news, since validators know no others; "" for anything else.
func tag(s string) string {
	if s == "" || strings.Contains(s, "_") {
		return ""
	}
	t, err := language.Parse(s)
	if err != nil || t == language.Und {
		return ""
	}
	s = t.String()
	if base, _, _ := strings.Cut(s, "-"); len(base) != 2 && !threeLetters[base] {
		return ""
	}
	return s
}

var threeLetters = func() map[string]bool {
	m := map[string]bool{}
	for code := range strings.FieldsSeq("ast ceb csb dsb fil fur gsw haw hsb kab kok mai mni nap nds sah sat scn sco szl tet tpi war") {
		m[code] = true
	}
	return m
}()
