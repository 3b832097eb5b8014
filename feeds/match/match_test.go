package match

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

func terms(texts ...string) *feeds.Terms {
	t := &feeds.Terms{}
	for _, text := range texts {
		t.Any = append(t.Any, feeds.Term{Text: text})
	}
	return t
}

func TestCompileAcceptsNothing(t *testing.T) {
	s, err := Compile(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Judge(&feeds.Article{Title: "Peru"}); got != nil {
		t.Errorf("an empty set: %v", got)
	}
	if got := (*Set)(nil).Judge(&feeds.Article{Title: "Peru"}); got != nil {
		t.Errorf("a nil set: %v", got)
	}
}

// TestCompileRefuses checks where a mistake is said to be and that the message names what would be
// right.
func TestCompileRefuses(t *testing.T) {
	ok := terms("Peru")
	weighted := func(w ...float64) *feeds.Terms {
		t := terms("oil", "gas", "coal")
		for i := range w {
			t.Any[i].Weight = w[i]
		}
		return t
	}
	one := func(text string) feeds.Topic { return feeds.Topic{Terms: terms("oil", text)} }
	for _, c := range []struct {
		name  string
		topic feeds.Topic
		path  string
		msg   string // part of it
	}{
		{"no block", feeds.Topic{}, "terms", "the topic has no rule"},
		{"empty list", feeds.Topic{Terms: &feeds.Terms{}}, "terms.any", "at least one term"},
		{"unknown language", feeds.Topic{Languages: []string{"es", "sp"}, Terms: ok}, "languages[1]", `"sp" is not a language`},
		{"empty language", feeds.Topic{Languages: []string{""}, Terms: ok}, "languages[0]", "BCP 47"},
		{"negative threshold", feeds.Topic{Terms: &feeds.Terms{Any: ok.Any, Threshold: -1}}, "terms.threshold", "over 0"},
		{"NaN threshold", feeds.Topic{Terms: &feeds.Terms{Any: ok.Any, Threshold: math.NaN()}}, "terms.threshold", "over 0"},
		{"infinite threshold", feeds.Topic{Terms: &feeds.Terms{Any: ok.Any, Threshold: math.Inf(1)}}, "terms.threshold", "over 0"},
		{"weight too big", feeds.Topic{Terms: weighted(1, 3.5)}, "terms.any[1].weight", "from -3 to 3"},
		{"weight too small", feeds.Topic{Terms: weighted(1, 1, -4)}, "terms.any[2].weight", "from -3 to 3"},
		{"NaN weight", feeds.Topic{Terms: weighted(math.NaN())}, "terms.any[0].weight", "from -3 to 3"},
		{"only negative weights", feeds.Topic{Terms: weighted(-1, -1, -3)}, "terms.any", "every weight is negative"},
		{"one term, two weights", feeds.Topic{Terms: &feeds.Terms{Any: []feeds.Term{{Text: "Perú"}, {Text: "peru", Weight: 2}}}},
			"terms.any[1]", `"peru" is the same term as "Perú"`},

		{"empty term", one(" \t"), "terms.any[1]", "the term is empty"},
		{"no letters", one("—"), "terms.any[1]", "neither letters nor digits"},
		{"only =", one("="), "terms.any[1]", "neither letters nor digits"},
		{"only *", one("*"), "terms.any[1]", "neither letters nor digits"},
		{"prefix too short", one("pre*"), "terms.any[1]", "at least 4 letters"},
		{"prefix of accents too short", one("ñá\u0301é*"), "terms.any[1]", "at least 4 letters"},
		{"prefix after a hyphen too short", one("co-op*"), "terms.any[1]", "at least 4 letters"},
		{"* alone", one("crude *"), "terms.any[1]", "stands alone"},
		{"* after a possessive", one("Brazil's*"), "terms.any[1]", "stands alone"},
		{"* in the middle", one("petrol* price"), "terms.any[1]", "not its last character"},
		{"* in front", one("*leum"), "terms.any[1]", "not its last character"},
		{"two *", one("petro**"), "terms.any[1]", "not its last character"},
		{"= at the end", one("US="), "terms.any[1]", "not its first character"},
		{"two =", one("==US"), "terms.any[1]", "not its first character"},
		{"an open quote", one(`"crude oil`), "terms.any[1]", "does not end"},
		{"brackets", one("crude [oil]"), "terms.any[1]", "without it"},
		{"alternatives", one("(oil|gas)"), "terms.any[1]", "is a group"},
		{"a bracket that is not closed", one("oil NEAR/3 (gas|coal"), "terms.any[1]", "not closed"},
		{"a bad pattern", one("/oil(s?/"), "terms.any[1]", "missing closing )"},
		{"a pattern with a lookahead", one("/oil(?=s)/"), "terms.any[1]", "no regular expression of RE2's kind"},
		{"a pattern that matches nothing", one("/o*/"), "terms.any[1]", "and so everywhere"},
		{"a pattern in the body", one("body:/oil/"), "terms.any[1]", "only title: and lead:"},
		{"an open pattern", one("/oil"), "terms.any[1]", "does not end"},
		{"NEAR without a number", one("real NEAR dollar"), "terms.any[1]", "NEAR/5"},
		{"NEAR too far", one("real NEAR/101 dollar"), "terms.any[1]", "up to NEAR/100"},
		{"NEAR without a left side", one("NEAR/3 dollar"), "terms.any[1]", "where a term should"},
		{"NEAR without a right side", one("real NEAR/3"), "terms.any[1]", "the text ends"},
		{"two NEAR", one("a NEAR/3 b NEAR/3 c"), "terms.any[1]", "two NEAR"},
		{"NEAR a pattern", one("real NEAR/3 /dollars?/"), "terms.any[1]", "beside NEAR/3"},
		{"NEAR in two fields", one("title:real NEAR/3 lead:dollar"), "terms.any[1]", "two fields"},
		{"OR", one("oil OR gas"), "terms.any[1]", "belong into a query"},
		{"AND", one("oil AND gas"), "terms.any[1]", "belong into a query"},
		{"NOT", one("NOT gas"), "terms.any[1]", "stands where a term should"},
		{"minus", one("-sport"), "terms.any[1]", "negative weight"},
		{"not", one("!sport"), "terms.any[1]", "negative weight"},
		{"a field after =", one("=Lead:oil"), "terms.any[1]", "lead:="},
		{"two fields", one("title:lead:oil"), "terms.any[1]", "keep one"},
		{"a field alone", one("title:"), "terms.any[1]", "the text ends"},
		{"two sentences", one("Gov. Newsom"), "terms.any[1]", `before "Newsom"`},
		{"two parts", one("oil: price"), "terms.any[1]", "make two terms"},
		{"an endless word", one(strings.Repeat("x", maxWord+1)), "terms.any[1]", "more than 64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.topic.ID = "t"
			s, err := Compile([]feeds.Topic{c.topic}, nil)
			if s != nil {
				t.Error("there is a set in spite of the mistake")
			}
			var e *RuleError
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want a RuleError", err)
			}
			if e.Topic != "t" || e.Path != c.path || !strings.Contains(e.Msg, c.msg) {
				t.Errorf("got  %v\nwant %s: …%s…", e, c.path, c.msg)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one mistake: %v", err)
			}
		})
	}
}

func TestCompileTellsEveryMistakeInOrder(t *testing.T) {
	_, err := Compile([]feeds.Topic{
		{ID: "a", Languages: []string{"xx"}, Terms: &feeds.Terms{
			Any:       []feeds.Term{{Text: "oil"}, {Text: "ga*", Weight: 9}, {Text: "/x(/"}},
			Threshold: -1,
		}},
		{ID: "fine", Terms: terms("oil")},
		{ID: "a", Terms: terms("oil")},
		{ID: "b"},
	}, nil)
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v is not joined", err)
	}
	var got []string
	for _, e := range joined.Unwrap() {
		r := e.(*RuleError)
		got = append(got, r.Topic+" "+r.Path)
	}
	want := []string{"a languages[0]", "a terms.threshold", "a terms.any[1].weight", "a terms.any[1]", "a terms.any[2]", "a id", "b terms"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if line, _, _ := strings.Cut(err.Error(), "\n"); !strings.HasPrefix(line, `topic "a": languages[0]: "xx" is not`) {
		t.Errorf("message %q", line)
	}
}

func TestWarnings(t *testing.T) {
	set := mustCompile(t,
		feeds.Topic{ID: "a", Terms: terms("Perú", "oil", "Peru", "Granada", "granada sauce", "=Granada", "/oils?/")},
		feeds.Topic{ID: "b", Query: "/gas/ OR oil"},
		feeds.Topic{ID: "c", Terms: terms("granada")},
		feeds.Topic{ID: "d", Places: &feeds.Places{In: []string{"PE"}, Mask: []string{"Lima bean", "lima bean"}}},
	)
	var got []string
	for _, w := range set.Warnings() {
		msg, _, _ := strings.Cut(w.Msg, ":")
		got = append(got, w.Topic+" "+w.Path+" "+msg)
	}
	want := []string{
		`a terms.any[2] "Peru" is the same term as "Perú", which finds it already`,
		"a terms.any[6] /oils?/ is slow",
		`a terms.any[3] "Granada" means a place (ES) and other things`,
		"b query /gas/ is slow",
		`d places.mask[1] "lima bean" is the same term as "Lima bean", which finds it already`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCompileAccepts(t *testing.T) {
	for _, text := range []string{
		"oil", " crude oil ", "refiner*", "=US", "=U.S.", "=Trump*", "U.S. Congress", "St. Lucia", "Yahoo!", "¿Qué pasa?",
		"AT&T", "Web 2.0", "São Tomé e Príncipe", "Coca-Cola", "O'Brien", "Moody's", "McDonald's worker", "workers' rights",
		"Lima, Peru", "OR", "and or not", "co-operat*", "#MeToo", "C++", "titles", strings.Repeat("x", maxWord), "日本経済*",
		strings.Repeat("x", maxWord) + "*",
	} {
		if _, err := Compile([]feeds.Topic{{ID: "t", Terms: terms(text)}}, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func mustCompile(t testing.TB, topics ...feeds.Topic) *Set {
	t.Helper()
	s, err := Compile(topics, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
