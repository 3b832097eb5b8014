package parse

import (
	"encoding/base64"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// format is what a text is written in.
type format uint8

const (
	plainText format = iota
	htmlText
	xhtmlText
)

// markup is a text with the base of its links and its language.
type markup struct {
	body       string
	format     format
	base, lang string
}

// decode gives what a kept text says, by the rules of its format: RFC 4287 §3.1 for Atom 1.0, the
// type and mode attributes of Atom 0.3, and custom for RSS, which does not say whether a text is
// HTML.
func (t text) decode() markup {
	m := markup{base: t.base, lang: t.lang}
	raw := strings.TrimSpace(string(t.raw))
	cdata := strings.Contains(raw, "<![CDATA[")
	switch {
	case t.atom && (t.mode == "base64" || binary(t.kind)):
		m.body = fromBase64(raw)
	case t.markup && !cdata:
		m.body, m.format = strings.TrimSpace(raw), xhtmlText
		return m
	default:
		m.body = strings.TrimSpace(characters(raw))
	}
	switch kind := t.kind; {
	case strings.Contains(kind, "xhtml") && (cdata || t.mode == "base64"), strings.Contains(kind, "html") && !strings.Contains(kind, "xhtml"):
		m.format = htmlText
	case t.atom && kind == "text" || strings.Contains(kind, "xhtml"):
		m.format = plainText
	case t.atom:
		if tags(m.body) {
			m.format = htmlText
		}
	case tags(m.body) || references(m.body):
		m.format = htmlText
	}
	return m
}

// binary says whether Atom content of that type is base64 (RFC 4287 §4.1.3.3, rule 6).
func binary(kind string) bool {
	return strings.Contains(kind, "/") && !strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "xml") && !strings.Contains(kind, "html")
}

func fromBase64(s string) string {
	s = strings.Join(strings.Fields(s), "")
	out, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(out) {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// characters is the character data of an element: CDATA as it is, references decoded, comments
// gone. Stray tags stay as they are.
func characters(raw string) string {
	switch i := strings.IndexByte(raw, '<'); {
	case i < 0:
		return decodeEntities(raw)
	case i == 0 && strings.HasPrefix(raw, "<![CDATA[") && strings.Index(raw, "]]>") == len(raw)-len("]]>"):
		return raw[len("<![CDATA[") : len(raw)-len("]]>")]
	}
	var b strings.Builder
	b.Grow(len(raw))
	for raw != "" {
		i := strings.Index(raw, "<!")
		if i < 0 {
			b.WriteString(decodeEntities(raw))
			break
		}
		b.WriteString(decodeEntities(raw[:i]))
		raw = raw[i:]
		switch {
		case strings.HasPrefix(raw, "<![CDATA["):
			body, rest, closed := strings.Cut(raw[len("<![CDATA["):], "]]>")
			if !closed {
				body = strings.TrimSuffix(body, "]]")
			}
			b.WriteString(body)
			raw = rest
		case strings.HasPrefix(raw, "<!--"):
			_, raw, _ = strings.Cut(raw[len("<!--"):], "-->")
		default:
			b.WriteString("<!")
			raw = raw[2:]
		}
	}
	return b.String()
}

// tags says whether text holds a tag of HTML: what looks like one and has a policy.
func tags(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 >= len(s) {
			return false
		}
		s = strings.TrimPrefix(s[i+1:], "/")
		end := 0
		for end < len(s) && end < 12 && alphanumeric(s[end]) {
			end++
		}
		if end > 0 && end < len(s) && (s[end] == '>' || s[end] == '/' || space(s[end])) && known(strings.ToLower(s[:end])) {
			return strings.IndexByte(s, '>') >= 0
		}
	}
}

func known(name string) bool {
	if _, ok := policies[name]; ok {
		return true
	}
	switch name {
	case "font", "big", "blink", "object", "embed", "input", "button", "label", "svg", "math", "meta", "link", "base", "body", "html", "nobr", "applet", "textarea", "marquee", "frame", "frameset":
		return true
	}
	return false
}

// references says whether text holds a reference to a character.
func references(s string) bool {
	i := strings.IndexByte(s, '&')
	return i >= 0 && decodeEntities(s[i:]) != s[i:]
}

// text gives a title, name or other single line without markup: references decoded once, control
// and direction characters removed, space folded.
func (m markup) text() string {
	if m.format == plainText || !tags(m.body) && m.format == htmlText && !references(m.body) {
		return line(m.body)
	}
	if !strings.ContainsRune(m.body, '<') {
		return line(decodeEntities(m.body))
	}
	root := build(m.body, scope{xml: m.format == xhtmlText})
	return line(textOf(root))
}

// nameOf is a name or category as a line of text, whether a publisher wrote it as text or as HTML.
func nameOf(s string) string {
	if strings.IndexByte(s, '&') < 0 && strings.IndexByte(s, '<') < 0 {
		return line(s)
	}
	return markup{body: s, format: htmlText}.text()
}

// html gives the text as HTML.
func (m markup) html() string {
	if m.format != plainText {
		return m.body
	}
	var b strings.Builder
	for para := range strings.SplitSeq(strings.ReplaceAll(m.body, "\r\n", "\n"), "\n\n") {
		if para = strings.TrimSpace(para); para != "" {
			b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(para), "\n", "<br>") + "</p>")
		}
	}
	return b.String()
}

// line folds space and drops the characters that do not belong into a line of text.
func line(s string) string {
	done := plainLine(s)
	if done == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:done]...)
	gap := false
	for i := done; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
			r = mended(r)
		}
		i += n
		switch {
		case isSpace(r):
			gap = len(b) > 0
			continue
		case outOfLine(r):
			continue
		}
		if gap {
			b = append(b, ' ')
			gap = false
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// plainLine is how much of s is a line already, up to the space after a word. Most texts are one whole.
func plainLine(s string) (n int) {
	for i, r := range s {
		switch {
		case r == ' ' && i > 0 && i < len(s)-1 && s[i-1] != ' ':
			n = i
		case isSpace(r), outOfLine(r), r >= utf8.RuneSelf && (r == utf8.RuneError || mended(r) != r):
			return n
		}
	}
	return len(s)
}

func isSpace(r rune) bool {
	return r == ' ' || r <= '\r' && r >= '\t' || r >= utf8.RuneSelf && unicode.IsSpace(r)
}

// outOfLine says that a character is a control, or one that turns the direction of what follows (Unicode's
// bidirectional overrides and isolates).
func outOfLine(r rune) bool {
	return r < ' ' || r == 0x7f || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\ufeff'
}

// cut shortens a text to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:max(n, 0)]
}

// clip is cut for bytes.
func clip(s []byte, n int) []byte {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// maxSummary is about how long a summary gets, in bytes.
const maxSummary = 600

// summarise cuts a text at the end of a sentence, or else of a word.
func summarise(s string) string {
	if len(s) <= maxSummary {
		return s
	}
	s = cut(s, maxSummary)
	for i := len(s) - 1; i > maxSummary/2; i-- {
		if s[i] == ' ' && strings.ContainsRune(".!?…»”\"", lastRune(s[:i])) {
			return s[:i]
		}
	}
	if i := strings.LastIndexByte(s, ' '); i > maxSummary/2 {
		s = s[:i]
	}
	return strings.TrimRight(s, " ,;:-–—") + "…"
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
