package storagetest

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
	"tributary/storage"
)

// ruling is a config's rules: for each topic, which articles are in it.
type ruling map[string]rule

type rule struct {
	name string
	is   func(*feeds.Article) bool
}

func always(*feeds.Article) bool { return true }

// named admits articles that have the rule's name among their categories.
func named(name string) rule {
	return rule{name, func(a *feeds.Article) bool { return slices.Contains(a.Categories, name) }}
}

func (r ruling) topics() (list []feeds.Topic) {
	for _, t := range topics {
		if rule, ok := r[t.ID]; ok {
			t.Rule = rule.name
			list = append(list, t)
		}
	}
	return list
}

func (r ruling) judge(a *feeds.Article) (entries []feeds.Entry) {
	for _, t := range r.topics() {
		if r[t.ID].is(a) {
			entries = append(entries, feeds.Entry{Topic: t.ID, Score: 1,
				Evidence: feeds.Evidence{Hits: []feeds.Hit{{Term: t.Rule, Field: feeds.TitleField, Score: 1}}}})
		}
	}
	return entries
}

// rule makes the rules the configured ones.
func (f *fixture) rule(r ruling) {
	f.Helper()
	f.ok(f.store.Sync(f.Context(), f.sources, r.topics(), "site"))
}

// visit stores articles as news that the rules have judged.
func (f *fixture) visit(l feeds.Lease, r ruling, articles ...feeds.Article) {
	f.Helper()
	st, now := l.Due[0], time.Now().UTC()
	st.NextVisit, st.LastVisit, st.LastSuccess, st.Result = now.Add(time.Hour), now, now, feeds.Fetched
	for i := range articles {
		articles[i].Source.URL = st.Source
	}
	v := feeds.Visit{At: now, State: st, Articles: articles, Rules: storage.Rules(f.sources, r.topics())}
	_, err := f.store.SaveVisit(f.Context(), l, v, r.judge)
	f.ok(err)
}

// retagBy judges stored articles again, three together.
func (f *fixture) retagBy(r ruling, progress func(storage.Retagged)) storage.Retagged {
	f.Helper()
	done, err := f.store.Retag(f.Context(), storage.Rules(f.sources, r.topics()), r.judge, 3, progress)
	f.ok(err)
	return done
}

func quietly(storage.Retagged) {}

func (f *fixture) retag() {
	l := f.claim("me")["a.example"]
	before := ruling{"peru": named("lima")}
	f.rule(before)
	var articles []feeds.Article
	for n := range 10 {
		articles = append(articles, article(n, []string{"lima", "cusco", "both"}[n%3]))
	}
	for i := range articles {
		if articles[i].Categories[0] == "both" {
			articles[i].Categories = []string{"lima", "cusco"}
		}
	}
	f.visit(l, before, articles...)
	was := f.page("peru")
	after := ruling{"peru": named("cusco")}
	f.rule(after)
	var reached []time.Time
	done := f.retagBy(after, func(r storage.Retagged) { reached = append(reached, r.Reached) })
	if done.Articles != 10 || done.Added != 3 || done.Removed != 4 || done.Renewed != 3 || !done.Reached.IsZero() {
		f.Errorf("it came to %+v", done)
	}
	if len(reached) != 4 || !slices.IsSortedFunc(reached, func(a, b time.Time) int { return b.Compare(a) }) {
		f.Errorf("it reached %v, not the newest first", reached)
	}
	is := f.page("peru")
	if is.Revision.Version <= was.Revision.Version {
		f.Error("the topic has no new revision")
	}
	if len(is.Entries) != 6 {
		f.Fatalf("the topic has %q", f.titles("peru"))
	}
	for _, e := range is.Entries {
		if e.Evidence.Hits[0].Term != "cusco" {
			f.Errorf("%q has the evidence of the old rule", e.Article.Title)
		}
		old := slices.IndexFunc(was.Entries, func(o feeds.Entry) bool { return o.Article.ID == e.Article.ID })
		if old >= 0 && (was.Entries[old].Seq != e.Seq || !was.Entries[old].At.Equal(e.At)) {
			f.Errorf("%q moved", e.Article.Title)
		}
		if old < 0 && !e.At.Equal(e.Article.Published) {
			f.Errorf("%q entered at %s, published %s", e.Article.Title, e.At, e.Article.Published)
		}
	}
	if again := f.retagBy(after, quietly); again.Articles != 0 {
		f.Errorf("it was not finished: %+v", again)
	}
}

func (f *fixture) retagNew() {
	l := f.claim("me")["a.example"]
	one := ruling{"peru": {"all", always}}
	f.rule(one)
	f.visit(l, one, article(1), article(2))
	two := ruling{"peru": {"all", always}, "energy": {"all", always}}
	f.rule(two)
	f.retagBy(two, quietly)
	if got := f.titles("energy"); len(got) != 2 {
		f.Errorf("the new topic has %q", got)
	}
	f.rule(one)
	f.visit(l, one, article(1), article(2), article(3))
	f.rule(two)
	f.retagBy(two, quietly)
	if got := f.titles("energy"); len(got) != 3 {
		f.Errorf("the topic came back with %q", got)
	}
}

func (f *fixture) retagSources() {
	f.sources[0].Country = "PE"
	r := ruling{"peru": {"country or assumed", func(a *feeds.Article) bool {
		return a.Source.Country == "PE" || slices.Contains(a.Source.Assume, "PE") || slices.Contains(a.Source.Tags, "peru")
	}}}
	f.rule(r)
	l := f.claim("me")["a.example"]
	a := article(1)
	a.Source = f.sources[0]
	f.visit(l, r, a)
	for _, test := range []struct {
		what string
		edit func(*feeds.Source)
		in   int
	}{
		{"another country", func(s *feeds.Source) { s.Country = "CL" }, 0},
		{"assumed places", func(s *feeds.Source) { s.Assume = []string{"CL", "PE"} }, 1},
		{"none", func(s *feeds.Source) { s.Assume = nil }, 0},
		{"a tag", func(s *feeds.Source) { s.Tags = []string{"andes", "peru"} }, 1},
	} {
		test.edit(&f.sources[0])
		f.rule(r)
		f.retagBy(r, quietly)
		if got := f.titles("peru"); len(got) != test.in {
			f.Errorf("%s: peru has %q", test.what, got)
		}
	}
}

func (f *fixture) retagQuietly() {
	l := f.claim("me")["a.example"]
	before, after := ruling{"peru": named("lima")}, ruling{"peru": named("cusco")}
	f.rule(before)
	f.visit(l, before, article(1, "lima"), article(2, "cusco"))
	announce := func() {
		f.Helper()
		moved, err := f.store.Unannounced(f.Context())
		f.ok(err)
		for _, r := range moved {
			f.ok(f.store.Announced(f.Context(), r))
		}
	}
	outbox := func(n int) {
		f.Helper()
		moved, err := f.store.Unannounced(f.Context())
		f.ok(err)
		if len(moved) != n {
			f.Errorf("the outbox has %v", moved)
		}
	}
	announce()
	f.rule(after)
	f.retagBy(after, quietly)
	outbox(0)
	f.visit(l, after, article(1, "lima"), article(2, "cusco"), article(3, "cusco"))
	f.rule(before)
	f.retagBy(before, quietly)
	outbox(1) // the news before stays news
}

func (f *fixture) retagRestarted() {
	l := f.claim("me")["a.example"]
	before, after := ruling{"peru": named("lima")}, ruling{"peru": {"all", always}, "energy": {"all", always}}
	f.rule(before)
	var articles []feeds.Article
	for n := range 10 {
		articles = append(articles, article(n))
	}
	f.visit(l, before, articles...)
	f.rule(after)
	ctx, stop := context.WithCancel(f.Context())
	defer stop()
	first, err := f.store.Retag(ctx, storage.Rules(f.sources, after.topics()), after.judge, 3, func(storage.Retagged) { stop() })
	f.expectErr(err, context.Canceled)
	if first.Articles != 3 || len(f.titles("peru")) != 3 {
		f.Errorf("first %+v, peru %q", first, f.titles("peru"))
	}
	f.rule(after) // a restart
	rest := f.retagBy(after, quietly)
	if rest.Articles != 7 || len(f.titles("peru")) != 10 || len(f.titles("energy")) != 10 {
		f.Errorf("the rest %+v, peru %q", rest, f.titles("peru"))
	}
}

func (f *fixture) retagAlone() {
	l := f.claim("me")["a.example"]
	before, after := ruling{"peru": named("lima")}, ruling{"peru": {"all", always}}
	f.rule(before)
	f.visit(l, before, article(1), article(2), article(3), article(4))
	f.rule(after)
	if done := f.retagBy(before, quietly); done.Articles != 0 {
		f.Errorf("a process with the old config judged again: %+v", done)
	}
	other := storage.Retagged{Articles: -1}
	f.retagBy(after, func(storage.Retagged) {
		if other.Articles < 0 {
			other = f.retagBy(after, quietly)
		}
	})
	if other.Articles != 0 {
		f.Errorf("a second process was at it: %+v", other)
	}
	if got := f.titles("peru"); len(got) != 4 {
		f.Errorf("peru has %q", got)
	}
}

func (f *fixture) retagCopies() {
	leases := f.claim("me")
	r := ruling{"peru": {"all", always}}
	f.rule(r)
	again := article(1)
	again.GUID = "another id"
	f.visit(leases["a.example"], r, article(1))
	f.visit(leases["b.example"], r, again)
	without := ruling{"peru": {"not A", func(a *feeds.Article) bool { return a.Source.URL != feedA }}}
	f.rule(without)
	f.retagBy(without, quietly)
	if p := f.page("peru"); len(p.Entries) != 1 || p.Entries[0].Article.Source.URL != feedB {
		f.Errorf("peru has %+v", p.Entries)
	}
	f.rule(r)
	f.retagBy(r, quietly)
	if p := f.page("peru"); len(p.Entries) != 1 || p.Entries[0].Article.Source.URL != feedB {
		f.Errorf("peru has %+v: what is in it stays", p.Entries)
	}
}

// sometimes is rules that admit two articles in three, by chance; each topic's is another one than in the
// version before, or not.
func sometimes(dice *rand.Rand, version int) ruling {
	r := ruling{}
	for _, t := range topics {
		name := fmt.Sprint(t.ID, version*dice.IntN(2))
		r[t.ID] = rule{name, func(a *feeds.Article) bool {
			h := fnv.New32a()
			fmt.Fprint(h, name, a.Title, a.Source.URL)
			return h.Sum32()%3 > 0
		}}
	}
	return r
}

// retagAgrees: whatever order rules, visits of old and new rules, edits and retags come in, a topic has in
// the end what the last rule admits of what is stored.
func (f *fixture) retagAgrees() {
	const rounds = 15
	seed := rand.Uint64()
	defer func() {
		if f.Failed() {
			f.Logf("seed %d", seed)
		}
	}()
	dice := rand.New(rand.NewPCG(seed, 0))
	leases := f.claim("me")
	rules := []ruling{sometimes(dice, 0)}
	f.rule(rules[0])
	have := map[string]map[int]feeds.Article{feedA: {}, feedB: {}}
	visit := func() {
		l := leases[[]string{"a.example", "b.example"}[dice.IntN(2)]]
		var articles []feeds.Article
		for _, n := range dice.Perm(40)[:1+dice.IntN(6)] {
			a := article(n)
			if dice.IntN(3) == 0 {
				a.Title += fmt.Sprint(", edition ", dice.IntN(5))
			}
			if l.Host == "b.example" && n%3 > 0 { // the rest are copies
				a = fromB(a)
			}
			a.Source.URL = l.Due[0].Source
			have[a.Source.URL][n] = a
			articles = append(articles, a)
		}
		f.visit(l, rules[dice.IntN(len(rules))], articles...)
	}
	for range rounds {
		visit()
		if dice.IntN(5) == 0 {
			rules = append(rules, sometimes(dice, len(rules)))
			f.rule(rules[len(rules)-1])
		}
		if dice.IntN(3) == 0 {
			between := 3
			f.retagBy(rules[len(rules)-1], func(storage.Retagged) {
				if between--; between >= 0 {
					visit()
				}
			})
		}
	}
	last := rules[len(rules)-1]
	f.rule(last)
	f.retagBy(last, quietly)
	for topic, rule := range last {
		f.hasAll(topic, rule, have)
	}
}

// hasAll says whether a topic has what its rule admits of the sources' articles. Of copies, even ones that an
// edit told apart, one must be in.
func (f *fixture) hasAll(topic string, rule rule, have map[string]map[int]feeds.Article) {
	f.Helper()
	may, must, got := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, of := range have {
		for _, a := range of {
			if rule.is(&a) {
				may[a.Source.URL+" "+a.Title], must[a.URL] = true, true
			}
		}
	}
	for _, e := range f.page(topic).Entries {
		if got[e.Article.URL] = true; !may[e.Article.Source.URL+" "+e.Article.Title] {
			f.Errorf("%s has %q of %s", topic, e.Article.Title, e.Article.Source.URL)
		}
	}
	if diff := cmp.Diff(must, got); diff != "" {
		f.Errorf("%s (-want +got):\n%s", topic, diff)
	}
}
