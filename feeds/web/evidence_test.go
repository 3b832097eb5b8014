package web

import (
	"slices"
	"strings"
	"testing"

	"tributary/feeds"
)

// brackets writes pieces with what is marked in brackets.
func brackets(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Marked {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestMark(t *testing.T) {
	hit := func(offset, length int) feeds.Hit {
		return feeds.Hit{Field: feeds.TitleField, Offset: offset, Length: length}
	}
	discarded := hit(0, 6)
	discarded.Discarded = "masked by New Mexico"
	elsewhere := hit(0, 6)
	elsewhere.Field = feeds.LeadField
	for _, c := range []struct {
		text string
		hits []feeds.Hit
		want string
	}{
		{"", nil, ""},
		{"Mexico and Cuba", nil, "Mexico and Cuba"},
		{"Mexico and Cuba", []feeds.Hit{hit(0, 6), hit(11, 4)}, "[Mexico] and [Cuba]"},
		{"Mexico and Cuba", []feeds.Hit{hit(11, 4), hit(0, 6)}, "[Mexico] and [Cuba]"},
		{"Mexico City", []feeds.Hit{hit(0, 6), hit(0, 11)}, "[Mexico City]"},
		{"Mexico City", []feeds.Hit{hit(0, 6), hit(3, 8)}, "[Mexico] City"},
		{"Mexico", []feeds.Hit{discarded}, "Mexico"},
		{"Mexico", []feeds.Hit{elsewhere}, "Mexico"},
		{"Mexico", []feeds.Hit{hit(0, 5)}, "Mexico"},  // not a whole word: the text has changed
		{"Mexico", []feeds.Hit{hit(1, 5)}, "Mexico"},  //
		{"Mexico", []feeds.Hit{hit(0, 7)}, "Mexico"},  // over the end
		{"Mexico", []feeds.Hit{hit(-1, 3)}, "Mexico"}, //
		{"Mexico", []feeds.Hit{hit(0, 0)}, "Mexico"},  //
		{"Mexico", []feeds.Hit{hit(99, 3)}, "Mexico"}, //
		{"México pide", []feeds.Hit{hit(0, 7)}, "[México] pide"},
		{"México pide", []feeds.Hit{hit(0, 2)}, "México pide"}, // inside a character
		{"日本の首相", []feeds.Hit{hit(0, 6)}, "[日本]の首相"},
	} {
		if got := brackets(mark(c.text, c.hits, feeds.TitleField)); got != c.want {
			t.Errorf("%q with %v is marked %q, want %q", c.text, c.hits, got, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	e := feeds.Entry{Evidence: feeds.Evidence{
		Checks: []feeds.Check{
			{Part: "languages"},
			{Part: "places", Score: 4.5, Threshold: 1.5, Share: 0.8, LeastShare: 0.35},
			{Part: "terms.any", Score: 3, Threshold: 3},
		},
		Hits: []feeds.Hit{
			{Term: "Brazil", Kind: "source", Place: "BR", Score: 0.75},
			{Term: "Mexican", Kind: "demonym", Place: "MX", Field: feeds.LeadField, Offset: 4, Length: 7, Score: 1},
			{Term: "Mexican", Kind: "demonym", Place: "MX", Field: feeds.LeadField, Offset: 20, Length: 7, Score: 0.5},
			{Term: "Mexico", Kind: "name", Place: "MX", Field: feeds.TitleField, Length: 6, Score: 3},
			{Term: "=oil compan*", Kind: "term", Field: feeds.CategoryField, Score: 3},
			{Term: "Lima", Kind: "capital", Place: "PE", Field: feeds.BodyField, Discarded: "means other things too"},
		},
	}}
	w := explain(e, "Mexico", "The Mexican and his Mexican")
	var found []string
	for _, f := range w.Found {
		found = append(found, f.Term+" "+timesWord(f.Times)+f.Where+" | "+f.Means+" | "+points(f.Score))
	}
	want := []string{
		"Mexico in the title |  | 3",
		"oil compan… as a category |  | 3",
		"Mexican twice in the first lines | people or things of Mexico | 1.5",
		"Brazil of the source | where its newsroom is | 0.75",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
	if len(w.Ignored) != 1 || w.Ignored[0].Means != "capital of Peru" || w.Ignored[0].Reason != "means other things too" {
		t.Errorf("ignored %+v", w.Ignored)
	}
	reasons := []string{
		"Names of the topic's places: 4.5 points, 1.5 are enough; they are 80 % of all places in the article, 35 % are enough.",
		"The topic's words: 3 points, 3 are enough.",
	}
	if !slices.Equal(w.Reasons, reasons) {
		t.Errorf("reasons %q, want %q", w.Reasons, reasons)
	}
	if brackets(w.Title) != "[Mexico]" || brackets(w.Lead) != "The [Mexican] and his [Mexican]" {
		t.Errorf("marked %q and %q", brackets(w.Title), brackets(w.Lead))
	}
}
