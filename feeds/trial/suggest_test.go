package trial_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tributary/feeds/trial"
)

// newsroom is invented news: of oil, some of it without the word; of oil paint; and of other things.
func newsroom() shelf {
	var lines strings.Builder
	add := func(n int, format string) {
		for i := range n {
			who := []string{"Acme", "Borax", "Cobalt", "Delta", "Ember", "Flint"}[i%6]
			fmt.Fprintf(&lines, format+"\n", who, 100*i)
		}
	}
	add(12, "%s oil: tankers, drilling wells %d")
	add(12, "%s tankers at drilling wells; oil %d")
	add(4, "%s hires tankers for drilling wells %d")
	add(4, "Gallery %s hangs an oil painting by an unknown master %d")
	add(40, "Parliament %s votes on schools after long debate %d")
	add(40, "Team %s wins the final match before a huge crowd %d")
	add(40, "Museum %s opens gallery rooms with a famous master %d")
	add(4, "Holiday %s drilling course for dentists and patients %d")
	return shelf(lines.String())
}

func TestSuggest(t *testing.T) {
	got, err := trial.Suggest(t.Context(), newsroom().read, compile(t, topic("energy", "oil")).Judge, "energy")
	if err != nil {
		t.Fatal(err)
	}
	if got.In != 28 || got.Articles != 156 {
		t.Errorf("%d of %d articles", got.In, got.Articles)
	}
	find := func(list []trial.Suggestion, text string) *trial.Suggestion {
		i := slices.IndexFunc(list, func(g trial.Suggestion) bool { return g.Text == text })
		if i < 0 {
			t.Fatalf("%q is not suggested: %+v", text, got)
		}
		return &list[i]
	}
	for _, text := range []string{"tankers", "wells"} {
		if g := find(got.Terms, text); g.Language != "en" || g.In != 24 || g.Out != 4 || g.Right != 4 || g.Sure != 1 || len(g.Samples) != 3 ||
			!strings.Contains(g.Samples[0].Title, "hires tankers") {
			t.Errorf("%+v", g)
		}
	}
	if g := find(got.Masks, "oil painting"); g.In != 4 || g.Right != 4 || !strings.Contains(g.Samples[0].Title, "Gallery") {
		t.Errorf("%+v", g)
	}
	for _, g := range slices.Concat(got.Terms, got.Masks) {
		for _, wrong := range []string{"Museum", "Team", "Parliament", "dentists", "oil output", "sells oil", "Acme"} {
			if strings.Contains(g.Text, wrong) {
				t.Errorf("%q is suggested", g.Text)
			}
		}
	}
}

// TestSuggestLanguages: what is usual in one language is not what is usual in another.
func TestSuggestLanguages(t *testing.T) {
	got, err := trial.Suggest(t.Context(), shelf("Oil here\nRain there").read, compile(t, topic("energy", "oil")).Judge, "energy")
	if err != nil || len(got.Terms)+len(got.Masks) > 0 || got.Terms == nil || got.In != 1 {
		t.Errorf("too few articles teach something: %+v, %v", got, err)
	}
}
