package storage

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tributary/feeds"
)

func TestAppendWords(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{" ?! – … 🎉", ""},
		{"La economía del PERÚ", " la economia del peru "},
		{"Peru\u0301 \ufeffnai\u0308ve", " peru naive "},
		{"covid-19, U.S. l'Aquila", " covid 19 u s l aquila "},
		{"soft\u00adhyphen zero\u200bwidth", " softhyphen zero width "},
		{"北京2026年 東京タワー", " 北 京 2026 年 東 京 タ ワ ー "},
		{"がか\u3099", " か\u3099 か\u3099 "},
		{"서울에서", " 서울에서 "},
		{"ＮＨＫ　２０２６！", " nhk 2026 "},
		{"مُحَمَّد محمـد أحمد", " محمد محمد احمد "},
		{"שָׁלוֹם", " שלום "},
		{"กรุง", " ก รุ ง "},
		{"हिन्दी", " हिन्दी "},
		{"\u0301\u0301a", " a "},
		{"bad \xff\xfe bytes", " bad bytes "},
		{long, " " + long[:maxWord] + " "},
		{strings.Repeat("é", 100), " " + strings.Repeat("e", maxWord) + " "},
		{strings.Repeat("ж", 100), " " + strings.Repeat("ж", maxWord/2) + " "},
		{strings.Repeat("ि", 3) + "क" + strings.Repeat("ि", 100), " क" + strings.Repeat("ि", maxWord/3-1) + " "},
		{strings.Repeat("a ", maxWords+50), strings.Repeat(" a", maxWords) + " "},
		{strings.Repeat("京", maxWords+50), strings.Repeat(" 京", maxWords) + " "},
	} {
		if got := string(appendWords(nil, test.text)); got != test.want {
			t.Errorf("%q has the words %q, want %q", test.text, got, test.want)
		}
	}
}

// TestParseQuery shows what each engine is asked; an answer without one is what a person reads.
func TestParseQuery(t *testing.T) {
	for _, test := range []struct{ text, fts5, tsquery string }{
		{"", "", ""},
		{"  \t", "", ""},
		{"Perú", `("peru")`, `(('peru':))`},
		{"oil price", `("oil") AND ("price")`, `(('oil':)) & (('price':))`},
		{`"oil price"`, `("oil price")`, `(('oil': <-> 'price':))`},
		{`“oil price”`, `("oil price")`, `(('oil': <-> 'price':))`},
		{`"oil price`, `("oil price")`, `(('oil': <-> 'price':))`},
		{`oil"price"`, `("oil") AND ("price")`, `(('oil':)) & (('price':))`},
		{"covid-19", `("covid 19")`, `(('covid': <-> '19':))`},
		{"北京", `("北 京")`, `(('北': <-> '京':))`},
		{"elect*", `("elect"*)`, `(('elect':*))`},
		{`"gas elect*"`, `("gas elect")`, `(('gas': <-> 'elect':))`},
		{`"gas elect"*`, `("gas elect"*)`, `(('gas': <-> 'elect':*))`},
		{"北*", `("北")`, `(('北':))`},
		{"title:Oil", `(title:"oil")`, `(('oil':A))`},
		{`Title:"oil pri"*`, `(title:"oil pri"*)`, `(('oil':A <-> 'pri':*A))`},
		{"oil -price", `(("oil")) NOT ("price")`, `((('oil':))) & !(('price':))`},
		{`oil -title:price -"a b" NOT c`, `(("oil")) NOT (title:"price" OR "a b" OR "c")`, `((('oil':))) & !(('price':A) | ('a': <-> 'b':) | ('c':))`},
		{"-oil", "", ""},
		{"oil OR gas price", `("oil" OR "gas") AND ("price")`, `(('oil':) | ('gas':)) & (('price':))`},
		{"a AND b", `("a") AND ("b")`, `(('a':)) & (('b':))`},
		{"or and not", `("or") AND ("and") AND ("not")`, `(('or':)) & (('and':)) & (('not':))`},
		{"ORlando", `("orlando")`, `(('orlando':))`},
		{"peru ! - * ? 🎉", `("peru")`, `(('peru':))`},
		{"https://x.example/a?b", `("https x example a b")`, `(('https': <-> 'x': <-> 'example': <-> 'a': <-> 'b':))`},
		{"s=1 body:oil", `("s 1") AND ("body oil")`, `(('s': <-> '1':)) & (('body': <-> 'oil':))`},
		{`'; DROP TABLE article; --`, `("drop") AND ("table") AND ("article")`, `(('drop':)) & (('table':)) & (('article':))`},
		{`NEAR("a" "b", 2)`, `("near") AND ("a") AND ("b") AND ("2")`, `(('near':)) & (('a':)) & (('b':)) & (('2':))`},
		{"a\x00b\xff\\'", `("a b")`, `(('a': <-> 'b':))`},

		{"🎉 !", "there is no word to look for: write one with letters or digits", ""},
		{"AND", "there is no word to look for: write one with letters or digits", ""},
		{"title: oil", "title: is followed by a word or a phrase without a space, such as title:peru", ""},
		{"oil OR", "there is nothing after OR: write the other word, or leave OR out", ""},
		{"OR oil", "OR stands between two things to be found, such as peru OR chile", ""},
		{"-oil OR gas", "OR stands between two things to be found, such as peru OR chile", ""},
		{"oil OR -gas", "OR stands between two things to be found: leave things out one by one, each with its minus", ""},
		{"o*", "o* is the beginning of too many words: write 2 letters or more before the star", ""},
		{strings.Repeat("a ", 33), "the text has 33 words, and a search takes 32: leave some out", ""},
		{strings.Repeat("北", 33), "the text has 33 words, and a search takes 32: leave some out", ""},
		{strings.Repeat("é", 301), "the text has 301 characters, and a search takes 300: leave some words out", ""},
	} {
		q, err := parseQuery(test.text)
		var bad feeds.BadSearch
		switch {
		case errors.As(err, &bad):
			if string(bad) != test.fts5 {
				t.Errorf("%q fails with %q, want %q", test.text, bad, test.fts5)
			}
		case err != nil:
			t.Errorf("%q fails with %v, which is nothing for a person", test.text, err)
		case q.write(&fts5) != test.fts5 || q.write(&tsquery) != test.tsquery:
			t.Errorf("%q asks\n%s\n%s, want\n%s\n%s", test.text, q.write(&fts5), q.write(&tsquery), test.fts5, test.tsquery)
		}
	}
}

func TestMarks(t *testing.T) {
	q, err := parseQuery("oil -gas")
	if err != nil {
		t.Fatal(err)
	}
	limits := [][]string{{sourceMark(7), sourceMark(8)}, {languageMark("es")}}
	if got, want := q.write(&fts5, limits...), `(("oil") AND ("s=7" OR "s=8") AND ("l=es")) NOT ("gas")`; got != want {
		t.Errorf("SQLite is asked %s, want %s", got, want)
	}
	if got, want := q.write(&tsquery, limits...), `((('oil':)) & ('s=7' | 's=8') & ('l=es')) & !(('gas':))`; got != want {
		t.Errorf("PostgreSQL is asked %s, want %s", got, want)
	}
	for tag, want := range map[string]string{"es": "s=7 l=es", "pt-BR": "s=7 l=pt", "": "s=7", "x' y": "s=7", "ZH-Hant": "s=7 l=zh"} {
		if got := marks(7, tag); got != want {
			t.Errorf("an article in %q is marked %q, want %q", tag, got, want)
		}
	}
}

// FuzzSearch: whatever strangers write is a question that SQLite understands, or an answer in one line; and the
// index and the texts give the same.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{`"a b" -c d* title:e OR f`, "北京 🎉", `'"\*:()^{}[]+~!&|<->`, "AND OR NOT NEAR", "مُحَمَّد*", "\xff\x00", "title:-x -title:y*"} {
		f.Add(seed, "A b c, d", "e f 北京 محمد")
	}
	db, l := openClaimed(f)
	if _, err := db.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: l.Due[0], Articles: []feeds.Article{{GUID: "1"}}},
		func(*feeds.Article) []feeds.Entry { return nil }); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, title, summary string) {
		title, summary = clean(title), clean(summary)
		if err := db.engine.write(t.Context(), func(s session) error {
			if _, err := s.exec(t.Context(), `UPDATE article SET title = $1, summary = $2`, title, summary); err != nil {
				return err
			}
			var id int64
			if _, err := one(t.Context(), s, []any{&id}, `SELECT id FROM article`); err != nil {
				return err
			}
			_, err := s.exec(t.Context(), db.engine.dialect().indexAgain, db.engine.dialect().indexed(id, title, summary, marks(1, text))...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		found, err := db.Search(t.Context(), feeds.Search{Text: text})
		var bad feeds.BadSearch
		if errors.As(err, &bad) {
			if line := bad.Error(); strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
				t.Errorf("%q is answered with %q", text, line)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		q, err := parseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(found) == 1, q.matcher().matches(title, summary); got != want {
			t.Errorf("%q in %q, %q: found %v, and its text says %v", text, title, summary, got, want)
		}
	})
}
