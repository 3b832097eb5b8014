package storagetest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"tributary/feeds"
)

// configure makes these the topics.
func (f *fixture) configure(list ...feeds.Topic) {
	f.Helper()
	f.ok(f.store.Sync(f.Context(), f.sources, list, "site"))
}

func (f *fixture) retired(want ...string) {
	f.Helper()
	got, err := f.store.Retired(f.Context())
	f.ok(err)
	if !slices.Equal(got, want) {
		f.Errorf("retired are %q, want %q", got, want)
	}
}

// renamed: a topic keeps all that it has under another id, and back.
func (f *fixture) renamed() {
	l := f.claim("me")["a.example"]
	f.save(l, true, some(0, 5, "peru", "energy")...)
	f.announceAll()
	was := f.page("peru")
	was.Entries = was.Entries[:5]
	same := func(id string) {
		f.Helper()
		is := f.page(id)
		if is.Revision.Version <= was.Revision.Version {
			f.Errorf("%s has revision %d, was %d", id, is.Revision.Version, was.Revision.Version)
		}
		is.Revision = was.Revision
		for i := range is.Entries {
			is.Entries[i].Topic = "peru"
		}
		if diff := cmp.Diff(was, is); diff != "" {
			f.Errorf("as %s the topic is another one (-before +after):\n%s", id, diff)
		}
		moved, err := f.store.Unannounced(f.Context())
		f.ok(err)
		if len(moved) != 0 {
			f.Errorf("as %s it is announced: %v", id, moved)
		}
	}
	f.configure(feeds.Topic{ID: "andes", Formerly: []string{"never", "peru"}}, topics[1])
	same("andes")
	f.retired("peru")
	_, err := f.store.Page(f.Context(), feeds.Query{Topic: "peru"})
	f.expectErr(err, feeds.ErrNotFound)
	f.configure(feeds.Topic{ID: "andes"}, topics[1]) // the former id is forgotten in the config
	same("andes")
	f.retired("peru")
	f.configure(feeds.Topic{ID: "cordillera", Formerly: []string{"andes", "peru"}}, topics[1])
	same("cordillera")
	f.retired("andes", "peru")
	f.configure(feeds.Topic{ID: "peru"}, topics[1]) // taken back, without a word of it
	same("peru")
	f.configure(feeds.Topic{ID: "peru", Formerly: []string{"cordillera"}}, topics[1])
	f.retired("andes", "cordillera")
	f.configure(topics[1])
	f.retired("andes", "cordillera", "peru")
	f.configure(feeds.Topic{ID: "peru"}, topics[1])
	same("peru")
}

// renamedAndNew: an id that was given up can begin again, and is another topic then.
func (f *fixture) renamedAndNew() {
	l := f.claim("me")["a.example"]
	f.save(l, true, article(1, "peru"))
	andes := feeds.Topic{ID: "andes", Formerly: []string{"peru"}}
	f.configure(andes)
	andes.Formerly = nil
	f.configure(andes, feeds.Topic{ID: "peru"})
	if got := f.titles("peru"); len(got) != 0 {
		f.Errorf("the new topic has %q", got)
	}
	if got := f.titles("andes"); len(got) != 1 {
		f.Errorf("the old topic has %q", got)
	}
	old, fresh := f.page("andes").Origin, f.page("peru").Origin
	if old != "peru" || fresh == "" || fresh == old {
		f.Errorf("the topics began as %q and %q", old, fresh)
	}
	f.retired("energy")
	// Both are known: neither takes the other's place.
	f.configure(feeds.Topic{ID: "peru", Formerly: []string{"andes"}})
	if got := f.titles("peru"); len(got) != 0 {
		f.Errorf("the new topic has %q", got)
	}
	f.retired("andes", "energy")
}

func (f *fixture) announceAll() {
	f.Helper()
	moved, err := f.store.Unannounced(f.Context())
	f.ok(err)
	for _, r := range moved {
		f.ok(f.store.Announced(f.Context(), r))
	}
}

// faces: what changes documents beside the entries makes a revision, and is no news.
func (f *fixture) faces() {
	f.announceAll()
	topic := topics[0]
	was := f.page("peru").Revision
	for _, test := range []struct {
		what string
		want bool
		edit func()
	}{
		{"nothing", false, func() {}},
		{"a title", true, func() { topic.Title = "Perú" }},
		{"a description", true, func() { topic.Description = "News" }},
		{"the default window, written out", false, func() { topic.Window = feeds.DefaultWindow }},
		{"a window", true, func() { topic.Window = feeds.Window{Least: 60, Span: time.Hour, Most: 70} }},
		{"another span", true, func() { topic.Window.Span = time.Minute }},
		{"stories", true, func() { topic.Stories = feeds.OneEntry }},
		{"a preferred source", true, func() { topic.Prefer = []string{"a.example"} }},
		{"how many sources", true, func() { topic.MinSources = 2 }},
		{"what it was called", false, func() { topic.Formerly = []string{"never"} }},
		{"examples", false, func() { topic.Examples.Yes = []feeds.Example{{Title: "x"}} }},
		{"how much of a source is shown", true, func() { f.sources[0].Publish = feeds.Link }},
		{"a source's language", true, func() { f.sources[0].Language = "es" }},
		{"a source's schedule", false, func() { f.sources[0].Every = "1h" }},
	} {
		test.edit()
		f.configure(topic, topics[1])
		is := f.page("peru").Revision
		if (is.Version > was.Version) != test.want {
			f.Errorf("%s: version %d, was %d", test.what, is.Version, was.Version)
		}
		was = is
	}
	if moved, err := f.store.Unannounced(f.Context()); err != nil || len(moved) != 0 {
		f.Errorf("%v are announced, %v", moved, err)
	}
}

// pruneByWindow: what a topic's own window shows stays, in every language, and what all topics show.
func (f *fixture) pruneByWindow() {
	leases := f.claim("me")
	var all []feeds.Article
	for n := range 300 {
		a := article(n, "peru")
		if n%5 == 4 {
			a.Language = "pt"
		}
		if n < 150 {
			a.Categories = append(a.Categories, "energy")
		}
		all = append(all, a)
	}
	f.save(leases["a.example"], true, all...)
	wide := feeds.Window{Least: 60, Span: 100 * time.Hour, Most: 80}
	peru := topics[0]
	peru.Window = wide
	f.configure(peru, topics[1])
	ask := func() (pages []feeds.Page) {
		for _, q := range []feeds.Query{{Topic: "peru", Window: wide}, {Topic: "peru", Window: wide, Language: "pt"},
			{Topic: "energy"}, {Topic: "energy", Language: "pt"}, {}} {
			pages = append(pages, f.ask(q))
			pages[len(pages)-1].Older = 0
		}
		return pages
	}
	before := ask()
	if n := len(before[0].Entries); n != 80 {
		f.Fatalf("the window has %d entries", n)
	}
	// Of peru the newest 80 without a language and, of its 60 in Portuguese, all; they reach down to the last.
	if n := f.prune(time.Now().Add(time.Hour), 0); n != 300-80-60 {
		f.Errorf("%d went", n)
	}
	if diff := cmp.Diff(before, ask()); diff != "" {
		f.Errorf("documents changed (-before +after):\n%s", diff)
	}
	peru.Window = feeds.Window{}
	f.configure(peru, topics[1])
	if n := f.prune(time.Now().Add(time.Hour), 0); n != 80-50+60-50 {
		f.Errorf("%d went after the window became smaller", n)
	}
}

// pruneByStories: where a topic does not show every entry, those below stay for it.
func (f *fixture) pruneByStories() {
	f.save(f.claim("me")["a.example"], true, some(0, 130, "peru")...)
	peru := topics[0]
	peru.Window, peru.MinSources = feeds.Window{Least: 50, Most: 120}, 2
	f.configure(peru, topics[1])
	if n := f.prune(time.Now().Add(time.Hour), 0); n != 10 {
		f.Errorf("%d went", n)
	}
}

// pruneTogether: what all topics together show stays, also when its own topic shows less.
func (f *fixture) pruneTogether() {
	f.save(f.claim("me")["a.example"], false, some(0, 90, "peru")...)
	peru := topics[0]
	peru.Window = feeds.Window{Least: 50, Most: 50}
	f.configure(peru, topics[1])
	before := f.ask(feeds.Query{})
	if n := f.prune(time.Now().Add(time.Hour), 0); n != 0 || len(before.Entries) != 90 {
		f.Errorf("%d went of %d that are shown", n, len(before.Entries))
	}
}

// volume: entries per step and per source.
func (f *fixture) volume() {
	leases := f.claim("me")
	start := time.Now().UTC().Add(-72 * time.Hour).Truncate(time.Millisecond)
	at := func(hours int, n int, topics ...string) feeds.Article {
		a := article(n, topics...)
		a.Published = start.Add(time.Duration(hours) * time.Hour)
		return a
	}
	f.save(leases["a.example"], true, at(0, 1, "peru"), at(23, 2, "peru", "energy"), at(24, 3, "peru"), at(71, 4, "peru"), at(-1, 5, "peru"))
	f.save(leases["b.example"], true, fromB(at(48, 6, "peru")))
	day := 24 * time.Hour
	for _, test := range []struct {
		topics []string
		n      int
		want   map[string][]int
	}{
		{nil, 3, map[string][]int{"peru": {2, 1, 2}, "energy": {1, 0, 0}}},
		{[]string{"peru", "never"}, 2, map[string][]int{"peru": {2, 1}}},
		{[]string{"never"}, 2, map[string][]int{}},
	} {
		got, err := f.store.Volume(f.Context(), start, day, test.n, test.topics...)
		f.ok(err)
		if diff := cmp.Diff(test.want, got); diff != "" {
			f.Errorf("the volume of %q (-want +got):\n%s", test.topics, diff)
		}
	}
	got, err := f.store.Shares(f.Context(), "peru", start)
	f.ok(err)
	want := []feeds.Share{{Source: feeds.Source{URL: feedA, Title: "A"}, Entries: 4}, {Source: feeds.Source{URL: feedB}, Entries: 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		f.Errorf("the shares (-want +got):\n%s", diff)
	}
	if none, err := f.store.Shares(f.Context(), "never", start); err != nil || len(none) != 0 {
		f.Errorf("shares of no topic: %v, %v", none, err)
	}
}
