package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// found gives the titles of what a search finds, as they stand in a list.
func (f *fixture) found(want feeds.Search) string {
	f.Helper()
	found, err := f.store.Search(f.Context(), want)
	f.ok(err)
	var titles []string
	for _, a := range found {
		titles = append(titles, a.Title)
	}
	return strings.Join(titles, "; ")
}

// searchCases is what the searches over the articles a to e of the fixture find, the newest first.
var searchCases = []struct {
	want  feeds.Search
	found string
}{
	{feeds.Search{}, "edcba"},
	{feeds.Search{Text: "peru"}, "a"},
	{feeds.Search{Text: "PERÚ"}, "a"},
	{feeds.Search{Text: "Peru\u0301 economi\u0301a banco"}, "a"},
	{feeds.Search{Text: "2025"}, "ba"},
	{feeds.Search{Text: "banco catalogue"}, ""},
	{feeds.Search{Text: "never"}, ""},
	{feeds.Search{Text: "peru*"}, "ba"},
	{feeds.Search{Text: "ban* 2025"}, "ba"},
	{feeds.Search{Text: `"oil price"`}, ""},
	{feeds.Search{Text: `"oil price*"`}, ""}, // the star is inside
	{feeds.Search{Text: `"oil price"*`}, "b"},
	{feeds.Search{Text: `"price of oil"`}, "b"},
	{feeds.Search{Text: `"of price"`}, ""},
	{feeds.Search{Text: `"price oil"`}, ""}, // no phrase reaches from the title into the summary
	{feeds.Search{Text: "price oil"}, "eb"},
	{feeds.Search{Text: "title:price"}, "e"},
	{feeds.Search{Text: `title:"our cat"*`}, "b"},
	{feeds.Search{Text: "price -title:price"}, "b"},
	{feeds.Search{Text: "bank -catalogue"}, "e"},
	{feeds.Search{Text: "NOT catalogue 2025"}, "a"},
	{feeds.Search{Text: `-"price of oil" -peru`}, "edc"},
	{feeds.Search{Text: "-oi* -pe*"}, "dc"},
	{feeds.Search{Text: "-oi*"}, "dca"},
	{feeds.Search{Text: "peru OR catalogue"}, "ba"},
	{feeds.Search{Text: "2025 peru OR catalogue OR never -banco"}, "b"},
	{feeds.Search{Text: "北京"}, "c"},
	{feeds.Search{Text: "京大"}, "c"},
	{feeds.Search{Text: "北東"}, ""},
	{feeds.Search{Text: "北 東"}, "c"},
	{feeds.Search{Text: "محمد"}, "c"},
	{feeds.Search{Text: "القاه*"}, "c"},
	{feeds.Search{Text: "🎉 bank"}, "eb"},
	{feeds.Search{Text: "strasse lodz"}, "d"},
	{feeds.Search{Text: "COVID-19"}, "d"},
	{feeds.Search{Text: strings.Repeat("donau", 20)}, "d"}, // a long word goes by its beginning
	{feeds.Search{Text: strings.Repeat("donau", 10)}, ""},
	{feeds.Search{Text: `"x x x"`}, "d"},
	{feeds.Search{Text: "unreached"}, ""}, // stands too far down
	{feeds.Search{Text: `bank'); DROP TABLE article; --"`}, ""},
	{feeds.Search{Text: `bank \ ' : & | ! ( ) <-> ^ + ~ { } [ ]`}, "eb"},
	{feeds.Search{Text: "bank \x00\xff"}, "eb"},

	{feeds.Search{Topic: "peru"}, "ba"},
	{feeds.Search{Topic: "energy", Text: "bank"}, "b"},
	{feeds.Search{Topic: "energy", Text: "-bank"}, "d"},
	{feeds.Search{Topic: "energy", Text: "ba*", Language: "en"}, "b"},
	{feeds.Search{Topic: "unknown"}, ""},
	{feeds.Search{Source: feedA}, "cba"},
	{feeds.Search{Source: "b.example", Text: "bank"}, "e"},
	{feeds.Search{Source: "EXAMPLE", Text: "bank"}, "eb"},
	{feeds.Search{Source: "xample"}, ""},
	{feeds.Search{Source: "%.e_ample"}, ""},
	{feeds.Search{Source: feedB, Topic: "energy"}, "d"},
	{feeds.Search{Language: "es"}, "a"},
	{feeds.Search{Language: "en"}, "b"},
	{feeds.Search{Language: "EN-us", Text: "-never"}, "b"},
	{feeds.Search{Language: "sw", Text: "bank"}, ""},
	{feeds.Search{Language: "zh", Source: feedA, Text: "-bank"}, "c"},
	{feeds.Search{Until: time.Now().Add(-time.Hour)}, ""},
	{feeds.Search{Since: time.Now().Add(time.Hour), Text: "bank"}, ""},
	{feeds.Search{Since: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour), Text: "bank"}, "eb"},
	{feeds.Search{Since: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(90000, 1, 1, 0, 0, 0, 0, time.UTC)}, "edcba"},
	{feeds.Search{Limit: 2}, "ed"},
	{feeds.Search{Limit: 1, Text: "bank"}, "e"},
	{feeds.Search{Limit: 1, Topic: "peru"}, "b"},
	{feeds.Search{Limit: 1 << 40, Text: "bank"}, "eb"},
}

func (f *fixture) search() {
	l := f.claim("me")
	a, b, c, d, e := article(1, "peru"), article(2, "peru", "energy"), article(3), article(4, "energy"), article(5)
	a.Title, a.Summary, a.Language = "La economía del Perú crece", "Según el BANCO central, más que en 2025.", "es"
	b.Title, b.Summary, b.Language = "Peruse our catalogue", "Bank holidays in 2025: the price of oil, oil prices", "en-GB"
	c.Title, c.Summary, c.Language = "北京大学と東京", "القاهرة مُحَمَّد", "zh-Hant"
	d.Title, d.Summary, d.Language = "Straße nach Łódź", "Covid-19 "+strings.Repeat("donau", 30)+" "+strings.Repeat("x ", 300)+"unreached", "de"
	e.Title, e.Summary, e.Language = "Price", "Oil and the bank", ""
	f.save(l["a.example"], false, a)
	f.save(l["a.example"], false, b)
	f.save(l["a.example"], false, c)
	f.save(l["b.example"], false, d)
	f.save(l["b.example"], false, e)
	short := strings.NewReplacer(a.Title, "a", b.Title, "b", c.Title, "c", d.Title, "d", e.Title, "e", "; ", "")
	for _, test := range searchCases {
		if got := short.Replace(f.found(test.want)); got != test.found {
			f.Errorf("%+v finds %q, want %q", test.want, got, test.found)
		}
	}
	b.Title = "Browse our catalogue"
	f.save(l["a.example"], false, a, b)
	if got := f.found(feeds.Search{Text: "peruse"}); got != "" {
		f.Errorf("an edited article is found by a word that it has no more: %q", got)
	}
	if got := f.found(feeds.Search{Text: "browse", Source: feedA, Language: "en"}); got != b.Title {
		f.Errorf("an edited article is found by its new word as %q", got)
	}
}

func (f *fixture) searchPages() {
	l := f.claim("me")["a.example"]
	var all []feeds.Article
	for n := range 25 {
		all = append(all, article(n, topics[n%2].ID))
	}
	f.save(l, false, all...)
	for _, want := range []feeds.Search{
		{Text: "report", Limit: 4}, {Text: "report", Limit: 25}, {Text: "-never", Limit: 3}, {Text: "number", Topic: "peru", Limit: 2}, {Topic: "energy", Limit: 5},
	} {
		whole := want
		whole.Limit = 0
		every, err := f.store.Search(f.Context(), whole)
		f.ok(err)
		if len(every) < 12 {
			f.Fatalf("%+v finds %d articles", want, len(every))
		}
		var pages []feeds.Article
		for {
			page, err := f.store.Search(f.Context(), want)
			f.ok(err)
			pages = append(pages, page...)
			if len(page) < want.Limit {
				break
			}
			want.Before = page[len(page)-1].ID
		}
		if diff := cmp.Diff(every, pages); diff != "" {
			f.Errorf("%+v, page by page (-whole +pages):\n%s", want, diff)
		}
	}
}

func (f *fixture) badSearches() {
	for _, want := range []feeds.Search{
		{Text: "!"}, {Text: strings.Repeat("word ", 100)}, {Text: "peru", Before: "unknown"}, {Before: strings.Repeat("a", 26)}, {Language: "español"}, {Language: "'"},
	} {
		_, err := f.store.Search(f.Context(), want)
		if _, bad := errors.AsType[feeds.BadSearch](err); !bad {
			f.Errorf("%+v fails with %v", want, err)
		}
	}
	stopped, cancel := context.WithCancel(f.Context())
	cancel()
	_, err := f.store.Search(stopped, feeds.Search{Text: "peru"})
	f.expectErr(err, context.Canceled)
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
