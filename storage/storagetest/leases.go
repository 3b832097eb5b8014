package storagetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tributary/feeds"
)

func (f *fixture) stateOf(source string) feeds.State {
	f.Helper()
	states, err := f.store.Sources(f.Context())
	f.ok(err)
	i := slices.IndexFunc(states, func(st feeds.State) bool { return st.Source == source })
	if i < 0 {
		f.Fatalf("no source %s in %+v", source, states)
	}
	return states[i]
}

func (f *fixture) lateOwner() {
	l, err := f.store.Claim(f.Context(), "slow", 10, time.Millisecond, 0)
	f.ok(err)
	time.Sleep(5 * time.Millisecond) // the engines' clocks are real ones
	second := f.claim("quick")
	if len(second) != 2 {
		f.Fatalf("the second owner got %d hosts", len(second))
	}
	for _, l := range l {
		_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: l.Due[0], Articles: []feeds.Article{article(1, "peru")}}, judge)
		f.expectErr(err, feeds.ErrLeaseLost)
		f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l})) // and gives nothing back
	}
	if again := f.claim("third"); len(again) != 0 {
		f.Errorf("a late owner freed %v", again)
	}
	f.save(second["a.example"], false, article(1, "peru"))
	if got := f.titles("peru"); len(got) != 1 {
		f.Errorf("peru has %q", got)
	}
}

func (f *fixture) leaseExcludes() {
	for i := range 40 {
		f.sources = append(f.sources, feeds.Source{URL: "https://h" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example/feed"})
	}
	f.sync()
	var mu sync.Mutex
	holders := map[string]int{}
	var crawlers sync.WaitGroup
	for range 8 {
		crawlers.Go(func() {
			for {
				leases, err := f.store.Claim(f.Context(), "one of many", 3, time.Minute, 0)
				if err != nil || len(leases) == 0 {
					if err != nil {
						f.Error(err)
					}
					return
				}
				mu.Lock()
				for _, l := range leases {
					holders[l.Host]++
				}
				mu.Unlock()
			}
		})
	}
	crawlers.Wait()
	for host, n := range holders {
		if n != 1 {
			f.Errorf("%s was claimed %d times", host, n)
		}
	}
	if len(holders) != len(f.sources) {
		f.Errorf("%d hosts of %d were claimed", len(holders), len(f.sources))
	}
}

func (f *fixture) gap() {
	f.sources = []feeds.Source{{URL: feedA}, {URL: feedA + "/2"}}
	f.sync()
	l := f.claim("me")["a.example"]
	if len(l.Due) != 2 {
		f.Fatalf("%d sources are due", len(l.Due))
	}
	f.save(l, false) // the first is done, the second still due
	f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l, Gap: 300 * time.Millisecond}))
	if early := f.claim("me"); len(early) != 0 {
		f.Errorf("claimed %v before the gap had passed", early)
	}
	if due, err := f.store.Due(f.Context(), time.Now(), time.Minute); err != nil || due != 1 {
		f.Errorf("%d due, %v", due, err)
	}
	if due, err := f.store.Due(f.Context(), time.Time{}, time.Minute); err != nil || due != 0 {
		f.Errorf("%d due that were visited before there was time, %v", due, err)
	}
	if due, err := f.store.Due(f.Context(), time.Now(), 0); err != nil || due != 0 {
		f.Errorf("%d due on a host that is left alone, %v", due, err)
	}
	time.Sleep(310 * time.Millisecond)
	again := f.claim("me")["a.example"]
	if len(again.Due) != 1 || again.Due[0].Source != feedA+"/2" || again.Token <= l.Token {
		f.Errorf("claimed %+v after the gap", again)
	}
}

func (f *fixture) deadOwner() {
	held := f.claim("dead")["a.example"]
	f.ok(f.store.Free(f.Context(), func(owner string) bool { return owner == "somebody else" }))
	if got := f.claim("heir"); len(got) != 0 {
		f.Fatalf("a living owner lost %v", got)
	}
	f.ok(f.store.Free(f.Context(), func(owner string) bool { return owner == "dead" }))
	if got := f.claim("heir"); len(got) != 2 {
		f.Errorf("the heir got %v", got)
	}
	_, err := f.store.SaveVisit(f.Context(), held, feeds.Visit{At: time.Now(), State: held.Due[0]}, judge)
	f.expectErr(err, feeds.ErrLeaseLost)
}

func (f *fixture) pause() {
	f.sources = append(f.sources, feeds.Source{URL: feedA + "/2"}, feeds.Source{URL: "https://c.example/feed"})
	f.sync()
	leases := f.claim("dead")
	l := leases["a.example"]
	_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: time.Now(), State: l.Due[0], Pause: time.Hour, PausedBy: feedB}, judge)
	f.ok(err)
	for _, host := range []string{"b.example", "c.example"} { // others had it while the pause was asked for
		f.ok(f.store.Release(f.Context(), feeds.Release{Lease: leases[host], Unasked: []string{leases[host].Due[0].Source}}))
	}
	f.ok(f.store.Free(f.Context(), func(owner string) bool { return owner == "dead" }))
	if got := f.claim("heir"); len(got) != 1 || len(got["c.example"].Due) != 1 {
		f.Errorf("claimed %v, want c.example alone", got)
	}
}

func (f *fixture) hurry() {
	leases := f.claim("me")
	for host, l := range leases {
		if host == "b.example" {
			l.Due[0].Paused = time.Now().Add(time.Hour)
		}
		f.save(l, false)
		f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l}))
	}
	if got := f.claim("me"); len(got) != 0 {
		f.Fatalf("claimed %v, and nothing is due", got)
	}
	f.ok(f.store.Hurry(f.Context(), time.Hour, true))
	if got := f.claim("me"); len(got) != 0 {
		f.Fatalf("claimed %v, and all were visited just now", got)
	}
	f.ok(f.store.Hurry(f.Context(), 0, false))
	if got := f.claim("me"); len(got) != 1 || len(got["a.example"].Due) != 1 {
		f.Errorf("claimed %v, want a.example", got)
	}
	f.ok(f.store.Hurry(f.Context(), 0, true))
	if got := f.claim("me"); len(got) != 1 || len(got["b.example"].Due) != 1 {
		f.Errorf("claimed %v, want b.example", got)
	}
}

func (f *fixture) state() {
	l := f.claim("me")["a.example"]
	at := func(hours int) time.Time {
		return time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.UTC).Add(time.Duration(hours) * time.Hour)
	}
	want := feeds.State{
		Source: feedA, ETag: "W/\"a b\x80\"", LastModified: "Tue, 1 Jan 2030 0:0:0 gmt+1", ValidatorURL: "https://cdn.example/x",
		BodyHash: []byte{1, 2, 0}, Title: "A's own", SiteURL: "https://a.example/", Language: "es-PE",
		NextVisit: at(1), Paused: at(2), LastVisit: at(3), LastSuccess: at(4), Newest: at(5), Rhythm: 90 * time.Second,
		Failures: 3, Result: feeds.Refused, Reason: "status 503", Habits: feeds.GUIDsChange | feeds.LinksShared,
		Adopted: "https://a.example/new", Moved: "https://a.example/newer", MovedSince: at(6), MovedSeen: 2,
		Failing: at(7), Gone: at(8), LastBody: at(9), Ignored: 3, TTL: time.Hour, Because: "ttl",
		Skip: feeds.NewSkip([]int{0, 23}, []time.Weekday{time.Sunday, time.Saturday}),
	}
	_, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: at(3), State: want}, judge)
	f.ok(err)
	if diff := cmp.Diff(want, f.stateOf(feedA)); diff != "" {
		f.Errorf("state changed (-saved +read):\n%s", diff)
	}
	f.sync() // a restart
	if diff := cmp.Diff(want, f.stateOf(feedA)); diff != "" {
		f.Errorf("a restart changed the state (-saved +read):\n%s", diff)
	}
}

func (f *fixture) syncAgain() {
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "peru"))
	f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l}))
	before, state := f.page("peru"), f.stateOf(feedA)
	f.sync()
	if diff := cmp.Diff(before, f.page("peru")); diff != "" {
		f.Errorf("the topic changed:\n%s", diff)
	}
	if diff := cmp.Diff(state, f.stateOf(feedA), cmpopts.EquateEmpty()); diff != "" {
		f.Errorf("the state changed:\n%s", diff)
	}
	if got := f.claim("me")["a.example"]; got.Due != nil {
		f.Errorf("%v is due again", got)
	}
}

func (f *fixture) removed() {
	leases := f.claim("me")
	f.save(leases["a.example"], false, article(1, "peru"), article(2, "energy"))
	for _, l := range leases {
		f.ok(f.store.Release(f.Context(), feeds.Release{Lease: l}))
	}
	f.ok(f.store.Sync(f.Context(), []feeds.Source{{URL: feedA, Title: "A"}}, topics[:1], "site"))
	if got := f.claim("me"); len(got) != 0 {
		f.Errorf("claimed %v of a source that was removed", got)
	}
	if got := f.titles("peru"); len(got) != 1 {
		f.Errorf("peru has %q", got)
	}
	_, err := f.store.Page(f.Context(), feeds.Query{Topic: "energy"})
	f.expectErr(err, feeds.ErrNotFound)
	_, err = f.store.Page(f.Context(), feeds.Query{Topic: "never"})
	f.expectErr(err, feeds.ErrNotFound)
	f.sync() // both come back
	if got := f.titles("energy"); len(got) != 1 {
		f.Errorf("energy came back with %q", got)
	}
	if got := f.claim("me"); len(got["b.example"].Due) != 1 {
		f.Errorf("claimed %v, want b.example", got)
	}
}

func (f *fixture) revisions() {
	version := func() int64 {
		f.Helper()
		all, err := f.store.Revisions(f.Context())
		f.ok(err)
		if len(all) != len(topics) || all[0].Topic != "peru" || all[0].Changed.IsZero() {
			f.Fatalf("revisions %+v", all)
		}
		return all[0].Version
	}
	was := version()
	moves := func(what string, want bool, do func()) {
		f.Helper()
		do()
		now := version()
		if (now > was) != want {
			f.Errorf("%s: version %d, was %d", what, now, was)
		}
		was = now
	}
	leases := f.claim("me")
	moves("an article elsewhere", false, func() { f.save(leases["a.example"], false, article(1, "energy")) })
	moves("an article", true, func() { f.save(leases["a.example"], false, article(2, "peru")) })
	moves("the site's title", true, func() { f.ok(f.store.Sync(f.Context(), f.sources, topics, "another site")) })
	moves("a source's title", true, func() {
		f.sources[0].Title = "The new A"
		f.ok(f.store.Sync(f.Context(), f.sources, topics, "another site"))
	})
	moves("a source that tells its own title", true, func() {
		st := leases["b.example"].Due[0]
		st.Title = "B's own"
		_, err := f.store.SaveVisit(f.Context(), leases["b.example"], feeds.Visit{At: time.Now(), State: st, Articles: []feeds.Article{fromB(article(7, "peru"))}}, judge)
		f.ok(err)
	})
	if got := f.page("peru").Entries[0].Article.Source.Title; got != "B's own" {
		f.Errorf("source title %q", got)
	}
	moves("a source that changes its own title", true, func() {
		st := leases["b.example"].Due[0]
		st.Title = "B, renamed"
		_, err := f.store.SaveVisit(f.Context(), leases["b.example"], feeds.Visit{At: time.Now(), State: st}, judge)
		f.ok(err)
	})
	moves("nothing", false, func() { f.ok(f.store.Sync(f.Context(), f.sources, topics, "another site")) })
}

func (f *fixture) watch() {
	heard := make(chan feeds.Revision, 100)
	ctx, stop := context.WithCancel(f.Context())
	var watching sync.WaitGroup
	watching.Go(func() {
		if err := f.store.Watch(ctx, func(r feeds.Revision) { heard <- r }); err != nil {
			f.Error(err)
		}
	})
	defer watching.Wait()
	defer stop()
	await(f.T, heard, "peru")
	await(f.T, heard, "energy")
	l := f.claim("me")["a.example"]
	f.save(l, false, article(1, "energy"))
	if r := await(f.T, heard, "energy"); r.Version < 2 {
		f.Errorf("heard of %+v", r)
	}
}

func await(t *testing.T, heard <-chan feeds.Revision, topic string) feeds.Revision {
	t.Helper()
	select {
	case r := <-heard:
		if r.Topic != topic {
			t.Fatalf("heard of %s, want %s", r.Topic, topic)
		}
		return r
	case <-time.After(10 * time.Second):
		t.Fatalf("heard nothing of %s", topic)
		return feeds.Revision{}
	}
}
