package render

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/feeds"
)

// TestUpdates sees that no two entries changed at the same time, and that an entry's time does not depend on
// those that came after it.
func TestUpdates(t *testing.T) {
	d := document{updated: noon}
	for n := range 3000 {
		e := entry{id: fmt.Sprint("id ", n), updated: noon.Add(-time.Duration(n%3) * time.Second)}
		if n%10 == 9 {
			e.updated = time.Time{}
		}
		d.entries = append(d.entries, e)
	}
	all := updates(d)
	seen := map[string]bool{}
	for i, s := range all {
		at, err := time.Parse(time.RFC3339, s)
		want := d.entries[i].updated
		if want.IsZero() {
			want = d.updated
		}
		if err != nil || !at.Truncate(time.Second).Equal(want) || seen[s] {
			t.Errorf("entry %d of %v changed at %s: %v", i, want, s, err)
		}
		seen[s] = true
	}
	if all[2999] != "2026-11-03T12:00:00Z" {
		t.Errorf("the oldest changed at %s", all[2999])
	}
	d.entries = d.entries[2000:]
	if got := updates(d); !slices.Equal(got, all[2000:]) {
		t.Error("times depend on later entries")
	}
}

// TestContentBudget sees that a document does not grow without end, and that what is left out of it is the
// content of its oldest entries.
func TestContentBudget(t *testing.T) {
	f := &feeds.Feed{}
	for n := range 10 {
		f.Entries = append(f.Entries, feeds.Entry{Article: feeds.Article{
			ID: articleID(n), Summary: "short", Content: "<p>" + strings.Repeat("x", contentBudget/4) + "</p>",
		}})
	}
	f.Entries[9].Article.Summary = ""
	for i, e := range prepare(f).entries {
		if (e.content != "") != (i < 3) || e.summary == "" && i >= 3 {
			t.Errorf("entry %d has %d bytes of content and the summary %q", i, len(e.content), e.summary)
		}
	}
}

func TestLinks(t *testing.T) {
	got := links([]feeds.FeedLink{
		{Rel: "hub", URL: "https://e.example/hub"},
		{Rel: "hub", URL: "https://e.example/hub", Title: "again"},
		{Rel: "hub", URL: "https://hub.example/"},
		{Rel: "alternate", URL: "https://e.example/ñ", Type: "application/atom+xml", Language: "es", Title: " A\n B"},
		{Rel: "alternate", URL: "https://e.example/2", Type: "application/atom+xml", Language: "spa"},
		{Rel: "alternate", URL: "javascript:alert(1)", Type: "text/html"},
	})
	want := []feeds.FeedLink{
		{Rel: "hub", URL: "https://e.example/hub"},
		{Rel: "hub", URL: "https://hub.example/"},
		{Rel: "alternate", URL: "https://e.example/%C3%B1", Type: "application/atom+xml", Language: "es", Title: "A B"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNumericReferences(t *testing.T) {
	const in = "<a b=\"&amp;\">x &lt; y &gt; &#39;<![CDATA[&amp;<b>]]]]><![CDATA[>&lt;]]>&lt;</a>"
	const want = "<a b=\"&#x26;\">x &#x3C; y &gt; &#39;<![CDATA[&amp;<b>]]]]><![CDATA[>&lt;]]>&#x3C;</a>"
	if got := string(numericReferences([]byte(in))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNames(t *testing.T) {
	got := names([]string{"Ana <ana@e.example>", "Ana", "ben@e.example", "<x@e.example>", " "})
	if want := []string{"Ana", "ben@e.example"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
