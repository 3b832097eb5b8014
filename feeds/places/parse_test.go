package places

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const sample = `# A comment.
[caribbean 029] Caribbean
members: CU
region es: caribeñ(o|a)

[tropics] Tropics
members: caribbean MX -CU

[nowhere] No place
mask: Panama hat(|s)

[CU] Cuba
person: Ramón Pérez 2018-10..2024; ?Pérez 2019..

[MX] Mexico
name en: Mexico
demonym es pt: mexican(o|a); =PRI
city: ?Mérida
`

func day(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }

func TestParse(t *testing.T) {
	g, err := parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	want := []Name{
		{Text: "caribeño", Place: "caribbean", Kind: RegionName, Langs: []string{"es"}},
		{Text: "caribeña", Place: "caribbean", Kind: RegionName, Langs: []string{"es"}},
		{Text: "Panama hat", Kind: Mask, Langs: []string{}},
		{Text: "Panama hats", Kind: Mask, Langs: []string{}},
		{Text: "Ramón Pérez", Place: "CU", Kind: Person, Case: Capitalised, Langs: []string{}, From: day(2018, 10), To: day(2025, 1)},
		{Text: "Pérez", Place: "CU", Kind: Person, Case: Capitalised, Langs: []string{}, Weak: true, From: day(2019, 1)},
		{Text: "Mexico", Place: "MX", Kind: OwnName, Case: Capitalised, Langs: []string{"en"}},
		{Text: "mexicano", Place: "MX", Kind: Demonym, Langs: []string{"es", "pt"}},
		{Text: "mexicana", Place: "MX", Kind: Demonym, Langs: []string{"es", "pt"}},
		{Text: "PRI", Place: "MX", Kind: Demonym, Case: ExactCase, Langs: []string{"es", "pt"}},
		{Text: "Mérida", Place: "MX", Kind: City, Case: Capitalised, Langs: []string{}, Weak: true},
	}
	if diff := cmp.Diff(want, slices.Collect(g.Names())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, _ := g.Place("029"); !cmp.Equal(got, Place{ID: "caribbean", M49: "029", Title: "Caribbean", Members: []string{"CU"}}) {
		t.Errorf("029 is %+v", got)
	}
	if got := g.Countries("tropics"); !slices.Equal(got, []string{"MX"}) {
		t.Errorf("tropics: %v", got)
	}
}

func TestWeakAt(t *testing.T) {
	n := Name{From: day(2018, 10), To: day(2025, 1)}
	for at, want := range map[time.Time]bool{day(2018, 9): true, day(2018, 10): false, day(2024, 12): false, day(2025, 1): true} {
		if n.WeakAt(at) != want {
			t.Errorf("weak in %s: %v", at.Format("2006-01"), !want)
		}
	}
	if !(Name{Weak: true}).WeakAt(day(2020, 1)) || (Name{}).WeakAt(day(1900, 1)) {
		t.Error("a name without dates is as weak as it says")
	}
}

func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"name: Mexico":             `line 1: "name: Mexico" stands before the first section`,
		"[mx] Mexico\nmembers: MX": `line 1: mx has the member MX, which has no section`,
		"[MEX] Mexico":             `line 1: "[MEX] Mexico" is not a section`,
		"[MX]":                     `line 1: "[MX]" is not a section`,
		"[MX] Mexico\n[MX] Mex":    "line 2: the section MX stands in line 1 already",
		"[a 001] A\nmembers: MX\n[b 001] B\nmembers: MX\n[MX] M": "line 3: 001 is the code of a already",
		"[MX] Mexico\nMexico":                           `line 2: "Mexico" is not a line of a section`,
		"[MX] Mexico\ntown: Mérida":                     `line 2: "town" is not a kind`,
		"[MX] Mexico\nregion: Bajío":                    "line 2: a country has no region",
		"[MX] Mexico\nmembers: US":                      "line 2: MX is no region, so it has no members",
		"[a] A\nmembers: MX\ncity: B\n[MX] M":           "line 3: a region has region, demonym, org and mask, not city",
		"[nowhere] N\nname: B":                          "line 2: only masks stand in nowhere, not name",
		"[MX] Mexico\nname spanish: México":             `line 2: "spanish" is not a language's code`,
		"[MX] Mexico\nname: Mexico; Mexico":             `line 2: "Mexico" stands in line 2 already`,
		"[MX] Mexico\ndemonym: mexican(o|o)":            `line 2: "mexicano" stands in line 2 already`,
		"[MX] Mexico\nname: ":                           "line 2: a name is empty",
		"[MX] Mexico\nname: Mexico; ":                   "line 2: a name is empty",
		"[MX] Mexico\nname: Mexico  City":               `line 2: "Mexico  City" has spaces too many`,
		"[MX] Mexico\nname: (o|a":                       `line 2: "(o|a" does not begin with a letter`,
		"[MX] Mexico\nname: mexican(o":                  `line 2: "mexican(o" has a sign that no name has`,
		"[MX] Mexico\nname: Mexico 2010..":              `line 2: "Mexico" is no person, so it has no dates`,
		"[MX] Mexico\nperson: Frida":                    `line 2: "Frida" needs the time from which the name means its place`,
		"[MX] Mexico\nperson: Frida 2010-13..":          `line 2: "Frida 2010-13..": "2010-13" is not a month`,
		"[MX] Mexico\nperson: Frida 2010..2009":         `line 2: "Frida 2010..2009": the time ends before it begins`,
		"[a] A":                                         "line 1: the region a has no members",
		"[a] A\nmembers: b\n[b] B\nmembers: MX\n[MX] M": `line 2: "b" is not a region that stands above`,
		"[a] A\nmembers: MX MX\n[MX] M":                 `line 2: "MX" changes nothing: MX is there already`,
		"[a] A\nmembers: MX -US\n[MX] M":                `line 2: "-US" changes nothing: US is not there`,
		"[MX] Mexico\nname: M\xe9xico":                  "line 2: the line is not UTF-8 in normal form C",
		"[MX] Mexico\nname: Me\u0301xico":               "line 2: the line is not UTF-8 in normal form C",
		"[MX] M\nname: " + strings.Repeat("long ", 20):  "is longer than 80 bytes",
	} {
		g, err := parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || g != nil {
			t.Errorf("%q gives\n%v, want\n%s", text, err, want)
		}
	}
}

// TestParseAll: every mistake comes back, in the order of the lines.
func TestParseAll(t *testing.T) {
	_, err := parse("[MX] Mexico\ntown: A\nname: =\nname: B\ncity es-MX: C")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three mistakes", err)
	}
}

func TestWith(t *testing.T) {
	g, err := parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Collect(g.Names())
	changed, err := g.With([]Addition{
		{Name: "yucatec(o|a)", Place: "MX", Kind: "demonym", Langs: []string{"es"}},
		{Name: "?Ana Ruiz 2027..", Place: "MX", Kind: "person"},
		{Name: "Antillas", Place: "029", Kind: "region"},
		{Name: "mérida spain", Kind: "mask"},
		{Name: "Mérida", Place: "MX", Kind: "city"}, // strong, since the weak one is removed
	}, []string{"mérida", "Pérez"})
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.DeleteFunc(slices.Clone(before), func(n Name) bool { return n.Text == "Mérida" || n.Text == "Pérez" }),
		Name{Text: "yucateco", Place: "MX", Kind: Demonym, Langs: []string{"es"}},
		Name{Text: "yucateca", Place: "MX", Kind: Demonym, Langs: []string{"es"}},
		Name{Text: "Ana Ruiz", Place: "MX", Kind: Person, Case: Capitalised, Weak: true, From: day(2027, 1)},
		Name{Text: "Antillas", Place: "caribbean", Kind: RegionName, Case: Capitalised},
		Name{Text: "mérida spain", Kind: Mask},
		Name{Text: "Mérida", Place: "MX", Kind: City, Case: Capitalised},
	)
	if diff := cmp.Diff(want, slices.Collect(changed.Names())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(before, slices.Collect(g.Names())); diff != "" {
		t.Errorf("the gazetteer itself has changed:\n%s", diff)
	}
}

func TestWithMistakes(t *testing.T) {
	g, err := parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		add    []Addition
		remove []string
		path   string
		msg    string
	}{
		{nil, []string{"Mexico", "Meksiko"}, "remove[1]", `no name "Meksiko"`},
		{[]Addition{{Name: "A", Place: "MX", Kind: "town"}}, nil, "add[0].kind", `"town" is not a kind of name`},
		{[]Addition{{Name: "A", Place: "Mexico", Kind: "city"}}, nil, "add[0].place", `"Mexico" is not a place`},
		{[]Addition{{Name: "A", Kind: "city"}}, nil, "add[0].place", `"" is not a place`},
		{[]Addition{{Name: "A", Place: "caribbean", Kind: "city"}}, nil, "add[0].kind", "a region has"},
		{[]Addition{{Name: "A", Place: "MX", Kind: "city", Langs: []string{"Spanish"}}}, nil, "add[0].languages", `"Spanish"`},
		{[]Addition{{Name: "", Place: "MX", Kind: "city"}}, nil, "add[0].name", "empty"},
		{[]Addition{{Name: "Mexico", Place: "MX", Kind: "name"}}, nil, "add[0].name", `MX has the name "Mexico" already`},
		{[]Addition{{Name: "B", Place: "MX", Kind: "city"}, {Name: "B", Place: "MX", Kind: "city"}}, nil, "add[1].name", "already"},
	} {
		changed, err := g.With(tc.add, tc.remove)
		e, ok := errors.AsType[*ChangeError](err)
		if !ok || e.Path != tc.path || !strings.Contains(e.Msg, tc.msg) || changed != nil {
			t.Errorf("%v %v gives %v, want %s: %s", tc.add, tc.remove, err, tc.path, tc.msg)
		}
	}
}

// FuzzParse: no text makes the reader panic, and what it takes holds the promises of the types.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(data[:4000])
	f.Add("[a] A\nmembers: -MX\n[MX] M\nperson: ?=x(|s) 2010..2011-02")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := parse(text)
		if (g == nil) == (err == nil) {
			t.Fatalf("gazetteer %v, error %v", g, err)
		}
		if err != nil {
			return
		}
		for n := range g.Names() {
			p, known := g.Place(n.Place)
			if !known && (n.Kind != Mask || n.Place != "") || n.Text == "" || n.Text != strings.TrimSpace(n.Text) {
				t.Errorf("%+v in %+v", n, p)
			}
			if n.Kind == Person && n.From.IsZero() || !n.To.IsZero() && !n.To.After(n.From) {
				t.Errorf("%s is dated %s to %s", n.Text, n.From, n.To)
			}
		}
		for _, id := range g.Places() {
			if len(g.Countries(id)) == 0 {
				t.Errorf("%s stands for no country", id)
			}
		}
	})
}
