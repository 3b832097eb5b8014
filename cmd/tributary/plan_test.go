package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write the expected files anew")

const reference = "../../config.yaml"

// TestReferenceConfig: the shipped file is a good config, and says about every key what it means.
func TestReferenceConfig(t *testing.T) {
	p, err := readPlan(reference)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.sources) < 25 || len(p.topics) < 6 || p.topics[0].ID != "latin-america" {
		t.Errorf("%d sources, %d topics, first topic %s", len(p.sources), len(p.topics), p.topics[0].ID)
	}
	languages := map[string]int{}
	for _, s := range p.sources {
		base, _, _ := strings.Cut(s.Language, "-")
		languages[base]++
	}
	for _, l := range []string{"en", "es", "pt"} {
		if languages[l] == 0 {
			t.Errorf("no source in %s", l)
		}
	}
}

// TestReferenceConfigHasEveryKey compares the file with the structs, both ways, and asks for a comment
// at each key's first place.
func TestReferenceConfigHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	inFile := map[string]bool{}
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		for _, item := range n.Content {
			if n.Kind != yaml.MappingNode {
				walk(item, path)
			}
		}
		for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			k := n.Content[i]
			key := path + "." + k.Value
			line := lines[k.Line-1]
			if before := lines[max(k.Line-2, 0)]; !inFile[key] && !strings.Contains(line, "# ") && !strings.HasPrefix(strings.TrimSpace(before), "#") &&
				n.Content[i+1].Kind != yaml.MappingNode {
				t.Errorf("line %d: no comment says what %s means", k.Line, key)
			}
			inFile[key] = true
			walk(n.Content[i+1], key)
		}
	}
	walk(doc.Content[0], "")

	var want []string
	var fields func(t reflect.Type, path string)
	fields = func(t reflect.Type, path string) {
		for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		for i := 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
			key := path + "." + t.Field(i).Tag.Get("yaml")
			want = append(want, key)
			fields(t.Field(i).Type, key)
		}
	}
	fields(reflect.TypeFor[config](), "")
	for _, key := range want {
		if !inFile[key] {
			t.Errorf("config.yaml does not show the key %s", key)
		}
		delete(inFile, key)
	}
	for key := range inFile {
		t.Errorf("config.yaml shows %s, which no struct has", key)
	}
}

// TestDefaults: a file of sources, topics and places alone means what the reference spells out.
func TestDefaults(t *testing.T) {
	p, err := readPlan(reference)
	if err != nil {
		t.Fatal(err)
	}
	d := defaults()
	d.Sources, d.Topics, d.Places = p.Sources, p.Topics, p.Places
	if diff := cmp.Diff(d, p.config); diff != "" {
		t.Errorf("config.yaml differs from the defaults (-default +file):\n%s", diff)
	}
}

// TestBadConfigs: each file of testdata/bad gives exactly the mistakes that stand beside it.
func TestBadConfigs(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := readPlan(file)
			var found *mistakes
			if !errors.As(err, &found) {
				t.Fatalf("got %v, want mistakes", err)
			}
			found.file = filepath.Base(file)
			compare(t, strings.TrimSuffix(file, ".yaml")+".txt", found.Error()+"\n")
		})
	}
}

func TestKeysOf(t *testing.T) {
	if got := keysOf(reflect.TypeFor[config]())["siteConfig"]; !slices.Equal(got, []string{"title", "url", "contact"}) {
		t.Errorf("keys of site: %q", got)
	}
}
