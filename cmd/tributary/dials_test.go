package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// dialling names, by package, what opens connections or asks name servers. A prefix ends in "*".
var dialling = map[string][]string{
	"net":                 {"Dial*", "Lookup[^P]*", "Resolver", "DefaultResolver"},
	"net/http":            {"Client", "DefaultClient", "Get", "Head", "Post*", "Transport", "DefaultTransport"},
	"net/http/httputil":   {"*"},
	"net/rpc":             {"*"},
	"net/smtp":            {"*"},
	"crypto/tls":          {"Dial*", "Client"},
	"golang.org/x/net/*":  {"Dial*", "Transport", "ClientConn", "Get", "Post*"},
	"golang.org/x/oauth2": {"*"},
}

// dials finds what in a file can open a connection: uses of those names, and the feed parser's own fetching.
func dials(file *ast.File) []string {
	imported := map[string]string{}
	for _, spec := range file.Imports {
		pkg, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(pkg)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = pkg
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if name := selector.Sel.Name; strings.HasPrefix(name, "ParseURL") {
			found = append(found, name)
		} else if x, ok := selector.X.(*ast.Ident); ok && matches(imported[x.Name], name) {
			found = append(found, imported[x.Name]+"."+name)
		}
		return true
	})
	return found
}

func matches(pkg, name string) bool {
	for pattern, names := range dialling {
		if ok, _ := path.Match(pattern, pkg); !ok {
			continue
		}
		for _, n := range names {
			if ok, _ := path.Match(n, name); ok {
				return true
			}
		}
	}
	return false
}

// TestOnlyFetchDials: every byte to a stranger goes through the guard of feeds/fetch. The store's driver
// connects to its database by itself, autocert to its authority, healthcheck.go to ourselves, and cmd/bench, which
// is no part of the service, to what it measures.
func TestOnlyFetchDials(t *testing.T) {
	exempt := []string{"../../feeds/fetch", "../../cmd/bench", "../../.git"}
	files := 0
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(exempt, name):
			return filepath.SkipDir
		case filepath.Base(name) == "healthcheck.go" || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, found := range dials(file) {
			t.Errorf("%s uses %s: ask package fetch to connect", name, found)
		}
		return nil
	})
	if err != nil || files < 50 {
		t.Fatalf("read %d files: %v", files, err)
	}
}

func TestDialsAreFound(t *testing.T) {
	for source, found := range map[string]bool{
		`import "net/http"; var _ = http.DefaultClient`:                     true,
		`import "net/http"; var _ = &http.Client{}`:                         true,
		`import "net/http"; var _, _ = http.PostForm("", nil)`:              true,
		`import web "net/http"; var _ = web.Get`:                            true,
		`import "net"; var _ net.Dialer`:                                    true,
		`import "net"; var _ = net.DialTCP`:                                 true,
		`import "net"; var _ = net.LookupHost`:                              true,
		`import "crypto/tls"; var _ = tls.Dial`:                             true,
		`import "golang.org/x/net/http2"; var _ http2.Transport`:            true,
		`import "github.com/mmcdole/gofeed"; var _ = gofeed.New().ParseURL`: true,
		`import "net/http"; var _ http.Server; var _ = http.StatusOK`:       false,
		`import "net"; var _, _ = net.LookupPort, net.Listen`:               false,
		`var http struct{ Client int }; var _ = http.Client`:                false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p; "+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := dials(file); (got != nil) != found {
			t.Errorf("%s: found %v", source, got)
		}
	}
}
