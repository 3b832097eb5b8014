package match

import (
	"slices"
	"strings"
	"testing"

	"tributary/feeds"
)

// verdicts judges articles by one topic and compares.
func verdicts(t *testing.T, topic feeds.Topic, yes, no []feeds.Article) {
	t.Helper()
	topic.ID = "t"
	set := mustCompile(t, topic)
	for wanted, articles := range map[bool][]feeds.Article{true: yes, false: no} {
		for _, a := range articles {
			if x, _ := set.Explain(&a, "t"); x.In != wanted || len(set.Judge(&a)) == 1 != wanted {
				t.Errorf("%q, %q: in the topic: %v, want %v: %s", a.Title, a.Summary, x.In, wanted, x)
			}
		}
	}
}

func titles(texts ...string) (articles []feeds.Article) {
	for _, s := range texts {
		articles = append(articles, feeds.Article{Title: s})
	}
	return articles
}

func TestTermForms(t *testing.T) {
	for _, c := range []struct {
		term    string
		yes, no []feeds.Article
	}{
		{"real NEAR/2 dollar",
			titles("Real falls to dollar", "dollar beats the real", "the real dollar", "a real or a dollar"),
			titles("Real is far behind the dollar", "real", "dollar, dollar", "real. real")},
		{"oil NEAR/0 (price*|field)", titles("oil prices", "Field oil", "oil, prices"), titles("oil and prices", "price fields")},
		{`"Amazon" NEAR/6 (river|"rain forest")`, titles("The Amazon is a river", "rain forest of the Amazon"), titles("rain on the Amazon forest", "Amazon ships a book")},
		{"(a b|c) NEAR/1 (d|e f)", titles("a b d", "c x e f", "e f, c"), titles("a x b d", "e x f c")},
		{"real real NEAR/1 real", titles("real real real"), titles("real real")},
		{"title:oil", titles("oil"), []feeds.Article{{Title: "x", Summary: "oil oil oil"}}},
		{"lead:oil", []feeds.Article{{Summary: "oil oil oil"}}, titles("oil")},
		{"category:oil", []feeds.Article{{Categories: []string{"Oil"}}, {Categories: []string{"Energy > Oil"}}}, []feeds.Article{{Title: "oil", Categories: []string{"oil price"}}}},
		{`title:"crude oil" NEAR/1 price`, titles("crude oil price"), []feeds.Article{{Summary: "crude oil price, crude oil price"}}},
		{`/oil(s|field)?\b/`, titles("oilfield"), titles("Oil", "soiled")},
		{`title:/(?i)oil \(crude/`, titles("OIL (Crude)"), []feeds.Article{{Summary: "oil (crude oil (crude"}}},
		{"category:=EU", []feeds.Article{{Categories: []string{"EU", "eu x"}}}, []feeds.Article{{Categories: []string{"Eu"}}}},
	} {
		t.Run(c.term, func(t *testing.T) { verdicts(t, feeds.Topic{Terms: terms(c.term)}, c.yes, c.no) })
	}
}

func TestQueries(t *testing.T) {
	for _, c := range []struct {
		query   string
		yes, no []feeds.Article
	}{
		{"oil", titles("oil"), titles("gas")},
		{"crude oil", titles("crude oil"), titles("oil crude")},
		{"oil AND gas", titles("gas and oil"), titles("oil", "gas")},
		{"oil OR gas AND coal", titles("oil", "coal gas"), titles("gas", "coal")},
		{"(oil OR gas) AND coal", titles("oil, coal"), titles("oil", "gas")},
		{"oil NOT gas", titles("oil"), titles("oil gas", "x")},
		{"oil AND NOT (gas | coal)", titles("oil"), titles("oil, coal")},
		{"NOT NOT oil", titles("oil"), titles("x")},
		{"NOT oil", titles("x", ""), titles("oil")},
		{`"oil" "gas"`, titles("oil x gas"), titles("oil")},
		{`oil "OR" gas`, titles("oil or gas"), titles("oil", "gas")},
		{"title:oil OR lead:gas", []feeds.Article{{Summary: "gas"}, {Title: "oil"}}, titles("gas")},
		{"title:(oil OR gas) AND coal", []feeds.Article{{Title: "gas", Summary: "coal"}}, []feeds.Article{{Title: "coal", Summary: "gas"}}},
		{"(=AI OR \"artificial intelligence\") NEAR/3 (law OR regulat*)\n NOT title:horoscope",
			titles("A law on AI", "Regulators look at artificial intelligence"), titles("a law on ai", "AI law horoscope", "AI says nothing much about any law")},
		{"/oils?/ AND NOT gasol*", titles("oils"), titles("gasoline", "oil for gasoline")},
		{"petróle* AND =OPEP", titles("la OPEP y el petróleo"), titles("la opep y el petróleo")},
	} {
		t.Run(c.query, func(t *testing.T) { verdicts(t, feeds.Topic{Query: c.query}, c.yes, c.no) })
	}
}

func TestTermLists(t *testing.T) {
	verdicts(t, feeds.Topic{Terms: &feeds.Terms{All: [][]string{{"oil", "gas"}, {"price*", "cost*"}}}},
		titles("gas costs", "oil prices"), titles("oil and gas", "prices"))
	verdicts(t, feeds.Topic{Terms: &feeds.Terms{Any: terms("oil").Any, None: []string{"olive", "fish*"}}},
		[]feeds.Article{{Title: "oil", Content: strings.Repeat("word ", 100) + "olive"}},
		[]feeds.Article{{Title: "oil olive"}, {Title: "oil", Summary: "fishes"}})
	verdicts(t, feeds.Topic{Terms: &feeds.Terms{Any: terms("oil").Any, Mask: []string{"olive oil", "oil painting*", "of oil"}}},
		titles("oil", "olive oil and oil", "oil of olive", strings.Repeat("olive oil ", 20)+"oil"),
		titles("olive oil", "oil paintings", "olive oil, olive oil", "a barrel of oil"))
}

func TestConditions(t *testing.T) {
	from := func(url string, tags ...string) feeds.Article {
		return feeds.Article{Title: "oil", URL: "https://n.example/sport/1", Source: feeds.Source{URL: url, Tags: tags}}
	}
	bbc, world := from("https://feeds.bbci.co.uk/news/rss.xml", "world"), from("https://www.example.org/feed", "asia", "world")
	filed := feeds.Article{Title: "oil", Categories: []string{"News/Économie", "Sport"}}
	oil := terms("oil")
	for _, c := range []struct {
		name    string
		topic   feeds.Topic
		yes, no []feeds.Article
	}{
		{"host", feeds.Topic{Sources: []string{"bbci.co.uk"}}, []feeds.Article{bbc}, []feeds.Article{world, {}, from("https://notbbci.co.uk/")}},
		{"URL", feeds.Topic{Sources: []string{"https://www.example.org/feed"}}, []feeds.Article{world}, []feeds.Article{bbc, from("https://www.example.org/feed2")}},
		{"tags", feeds.Topic{Tags: []string{"asia"}}, []feeds.Article{world}, []feeds.Article{bbc, {}}},
		{"categories", feeds.Topic{Categories: []string{"economie", "world"}}, []feeds.Article{filed}, []feeds.Article{bbc, {Categories: []string{"Économie du travail"}}}},
		{"categories and terms", feeds.Topic{Categories: []string{"sport"}, Terms: oil}, []feeds.Article{filed}, []feeds.Article{{Title: "x", Categories: []string{"Sport"}}, bbc}},
		{"tags and a query", feeds.Topic{Tags: []string{"asia"}, Query: "NOT gas"}, []feeds.Article{world}, []feeds.Article{bbc}},
		{"exclude categories", feeds.Topic{Terms: oil, Exclude: feeds.Exclude{Categories: []string{"econom*"}}}, []feeds.Article{bbc}, []feeds.Article{filed}},
		{"exclude URLs", feeds.Topic{Terms: oil, Exclude: feeds.Exclude{URLs: []string{"/sport/"}}}, []feeds.Article{filed}, []feeds.Article{bbc}},
		{"exclude sources", feeds.Topic{Terms: oil, Exclude: feeds.Exclude{Sources: []string{"example.org"}}}, []feeds.Article{bbc, filed}, []feeds.Article{world}},
		{"exclude tags", feeds.Topic{Terms: oil, Exclude: feeds.Exclude{Tags: []string{"asia"}}}, []feeds.Article{bbc, filed}, []feeds.Article{world}},
	} {
		t.Run(c.name, func(t *testing.T) { verdicts(t, c.topic, c.yes, c.no) })
	}
}

func TestTopicsOfTopics(t *testing.T) {
	set := mustCompile(t,
		feeds.Topic{ID: "south", Topics: []string{"brazil", "chile"}},
		feeds.Topic{ID: "brazil", Terms: terms("Brazil")},
		feeds.Topic{ID: "chile", Languages: []string{"es"}, Terms: terms("Chile")},
		feeds.Topic{ID: "southern-oil", Topics: []string{"south"}, Terms: terms("oil")},
	)
	for text, want := range map[string]string{
		"Brazil":           "south brazil",
		"Chile":            "", // in English it is not in chile, and so not in south
		"Brazil and Chile": "south brazil",
		"oil":              "",
		"Brazil's oil":     "south brazil southern-oil",
	} {
		var ids []string
		entries := set.Judge(&feeds.Article{Title: text, Language: "en"})
		for _, e := range entries {
			ids = append(ids, e.Topic)
			if len(e.Evidence.Hits) == 0 {
				t.Errorf("%q is in %s without evidence", text, e.Topic)
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	x, ok := set.Explain(&feeds.Article{Title: "Chile", Language: "en"}, "south")
	if !ok || x.In || !strings.Contains(x.String(), "none of brazil, chile") {
		t.Errorf("explanation: %v %s", ok, x)
	}
	if _, ok := set.Explain(&feeds.Article{}, "north"); ok {
		t.Error("an unknown topic is explained")
	}
}

// TestExplanations: a rejection says everything that is missing, and what was found all the same.
func TestExplanations(t *testing.T) {
	set := mustCompile(t, feeds.Topic{
		ID: "t", Languages: []string{"es", "pt"}, Sources: []string{"bbc.co.uk"}, Tags: []string{"world"}, Categories: []string{"economy"},
		Places: &feeds.Places{In: []string{"MX"}}, Query: "oil AND gas", Exclude: feeds.Exclude{URLs: []string{"/sport/"}},
		Terms: &feeds.Terms{Any: terms("oil").Any, All: [][]string{{"gas"}}, None: []string{"olive"}, Mask: []string{"fish oil"}},
	})
	x, _ := set.Explain(&feeds.Article{
		Title: "New Mexico sells fish oil, olive oil", Summary: "Canada and Japan buy. mexico?", Language: "en",
		URL: "https://x.example/sport/1", Source: feeds.Source{URL: "https://x.example/feed"},
	}, "t")
	for _, want := range []string{
		"sources: https://x.example/feed is none of bbc.co.uk", "tags: https://x.example/feed has none of the tags world",
		"languages: the article is in en, the topic takes es, pt", "categories: the article has none of the categories economy",
		"exclude: the URL has /sport/", "places: no place of MX is mentioned so that it counts",
		"terms.all: none of gas occurs", `terms.none: "olive" occurs in the title`, "query: what occurs does not meet the query",
		"México (title: masked by New Mexico)", "oil (title: masked by fish oil)", "oil (title 3)",
	} {
		if !strings.Contains(strings.ReplaceAll(x.String(), "Mexico (title: masked", "México (title: masked"), want) {
			t.Errorf("the explanation lacks %q:\n%s", want, x)
		}
	}
	if x.In || slices.ContainsFunc(x.Evidence.Checks, func(c feeds.Check) bool { return c.Part == "terms.any" && c.Missing != "" }) {
		t.Errorf("explanation %+v", x)
	}
}

func TestExamples(t *testing.T) {
	set := mustCompile(t, feeds.Topic{ID: "t", Languages: []string{"en"}, Terms: terms("oil"), Examples: feeds.Examples{
		Yes: []feeds.Example{{Title: "oil"}, {Title: "gas"}, {Title: "x", Summary: "oil oil"}, {Title: "oil", Language: "es"}},
		No:  []feeds.Example{{Title: "gas"}, {Title: "oil up"}},
	}})
	var got []string
	for _, e := range set.CheckExamples() {
		got = append(got, e.Path+" "+e.Msg)
	}
	want := []string{
		`examples.yes[1] "gas" should be in the topic, but it is not: terms.any: none of the terms occurs`,
		`examples.yes[2] "x" should be in the topic, but it is not: terms.any: the terms that occur score 2.55 of 3: 0.45 more, as a hit in the body would give; found oil (lead 1.5), oil (lead 1.05)`,
		`examples.yes[3] "oil" should be in the topic, but it is not: languages: the article is in es, the topic takes en; found oil (title 3)`,
		`examples.no[1] "oil up" should not be in the topic, but it is: terms.any: 3 points of 3; found oil (title 3)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLacking(t *testing.T) {
	for least, want := range map[float64]string{
		1.2: "1 of 1.2: 0.2 more, as a hit in the body would give",
		1.5: "1 of 1.5: 0.5 more, as a hit in the body would give",
		2.5: "1 of 2.5: 1.5 more, as a hit in the lead would give",
		4:   "1 of 4: 3 more, as a hit in the title would give",
		5:   "1 of 5: 4 more",
	} {
		if got := lacking(1, least); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}
