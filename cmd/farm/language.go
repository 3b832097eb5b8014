package main

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

//go:embed words/*.yaml
var wordFiles embed.FS

// words is a file of words/: what the newsrooms of one language write with.
type words struct {
	Tag           string   `yaml:"tag"` // BCP 47
	Sections      []string `yaml:"sections"`
	Headlines     []string `yaml:"headlines"` // patterns
	Clauses       []string `yaml:"clauses"`   // patterns
	Joints        []string `yaml:"joints"`    // between two clauses
	More          string   `yaml:"more"`
	Nouns         string   `yaml:"nouns"` // of this and the next two, separated by spaces
	Verbs         string   `yaml:"verbs"`
	Adjectives    string   `yaml:"adjectives"`
	Places        []string `yaml:"places"`
	Organisations []string `yaml:"organisations"`
	First         []string `yaml:"first"`
	Last          []string `yaml:"last"`
	Months        []string `yaml:"months"`
	Weekdays      []string `yaml:"weekdays"`
}

// language is words made ready for use.
type language struct {
	words
	headlines, clauses []pattern
	kinds              map[string][]string
}

// pattern is a text with gaps; each part is a text of its own, or else the kind of words that fills the gap.
type pattern []struct{ text, kind string }

// readLanguage reads words/NAME.yaml.
func readLanguage(name string) (*language, error) {
	data, err := wordFiles.ReadFile("words/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	l := &language{}
	if err := yaml.Load(data, &l.words, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("read words/%s.yaml: %w", name, err)
	}
	l.kinds = map[string][]string{
		"noun": strings.Fields(l.Nouns), "verb": strings.Fields(l.Verbs), "adjective": strings.Fields(l.Adjectives),
		"place": l.Places, "organisation": l.Organisations, "month": l.Months, "weekday": l.Weekdays,
		"person": nil, "number": nil, // made by the writer
	}
	for _, noun := range l.kinds["noun"] {
		l.kinds["nouns"] = append(l.kinds["nouns"], l.plural(noun))
	}
	if l.headlines, err = l.patterns(l.Headlines); err != nil {
		return nil, fmt.Errorf("words/%s.yaml: %w", name, err)
	}
	if l.clauses, err = l.patterns(l.Clauses); err != nil {
		return nil, fmt.Errorf("words/%s.yaml: %w", name, err)
	}
	return l, nil
}

// plural is right often enough for a text that nobody reads.
func (l *language) plural(noun string) string {
	if l.Tag == "es" && !strings.ContainsAny(noun[len(noun)-1:], "aeiou") {
		return noun + "es"
	}
	return noun + "s"
}

var gap = regexp.MustCompile(`\{(\w+)\}`)

func (l *language) patterns(texts []string) ([]pattern, error) {
	all := make([]pattern, 0, len(texts))
	for _, text := range texts {
		var p pattern
		end := 0
		for _, at := range gap.FindAllStringSubmatchIndex(text, -1) {
			kind := text[at[2]:at[3]]
			if _, known := l.kinds[kind]; !known {
				return nil, fmt.Errorf("%q: there are no words of kind %s", text, kind)
			}
			p = append(p, struct{ text, kind string }{text: text[end:at[0]]}, struct{ text, kind string }{kind: kind})
			end = at[1]
		}
		all = append(all, append(p, struct{ text, kind string }{text: text[end:]}))
	}
	return all, nil
}

// writer writes one item. The same seeds write the same texts.
type writer struct {
	*language
	rand *rand.Rand
}

func newWriter(l *language, feed, item int) writer {
	return writer{l, rand.New(rand.NewPCG(uint64(feed), uint64(item)))}
}

func pick[T any](w writer, from []T) T { return from[w.rand.IntN(len(from))] }

func (w writer) person() string { return pick(w, w.First) + " " + pick(w, w.Last) }

func (w writer) word(kind string) string {
	switch kind {
	case "person":
		return w.person()
	case "number":
		return strconv.Itoa(2 + w.rand.IntN(5000))
	default:
		return pick(w, w.kinds[kind])
	}
}

func (w writer) fill(b *strings.Builder, p pattern) {
	for _, part := range p {
		if part.kind == "" {
			b.WriteString(part.text)
		} else {
			b.WriteString(w.word(part.kind))
		}
	}
}

func (w writer) headline() string {
	var b strings.Builder
	w.fill(&b, pick(w, w.headlines))
	return capital(b.String())
}

// prose gives whole sentences of together at least n bytes.
func (w writer) prose(n int) string {
	var all, sentence strings.Builder
	for all.Len() < n {
		sentence.Reset()
		w.fill(&sentence, pick(w, w.clauses))
		for range w.rand.IntN(3) {
			sentence.WriteString(pick(w, w.Joints))
			w.fill(&sentence, pick(w, w.clauses))
		}
		if all.Len() > 0 {
			all.WriteByte(' ')
		}
		all.WriteString(capital(sentence.String()))
		all.WriteByte('.')
	}
	return all.String()
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
