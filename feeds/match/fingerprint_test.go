package match_test

import (
	"slices"
	"testing"

	"tributary/feeds"
	"tributary/feeds/match"
	"tributary/feeds/places"
)

// TestFingerprints: a fingerprint changes with what verdicts depend on, and with nothing else.
func TestFingerprints(t *testing.T) {
	base := func() []feeds.Topic {
		return []feeds.Topic{
			{ID: "oil", Title: "Oil", Terms: &feeds.Terms{Any: []feeds.Term{{Text: "crude"}}}},
			{ID: "brazil", Title: "Brazil", Places: &feeds.Places{In: []string{"BR"}}},
			{ID: "both", Title: "Both", Topics: []string{"oil", "brazil"}},
		}
	}
	more, err := places.Default().With([]places.Addition{{Name: "Vila Nova do Exemplo", Place: "BR", Kind: "city"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	prints := func(topics []feeds.Topic, g *places.Gazetteer) []string {
		s, err := match.Compile(topics, g)
		if err != nil {
			t.Fatal(err)
		}
		return s.Fingerprints()
	}
	before := prints(base(), nil)
	for _, test := range []struct {
		what      string
		edit      func([]feeds.Topic)
		gazetteer *places.Gazetteer
		changed   []bool // of oil, brazil and both
	}{
		{"nothing", func([]feeds.Topic) {}, nil, []bool{false, false, false}},
		{"a title, description and example", func(t []feeds.Topic) {
			t[0].Title, t[0].Description, t[0].Rule = "Crude", "All about it", "x"
			t[0].Examples.Yes = []feeds.Example{{Title: "Crude crude"}}
		}, nil, []bool{false, false, false}},
		{"what documents show", func(t []feeds.Topic) {
			t[0].Window, t[0].Stories, t[0].Prefer = feeds.Window{Least: 100, Most: 200}, feeds.OneEntry, []string{"a.example"}
			t[0].MinSources, t[0].Formerly = 2, []string{"petroleum"}
		}, nil, []bool{false, false, false}},
		{"a term", func(t []feeds.Topic) { t[0].Terms.Any[0].Text = "petroleum" }, nil, []bool{true, false, true}},
		{"a weight", func(t []feeds.Topic) { t[0].Terms.Any[0].Weight = 2 }, nil, []bool{true, false, true}},
		{"a condition", func(t []feeds.Topic) { t[1].Exclude.URLs = []string{"/sport/"} }, nil, []bool{false, true, true}},
		{"the places", func(t []feeds.Topic) { t[1].Places.In = []string{"AR"} }, nil, []bool{false, true, true}},
		{"the gazetteer", func([]feeds.Topic) {}, more, []bool{false, true, true}},
		{"what is included", func(t []feeds.Topic) { t[2].Topics = t[2].Topics[:1] }, nil, []bool{false, false, true}},
	} {
		topics := base()
		test.edit(topics)
		after := prints(topics, test.gazetteer)
		for i := range after {
			if (after[i] != before[i]) != test.changed[i] {
				t.Errorf("%s: the fingerprint of %s changed: %t", test.what, topics[i].ID, !test.changed[i])
			}
		}
	}
	if slices.Contains(before, "") || before[0] == before[1] {
		t.Errorf("fingerprints %q", before)
	}
}
