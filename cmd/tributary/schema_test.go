package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// schema is the part of JSON Schema, draft 7, that describes a config.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Above       *float64           `json:"exclusiveMinimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	MinItems    int                `json:"minItems,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Others      *bool              `json:"additionalProperties,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	Default     any                `json:"default,omitempty"`
	Examples    []any              `json:"examples,omitempty"`
}

// describer makes the schema. said is what the reference says of each key, by the name of its struct.
type describer struct {
	t     *testing.T
	said  map[string]note
	asked map[string]bool // the limits that a key or struct has
}

// note is what the reference has at the first place of a key.
type note struct {
	comment string
	value   any  // nil for a mapping or list
	listed  bool // in a list: the value is an example, and elsewhere the default
}

func (d describer) of(t reflect.Type, name string) *schema {
	s := d.plain(t, name)
	if limit, ok := limits[name]; ok {
		d.asked[name] = true
		if limit.Enum != nil {
			limit.Type = "string"
		}
		d.lay(limit, s)
	}
	return s
}

// lay puts what limit says over s.
func (d describer) lay(limit schema, s *schema) {
	b, err := json.Marshal(limit)
	if err == nil {
		err = json.Unmarshal(b, s)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

var texts = []string{"string", "number"} // 2027 stands for a text, too

// plain is the schema of a type, without the limits of the key that has it.
func (d describer) plain(t reflect.Type, name string) *schema {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return &schema{Type: "string", Pattern: `^(0|` + durations + `)$`}
	case t == reflect.TypeFor[span]():
		return &schema{Type: texts, Pattern: `^([0-9]+d|0|` + durations + `)$`, Minimum: new(0.0), Maximum: new(0.0)}
	case t == reflect.TypeFor[termConfig](), t == reflect.TypeFor[exampleConfig]():
		f, _ := t.FieldByName(map[string]string{"termConfig": "Term", "exampleConfig": "Title"}[t.Name()])
		alone := d.of(f.Type, t.Name()+"."+f.Tag.Get("yaml"))
		return &schema{AnyOf: []*schema{alone, d.object(t)}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.plain(t.Elem(), name)
	case reflect.Slice:
		return &schema{Type: "array", Items: d.of(t.Elem(), name+"[]")}
	case reflect.Struct:
		return d.object(t)
	case reflect.String:
		return &schema{Type: texts}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer"}
	case reflect.Float64:
		return &schema{Type: "number"}
	}
	d.t.Fatalf("%s: nobody has said what a %s looks like in a config", name, t)
	return nil
}

func (d describer) object(t reflect.Type) *schema {
	s := &schema{Type: "object", Others: new(false), Properties: map[string]*schema{}}
	for f := range t.Fields() {
		key := f.Tag.Get("yaml")
		name := t.Name() + "." + key
		p := d.of(f.Type, name)
		n, ok := d.said[name]
		if !ok || n.comment == "" {
			d.t.Errorf("config.yaml has no comment for %s where it first stands", name)
		}
		p.Description = n.comment
		switch {
		case n.value == nil || n.value == "":
		case n.listed:
			p.Examples = []any{n.value}
		default:
			p.Default = n.value
		}
		s.Properties[key] = p
	}
	if limit, ok := limits[t.Name()]; ok {
		d.asked[t.Name()] = true
		d.lay(limit, s)
	}
	return s
}

// notes reads the comments and values of the reference.
func notes(t *testing.T, file []byte) map[string]note {
	var doc yaml.Node
	if err := yaml.Load(file, &doc); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(file), "\n")
	found := map[string]note{}
	var walk func(n *yaml.Node, of reflect.Type, listed bool)
	walk = func(n *yaml.Node, of reflect.Type, listed bool) {
		for of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		switch {
		case of.Kind() == reflect.Slice:
			for _, item := range n.Content {
				walk(item, of.Elem(), true)
			}
		case of.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				key, value := n.Content[i], n.Content[i+1]
				for f := range of.Fields() {
					if f.Tag.Get("yaml") == key.Value {
						name := of.Name() + "." + key.Value
						if _, again := found[name]; !again {
							found[name] = note{comment(lines, key.Line-1), plainValue(t, value), listed}
						}
						walk(value, f.Type, listed)
					}
				}
			}
		}
	}
	walk(doc.Content[0], reflect.TypeFor[config](), false)
	return found
}

func plainValue(t *testing.T, n *yaml.Node) (value any) {
	if n.Kind != yaml.ScalarNode {
		return nil
	}
	if err := n.Load(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

var behind = regexp.MustCompile(`^(.*\S  +)# (.*)$`)

// comment is what stands behind line i and, in the same column, below; or else what stands above it.
func comment(lines []string, i int) string {
	if m := behind.FindStringSubmatch(lines[i]); m != nil {
		said := m[2]
		for _, below := range lines[i+1:] {
			more, ok := strings.CutPrefix(below, strings.Repeat(" ", len([]rune(m[1])))+"# ")
			if !ok {
				return said
			}
			said += " " + more
		}
		return said
	}
	var above []string
	for i--; i >= 0 && strings.HasPrefix(lines[i], "#"); i-- {
		above = append(above, strings.TrimPrefix(strings.TrimPrefix(lines[i], "#"), " "))
	}
	slices.Reverse(above)
	return strings.Join(above, "\n")
}

// TestSchema: the schema says what the structs, the limits and the reference's comments say.
func TestSchema(t *testing.T) {
	file, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	d := describer{t, notes(t, file), map[string]bool{}}
	s := d.object(reflect.TypeFor[config]())
	s.Schema = "http://json-schema.org/draft-07/schema#"
	for name, limit := range limits {
		if !d.asked[name] {
			t.Errorf("limits has %s, which is no key", name)
		}
		if strings.Contains(limit.Pattern, `\p`) || strings.Contains(limit.Pattern, `(?`) {
			t.Errorf("%s: editors read %q differently", name, limit.Pattern)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("config.schema.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), read(t, "config.schema.json")) {
		t.Error("config.schema.json is not what config.go and config.yaml say; write it anew: go test ./cmd/tributary -run TestSchema -update")
	}
	if first, _, _ := strings.Cut(string(file), "\n"); first != "# yaml-language-server: $schema=cmd/tributary/config.schema.json" {
		t.Errorf("config.yaml does not tell editors of its schema: it begins with %q", first)
	}
}

// seen is what a schema can tell about a config: a mistake of this kind that it lets pass is missing there.
var seen = regexp.MustCompile(`unknown key|is not known|is not between|is not (a list|a mapping|a number|a whole number|a time;|a duration|true or false)` +
	`|has no (title|rule)|is missing$|cannot stand in a URL|is less than nothing|is out of range|not a kind|there are no|is empty|begins with http`)

// TestSchemaOnConfigs: editors find nothing wrong in good configs, and in bad ones what a schema can see.
func TestSchemaOnConfigs(t *testing.T) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, "config.schema.json")))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	good, _ := filepath.Glob("testdata/*/config.yaml")
	for _, file := range append(good, reference, writeConfig(t, "localhost:8080", eager, "http://a.example/feed")) {
		var content any
		if err := yaml.Load(read(t, file), &content); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(content); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	bad, _ := filepath.Glob("testdata/bad/*.yaml")
	found := 0
	for _, file := range bad {
		var content any
		if yaml.Load(read(t, file), &content) != nil {
			continue // no YAML
		}
		mistakes := string(read(t, strings.TrimSuffix(file, ".yaml")+".txt"))
		switch err := s.Validate(content); {
		case err != nil:
			found++
		case seen.MatchString(mistakes):
			t.Errorf("the schema sees nothing wrong with %s, which has this:\n%s", file, mistakes)
		}
	}
	t.Logf("%d of %d bad configs refused", found, len(bad))
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSchemaCommand: the program prints the schema that editors read.
func TestSchemaCommand(t *testing.T) {
	code, stdout, stderr := finish(t, tributary(t, "schema"))
	if code != exitFine || stdout != string(read(t, "config.schema.json")) || stderr != "" {
		t.Errorf("exit code %d, %s, %.80s", code, stderr, stdout)
	}
}
