package places

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// words are the words of a text without case and accents, with a space around each.
func words(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case !unicode.IsMark(r):
			b.WriteByte(' ')
		}
	}
	return " " + strings.Join(strings.Fields(b.String()), " ") + " "
}

// TestCountries: there is a section for each country of ISO 3166-1, and for nothing else but Kosovo.
// What x/text knows beyond them are reserved codes and countries of the past.
func TestCountries(t *testing.T) {
	g := Default()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			want := err == nil && region.IsCountry() && region.Canonicalize().String() == code &&
				region.ISO3() != "ZZZ" && !slices.Contains([]string{"AC", "CP", "DG", "EA", "IC", "TA", "AN", "CS", "FQ", "NT", "PC", "SU", "YU"}, code)
			if _, got := g.Place(code); got != want {
				t.Errorf("%s is in the gazetteer: %v, want %v", code, got, want)
			}
		}
	}
}

// TestM49 compares the United Nations' regions with those of golang.org/x/text.
func TestM49(t *testing.T) {
	g := Default()
	// x/text has them nowhere, or under Outlying Oceania.
	differs := []string{"AQ", "BV", "CC", "CX", "GS", "HM", "IO", "TF", "TW", "UM", "XK"}
	checked := 0
	for _, id := range g.Places() {
		p, _ := g.Place(id)
		if p.M49 == "" {
			continue
		}
		region := language.MustParseRegion(p.M49)
		for _, c := range g.Places() {
			if isRegion(c) || slices.Contains(differs, c) {
				continue
			}
			checked++
			if got, want := slices.Contains(p.Members, c), region.Contains(language.MustParseRegion(c)); got != want {
				t.Errorf("%s is in %s (%s): %v, want %v", c, id, p.M49, got, want)
			}
		}
	}
	if checked < 6000 {
		t.Errorf("only %d pairs were compared", checked)
	}
}

func TestRegions(t *testing.T) {
	g := Default()
	for _, tc := range []struct {
		region  string
		members int
		in, out string
	}{
		{"latin-america", 52, "MX BR PR JM FK GY", "US ES PH"},
		{"419", 52, "MX", "US"},
		{"latin-america-core", 21, "MX BR HT PR", "JM GY FK"},
		{"caribbean", 28, "CU HT TT", "MX GY"},
		{"central-america", 8, "MX PA", "CU CO"},
		{"south-america", 16, "CO GF", "PA TT"},
		{"north-america", 41, "US CA MX CU", "BR"},
		{"americas", 57, "US AR", "ES"},
		{"europe", 52, "RU GB XK", "TR CY GE"},
		{"eu", 27, "IE CY", "GB CH NO"},
		{"balkans", 11, "RS XK", "HU TR"},
		{"nordics", 9, "IS GL", "EE"},
		{"middle-east", 16, "IR EG TR IL", "AM CY AF LY"},
		{"gulf", 6, "SA", "IR IQ"},
		{"arab-world", 22, "EG SO", "IR TR EH"},
		{"africa", 60, "EG ZA", "YE"},
		{"sub-saharan-africa", 53, "NG", "EG SD"},
		{"maghreb", 6, "MA", "EG"},
		{"sahel", 6, "ML", "NG"},
		{"asia", 51, "TR JP", "EG RU"},
		{"central-asia", 5, "KZ", "AF"},
		{"east-asia", 8, "TW KP", "VN"},
		{"south-asia", 8, "AF IN", "IR"},
		{"southeast-asia", 11, "TL", "CN"},
		{"oceania", 29, "AU FJ", "ID"},
		{"world", 250, "AQ MX", ""},
	} {
		members := g.Countries(tc.region)
		if len(members) != tc.members {
			t.Errorf("%s has %d members, want %d: %v", tc.region, len(members), tc.members, members)
		}
		for c := range strings.FieldsSeq(tc.in) {
			if !g.Within(c, members) {
				t.Errorf("%s is not in %s", c, tc.region)
			}
		}
		for c := range strings.FieldsSeq(tc.out) {
			if g.Within(c, members) {
				t.Errorf("%s is in %s", c, tc.region)
			}
		}
	}
	if !g.Within("caribbean", g.Countries("latin-america")) || g.Within("americas", g.Countries("latin-america")) {
		t.Error("a region is within another when all its members are")
	}
	if g.Countries("Atlantis") != nil || g.Within("Atlantis", g.Countries("world")) {
		t.Error("an unknown place is known")
	}
}

// TestLanguages: each country that people live in has a name in every language; each sovereign one
// has a capital and demonyms, too.
func TestLanguages(t *testing.T) {
	g := Default()
	has := map[string]bool{}
	for n := range g.Names() {
		langs := n.Langs
		if len(langs) == 0 {
			langs = []string{"en", "es", "fr", "pt"}
		}
		for _, l := range langs {
			has[n.Place+n.Kind.String()+l] = true
		}
	}
	dependent := strings.Fields("AQ AX BL BV CC CX GF GG GP GS HM IM IO JE MF MP MQ NC NF NU PM PN RE SH SJ SX TC TF TK UM VG VI WF YT AS CK BQ BM")
	for _, id := range g.Places() {
		if p, _ := g.Place(id); p.Members != nil {
			continue
		}
		for _, l := range []string{"en", "es", "fr", "pt"} {
			if !has[id+"name"+l] {
				t.Errorf("%s has no name in %s", id, l)
			}
			if !slices.Contains(dependent, id) && !has[id+"demonym"+l] && id != "VA" {
				t.Errorf("%s has no demonym in %s", id, l)
			}
		}
		if !slices.Contains(dependent, id) && !has[id+"capital"+"en"] && !slices.Contains([]string{"DJ", "GI", "HK", "MO", "SG"}, id) {
			t.Errorf("%s has no capital", id)
		}
	}
}

// TestMasks: a mask holds the name of a place that a text would otherwise seem to name.
func TestMasks(t *testing.T) {
	names := map[string]bool{}
	for n := range Default().Names() {
		if n.Kind != Mask {
			names[words(n.Text)] = true
		}
	}
	masks := 0
	for n := range Default().Names() {
		if n.Kind != Mask {
			continue
		}
		masks++
		if names[words(n.Text)] {
			t.Errorf("%q is a mask and a name", n.Text)
		}
		w := strings.Fields(words(n.Text))
		hides := false
		for i := range w {
			for j := i + 1; j <= len(w); j++ {
				hides = hides || names[" "+strings.Join(w[i:j], " ")+" "]
			}
		}
		if !hides {
			t.Errorf("%q hides no name", n.Text)
		}
	}
	if masks < 250 {
		t.Errorf("%d masks", masks)
	}
}

// TestTraps: names that have misled matchers count beside other evidence only, or not at all, save in
// Portuguese, where Lula is no bar in Galicia.
func TestTraps(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	strong := map[string][]string{}
	masked := map[string]bool{}
	for n := range Default().Names() {
		switch {
		case n.Kind == Mask:
			masked[n.Text] = true
		case !n.WeakAt(now) && !slices.Equal(n.Langs, []string{"pt"}):
			strong[n.Text] = append(strong[n.Text], n.Place)
		}
	}
	for _, text := range []string{"Granada", "Santiago", "La Rioja", "Guadalajara", "Lima", "Mendoza", "Pereira", "Patagonia",
		"La Resistencia", "St. George's", "San Juan", "San José", "San Jose", "Georgia", "Jordan", "Chad", "Turkey", "Guinea",
		"Dominica", "Trinidad", "Kingston", "Córdoba", "Mérida", "Valencia", "Cartagena", "Natal", "Belém", "Salvador",
		"Lula", "Reunión", "Malé", "Praia", "Sofia", "Sucre", "Victoria", "Chávez", "Machado", "Bachelet", "Alejandro", "Vladimir"} {
		if strong[text] != nil {
			t.Errorf("%s counts by itself, for %v", text, strong[text])
		}
	}
	for _, text := range []string{"Havana syndrome", "Pirates of the Caribbean", "Royal Caribbean", "Mark Cuban", "Arde Bogotá",
		"Gulf of Mexico", "Panama hat", "guinea pig", "Rio Tinto"} {
		if !masked[text] {
			t.Errorf("%s is not masked", text)
		}
	}
	for text, place := range map[string]string{"New Mexico": "US", "Camino de Santiago": "ES", "Lima, Ohio": "US", "Nuevo México": "US", "De Lima": "", "Mexico": "MX",
		"Claudia Sheinbaum": "MX", "mexicanas": "MX", "México": "MX", "Mexique": "MX", "brasileñas": "BR", "chilienne": "CL",
		"latinoamericano": "latin-america", "Caribbean": "caribbean"} {
		if place == "" {
			if !masked[text] {
				t.Errorf("%s is not masked", text)
			}
		} else if !slices.Equal(strong[text], []string{place}) {
			t.Errorf("%s is %v, want %s", text, strong[text], place)
		}
	}
}

// TestOrder: regions first, then masks, then countries by code; in each the kinds in one order.
func TestOrder(t *testing.T) {
	order := []string{"members", "name", "capital", "region", "demonym", "org", "person", "admin1", "city", "mask"}
	last, kind, line := "", 0, 0
	for text := range strings.Lines(data) {
		line++
		if m := section.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
			if last != "" && !isRegion(last) && m[1] <= last {
				t.Errorf("places.txt:%d: %s stands after %s", line, m[1], last)
			}
			last, kind = m[1], 0
			continue
		}
		head, _, ok := strings.Cut(text, ": ")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		at := slices.Index(order, strings.Fields(head)[0])
		if at < kind {
			t.Errorf("places.txt:%d: %s stands after %s", line, order[at], order[kind])
		}
		kind = at
	}
}

// BenchmarkParse reads the data file, as every start of the program does once.
func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := parse(data); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(data)))
}
