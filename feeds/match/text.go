package match

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"tributary/feeds"
)

// leadSize is how many bytes of the content stand in for a missing summary, at most.
const leadSize = 400

// fieldCount is the number of fields.
const fieldCount = 4

// fieldWeight says how much a hit counts by where it is.
var fieldWeight = [fieldCount]float64{3, 1.5, 0.5, 3}

// fieldNames are the fields in the order in which they are read.
var fieldNames = [fieldCount]feeds.Field{feeds.TitleField, feeds.LeadField, feeds.BodyField, feeds.CategoryField}

// categories is the index of the field in which only whole parts count.
const categories = 3

// fieldSet is a set of fields: bit i is that of fieldNames[i].
type fieldSet uint8

const (
	titleField fieldSet = 1 << iota
	leadField
	bodyField
	categoryField
	everyField = titleField | leadField | bodyField | categoryField
)

func (s fieldSet) has(field int) bool { return s&(1<<field) != 0 }

// fieldNamed gives the field that a rule calls so before a colon; 0 for none.
func fieldNamed(name string) fieldSet {
	i := slices.Index(fieldNames[:], feeds.Field(strings.ToLower(name)))
	if i < 0 {
		return 0
	}
	return 1 << i
}

// prefix is how a rule asks for the field; "" for several fields.
func (s fieldSet) prefix() string {
	for i, name := range fieldNames {
		if s == 1<<i {
			return string(name) + ":"
		}
	}
	return ""
}

// Texts are the fields of an article as plain text, without teasers (see [stripTeasers]): what a
// hit's offset counts in.
type Texts struct {
	Title    string `json:"title"`
	Lead     string `json:"lead,omitempty"`     // the summary; without one, the first sentences of the content, 400 bytes at most
	Body     string `json:"body,omitempty"`     // the content's text, without what the lead took of it; an empty line between paragraphs
	Category string `json:"category,omitempty"` // the categories, cut at marks such as / and >; an empty line after each part
}

// Fields gives the article's texts as Set.Judge reads them.
func Fields(a *feeds.Article) Texts {
	var f fields
	f.read(a)
	return Texts{string(f.text(0)), string(f.text(1)), string(f.text(2)), string(f.text(3))}
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
	case feeds.CategoryField:
		return t.Category
	}
	return ""
}

// Quote gives the words of the article that the hit found, as the article spells them. It gives ""
// when the hit is of no field, or of another text: the article may have been edited since.
func (t Texts) Quote(h feeds.Hit) string {
	text := t.Of(h.Field)
	if h.Offset < 0 || h.Length < 0 || h.Length > len(text) || h.Offset > len(text)-h.Length {
		return ""
	}
	return text[h.Offset:][:h.Length]
}

// fields holds an article's texts in one buffer, to be used again for the next article.
type fields struct {
	buf  []byte
	span [fieldCount][2]int
}

// text is the text of the i-th field; valid until the next read.
func (f *fields) text(i int) []byte { return f.buf[f.span[i][0]:f.span[i][1]] }

func (f *fields) read(a *feeds.Article) {
	f.buf = append(f.buf[:0], a.Title...)
	title := len(f.buf)
	if strings.TrimSpace(a.Summary) != "" {
		f.buf = append(f.buf, a.Summary...)
	}
	summary := title + stripTeasers(f.buf[title:])
	f.buf = appendText(f.buf[:summary], a.Content)
	content := summary + stripTeasers(f.buf[summary:])
	f.buf = appendCategories(f.buf[:content], a.Categories)
	f.span = [...][2]int{{0, title}, {title, summary}, {summary, content}, {content, len(f.buf)}}
	if summary == title {
		text := f.buf[summary:content]
		end := leadEnd(text)
		f.span[1] = [2]int{summary, summary + len(bytes.TrimRight(text[:end], " \n"))}
		f.span[2][0] = content - len(bytes.TrimLeft(text[end:], " \n"))
	}
}

// categoryMarks end a part of a category, as in Sport/Football and News > World > Peru.
const categoryMarks = "/>|:;"

// appendCategories appends the parts of all categories, an empty line after each.
func appendCategories(dst []byte, list []string) []byte {
	for _, c := range list {
		for c != "" {
			part, rest := c, ""
			if i := strings.IndexAny(c, categoryMarks); i >= 0 {
				part, rest = c[:i], c[i+1:]
			}
			if part = strings.TrimSpace(part); part != "" {
				dst = append(append(dst, part...), "\n\n"...)
			}
			c = rest
		}
	}
	return dst
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
	for end > leadSize-utf8.UTFMax && !utf8.RuneStart(text[end]) { // bytes that are no UTF-8 have no such place
		end--
	}
	return end
}
