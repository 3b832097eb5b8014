package render_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/feeds/parse"
	"tributary/feeds/render"
)

// TestReadBack reads the golden documents with our own parser: what we publish we can read, and all formats
// say the same.
func TestReadBack(t *testing.T) {
	for _, name := range []string{"full", "archive", "empty"} {
		var first *parse.Feed
		for _, format := range render.Formats {
			doc, err := os.ReadFile("testdata/" + name + "." + format.Ext)
			if err != nil {
				t.Fatal(err)
			}
			f, err := parse.Parse(parse.Document{
				URL: "https://tributary.example/", ContentType: format.MediaType, Now: time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC), Body: doc,
			})
			if err != nil {
				t.Fatalf("%s.%s: %v", name, format.Ext, err)
			}
			if first == nil {
				first = f
			}
			if diff := cmp.Diff(common(first.Articles), common(f.Articles)); diff != "" {
				t.Errorf("%s.%s differs from %s (-%[3]s +%[2]s):\n%[4]s", name, format.Ext, render.Formats[0].Ext, diff)
			}
			if f.Title != first.Title || f.SiteURL != first.SiteURL {
				t.Errorf("%s.%s is %q of %s", name, format.Ext, f.Title, f.SiteURL)
			}
		}
	}
}

// common gives of the articles what every format has a place for and our parser reads from it: of several
// enclosures the first, no rights, and no content that is the summary again. In a title the parser
// takes "<b>" for markup where a format has no texts that are surely none.
func common(articles []feeds.Article) (all []feeds.Article) {
	for _, a := range articles {
		if a.Updated = a.Updated.Truncate(time.Second); a.Updated.Equal(a.Published) {
			a.Updated = time.Time{} // as where it is not written
		}
		a.Rights = ""
		a.Enclosures = a.Enclosures[:min(len(a.Enclosures), 1)]
		a.Title = strings.ReplaceAll(a.Title, "<b>", "")
		if !strings.Contains(a.Content, "<a") {
			a.Content = ""
		}
		all = append(all, a)
	}
	return all
}
