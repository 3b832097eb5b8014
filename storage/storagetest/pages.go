package storagetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// ask gives the page of a query.
func (f *fixture) ask(q feeds.Query) feeds.Page {
	f.Helper()
	p, err := f.store.Page(f.Context(), q)
	f.ok(err)
	return p
}

// numbers gives the articles of a page that were made by number.
func numbers(p feeds.Page) (list []int) {
	for _, e := range p.Entries {
		n := -1
		fmt.Sscanf(e.Article.Title, "Report number %d on", &n)
		list = append(list, n)
	}
	return list
}

// upTo is the numbers from 0 on.
func upTo(n int) (list []int) {
	for i := range n {
		list = append(list, i)
	}
	return list
}

// some are articles with the numbers from a to below b, each 61 minutes older than the one before.
func some(from, to int, topics ...string) (articles []feeds.Article) {
	for n := from; n < to; n++ {
		articles = append(articles, article(n, topics...))
	}
	return articles
}

// windows: the least, those of a span, at most the most.
func (f *fixture) windows() {
	f.save(f.claim("me")["a.example"], true, some(0, 700, "peru")...)
	hours := func(n int) time.Duration { return time.Duration(n) * time.Hour }
	for _, test := range []struct {
		window feeds.Window
		want   int
	}{
		{feeds.Window{}, 50},
		{feeds.Window{Least: 60, Span: hours(24), Most: 500}, 60},
		{feeds.Window{Least: 5, Span: hours(24), Most: 500}, 24},
		{feeds.Window{Least: 5, Span: 61 * time.Minute, Most: 500}, 5},
		{feeds.Window{Least: 1, Span: 61 * time.Minute, Most: 500}, 2},
		{feeds.Window{Least: 50, Span: hours(30 * 24), Most: 500}, 500},
		{feeds.Window{Least: 50, Span: hours(30 * 24), Most: 2000}, 700},
		{feeds.Window{Least: 650, Span: hours(24), Most: 650}, 650},
		{feeds.Window{Least: 3}, 3},
	} {
		if got := numbers(f.ask(feeds.Query{Topic: "peru", Window: test.window})); !slices.Equal(got, upTo(test.want)) {
			f.Errorf("%+v shows %d, want %d: %v", test.window, len(got), test.want, got)
		}
		if got := numbers(f.ask(feeds.Query{Window: test.window})); !slices.Equal(got, upTo(test.want)) {
			f.Errorf("%+v shows %d of all topics, want %d: %v", test.window, len(got), test.want, got)
		}
	}
}

// languages: a page in one language has as many entries as any.
func (f *fixture) languages() {
	f.sources[1].Language = "pt-BR"
	f.sync()
	leases := f.claim("me")
	spanish := some(0, 400, "peru")
	for n := range spanish {
		if spanish[n].Language = "es-PE"; n%4 == 1 {
			spanish[n].Language = "en"
		}
	}
	f.save(leases["a.example"], true, spanish...)
	unsaid := fromB(article(1000, "peru"))
	unsaid.Source = f.sources[1]
	f.save(leases["b.example"], true, unsaid)
	count := func(language string, want int) []int {
		f.Helper()
		q := feeds.Query{Topic: "peru", Language: language}
		got := numbers(f.ask(q))
		if len(got) != want {
			f.Errorf("%d entries in %s, want %d", len(got), language, want)
		}
		q.Topic = ""
		if all := numbers(f.ask(q)); !slices.Equal(all, got) {
			f.Errorf("in %s all topics together show %v and their only one %v", language, all, got)
		}
		return got
	}
	if got := count("en", 50); got[49] != 197 || !slices.IsSorted(got) {
		f.Errorf("in English %v", got)
	}
	count("es", 50)
	count("es-MX", 50)
	count("pt", 1)
	count("fr", 0)
	f.sources[1].Language = "fr-CA"
	f.sync()
	count("pt", 0)
	count("fr", 1)
	spanish[3].Language = "fr"
	f.save(leases["a.example"], false, spanish[:10]...)
	count("fr", 2)
	if got := f.ask(feeds.Query{Topic: "peru", Archive: 1, Language: "en"}); len(got.Entries) != 12 || got.Newer != 2 {
		f.Errorf("the first archive document has %d entries in English, and leads to %d", len(got.Entries), got.Newer)
	}
}

// together: all topics show each article once, where it came last, and the first of copies.
func (f *fixture) together() {
	leases := f.claim("me")
	f.save(leases["a.example"], true, article(3, "peru"), article(2, "energy", "peru"), article(5))
	again := article(3, "energy")
	again.GUID = "another id"
	stolen := article(2, "energy")
	stolen.GUID, stolen.Title = "b", "Report number 77 on pills"
	f.save(leases["b.example"], false, again, stolen)
	p := f.ask(feeds.Query{Content: true})
	if got := numbers(p); !slices.Equal(got, []int{77, 2, 3}) {
		f.Errorf("all topics show %v", got)
	}
	if e := p.Entries[2]; e.Article.Source.URL != feedA || !e.At.Equal(e.Article.Published) || e.Article.Content != article(3).Content {
		f.Errorf("of copies the first is to be shown: %+v", e)
	}
	if p.Archives != 0 || p.Older != 0 || p.Revision.Topic != "" {
		f.Errorf("page %+v", p)
	}
	_, err := f.store.Page(f.Context(), feeds.Query{Archive: 1})
	f.expectErr(err, feeds.ErrNotFound)

	was := p.Revision
	moves := func(what string, want bool, do func()) {
		f.Helper()
		do()
		is := f.ask(feeds.Query{}).Revision
		if is.Version > was.Version != want || is.Changed.Before(was.Changed) || !want && is != was {
			f.Errorf("%s: revision %+v, was %+v", what, is, was)
		}
		was = is
	}
	moves("nothing", false, f.sync)
	moves("an article in no topic", false, func() { f.save(leases["a.example"], false, article(8)) })
	moves("an article in one", true, func() { f.save(leases["a.example"], false, article(9, "energy")) })
	moves("a topic that leaves", true, func() { f.ok(f.store.Sync(f.Context(), f.sources, topics[:1], "site")) })
	if got := numbers(f.ask(feeds.Query{})); !slices.Equal(got, []int{2, 3}) {
		f.Errorf("after energy left all topics show %v", got)
	}
	moves("a topic that comes back", true, f.sync)
	f.configure(topics[1])
	got := numbers(f.ask(feeds.Query{}))
	if slices.Sort(got); !slices.Equal(got, []int{2, 3, 9, 77}) { // the copy that came first is in no topic now
		f.Errorf("after peru left all topics show %v", got)
	}
}

// sharedLink: articles of one source that have link and title in common are no copies.
func (f *fixture) sharedLink() {
	deals := some(0, 2, "peru")
	deals[1].URL, deals[1].Title = deals[0].URL, deals[0].Title
	f.save(f.claim("me")["a.example"], true, deals...)
	if got := f.ask(feeds.Query{}).Entries; len(got) != 2 {
		f.Errorf("%d of two articles are shown", len(got))
	}
}

// manyTopics: whatever is in whichever topics, all together show the newest of it, once.
func (f *fixture) manyTopics() {
	var many []feeds.Topic
	for i := range 40 {
		many = append(many, feeds.Topic{ID: fmt.Sprint("t", i)})
	}
	f.ok(f.store.Sync(f.Context(), f.sources, many, "site"))
	l := f.claim("me")["a.example"]
	dice := rand.New(rand.NewPCG(7, 7))
	var articles []feeds.Article
	for n := range 200 {
		var in []string
		for _, t := range dice.Perm(len(many))[:1+dice.IntN(20)] {
			in = append(in, many[t].ID)
		}
		articles = append(articles, article(n, in...))
	}
	f.save(l, true, articles...)
	if got := numbers(f.ask(feeds.Query{Window: feeds.Window{Least: 180}})); !slices.Equal(got, upTo(180)) {
		f.Errorf("all topics show %v", got)
	}
}

// archives: full documents of fifty, whose chain leads from the newest to the oldest.
func (f *fixture) archives() {
	l := f.claim("me")["a.example"]
	f.save(l, true, some(0, 49, "peru")...)
	if p := f.page("peru"); p.Archives != 0 || p.Older != 0 {
		f.Errorf("archives before any is full: %+v", p)
	}
	_, err := f.store.Page(f.Context(), feeds.Query{Topic: "peru", Archive: 1})
	f.expectErr(err, feeds.ErrNotFound)
	f.save(l, true, some(0, 260, "peru")...)
	if p := f.page("peru"); p.Archives != 5 || p.Older != 5 || p.Newer != 0 {
		f.Errorf("%d archives, the newest is %d, the next %d", p.Archives, p.Older, p.Newer)
	}
	seen := map[string]bool{}
	for n := 5; n > 0; n-- {
		p := f.ask(feeds.Query{Topic: "peru", Archive: n, Content: true})
		if len(p.Entries) != feeds.Archived || p.Archives != 5 || p.Older != n-1 || p.Newer != (n+1)%6 {
			f.Errorf("archive %d: %d entries, %d archives, older %d, newer %d", n, len(p.Entries), p.Archives, p.Older, p.Newer)
		}
		for i, e := range p.Entries {
			if seen[e.Article.ID] || e.Seq <= int64(n-1)*50 || e.Seq > int64(n)*50 {
				f.Errorf("archive %d has entry %d", n, e.Seq)
			}
			seen[e.Article.ID] = true
			if i > 0 && e.At.After(p.Entries[i-1].At) {
				f.Errorf("archive %d is not in document order at %d", n, i)
			}
		}
	}
	if len(seen) != 250 {
		f.Errorf("archives have %d entries", len(seen))
	}
	for _, n := range []int{6, -1, 1 << 40} {
		_, err := f.store.Page(f.Context(), feeds.Query{Topic: "peru", Archive: n})
		f.expectErr(err, feeds.ErrNotFound)
	}
}

// archivesEmptied: where retention or a rule takes a whole archive document, the chain passes it over, and
// leads on for those who hold its address.
func (f *fixture) archivesEmptied() {
	l := f.claim("me")["a.example"]
	f.save(l, true, some(0, 250, "peru")...)
	chain := func() (list []int) {
		p := f.page("peru")
		for n := p.Older; n != 0; n = p.Older {
			list = append(list, n)
			if p = f.ask(feeds.Query{Topic: "peru", Archive: n}); len(p.Entries) == 0 {
				f.Errorf("archive %d is empty", n)
			}
		}
		return list
	}
	var edited []feeds.Article
	for _, e := range f.ask(feeds.Query{Topic: "peru", Archive: 3}).Entries {
		n := -1
		fmt.Sscanf(e.Article.Title, "Report number %d on", &n)
		a := article(n)
		a.Summary += " Not about Peru."
		edited = append(edited, a)
	}
	f.save(l, false, edited...) // out of the topic
	if got := chain(); !slices.Equal(got, []int{5, 4, 2, 1}) {
		f.Errorf("the chain is %v", got)
	}
	if p := f.ask(feeds.Query{Topic: "peru", Archive: 3}); len(p.Entries) != 0 || p.Older != 2 || p.Newer != 4 {
		f.Errorf("the emptied archive has %d entries and leads to %d and %d", len(p.Entries), p.Older, p.Newer)
	}
	f.prune(time.Now().Add(time.Hour), 0)
	if got := chain(); !slices.Equal(got, []int{5}) {
		f.Errorf("after retention the chain is %v", got)
	}
	_, err := f.store.Page(f.Context(), feeds.Query{Topic: "peru", Archive: 4})
	f.expectErr(err, feeds.ErrNotFound)
}

// newsIsSomewhere: whatever comes in whichever order, and goes, news is in a full archive document or in the
// live one, in all languages and in its own.
func (f *fixture) newsIsSomewhere() {
	seed := rand.Uint64()
	defer func() {
		if f.Failed() {
			f.Logf("seed %d", seed)
		}
	}()
	dice := rand.New(rand.NewPCG(seed, 0))
	l := f.claim("me")["a.example"]
	tongues := []string{"es", "en", ""}
	news, gone := map[int]feeds.Article{}, map[int]bool{}
	next := 0
	for range 25 {
		first := dice.IntN(3) == 0
		var articles []feeds.Article
		for n, a := range news {
			if dice.IntN(40) == 0 && !gone[n] { // leaves the topic
				a.Categories, a.Summary = nil, "Elsewhere."
				articles = append(articles, a)
				gone[n] = true
			}
		}
		for range 1 + dice.IntN(40) {
			a := article(next, "peru")
			a.Language = tongues[dice.IntN(3)]
			a.Published = time.Now().UTC().Add(-time.Duration(dice.IntN(1000)) * time.Hour).Truncate(time.Millisecond)
			if articles = append(articles, a); !first {
				news[next] = a
			}
			next++
		}
		f.save(l, first, articles...)
		shown := map[int]string{}
		page := f.ask(feeds.Query{Topic: "peru"})
		for _, n := range numbers(page) {
			shown[n] = "live"
		}
		for i := range page.Archives {
			for _, n := range numbers(f.ask(feeds.Query{Topic: "peru", Archive: i + 1})) {
				shown[n] += "archive"
			}
		}
		for _, language := range tongues[:2] {
			for _, n := range numbers(f.ask(feeds.Query{Topic: "peru", Language: language})) {
				shown[n] += language
			}
		}
		for n, a := range news {
			if s := shown[n]; gone[n] != (s == "") || a.Language != "" && (s == "live") {
				f.Fatalf("article %d, in %q, gone %t, is in %q of %d archives", n, a.Language, gone[n], s, page.Archives)
			}
		}
	}
}

// articlePage: an article with all that is known of it.
func (f *fixture) articlePage() {
	leases := f.claim("me")
	a := article(1, "energy", "peru")
	a.Authors, a.Language = []string{"Ana"}, "es"
	f.save(leases["a.example"], true, a, article(2))
	entries := f.page("peru").Entries
	got, err := f.store.Article(f.Context(), entries[0].Article.ID)
	f.ok(err)
	if diff := cmp.Diff(entries[0].Article, got.Article); diff != "" {
		f.Errorf("it differs from its topic's (-topic +own):\n%s", diff)
	}
	want := []feeds.Entry{f.page("peru").Entries[0], f.page("energy").Entries[0]}
	for i := range want {
		want[i].Article = feeds.Article{}
	}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		f.Errorf("its entries (-want +got):\n%s", diff)
	}
	f.ok(f.store.Sync(f.Context(), f.sources, topics[:1], "site"))
	if got, err := f.store.Article(f.Context(), entries[0].Article.ID); err != nil || len(got.Entries) != 1 {
		f.Errorf("it is in %v, %v after a topic left", got.Entries, err)
	}
	id := entries[0].Article.ID
	for _, strange := range []string{"", "x", id[:25], id + "a", "\n" + id[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "aaaaaaaaaaaaaaaaaaaaaaaaaa",
		"aaaaaaaaaaaaaaaaaaaaaaaaab", "ééééééééééééé", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"} {
		_, err := f.store.Article(f.Context(), strange)
		f.expectErr(err, feeds.ErrNotFound)
	}
}
