package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// TestImport: what import prints is a sources section that the config takes, and what it leaves out is
// told with its place.
func TestImport(t *testing.T) {
	list := `<opml version="2.0"><body>
<outline text="Perú"><outline text="yes" title="No: a &quot;name&quot; # of one" xmlUrl="https://a.example/rss?x={1}&amp;y=[2]" language="es"/>
<outline text="B" xmlUrl="https://b.example" language="Klingon please"/></outline>
<outline text="FTP" xmlUrl="ftp://c.example/rss"/>
<outline text="Relative" xmlUrl="/rss"/>
<outline text="2026"><outline text="Again" xmlUrl="https://B.example/"/></outline>
</body></opml>`
	file := filepath.Join(t.TempDir(), "list.opml")
	if err := os.WriteFile(file, []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := finish(t, tributary(t, "import", file))
	const want = `sources:
  - {url: "https://a.example/rss?x={1}&y=[2]", title: "No: a \"name\" # of one", language: es, tags: [Perú]}
  - {url: "https://b.example", title: B, tags: [Perú, "2026"]}
`
	if code != exitFine || stdout != want {
		t.Errorf("exit code %d; printed\n%s\nwant\n%s", code, stdout, want)
	}
	for _, complaint := range []string{
		file + `:3: "Klingon please" is not a language tag`, file + `:4: "ftp://c.example/rss" is not a URL that begins with http`, file + `:5: "/rss" is not`,
	} {
		if !strings.Contains(stderr, complaint) {
			t.Errorf("stderr lacks %q: %s", complaint, stderr)
		}
	}
	_, topics, _ := strings.Cut(demoConfig, "topics:\n")
	p, err := parsePlan("imported.yaml", []byte(stdout+"topics:\n"+topics))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.sources[0].Title; got != `No: a "name" # of one` {
		t.Errorf("title %q", got)
	}
}

func TestImportNothing(t *testing.T) {
	for _, test := range []struct {
		in   string
		code int
		want string
	}{
		{`<opml version="2.0"><body/></opml>`, exitNo, "-: no feeds are listed"},
		{`<html>`, exitCouldNot, "not OPML: an HTML page"},
		{`<opml version="2.0"><body><outline xmlU`, exitNo, "-: the list ends in the middle"},
	} {
		cmd := tributary(t, "import", "-")
		cmd.Stdin = strings.NewReader(test.in)
		code, stdout, stderr := finish(t, cmd)
		if code != test.code || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit code %d, %q %q; want %d and %q", test.in, code, stdout, stderr, test.code, test.want)
		}
	}
	if code, _, stderr := finish(t, tributary(t, "import", "/nowhere/list.opml")); code != exitCouldNot || !strings.Contains(stderr, "/nowhere/list.opml: no such file") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// roundTrip exports the sources of a config, imports them and exports these: both lists must be equal.
// It gives the imported section.
func roundTrip(t *testing.T, file string) []sourceConfig {
	t.Helper()
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1.opml"), filepath.Join(dir, "2.opml")
	if code, _, stderr := finish(t, tributary(t, "export", "--config", file, first)); code != exitFine {
		t.Fatalf("export: exit code %d, %s", code, stderr)
	}
	code, sources, stderr := finish(t, tributary(t, "import", first))
	if code != exitFine || stderr != "" {
		t.Fatalf("import: exit code %d, %s", code, stderr)
	}
	_, topics, _ := strings.Cut(demoConfig, "topics:\n")
	again := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(again, []byte(sources+"topics:\n"+topics), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := finish(t, tributary(t, "export", "--config", again, second)); code != exitFine {
		t.Fatalf("second export: exit code %d, %s", code, stderr)
	}
	one, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Errorf("the second export differs:\n%s", cmp.Diff(string(one), string(two)))
	}
	var got config
	if err := yaml.Load([]byte(sources), &got); err != nil {
		t.Fatal(err)
	}
	return got.Sources
}

// TestRoundTrip: every source comes back with its address, title, language and tags. Sources of one
// folder stand together in OPML, so their order may change.
func TestRoundTrip(t *testing.T) {
	p, err := readPlan(reference)
	if err != nil {
		t.Fatal(err)
	}
	var want []sourceConfig
	for _, s := range p.Sources {
		want = append(want, sourceConfig{URL: s.URL, Title: s.Title, Language: s.Language, Tags: s.Tags})
	}
	got := roundTrip(t, reference)
	byURL := func(a, b sourceConfig) int { return strings.Compare(a.URL, b.URL) }
	slices.SortFunc(want, byURL)
	slices.SortFunc(got, byURL)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// TestCorpusOPML imports a real list of feeds, and exports it without loss.
func TestCorpusOPML(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	lists, err := filepath.Glob(filepath.Join(dir, "*.opml"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no list of feeds in %s: %v", dir, err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		_, sources, stderr := finish(t, tributary(t, "import", list))
		listed, imported := bytes.Count(text, []byte("xmlUrl=")), strings.Count(sources, "{url: ")
		t.Logf("%s lists %d feeds: %d imported; %s", list, listed, imported, stderr)
		if imported < listed*9/10 {
			t.Errorf("%s: only %d of %d feeds were imported", list, imported, listed)
		}
		_, topics, _ := strings.Cut(demoConfig, "topics:\n")
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(sources+"topics:\n"+topics), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := roundTrip(t, file); len(got) != imported {
			t.Errorf("%s: %d feeds after a round trip, %d before", list, len(got), imported)
		}
	}
}
