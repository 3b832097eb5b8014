package parse

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// plain says whether text can be copied into XML as it is: no references, nothing to escape and no
// character that XML 1.0 §2.2 forbids.
func plain(s []byte) bool {
	for _, c := range s {
		if special[c] {
			return false
		}
	}
	return true
}

// special are the bytes that begin something to look at: controls, references, markup, quotes, and
// the lead byte of U+FFFE and U+FFFF.
var special = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\t' && c != '\n' && c != '\r'
	}
	for _, c := range []byte{'&', '<', '>', '"', 0xef} {
		t[c] = true
	}
	return t
}()

// appendEscaped writes text as XML, without the characters that XML 1.0 §2.2 forbids.
func appendEscaped(out, s []byte) []byte {
	last := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !special[c] {
			continue
		}
		esc, n := "", 1
		switch {
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '"':
			esc = "&#34;"
		case c == 0xef && bytes.HasPrefix(s[i:], []byte("\ufffe")), c == 0xef && bytes.HasPrefix(s[i:], []byte("\uffff")):
			n = 3
		case c == 0xef:
			continue
		}
		out = append(append(out, s[last:i]...), esc...)
		last, i = i+n, i+n-1
	}
	return append(out, s[last:]...)
}

// maxEntity is longer than any name of a character.
const maxEntity = 40

// decodeEntities replaces references to characters once, in XML's way with HTML's names. A
// reference to a character that text may not have is dropped; an "&" that begins no reference
// stands for itself.
func decodeEntities(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		text, n := reference(s)
		b.WriteString(text)
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// reference reads the reference that s may begin with: what it stands for and its length.
func reference(s string) (string, int) {
	end := 1
	for end < len(s) && end < maxEntity && (alphanumeric(s[end]) || s[end] == '#' && end == 1) {
		end++
	}
	semicolon := end < len(s) && s[end] == ';'
	switch name := s[1:end]; {
	case len(name) > 1 && name[0] == '#':
		r, digits := numeric(name[1:])
		if digits == 0 {
			return "&", 1
		}
		n := 2 + digits
		if n < len(s) && s[n] == ';' {
			n++
		}
		if !legal(r) {
			return "", n
		}
		return string(r), n
	case !semicolon || name == "":
		return "&", 1
	default:
		text := html.UnescapeString(s[:end+1])
		if strings.HasSuffix(text, ";") && text != ";" { // the name was cut short: "&copyx;"
			return "&", 1
		}
		return text, end + 1
	}
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// numeric reads the number of a character reference, and tells how many bytes it takes. The numbers
// 128 to 159 mean windows-1252, as HTML §13.2.5.80 has it.
func numeric(s string) (r rune, size int) {
	base, start := 10, 0
	if s[0] == 'x' || s[0] == 'X' {
		base, start = 16, 1
	}
	end := start
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || base == 16 && (s[end]|0x20) >= 'a' && (s[end]|0x20) <= 'f') {
		end++
	}
	if end == start {
		return 0, 0
	}
	v, err := strconv.ParseUint(s[start:end], base, 32)
	if err != nil || v > utf8.MaxRune {
		return 0, end
	}
	if v >= 0x80 && v < 0xa0 {
		r, _ := utf8.DecodeRuneInString(html.UnescapeString("&#" + strconv.Itoa(int(v)) + ";"))
		return r, end
	}
	return rune(v), end
}

// legal says whether XML 1.0 §2.2 allows a character.
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd ||
		r >= 0x10000 && r <= utf8.MaxRune
}
