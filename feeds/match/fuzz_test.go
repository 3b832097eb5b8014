package match

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tributary/feeds"
)

// FuzzTokens reads words of anything, as plain text and as HTML: every word lies in the text, after
// the one before, and has a folded form.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{
		"Perú, U.S.'s «x» O'Brien 2.0 — end", "É.U.\u0301 a.b", "\ufe0f\u20e3'\u00ads", "ß.ẞ.İ.ı", "서울 हिन्दी\u200d", "a\xff.b\xe2\x80",
		"<p>Perú</p><script>x</script>&nbsp;<br>y", "<svg/><svg>", "<", "&#0;&#xfffd;", strings.Repeat("Ǆ", 80), strings.Repeat("\xa0", 400), "x\n \n'S",
	} {
		f.Add(s)
	}
	set := mustCompile(f, newsTopics()...)
	f.Fuzz(func(t *testing.T, text string) {
		checkWords(t, text)
		a := &feeds.Article{Title: text, Content: text}
		texts := Fields(a)
		checkWords(t, texts.Lead)
		checkWords(t, texts.Body)
		for _, e := range set.Judge(a) {
			for _, h := range e.Evidence.Hits {
				if texts.Quote(h) == "" {
					t.Errorf("%v does not point at its words in %q", h, texts.Of(h.Field))
				}
			}
		}
	})
}

func checkWords(t *testing.T, text string) {
	t.Helper()
	end := 0
	for s := (scanner{text: []byte(text)}); s.next(); {
		from, to := int(s.start), int(s.end)
		if from < end || to <= from || to > len(text) {
			t.Fatalf("word at %d:%d after %d in %d bytes of %q", from, to, end, len(text), text)
		}
		if !utf8.RuneStart(text[from]) || to < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[to]) {
			t.Fatalf("word at %d:%d is not on rune boundaries of %q", from, to, text)
		}
		if len(s.folded()) == 0 {
			t.Fatalf("word %q has no folded form", text[from:to])
		}
		end = to
	}
}

// FuzzTerm compiles anything as a term: what is accepted is found in its own spelling.
func FuzzTerm(f *testing.F) {
	for _, s := range []string{
		"Perú", "crude oil", "refiner*", "=US", "=U.S.*", "Lima, Peru", "Moody's", "workers' rights", "real NEAR/3 dollar", "/x/",
		"title:x", "Web 2.0", "St. Lucia", "U.S.", "E\u0301.U. 'x'", "\ufe0f*", "ſſßẞ*", "한국어로*", "a\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Compile([]feeds.Topic{{ID: "t", Terms: terms(text)}}, nil)
		if err != nil {
			return
		}
		spelling := plainSpelling(text)
		if spelling == "" {
			return
		}
		a := &feeds.Article{Title: "with small letters\n\n" + spelling} // small, so that case says something
		entries := set.Judge(a)
		if len(entries) != 1 {
			t.Fatalf("the term %q is not found in %q", text, a.Title)
		}
		if Fields(a).Quote(entries[0].Evidence.Hits[0]) == "" {
			t.Errorf("the hit of %q points nowhere: %v", text, entries[0].Evidence)
		}
	})
}

// plainSpelling is the text that a term which is but a phrase finds; "" for other terms.
func plainSpelling(term string) string {
	e, err := parseTerm(term)
	if err != nil || e.op != phraseOp || e.fields != everyField || strings.ContainsAny(term, "\"“”«»") {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(term), "="), "*")
}

// FuzzQuery parses anything as a query: what is accepted is judged, and parsed again from its own
// spelling says the same.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		`(=AI OR "artificial intelligence") NEAR/12 (law OR act OR regulat*) NOT title:horoscope`, "a AND NOT (b | c d)", `NOT NOT x`,
		"title:(a OR /b+c/) lead:d", `"a" "b"`, "((((a))))", "OR", "/a\\/b/ x", "NEAR/2 (", "body:=US*", "«x y» OR z", "a NEAR/0 b", "NOT|0", `0 "NEAR"`, `"title:x" y`, "NOT(x)", "(OR)", "\u00a0a\u2003b",
	} {
		f.Add(s, "law on AI, an act")
	}
	f.Fuzz(func(t *testing.T, query, text string) {
		e, err := parseQuery(query)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without words")
			}
			return
		}
		set, err := Compile([]feeds.Topic{{ID: "t", Query: query}}, nil)
		if err != nil {
			t.Fatalf("the query %q parses, but does not compile: %v", query, err)
		}
		again, err := Compile([]feeds.Topic{{ID: "t", Query: e.String()}}, nil)
		if err != nil {
			t.Fatalf("%q became %q, which does not compile: %v", query, e, err)
		}
		for _, title := range []string{"", text, query} {
			a := &feeds.Article{Title: title, Summary: text}
			if x, y := len(set.Judge(a)), len(again.Judge(a)); x != y {
				t.Errorf("%q and %q differ on %q", query, e, title)
			}
		}
	})
}
