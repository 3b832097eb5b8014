package main

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/feeds/places"
)

// mistake is something wrong in a config file, at its place; columns count characters from 1.
type mistake struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// mistakes is everything wrong in one config file, in the file's order.
type mistakes struct {
	file string
	all  []mistake
}

// Error is one line for each mistake, as file:line:column: message.
func (m *mistakes) Error() string {
	lines := make([]string, len(m.all))
	for i, x := range m.all {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", m.file, x.Line, x.Column, x.Message)
	}
	return strings.Join(lines, "\n")
}

// checker collects mistakes and knows where in the file each value stands.
type checker struct {
	root  *yaml.Node
	found []mistake
}

// at gives the place of a value, or of the nearest thing around it that the file has. A path is keys
// and indices.
func (c *checker) at(path ...any) (line, column int) {
	n := c.root
	line, column = 1, 1
	for _, step := range path {
		n = child(n, step)
		if n == nil {
			break
		}
		line, column = n.Line, n.Column
	}
	return line, column
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n == nil {
		return nil
	}
	switch s := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func (c *checker) wrong(path []any, format string, args ...any) {
	line, column := c.at(path...)
	c.found = append(c.found, mistake{line, column, fmt.Sprintf(format, args...)})
}

// check reports err, if there is one, at path.
func (c *checker) check(err error, path ...any) {
	if err != nil {
		c.wrong(path, "%v", err)
	}
}

// result is the mistakes found in file, or nil. Where the file's text could not be read into the
// structs, what follows from that is not a mistake of its own.
func (c *checker) result(file string, decoding []mistake) error {
	type place struct{ line, column int }
	unread := map[place]bool{}
	for _, m := range decoding {
		unread[place{m.Line, m.Column}] = true
	}
	all := slices.Clone(decoding)
	for _, m := range c.found {
		if !unread[place{m.Line, m.Column}] {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &mistakes{file, all}
}

// decode reads the text into cfg and says what does not fit, in an admin's words. It fails when the
// text is no YAML at all.
func decode(text []byte, cfg *config) (root *yaml.Node, found []mistake) {
	var doc yaml.Node
	err := yaml.Load(text, &doc)
	if len(doc.Content) == 0 && (err == nil || isEmpty(err)) || len(doc.Content) > 0 && doc.Content[0].Kind != yaml.MappingNode {
		return nil, []mistake{{1, 1, "the file is empty or holds no keys; start from the config.yaml of the repository"}}
	}
	if err != nil {
		return nil, yamlMistakes(err)
	}
	found = dropRepeated(doc.Content[0])
	if err := doc.Load(cfg, yaml.WithKnownFields()); err != nil {
		found = append(found, yamlMistakes(err)...)
	}
	return doc.Content[0], found
}

// isEmpty says that err is about a text without anything in it: it has no place there.
func isEmpty(err error) bool {
	var many *yaml.LoadErrors
	return errors.As(err, &many) && many.Errors[0].Mark.Line == 0
}

// dropRepeated takes out keys that stand in one mapping a second time, so that the rest can be read.
func dropRepeated(n *yaml.Node) (found []mistake) {
	if n.Kind == yaml.MappingNode {
		first := map[string]int{}
		kept := n.Content[:0]
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if line, twice := first[key.Value]; twice {
				found = append(found, mistake{key.Line, key.Column, fmt.Sprintf("%s stands here a second time; the first is in line %d", key.Value, line)})
				continue
			}
			first[key.Value] = key.Line
			kept = append(kept, key, n.Content[i+1])
		}
		n.Content = kept
	}
	for _, item := range n.Content {
		found = append(found, dropRepeated(item)...)
	}
	return found
}

func yamlMistakes(err error) (found []mistake) {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many):
		for _, e := range many.Errors {
			found = append(found, yamlMistake(e))
		}
	case errors.As(err, &one):
		found = append(found, yamlMistake(one))
	default:
		found = append(found, mistake{1, 1, err.Error()})
	}
	return found
}

var (
	unknownKey = regexp.MustCompile(`^field (.+) not found in type main\.(\w+)$`)
	wrongType  = regexp.MustCompile("(?s)^cannot construct !!(\\w+)(?: `(.*)`)? into (.+)$")
)

func yamlMistake(e *yaml.LoadError) mistake {
	m := mistake{max(e.Mark.Line, 1), max(e.Mark.Column, 1), e.Message}
	if p := unknownKey.FindStringSubmatch(e.Message); p != nil {
		keys := keysOf(reflect.TypeFor[config]())[p[2]]
		m.Message = fmt.Sprintf("unknown key %q; the keys here are %s", p[1], strings.Join(keys, ", "))
		if near := places.Nearest(p[1], keys, 2); near != "" {
			m.Message = fmt.Sprintf("unknown key %q; did you mean %s?", p[1], near)
		}
	} else if p := wrongType.FindStringSubmatch(e.Message); p != nil {
		what := kinds[p[1]]
		if p[2] != "" {
			what = strconv.Quote(p[2])
		}
		m.Message = fmt.Sprintf("%s is not %s", what, expected(p[3]))
	} else if e.Message == "yaml: expected single document, found multiple" {
		m.Message = "the file holds several documents, divided by ---; keep one"
	} else if strings.HasPrefix(e.Message, "found character that cannot start") {
		m.Message = "this character cannot stand here; indent with spaces, not tabs, and quote texts that begin with @ or %"
	} else if e.Message == "did not find expected key" || e.Message == "did not find expected '-' indicator" {
		m.Message = "this does not fit what stands above it; indent it like its neighbours, and close quotes and brackets before it"
	} else if strings.HasPrefix(e.Message, "mapping values are not allowed") {
		m.Message = "this colon cannot stand here; quote the text, or look for a colon that is missing in the line above"
	}
	return m
}

// kinds are YAML's words for what stands there.
var kinds = map[string]string{"seq": "a list", "map": "a mapping", "str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "null": "nothing"}

// expected says what should stand where a value of this type is wanted.
func expected(goType string) string {
	switch {
	case goType == "time.Duration":
		return "a duration; write it like 30s, 15m or 2h"
	case goType == "int":
		return "a whole number"
	case goType == "float64":
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a text"
	case strings.HasPrefix(goType, "[]"):
		return "a list; write it like [a, b] or with a dash before each"
	}
	return "a mapping of keys"
}

// keysOf gives the keys of each struct that t holds, by the struct's name.
func keysOf(t reflect.Type) map[string][]string {
	keys := map[string][]string{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || keys[t.Name()] != nil {
			return
		}
		for f := range t.Fields() {
			keys[t.Name()] = append(keys[t.Name()], f.Tag.Get("yaml"))
			walk(f.Type)
		}
	}
	walk(t)
	return keys
}
