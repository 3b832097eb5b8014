package match

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"tributary/feeds"
)

// leadSize is how many bytes of the content stand in for a missing summary, at most.
const leadSize = 400

// fieldWeight says how much a hit counts by where it is.
var fieldWeight = [...]float64{3, 1.5, 0.5}

// fieldNames are the fields in the order in which they are read.
var fieldNames = [...]feeds.Field{feeds.TitleField, feeds.LeadField, feeds.BodyField}

// Texts are the fields of an article as plain text: what a hit's offset counts in.
type Texts struct {
	Title string
	Lead  string // the summary; without one, the first sentences of the content, 400 bytes at most
	Body  string // the content's text, without what the lead took of it; an empty line between paragraphs
}

// Fields gives the article's texts as Set.Judge reads them.
func Fields(a *feeds.Article) Texts {
	var f fields
	f.read(a)
	return Texts{Title: string(f.text(0)), Lead: string(f.text(1)), Body: string(f.text(2))}
}

// Of gives one field's text; "" for an unknown field.
func (t Texts) Of(f feeds.Field) string {
	switch f {
	case feeds.TitleField:
		return t.Title
	case feeds.LeadField:
		return t.Lead
	case feeds.BodyField:
		return t.Body
	}
	return ""
}

// Quote gives the words of the article that the hit found, as the article spells them; they begin
// at the hit's offset. It gives "" when the hit is not of this article, which may have been edited
// since.
func (t Texts) Quote(h feeds.Hit) string {
	text := t.Of(h.Field)
	term, err := parseTerm(h.Term)
	if err != nil || h.Offset < 0 || h.Offset >= len(text) {
		return ""
	}
	s := scanner{text: []byte(text[h.Offset:])}
	for i, w := range term.words {
		last := i == len(term.words)-1
		switch {
		case !s.next(), i == 0 && s.start != 0, i > 0 && s.sep != w.sep:
			return ""
		case string(s.folded()) != w.text && !(last && term.prefix && strings.HasPrefix(string(s.folded()), w.text)):
			return ""
		}
	}
	return text[h.Offset:][:s.end]
}

// fields holds an article's texts in one buffer, to be used again for the next article.
type fields struct {
	buf  []byte
	span [len(fieldNames)][2]int
}

// text is the text of the i-th field; valid until the next read.
func (f *fields) text(i int) []byte { return f.buf[f.span[i][0]:f.span[i][1]] }

func (f *fields) read(a *feeds.Article) {
	f.buf = append(f.buf[:0], a.Title...)
	title := len(f.buf)
	summary := strings.TrimSpace(a.Summary) != ""
	if summary {
		f.buf = append(f.buf, a.Summary...)
	}
	content := len(f.buf)
	f.buf = appendText(f.buf, a.Content)
	f.span = [...][2]int{{0, title}, {title, content}, {content, len(f.buf)}}
	if !summary {
		text := f.buf[content:]
		end := leadEnd(text)
		f.span[1] = [2]int{content, content + len(bytes.TrimRight(text[:end], " \n"))}
		f.span[2][0] = len(f.buf) - len(bytes.TrimLeft(text[end:], " \n"))
	}
}

// leadEnd says where the lead ends that a text begins with: after a sentence or paragraph, else
// before a space, else inside a long word.
func leadEnd(text []byte) int {
	if len(text) <= leadSize {
		return len(text)
	}
	space := 0
	for i := leadSize; i > leadSize/2; i-- {
		if c := text[i]; c == '\n' || c == ' ' && bytes.IndexByte([]byte(".!?"), text[i-1]) >= 0 {
			return i
		} else if c == ' ' && space == 0 {
			space = i
		}
	}
	if space > 0 {
		return space
	}
	end := leadSize
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}
