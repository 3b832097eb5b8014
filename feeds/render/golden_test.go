package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"tributary/feeds"
	"tributary/feeds/render/rendertest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, format Format, f *feeds.Feed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := format.Write(&b, f); err != nil {
		t.Fatalf("%s: %v", format.Name, err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for _, format := range Formats {
		for name, f := range samples() {
			t.Run(name+"."+format.Ext, func(t *testing.T) {
				got := render(t, format, f)
				file := filepath.Join("testdata", name+"."+format.Ext)
				if *update {
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("differs from %s (-want +got):\n%s", file, diff)
				}
			})
		}
	}
}

// TestValid holds the golden documents to the rules of strict validators.
func TestValid(t *testing.T) {
	for _, format := range Formats {
		for name, f := range samples() {
			for _, p := range rendertest.Check(format.Ext, render(t, format, f), noon.AddDate(0, 0, 1)) {
				t.Errorf("%s.%s: %s", name, format.Ext, p)
			}
		}
	}
}

// TestFormatsAgree reads every format back with a reader of feeds and compares what it understood.
func TestFormatsAgree(t *testing.T) {
	type item struct {
		ID, Link, Title, Author, Published string
		Categories                         []string
	}
	want := []item{
		{"https://world.example/2026/aid", "https://world.example/2026/aid", "Mexico pledges aid to Cuba: AT&T <b>helps<\u2060/b>", "Ana Ruiz", "2026-11-03T11:00:00Z", []string{"World", "Aid & relief"}},
		{"urn:uuid:61727469-636c-8530-b030-303030303031", "https://diario.example/nota-2", "Sismo de 5,8 en Oaxaca", "El Diario", "2026-11-03T10:00:00Z", nil},
		{"tag:portal.example,2026:3", "https://portal.example/noticia?id=3&x=%C3%A3%20b", "portal.example", "portal.example", "2026-11-03T09:00:00Z", nil},
		{"urn:uuid:61727469-636c-8530-b030-303030303033", "https://world.example/4", "A short note about the harvest in Mendoza, <where> rain came late.", "The World Desk", "2000-01-01T02:59:59Z", nil},
		{"urn:uuid:61727469-636c-8530-b030-303030303034", "", "Only a title", "bare.example", "2026-11-03T08:00:00Z", nil},
	}
	for _, format := range Formats {
		t.Run(format.Ext, func(t *testing.T) {
			f, err := gofeed.NewParser().Parse(bytes.NewReader(render(t, format, sample())))
			if err != nil {
				t.Fatal(err)
			}
			got := make([]item, 0, len(f.Items))
			for _, i := range f.Items {
				got = append(got, item{i.GUID, i.Link, i.Title, i.Authors[0].Name, i.PublishedParsed.Format(time.RFC3339), i.Categories})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
			if f.Title != "Latin America & the <Caribbean>" || f.Link != sample().HomeURL || f.FeedLink != sample().SelfURL {
				t.Errorf("feed is %q, link %q, self %q", f.Title, f.Link, f.FeedLink)
			}
		})
	}
}

// TestNothingSecret looks for what the sample hides: keys in URLs, and what may not be republished.
func TestNothingSecret(t *testing.T) {
	for _, format := range Formats {
		if doc := string(render(t, format, sample())); strings.Contains(doc, "CANARY") || strings.Contains(doc, "javascript:") {
			t.Errorf("%s holds what it must not", format.Name)
		}
	}
}

func TestPublish(t *testing.T) {
	long := strings.Repeat("palabra ", 100)
	for publish, want := range map[feeds.Publish]entry{
		"":            {summary: strings.TrimSpace(long), content: "<p>x</p>", image: "https://x.example/i"},
		feeds.Full:    {summary: strings.TrimSpace(long), content: "<p>x</p>", image: "https://x.example/i"},
		feeds.Excerpt: {summary: strings.Repeat("palabra ", 61) + "palabra…", image: "https://x.example/i"},
		feeds.Link:    {},
		"some":        {},
	} {
		got := prepareEntry(feeds.Entry{Article: feeds.Article{
			Source: feeds.Source{Publish: publish}, Summary: long, Content: "<p>x</p>", Image: "https://x.example/i",
			Enclosures: []feeds.Enclosure{{URL: "https://x.example/e"}},
		}}, "", time.Time{})
		if got.summary != want.summary || got.content != want.content || got.image != want.image ||
			(len(got.enclosures) > 0) != (want.image != "") {
			t.Errorf("publish %q gives %+v", publish, got)
		}
	}
}

func TestDates(t *testing.T) {
	at := func(d time.Duration) time.Time { return noon.Add(d * time.Second) }
	for _, c := range []struct {
		name                           string
		published, updated, seen, feed time.Time
		wantPublished, wantUpdated     time.Time
	}{
		{"as published", at(-5), at(-3), at(-1), at(0), at(-5), at(-3)},
		{"published in the future", at(5), time.Time{}, at(-1), at(0), at(-1), at(-1)},
		{"no date", time.Time{}, time.Time{}, at(-1), at(0), at(-1), at(-1)},
		{"updated before published", at(-5), at(-9), at(-1), at(0), at(-5), at(-5)},
		{"updated with the feed", at(-5), at(0), at(-1), at(0), at(-5), at(0)},
		{"updated after the feed", at(-5), at(1), at(-1), at(0), at(-5), at(-5)},
		{"feed without a date", at(-5), at(1), at(-1), time.Time{}, at(-5), at(1)},
		{"before there were feeds", time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}, at(-1), at(0), at(-1), at(-1)},
		{"year 20000", time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}, time.Time{}, at(0), time.Time{}, time.Time{}},
		{"nothing known", time.Time{}, time.Time{}, time.Time{}, at(0), time.Time{}, time.Time{}},
	} {
		p, u := dates(feeds.Article{Published: c.published, Updated: c.updated, Seen: c.seen}, moment(c.feed))
		if !p.Equal(moment(c.wantPublished)) || !u.Equal(moment(c.wantUpdated)) {
			t.Errorf("%s: published %v, updated %v", c.name, p, u)
		}
	}
}

// TestJSONFeed checks what JSON Feed 1.1 demands and a reader of feeds forgives.
func TestJSONFeed(t *testing.T) {
	format, _ := ByExt("json")
	var doc struct {
		Items []map[string]any
	}
	if err := json.Unmarshal(render(t, format, sample()), &doc); err != nil {
		t.Fatal(err)
	}
	for i, item := range doc.Items {
		_, html := item["content_html"].(string)
		_, text := item["content_text"].(string)
		if html == text {
			t.Errorf("item %d: one of content_html and content_text must be a string: %v", i, item)
		}
		if _, ok := item["_tributary"].(map[string]any)["evidence"].([]any); !ok {
			t.Errorf("item %d: evidence is not an array", i)
		}
	}
}

func TestByExt(t *testing.T) {
	for _, want := range Formats {
		if got, ok := ByExt(want.Ext); !ok || got.Name != want.Name {
			t.Errorf("ByExt(%q) = %q, %v", want.Ext, got.Name, ok)
		}
	}
	if _, ok := ByExt("html"); ok {
		t.Error(`ByExt("html") found a format`)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriteFails(t *testing.T) {
	cause := errors.New("disk full")
	for _, format := range Formats {
		if err := format.Write(brokenWriter{cause}, sample()); !errors.Is(err, cause) {
			t.Errorf("%s: %v", format.Name, err)
		}
	}
}
