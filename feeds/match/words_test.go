package match

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spell writes a text's words as the scanner reads them: folded, with "," "'" or "|" for what phrases
// do not simply read across, and capitals kept.
func spell(text string) string {
	var out strings.Builder
	for s := (scanner{text: []byte(text)}); s.next(); {
		if out.Len() > 0 {
			out.WriteString([...]string{joined: " ", comma: " , ", possessive: " ' ", broken: " | "}[s.sep])
		}
		for i, r := range string(s.folded()) {
			if s.shape>>i&1 != 0 {
				r = unicode.ToUpper(r)
			}
			out.WriteRune(r)
		}
		if s.dotted {
			out.WriteByte('.')
		}
	}
	return out.String()
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"only marks", " … — !", ""},
		{"accents", "Perú PERÚ peru", "Peru PERU peru"},
		{"enye", "El Niño en España", "El Nino en Espana"},
		{"portuguese", "São Paulo: inflação à vista, açúcar", "Sao Paulo | inflacao a vista , acucar"},
		{"letters without decomposition", "Straße København Łódź Œuvre", "Strasse Kobenhavn Lodz OEuvre"},
		{"capital sharp s and other small forms", "GROẞ ſi ΣΊΣΥΦΟΣ Σίσυφος", "GROSS si ΣΙΣΥΦΟΣ Σισυφοσ"},
		{"cyrillic", "Йод и ёлка", "Иод и елка"},
		{"hyphens and no-break spaces separate", "anti-corruption law\u2011maker\u00a0x", "anti corruption law maker x"},
		{"soft hyphen and joiners vanish", "infor\u00admation\u200d \ufeffPe\u200cru", "information Peru"},
		{"symbols separate", "AT&T and/or C++ #MeToo", "AT T and or C MeToo"},
		{"digits", "G20 in 2026", "G20 in 2026"},
		{"numbers do not break", "Web 2.0, 1,000 at 10:30", "Web 2 0 , 1 000 at 10 30"},
		{"sentence marks", "One. Two! Three? Four; five: six… ¿Siete?", "One | Two | Three | Four | five | six | Siete"},
		{"missing space after a sentence", "the end.Next", "the end | Next"},
		{"dots after short capitalised words", "St. Lucia, EE. UU. y J. Smith", "St Lucia , EE UU y J Smith"},
		{"a dot after a short word in small letters", "to us. Congress", "to us | Congress"},
		{"an ellipsis after a short word", "St... Lucia", "St | Lucia"},
		{"a sentence that ends after an acronym's own dot", "in the U.S.. Congress", "in the US. | Congress"},
		{"acronyms", "the U.S. and U.S.A. at 5 a.m. today", "the US. and USA. at 5 am. today"},
		{"acronym without its last dot", "in the U.S", "in the US."},
		{"acronym with accents", "É.U. e E\u0301.U.", "EU. e EU."},
		{"cyrillic acronym", "С.Ш.А. да", "США. да"},
		{"an initial is no acronym", "J.Brown and A.5", "J Brown and A 5"},
		{"brackets", "Lima (Peru) [x] {y} <z>", "Lima | Peru | x | y | z"},
		{"quotes", `"Lima" “Peru” «x» 'y' z`, "Lima | Peru | x | y | z"},
		{"dashes", "Lima — Peru – x―y - z--w −v", "Lima | Peru | x | y | z | w | v"},
		{"hyphens at the ends of words", "pre- and post-war -ish", "pre and post war ish"},
		{"bullets", "Lima • Peru · x * y | z ▪ w", "Lima | Peru | x | y | z | w"},
		{"commas", "Lima, Peru、x", "Lima , Peru , x"},
		{"several commas", "Lima, , Peru", "Lima , Peru"},
		{"comma and something stronger", "Lima), Peru", "Lima | Peru"},
		{"possessive", "Brazil's coast, BRAZIL'S COAST, Brazil’s coast", "Brazil ' coast , BRAZIL ' COAST , Brazil ' coast"},
		{"possessive and comma", "Brazil's, Peru", "Brazil | Peru"},
		{"plural possessive", "workers' rights", "workers ' rights"},
		{"possessive of an acronym", "the U.S.'s debt", "the US. ' debt"},
		{"apostrophes inside words", "O'Brien l’État don't Hawai‘i Hawaiʻi", "O Brien l Etat don t Hawai i Hawai i"},
		{"apostrophe of another word", "Brazil 'smart'", "Brazil | smart"},
		{"s that goes on is not possessive", "l'solution", "l solution"},
		{"a line end joins, an empty line breaks", "one\ntwo\n \nthree\r\n\r\nfour", "one two | three | four"},
		{"line separators", "one\u2028two", "one | two"},
		{"not UTF-8", "one\xff\xfetwo\xc3", "one | two"},
		{"emoji", "Brasil 🇧🇷 1\ufe0f\u20e3 Lima", "Brasil | 1 Lima"},
		{"other scripts", "東京 हिन्दी 서울", "東京 हिन्दी 서울"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := norm.NFC.String(spell(c.text)); got != c.want {
				t.Errorf("%q\n got %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

func TestWordsAreOneInEveryNormalForm(t *testing.T) {
	for _, text := range []string{"Perú, São Tomé", "É.U. y Ñuñoa", "Việt Nam", "Αθήνα", "Йога"} {
		want := spell(norm.NFC.String(text))
		for name, form := range map[string]norm.Form{"NFD": norm.NFD, "NFKD": norm.NFKD} {
			if got := spell(form.String(text)); got != want {
				t.Errorf("%s of %q: got %q, want %q", name, text, got, want)
			}
		}
	}
}

func TestWordBounds(t *testing.T) {
	text := "«Perú» U.S.'s Pe\u0301s, " + strings.Repeat("x", 70) + " y"
	want := []string{"Perú", "U.S.", "Pe\u0301s", strings.Repeat("x", 70), "y"}
	s := scanner{text: []byte(text)}
	for _, w := range want {
		if !s.next() {
			t.Fatalf("no word, want %q", w)
		}
		if got := text[s.start:s.end]; got != w {
			t.Errorf("got %q, want %q", got, w)
		}
		if s.long != (len(w) > maxWord) {
			t.Errorf("%q: long = %v", w, s.long)
		}
	}
	if s.next() {
		t.Errorf("another word: %q", text[s.start:s.end])
	}
}

func TestMixed(t *testing.T) {
	for text, want := range map[string]bool{
		"":                         false,
		"JOIN US NOW 2026":         false,
		"SÃO PAULO, 2ª FASE":       false,
		"Join US":                  true,
		"É o B.Óbvio":              true,
		"米国 US":                    true,
		"PERÚ ú":                   true,
		"ΑΘΗΝΑ":                    false,
		"ΑΘΗΝΑ α":                  true,
		"a.m.":                     true,
		"1, 2, 3":                  false,
		"ISTANBUL'DA GÖRÜŞME":      false,
		"THE U.S. IN BRAZIL'S WAY": false,
	} {
		s := scanner{text: []byte(text)}
		for s.next() {
		}
		if s.mixed != want {
			t.Errorf("%q: mixed = %v, want %v", text, s.mixed, want)
		}
	}
}
