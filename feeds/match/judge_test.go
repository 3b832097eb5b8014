package match

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// TestTerms looks for one term in one title.
func TestTerms(t *testing.T) {
	for _, c := range []struct {
		term string
		yes  []string
		no   []string
	}{
		{"Perú",
			[]string{"Perú", "PERÚ CAMPEÓN", "in Peru.", "Peru\u0301", "Peru's coast", "(peru)", "Lima/Perú", "Perú-Chile", "“Perú”"},
			[]string{"Peruse the news", "Peruano", "xPeru", "Per ú"}},
		{"Niño", []string{"El Niño", "el nino", "NIN\u0303O"}, []string{"niños"}},
		{"inflação", []string{"A inflação sobe", "INFLAÇÃO", "inflacao"}, []string{"inflações", "inflation"}},
		{"Straße", []string{"STRASSE", "strasse"}, []string{"Strase"}},
		{"crude oil",
			[]string{"Crude oil rises", "crude-oil", "crude\u00a0oil", "CRUDE  OIL", "crude\noil", "crude oil's price"},
			[]string{"crude, oil", "crude. Oil", "crude (oil)", `crude "oil"`, "crude – oil", "crude - oil", "crude • oil", "crude | oil",
				"crude: oil", "crude; oil", "crude's oil", "crude\n\noil", "crude… oil", "oil crude", "crude x oil", "crudes oil", "crude 'oil'"}},
		{"Lima, Peru", []string{"in Lima, Peru"}, []string{"Lima Peru", "Lima. Peru", "Lima (Peru)"}},
		{"América Central", []string{"america central"}, []string{"America's central bank", "América, central"}},
		{"Moody's rating", []string{"Moody's rating", "MOODY’S RATING"}, []string{"moody rating", "Moody, rating"}},
		{"workers' rights", []string{"on workers' rights"}, []string{"workers rights"}},
		{"refiner*", []string{"refinery", "Refiners", "refiner", "Refinería"}, []string{"refine", "xrefinery"}},
		{"oil price*", []string{"oil prices", "Oil price", "oil-pricey"}, []string{"oil, prices", "price oil", "oil x prices", "oils prices"}},
		{"petróle*", []string{"Petróleo", "PETROLERA", "petro\u0301leos"}, []string{"petrol"}},
		{"日本経済*", []string{"日本経済新聞"}, []string{"日本経"}},
		{"=US",
			[]string{"The US and us", "the U.S. economy", "the U.S", "US's debt x", "JOIN THE U.S. NAVY", "米国 US"},
			[]string{"join us", "Us too", "JOIN US NOW", "US", "USA today", "uS x"}},
		{"=U.S.", []string{"the US did", "the U.S. did"}, []string{"it is us"}},
		{"=Trump*", []string{"Trump wins", "Trumpist x", "TrumpWorld", "TRump Trumps"}, []string{"trumps", "TRUMPS x", "he trumped"}},
		{"=New Deal", []string{"the New Deal", "New\u00a0Deal's end"}, []string{"a new Deal", "New deal x", "NEW DEAL x"}},
		{"=Petrobras Corp*", []string{"Petrobras Corp", "Petrobras CorpoRation"}, []string{"PetroBras Corp", "Petrobras CORP"}},
		{strings.Repeat("x", maxWord), []string{strings.Repeat("X", maxWord)}, []string{strings.Repeat("x", maxWord+1)}},
		{strings.Repeat("x", maxWord) + "*", []string{strings.Repeat("x", maxWord+1)}, []string{strings.Repeat("x", maxWord-1)}},
		{"=Perú", []string{"a Perú", "a Peru"}, []string{"a perú", "a PERÚ"}},
		{"us", []string{"U.S.", "us", "US"}, []string{"u s"}},
		{"U.S. Congress", []string{"the U.S. Congress", "US CONGRESS"}, []string{"U.S., Congress"}},
		{"G20", []string{"g20 talks"}, []string{"G 20", "G200"}},
		{"2.0", []string{"Web 2.0"}, []string{"2"}},
	} {
		set := mustCompile(t, feeds.Topic{ID: "t", Terms: terms(c.term)})
		for _, title := range c.yes {
			if len(set.Judge(&feeds.Article{Title: title})) != 1 {
				t.Errorf("%q is not found in %q", c.term, title)
			}
		}
		for _, title := range c.no {
			if e := set.Judge(&feeds.Article{Title: title}); len(e) != 0 {
				t.Errorf("%q is found in %q: %v", c.term, title, e[0].Evidence)
			}
		}
	}
}

// evidence writes an entry as its topic, score and hits, each hit with the words that it found.
func evidence(a *feeds.Article, entries []feeds.Entry) []string {
	texts := Fields(a)
	var out []string
	for _, e := range entries {
		line := fmt.Sprintf("%s %.4g:", e.Topic, e.Score)
		for h := range e.Evidence.Counted() {
			line += fmt.Sprintf(" %s(%s %s@%d %.4g)", h.Term, h.Field, texts.Quote(h), h.Offset, h.Score)
		}
		out = append(out, line)
	}
	return out
}

func TestJudge(t *testing.T) {
	weighted := func(threshold float64, list ...feeds.Term) *feeds.Terms {
		return &feeds.Terms{Any: list, Threshold: threshold}
	}
	for _, c := range []struct {
		name    string
		terms   *feeds.Terms
		article feeds.Article
		want    string // "" for not in the topic
	}{
		{"a title hit is enough", terms("oil"), feeds.Article{Title: "Oil up"}, "t 3: oil(title Oil@0 3)"},
		{"one lead hit is not", terms("oil"), feeds.Article{Summary: "Oil up"}, ""},
		{"two terms in the lead are", terms("oil", "gas"), feeds.Article{Summary: "Oil and gas"},
			"t 3: oil(lead Oil@0 1.5) gas(lead gas@8 1.5)"},
		{"a repeat counts less", terms("oil"), feeds.Article{Summary: "Oil, oil"}, ""},
		{"repeats in a field, each by 0.7", weighted(1, feeds.Term{Text: "oil"}), feeds.Article{Title: "oil oil OIL"},
			"t 6.57: oil(title oil@0 3) oil(title oil@4 2.1) oil(title OIL@8 1.47)"},
		{"another field begins anew", weighted(1, feeds.Term{Text: "oil"}), feeds.Article{Title: "oil", Summary: "oil", Content: "<p>a</p>oil oil"},
			"t 5.35: oil(title oil@0 3) oil(lead oil@0 1.5) oil(body oil@3 0.5) oil(body oil@7 0.35)"},
		{"repeats of a prefix are of one term", weighted(1, feeds.Term{Text: "refiner*"}), feeds.Article{Summary: "refiners refinery"},
			"t 2.55: refiner*(lead refiners@0 1.5) refiner*(lead refinery@9 1.05)"},
		{"a word and a prefix of the same letters", terms("refiner*", "refiner"), feeds.Article{Title: "refiner", Summary: "refiners"},
			"t 7.5: refiner*(title refiner@0 3) refiner(title refiner@0 3) refiner*(lead refiners@0 1.5)"},
		{"weights", weighted(3, feeds.Term{Text: "oil", Weight: .4}, feeds.Term{Text: "gas", Weight: 3}), feeds.Article{Title: "oil", Summary: "gas"},
			"t 5.7: oil(title oil@0 1.2) gas(lead gas@0 4.5)"},
		{"a negative weight", weighted(3, feeds.Term{Text: "oil"}, feeds.Term{Text: "olive oil", Weight: -1}), feeds.Article{Title: "Olive oil"}, ""},
		{"a negative weight that is outdone", weighted(1, feeds.Term{Text: "oil"}, feeds.Term{Text: "olive", Weight: -.5}), feeds.Article{Title: "Olive oil"},
			"t 1.5: olive(title Olive@0 -1.5) oil(title oil@6 3)"},
		{"overlapping terms all count", terms("crude oil", "oil", "crude oil price*", "oil prices fall"), feeds.Article{Title: "Crude oil prices rise"},
			"t 9: crude oil(title Crude oil@0 3) crude oil price*(title Crude oil prices@0 3) oil(title oil@6 3)"},
		{"a decimal that just reaches the threshold", weighted(2.1, feeds.Term{Text: "oil", Weight: .7}),
			feeds.Article{Title: "oil"}, "t 2.1: oil(title oil@0 2.1)"},
		{"under the threshold", weighted(3.01, feeds.Term{Text: "oil"}), feeds.Article{Title: "oil"}, ""},
		{"one term spelt twice counts once", terms("Perú", "Peru", "PERU"), feeds.Article{Title: "peru"}, "t 3: Perú(title peru@0 3)"},
		{"case makes another term", terms("us", "=US"), feeds.Article{Title: "the US"}, "t 6: us(title US@4 3) =US(title US@4 3)"},
		{"offsets count bytes of the text", terms("Perú"), feeds.Article{Title: "¿Más Perú?"}, "t 3: Perú(title Perú@7 3)"},
		{"a phrase does not cross fields", terms("crude oil"), feeds.Article{Title: "crude", Summary: "oil", Content: "crude<p>oil"}, ""},
		{"the content leads without a summary", terms("oil", "gas"), feeds.Article{Content: "<p>Oil</p><p>gas</p>"},
			"t 3: oil(lead Oil@0 1.5) gas(lead gas@5 1.5)"},
		{"what the lead took is not in the body", weighted(1, feeds.Term{Text: "oil"}),
			feeds.Article{Content: "<p>Oil.</p>" + strings.Repeat("word ", 100) + "gas. Oil"},
			"t 2: oil(lead Oil@0 1.5) oil(body Oil@110 0.5)"},
		{"scripts are no text", weighted(.5, feeds.Term{Text: "oil"}), feeds.Article{Summary: "x", Content: "<script>oil</script>"}, ""},
		{"the last words of the text", weighted(1, feeds.Term{Text: "crude oil price"}), feeds.Article{Title: "crude oil"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := mustCompile(t, feeds.Topic{ID: "t", Terms: c.terms})
			got := strings.Join(evidence(&c.article, set.Judge(&c.article)), "\n")
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRepeatsEnd(t *testing.T) {
	set := mustCompile(t, feeds.Topic{ID: "t", Terms: terms("oil")})
	for range 2 { // the second time with the memory of the first
		e := set.Judge(&feeds.Article{Title: strings.Repeat("oil ", 10000)})
		if len(e) != 1 || len(e[0].Evidence.Hits) != 13 {
			t.Fatalf("entries %v", e)
		}
		if want := 3 * (1 - math.Pow(.7, 13)) / .3; math.Abs(e[0].Score-want) > 1e-9 {
			t.Errorf("score %v, want %v", e[0].Score, want)
		}
	}
}

func TestLanguages(t *testing.T) {
	set := mustCompile(t,
		feeds.Topic{ID: "any", Terms: terms("Peru")},
		feeds.Topic{ID: "es", Languages: []string{"spa"}, Terms: terms("Peru")},
		feeds.Topic{ID: "iberian", Languages: []string{"es", "pt-BR"}, Terms: terms("Peru")},
	)
	for language, want := range map[string]string{
		"":        "any es iberian",
		"und":     "any es iberian",
		"es":      "any es iberian",
		"es-419":  "any es iberian",
		"ES_mx":   "any es iberian",
		"pt":      "any iberian",
		"pt-PT":   "any iberian",
		"en":      "any",
		"est":     "any",
		"zh-Hans": "any",
	} {
		var ids []string
		for _, e := range set.Judge(&feeds.Article{Title: "Peru", Language: language}) {
			ids = append(ids, e.Topic)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q: got %q, want %q", language, got, want)
		}
	}
}

// newsTopics are topics in three languages that share terms.
func newsTopics() []feeds.Topic {
	return []feeds.Topic{
		{ID: "oil", Terms: &feeds.Terms{Any: []feeds.Term{
			{Text: "crude oil"}, {Text: "petróle*"}, {Text: "OPEC"}, {Text: "oil", Weight: .4}, {Text: "aceite de oliva", Weight: -3}}}},
		{ID: "economy", Languages: []string{"en", "es", "pt"}, Terms: &feeds.Terms{Threshold: 1.5, Any: []feeds.Term{
			{Text: "inflation"}, {Text: "inflación"}, {Text: "inflação"}, {Text: "banco central"}, {Text: "interest rate*"}, {Text: "=PIB"}}}},
		{ID: "brazil", Terms: terms("Brazil", "Brasil", "=Brasil", "brasileir*", "São Paulo")},
		{ID: "everything", Terms: terms("oil", "petróle*", "=Brasil", "Brasil", "banco central", "inflação")},
	}
}

func TestJudgeNews(t *testing.T) {
	set := mustCompile(t, newsTopics()...)
	for _, c := range []struct {
		article feeds.Article
		want    []string
	}{
		{feeds.Article{Language: "en", Title: "OPEC cuts crude-oil output", Summary: "Brazil’s refineries pay more for oil."}, []string{
			"oil 7.8: OPEC(title OPEC@0 3) crude oil(title crude-oil@10 3) oil(title oil@16 1.2) oil(lead oil@35 0.6)",
			"everything 4.5: oil(title oil@16 3) oil(lead oil@35 1.5)",
		}},
		{feeds.Article{Language: "es", Title: "El Banco Central frena la INFLACIÓN", Summary: "El PIB crece un 2,5 %."}, []string{
			"economy 7.5: banco central(title Banco Central@3 3) inflación(title INFLACIÓN@26 3) =PIB(lead PIB@3 1.5)",
			"everything 3: banco central(title Banco Central@3 3)",
		}},
		{feeds.Article{Language: "pt-BR", Title: "Petroleira brasileira investe em São Paulo", Summary: "A inflac\u0327a\u0303o cai."}, []string{
			"oil 3: petróle*(title Petroleira@0 3)",
			"economy 1.5: inflação(lead inflac\u0327a\u0303o@2 1.5)",
			"brazil 6: brasileir*(title brasileira@11 3) São Paulo(title São Paulo@33 3)",
			"everything 4.5: petróle*(title Petroleira@0 3) inflação(lead inflac\u0327a\u0303o@2 1.5)",
		}},
		{feeds.Article{Language: "es", Title: "El aceite de oliva y el petróleo suben"}, []string{
			"everything 3: petróle*(title petróleo@24 3)",
		}},
		{feeds.Article{Language: "de", Title: "Inflation in Berlin"}, nil},
		{feeds.Article{Language: "en", Title: "A quiet day", Content: "<p>Nothing happened.</p>"}, nil},
	} {
		if d := cmp.Diff(c.want, evidence(&c.article, set.Judge(&c.article))); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.article.Title, d)
		}
	}
}

// TestOtherTopicsDoNotMatter checks that a topic's entry is the same to the last bit, whatever other
// topics are compiled with it.
func TestOtherTopicsDoNotMatter(t *testing.T) {
	a := &feeds.Article{Title: "Petróleo e inflação no Brasil: OPEC, banco central", Summary: "Brasil oil; oil, =PIB de São Paulo. Oil"}
	topics := newsTopics()
	all := mustCompile(t, topics...).Judge(a)
	reversed := mustCompile(t, topics[3], topics[2], topics[1], topics[0]).Judge(a)
	var alone []feeds.Entry
	for _, topic := range topics {
		alone = append(alone, mustCompile(t, topic).Judge(a)...)
	}
	if len(all) != 4 || len(reversed) != 4 {
		t.Fatalf("%d and %d entries, want 4", len(all), len(reversed))
	}
	for i := range all {
		if d := cmp.Diff(alone[i], all[i]); d != "" {
			t.Errorf("with others (-alone +all):\n%s", d)
		}
		if d := cmp.Diff(alone[i], reversed[3-i]); d != "" {
			t.Errorf("in another order (-alone +reversed):\n%s", d)
		}
	}
}

func TestJudgeFromManyGoroutines(t *testing.T) {
	set := mustCompile(t, newsTopics()...)
	articles := []*feeds.Article{
		{Title: "OPEC and crude oil"}, {Title: "Brasil", Content: "<p>petróleo</p>"}, {Title: "nothing"}, {Title: "inflação do Brasil"},
	}
	var want [][]string
	for _, a := range articles {
		want = append(want, evidence(a, mustCompile(t, newsTopics()...).Judge(a)))
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				k := (g + i) % len(articles)
				if d := cmp.Diff(want[k], evidence(articles[k], set.Judge(articles[k]))); d != "" {
					t.Error(d)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestJudgeAllocatesNothingForOthersArticles(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a pool forgets at random")
	}
	set := mustCompile(t, newsTopics()[:3]...)
	a := &feeds.Article{
		Title:   "São Tomé: ¿qué pasa en Łódź, «Việt Nam» y Αθήνα?",
		Summary: "One oil, one U.S.-made PIB; interest in petrol. " + strings.Repeat("Olive oil is no crude. ", 30),
		Content: strings.Repeat("Words without markup. ", 300), Language: "fr",
	}
	if e := set.Judge(a); e != nil {
		t.Fatalf("the article is in a topic: %v", e)
	}
	if n := testing.AllocsPerRun(100, func() { set.Judge(a) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
	// Markup costs the tokeniser and its buffer, however long the content is; attributes cost more.
	for _, paragraphs := range []int{10, 3000} {
		a.Content = strings.Repeat("<p>Words <b>with</b> markup &amp; more.</p>\n", paragraphs)
		if n := testing.AllocsPerRun(20, func() { set.Judge(a) }); n > 4 {
			t.Errorf("%v allocations with %d paragraphs of markup, want 4 at most", n, paragraphs)
		}
	}
}
