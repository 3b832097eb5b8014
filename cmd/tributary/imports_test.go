package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages of ours each package may import; the table of package feeds' comment.
// nil means all.
var allowed = map[string][]string{
	"tributary/feeds":               {},
	"tributary/feeds/fetch":         {},
	"tributary/feeds/places":        {"tributary/feeds"},
	"tributary/feeds/match":         {"tributary/feeds", "tributary/feeds/places"},
	"tributary/feeds/parse":         {"tributary/feeds"},
	"tributary/feeds/render":        {"tributary/feeds"},
	"tributary/feeds/stories":       {"tributary/feeds"},
	"tributary/storage":             {"tributary/feeds"},
	"tributary/feeds/crawl":         {"tributary/feeds", "tributary/feeds/fetch", "tributary/feeds/parse"},
	"tributary/feeds/push":          {"tributary/feeds", "tributary/feeds/fetch"},
	"tributary/feeds/web":           {"tributary/feeds", "tributary/feeds/render"},
	"tributary/storage/storagetest": {"tributary/feeds", "tributary/feeds/crawl", "tributary/feeds/web", "tributary/storage"},
	"tributary/cmd/tributary":       nil,
}

// TestImports holds the program to the table.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "tributary/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		may, listed := allowed[pkg]
		if !listed {
			t.Errorf("%s is not in the import table: say what it may import, in %s and in package feeds' comment", pkg, "imports_test.go")
			continue
		}
		for imported := range strings.FieldsSeq(imports) {
			if ours := strings.HasPrefix(imported, "tributary/"); ours && may != nil && !slices.Contains(may, imported) {
				t.Errorf("%s may not import %s", pkg, imported)
			}
		}
	}
}
