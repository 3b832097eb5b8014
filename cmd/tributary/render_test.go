package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tributary/feeds/parse"
	"tributary/feeds/render"
	"tributary/feeds/render/rendertest"
)

const renderedFeed = `<rss version="2.0"><channel><title>El &lt;Diario&gt;</title><link>https://e.example/</link><language>es-MX</language>
<item><guid>7</guid><title>Old</title><pubDate>Mon, 02 Mar 2026 10:05:06 GMT</pubDate><description>&lt;p&gt;One&lt;/p&gt;&lt;img src="a.png"&gt;</description></item>
<item><guid>https://e.example/new</guid><link>https://e.example/new</link><title>New</title><pubDate>Tue, 03 Mar 2026 10:05:06 GMT</pubDate></item>
<item><guid>https://e.example/new</guid><link>https://e.example/new</link><title>New</title><pubDate>Tue, 03 Mar 2026 10:05:06 GMT</pubDate></item>
<item><guid>8</guid><title>At the same time</title><pubDate>Mon, 02 Mar 2026 10:05:06 GMT</pubDate></item></channel></rss>`

func TestRunRender(t *testing.T) {
	for _, format := range render.Formats {
		var first, second bytes.Buffer
		for _, out := range []*bytes.Buffer{&first, &second} {
			if err := runRender(strings.NewReader(renderedFeed), out, format.Ext, "https://e.example/feed"); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: rendered twice, the bytes differ", format.Name)
		}
		for _, p := range rendertest.Check(format.Ext, first.Bytes(), time.Now()) {
			t.Errorf("%s: %s", format.Name, p)
		}
		f, err := parse.Parse(parse.Document{URL: "https://t.example/", Now: time.Now(), Body: first.Bytes()})
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, a := range f.Articles {
			titles = append(titles, a.Title)
		}
		if got := strings.Join(titles, ", "); got != "New, Old, At the same time" || f.Title != "El <Diario>" || f.Articles[0].GUID != "https://e.example/new" {
			t.Errorf("%s: %q has %s, the first with the id %s", format.Name, f.Title, got, f.Articles[0].GUID)
		}
	}
}

func TestRunRenderErrors(t *testing.T) {
	for _, c := range []struct{ ext, in, want string }{
		{"html", renderedFeed, `there is no format "html"; write one of rss, atom, json`},
		{"rss", "nothing", "not a feed"},
	} {
		var out bytes.Buffer
		if err := runRender(strings.NewReader(c.in), &out, c.ext, ""); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, want %s; %d bytes", c.ext, err, c.want, out.Len())
		}
	}
}

// TestRenderCorpus holds what would be published of every captured feed to the rules of strict validators.
// TRIBUTARY_CORPUS names the folder, as in TestCorpus.
func TestRenderCorpus(t *testing.T) {
	dir := os.Getenv("TRIBUTARY_CORPUS")
	if dir == "" {
		t.Skip("SKIPPED: TRIBUTARY_CORPUS names no folder of captured feeds")
	}
	documents, valid := 0, 0
	for _, folder := range []string{"real", "series"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, ".csv") {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, format := range render.Formats {
				var out bytes.Buffer
				if err := runRender(bytes.NewReader(body), &out, format.Ext, "https://news.example/"+entry.Name()); err != nil {
					if folder == "real" {
						t.Errorf("%s: %v", path, err)
					}
					continue
				}
				documents++
				problems := rendertest.Check(format.Ext, out.Bytes(), time.Now())
				if len(problems) == 0 {
					valid++
				} else {
					t.Errorf("%s as %s: %d problems, the first: %s", path, format.Name, len(problems), problems[0])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d documents are valid", valid, documents)
}
