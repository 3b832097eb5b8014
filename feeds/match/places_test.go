package match

import (
	"strings"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/places"
)

// region is a topic of places.
func region(strictness string, in ...string) feeds.Topic {
	return feeds.Topic{ID: "t", Places: &feeds.Places{In: in, Strictness: strictness}}
}

// TestPlaces judges headlines and leads that other matchers get wrong.
func TestPlaces(t *testing.T) {
	en := func(title, summary string) feeds.Article {
		return feeds.Article{Title: title, Summary: summary, Language: "en"}
	}
	es := func(title, summary string) feeds.Article {
		return feeds.Article{Title: title, Summary: summary, Language: "es"}
	}
	pt := func(title, summary string) feeds.Article {
		return feeds.Article{Title: title, Summary: summary, Language: "pt-BR"}
	}
	verdicts(t, region("", "latin-america"),
		[]feeds.Article{
			en("Mexico Defies U.S. Pressure, Pledges Humanitarian Aid to Cuba Amid Escalating Tensions", ""),
			en("Sheinbaum names a new cabinet", ""),
			en("He closed his country. Then came the bill", "Voters in El Salvador go to the polls on Sunday."),
			en("PERU'S CONGRESS VOTES", ""),
			es("El presidente dimite", "Miles de argentinos salieron a las calles de Buenos Aires."),
			es("Elecciones en Lima", "La capital de Perú vota."),
			pt("Chuvas no Sul", "O Rio Grande do Sul decretou emergência."),
			pt("Governo do Pará anuncia escolas", "O decreto vale para Belém."),
			pt("Chuva no Pará", "Três mortos."),
			{Title: "Rescue teams arrive", Categories: []string{"Haiti"}},
			{Title: "The rescue", Categories: []string{"World/haiti"}},
			{Title: "Os resgates", Categories: []string{"Brasil"}, Language: "pt"},
			{Title: "O Brasil espera", Categories: []string{"Brasil"}, Language: "pt-BR"},
		},
		[]feeds.Article{
			en("New Mexico wildfire doubles in size", "The Gulf of Mexico is calm."),
			en("Beloved Mexican restaurant in Ohio to close", ""),
			en("Mark Cuban sells his stake", "The Dallas owner spoke on Friday."),
			en("Pirates of the Caribbean returns", ""),
			en("Lima beans recipe", ""),
			en("chile and turkey for dinner", ""),
			en("Travel list", "Germany, France, Spain, Italy, Japan and Peru are off the list."),
			es("Granada celebra su feria", "El Ayuntamiento de Granada y la Junta de Andalucía abren el recinto."),
			en("Leon Guerrero wins the race", "The governor spoke to reporters."),
			en("Chilean sea bass, the easy way", ""),
			en("Fire in Mexico, Pampanga", ""),
			en("A lecture", "She teaches Latin American literature in Ohio."),
			pt("Para especialistas, a tecnologia muda o mercado", "Para os autores do estudo, é cedo para dizer."),
			{Title: "The rescue", Categories: []string{"Haiti relief efforts"}},
			{Title: "Como o vírus se espalha pelo ar", Categories: []string{"Brasil"}, Language: "pt-BR"},
			{Title: "How the virus spreads", Categories: []string{"Mexico"}, Source: feeds.Source{Country: "MX"}},
			{},
		})
}

// TestAcronyms: an acronym that is no word is one where everything is in capitals, too.
func TestAcronyms(t *testing.T) {
	verdicts(t, region("", "europe"), titles("USSR BUYS GRAIN", "UK BANKS CUT RATES", "The UK votes"), titles("EU AMO VOCÊ", "ussr, the band"))
}

func TestStrictness(t *testing.T) {
	demonym := feeds.Article{Title: "A mother waits", Summary: "The Honduran mother spoke.", Language: "en"} // 1.05
	mention := feeds.Article{Title: "A quiet day", Summary: "It rained in Honduras.", Language: "en"}        // 1.5
	headline := feeds.Article{Title: "Honduras votes", Language: "en"}                                       // 3
	crowd := feeds.Article{Title: "Honduras, Japan and Norway vote", Summary: "So does Germany.", Language: "en"}
	verdicts(t, region("loose", "HN"), []feeds.Article{demonym, mention, headline, crowd}, nil)
	verdicts(t, region("normal", "HN"), []feeds.Article{mention, headline, crowd}, []feeds.Article{demonym})
	verdicts(t, region("strict", "HN"), []feeds.Article{headline, crowd}, []feeds.Article{demonym, mention})
}

func TestPlaceLists(t *testing.T) {
	puertoRico := feeds.Article{Title: "Puerto Rico votes"}
	region419 := feeds.Article{Title: "Latin America votes"}
	spain := feeds.Article{Title: "Spain votes"}
	verdicts(t, region("", "latin-america", "-PR"), []feeds.Article{region419, {Title: "Cuba votes"}}, []feeds.Article{puertoRico, spain})
	verdicts(t, region("", "419", "ES"), []feeds.Article{puertoRico, region419, spain}, []feeds.Article{{Title: "Portugal votes"}})
	verdicts(t, region("", "brazil"), []feeds.Article{{Title: "Brasil vota"}, {Title: "Latin America looks to Brazil"}}, []feeds.Article{region419})
}

func TestAlsoAndMask(t *testing.T) {
	topic := region("", "latin-america")
	topic.Places.Also = []feeds.Term{{Text: "Maradona"}, {Text: `"Amazon" NEAR/6 (river|rainforest)`}, {Text: "soccer star", Weight: -1}}
	topic.Places.Mask = []string{"Latin American studies", "Lima Park*"}
	verdicts(t, topic,
		titles("Maradona trial opens", "The Amazon, a great river", "Cuba: professor of Latin American studies"),
		titles("Professor of Latin American studies", "Amazon ships books", "Peru Lima Parking, lima parking", "Maradona, soccer star")[:2])
}

func TestHints(t *testing.T) {
	a := func(language, country string, assume ...string) feeds.Article {
		return feeds.Article{Title: "Government presents a plan", Summary: "A law for São Luís.", Language: language,
			Source: feeds.Source{Country: country, Assume: assume}}
	}
	verdicts(t, region("", "BR"),
		[]feeds.Article{
			a("pt-BR", ""), a("pt", "BR"), // "São Luís" is weak, and needs the hint
			{Title: "A quiet day", Source: feeds.Source{Assume: []string{"BR"}}},
		},
		[]feeds.Article{
			a("pt", ""), a("pt-PT", ""), a("pt-BR", "PT"),
			{Title: "A quiet day", Language: "pt-BR", Source: feeds.Source{Country: "BR"}},
		})
	verdicts(t, region("", "south-america"), []feeds.Article{a("en", "", "BR")}, []feeds.Article{a("en", "", "MX")})
}

// TestPeopleHaveTheirTime: who left office is no evidence by name alone.
func TestPeopleHaveTheirTime(t *testing.T) {
	g, err := places.Default().With([]places.Addition{{Name: "Juana Ficticia 2020..2022", Place: "PE", Kind: "person"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile([]feeds.Topic{region("", "PE")}, g)
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[string]bool{"2019": false, "2021": true, "2024": false} {
		a := feeds.Article{Title: "Juana Ficticia speaks", Published: date(t, year), Seen: date(t, "2026")}
		if got := len(set.Judge(&a)) == 1; got != want {
			t.Errorf("%s: %v, want %v", year, got, want)
		}
	}
}

func date(t *testing.T, year string) time.Time {
	t.Helper()
	d, err := time.Parse("2006", year)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestPlaceEvidence: what counts, what does not and why, and the share.
func TestPlaceEvidence(t *testing.T) {
	topic := region("", "latin-america")
	topic.Places.Mask = []string{"Peru Street"}
	set := mustCompile(t, topic)
	a := &feeds.Article{
		Title: "Mexico and Spain sign", Summary: "Near Peru Street in New Mexico, peru said. Mexicans and México cheer Lima.",
		Language: "en", Source: feeds.Source{Country: "MX"},
	}
	e := set.Judge(a)
	if len(e) != 1 {
		t.Fatal("the article is not in the topic")
	}
	c := e[0].Evidence.Checks[0]
	if c.Part != "places" || c.Score != e[0].Score || c.Threshold != 1.5 || c.LeastShare != .20 || c.Share <= .5 || c.Share >= 1 {
		t.Errorf("check %+v", c)
	}
	texts := Fields(a)
	var got []string
	var sum float64
	for _, h := range e[0].Evidence.Hits {
		got = append(got, strings.TrimSpace(h.Kind+" "+h.Place+" "+texts.Quote(h)+" "+h.Discarded))
		sum += h.Score
	}
	if sum != c.Score {
		t.Errorf("the hits score %v together, the check %v", sum, c.Score)
	}
	for _, want := range []string{
		"source MX", "name MX Mexico", "name PE Peru masked by Peru Street", "name MX New Mexico masked by New Mexico",
		"name PE peru not written as a name: Peru", "demonym MX Mexicans", "name MX México",
	} {
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("no %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}
