package storagetest

import (
	"fmt"
	"slices"

	"tributary/feeds"
)

func (f *fixture) search() {
	l := f.claim("me")["a.example"]
	a, b := article(1), article(2)
	a.Title, a.Summary = "La economía del Perú crece", "Según el BANCO central, más que en 2025."
	b.Title, b.Summary = "Peruse our catalogue", "Bank holidays in 2025"
	f.save(l, false, a, b)
	hits := func(text string) (titles []string) {
		f.Helper()
		found, err := f.store.Search(f.Context(), text, 10)
		f.ok(err)
		for _, a := range found {
			titles = append(titles, a.Title)
		}
		return titles
	}
	for text, want := range map[string][]string{
		"peru":              {a.Title},
		"PERÚ":              {a.Title},
		"Peru\u0301":        {a.Title},
		"economi\u0301a":    {a.Title},
		"economia banco":    {a.Title},
		"2025":              {a.Title, b.Title}, // the newest first
		"banco catalogue":   nil,
		"":                  nil,
		`" OR * NEAR( - '`:  nil,
		"NOT peruse":        nil, // words, not operators
		"peruse AND 2025":   nil,
		"title:peruse":      nil,
		"never":             nil,
		`"peruse"; DELETE`:  nil,
		"peruse, catalogue": {b.Title},
	} {
		if got := hits(text); !slices.Equal(got, want) {
			f.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	b.Title = "Browse our catalogue"
	f.save(l, false, a, b)
	if got := hits("peruse"); got != nil {
		f.Errorf("an edited article is found by a word that it has no more: %q", got)
	}
	if got := hits("browse"); !slices.Equal(got, []string{b.Title}) {
		f.Errorf("an edited article is found by its new word as %q", got)
	}
}

func (f *fixture) outbox() {
	waiting := func() string {
		f.Helper()
		revisions, err := f.store.Unannounced(f.Context())
		f.ok(err)
		var topics []string
		for _, r := range revisions {
			topics = append(topics, r.Topic)
		}
		return fmt.Sprint(topics)
	}
	announce := func() {
		f.Helper()
		revisions, err := f.store.Unannounced(f.Context())
		f.ok(err)
		for _, r := range revisions {
			f.ok(f.store.Announced(f.Context(), r))
		}
	}
	announce()
	if got := waiting(); got != "[]" {
		f.Fatalf("%s wait after they were announced", got)
	}
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "peru"))
	if got := waiting(); got != "[peru]" {
		f.Errorf("%s wait", got)
	}
	old, err := f.store.Unannounced(f.Context())
	f.ok(err)
	f.save(l, false, article(1, "peru"), article(2, "peru"))
	f.ok(f.store.Announced(f.Context(), old[0])) // late: the topic has moved again
	if got := waiting(); got != "[peru]" {
		f.Errorf("%s wait", got)
	}
	announce()
	f.ok(f.store.Announced(f.Context(), feeds.Revision{Topic: "peru", Version: 1})) // never goes back
	if got := waiting(); got != "[]" {
		f.Errorf("%s wait", got)
	}
}
