package storage

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// In the index an article has, beside the words of its title and summary, marks for what searches are
// limited to: no word has their "=".
func sourceMark(id int64) string          { return "s=" + strconv.FormatInt(id, 10) }
func languageMark(language string) string { return "l=" + language }

// spoken gives the primary subtag of a language tag; "" for what is none.
func spoken(tag string) string {
	language := primary(tag)
	for _, r := range language {
		if r < 'a' || r > 'z' {
			return ""
		}
	}
	return language[:min(len(language), maxWord)]
}

// marks gives an article's.
func marks(source int64, language string) string {
	m := sourceMark(source)
	if language = spoken(language); language != "" {
		m += " " + languageMark(language)
	}
	return m
}

// ages are how far an id is shifted to name stretches of time that an article is in: 17 minutes, 9 hours and 12
// days. PostgreSQL gives the newest hits by a mark for each, since its index has no order.
var ages = [...]struct {
	name  string
	shift int
}{{"a=", 40}, {"b=", 45}, {"c=", 50}}

// ageMarks gives an article's.
func ageMarks(id int64) string {
	text := ""
	for _, age := range ages {
		text += " " + age.name + strconv.FormatInt(id>>age.shift, 36)
	}
	return text
}

// sliceMarks gives marks of which every article with an id from first on and less than below has one; nil when
// that takes too many.
func sliceMarks(first, below int64) (marks []string) {
	const most = 32
	for _, age := range ages {
		if from, to := first>>age.shift, (below-1)>>age.shift; to-from < most {
			for n := from; n <= to; n++ {
				marks = append(marks, age.name+strconv.FormatInt(n, 36))
			}
			return marks
		}
	}
	return nil
}

// grammar is how an engine writes a query.
type grammar struct {
	and, or, without string // without takes the part after it in parentheses
	phrase           func(phrase) string
	mark             func(string) string
}

// fts5 is SQLite's (https://www.sqlite.org/fts5.html#full_text_query_syntax).
var fts5 = grammar{
	and: " AND ", or: " OR ", without: " NOT ",
	phrase: func(p phrase) string {
		text := `"` + strings.Join(p.words, " ") + `"`
		if p.prefix {
			text += "*"
		}
		if p.title {
			text = "title:" + text
		}
		return text
	},
	mark: func(m string) string { return `"` + m + `"` },
}

// tsquery is PostgreSQL's (https://www.postgresql.org/docs/current/datatype-textsearch.html). The words
// of titles have weight A.
var tsquery = grammar{
	and: " & ", or: " | ", without: " & !",
	phrase: func(p phrase) string {
		title := ""
		if p.title {
			title = "A"
		}
		var b strings.Builder
		for i, w := range p.words {
			if i > 0 {
				b.WriteString(" <-> ")
			}
			star := ""
			if p.prefix && i == len(p.words)-1 {
				star = "*"
			}
			fmt.Fprintf(&b, "'%s':%s%s", w, star, title)
		}
		return "(" + b.String() + ")"
	},
	mark: func(m string) string { return "'" + m + "'" },
}

// write gives the query, limited to articles that have one of each of the marks, as an engine takes it;
// "" when it asks for nothing that an index could find.
func (q *query) write(g *grammar, marks ...[]string) string {
	var all []string
	for _, alternatives := range q.need {
		all = append(all, g.any(g.phrases(alternatives)))
	}
	for _, alternatives := range marks {
		var some []string
		for _, m := range alternatives {
			some = append(some, g.mark(m))
		}
		all = append(all, g.any(some))
	}
	if len(all) == 0 {
		return ""
	}
	text := strings.Join(all, g.and)
	if len(q.avoid) > 0 {
		text = "(" + text + ")" + g.without + g.any(g.phrases(q.avoid))
	}
	return text
}

func (g *grammar) phrases(phrases []phrase) (written []string) {
	for _, p := range phrases {
		written = append(written, g.phrase(p))
	}
	return written
}

func (g *grammar) any(written []string) string { return "(" + strings.Join(written, g.or) + ")" }

// matcher says whether texts are what a query asks for, as the engines' indexes do.
type matcher struct {
	need           [][]pattern
	avoid          []pattern
	title, summary []byte // reused
}

// pattern is a phrase as appendWords writes its words.
type pattern struct {
	text  []byte
	title bool
}

func (q *query) matcher() *matcher {
	m := &matcher{avoid: patterns(q.avoid)}
	for _, alternatives := range q.need {
		m.need = append(m.need, patterns(alternatives))
	}
	return m
}

func patterns(phrases []phrase) (all []pattern) {
	for _, p := range phrases {
		text := " " + strings.Join(p.words, " ")
		if !p.prefix {
			text += " "
		}
		all = append(all, pattern{[]byte(text), p.title})
	}
	return all
}

func (m *matcher) matches(title, summary string) bool {
	m.title, m.summary = appendWords(m.title[:0], title), appendWords(m.summary[:0], summary)
	for _, alternatives := range m.need {
		if !m.hasAny(alternatives) {
			return false
		}
	}
	return !m.hasAny(m.avoid)
}

func (m *matcher) hasAny(patterns []pattern) bool {
	for _, p := range patterns {
		if bytes.Contains(m.title, p.text) || !p.title && bytes.Contains(m.summary, p.text) {
			return true
		}
	}
	return false
}
