package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// importTable reads the table of package feeds' comment: which packages of ours each package may
// import; nil means all.
func importTable(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../feeds/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "# Who may import whom")
	section, _, _ = strings.Cut(section, "\n// # ")
	table := map[string][]string{}
	for line := range strings.Lines(section) {
		row, ok := strings.CutPrefix(line, "//\t")
		if !ok {
			continue
		}
		pkg, may, _ := strings.Cut(row, " ")
		list := []string{}
		switch may = strings.TrimSpace(may); may {
		case "nothing":
		case "all":
			list = nil
		default:
			for imported := range strings.SplitSeq(may, ", ") {
				list = append(list, "tributary/"+imported)
			}
		}
		table["tributary/"+pkg] = list
	}
	if len(table) < 10 {
		t.Fatalf("the table has %d rows", len(table))
	}
	return table
}

// TestImports holds the program to the table.
func TestImports(t *testing.T) {
	allowed := importTable(t)
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "tributary/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		may, listed := allowed[strings.TrimSuffix(pkg, ":")]
		if !listed {
			t.Errorf("%s is not in the table: say in package feeds' comment what it may import", pkg)
			continue
		}
		for imported := range strings.FieldsSeq(imports) {
			if ours := strings.HasPrefix(imported, "tributary/"); ours && may != nil && !slices.Contains(may, imported) {
				t.Errorf("%s may not import %s", pkg, imported)
			}
		}
	}
}
