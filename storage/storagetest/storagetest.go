// Package storagetest is the contract of a store, as a test: whatever keeps the service's memory
// passes it, on every engine.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/feeds/web"
	"tributary/storage"
)

// Store is all that the packages of the service ask of a store.
type Store interface {
	crawl.Store
	web.Store
	Sync(ctx context.Context, sources []feeds.Source, topics []feeds.Topic, site string) error
	Begin(ctx context.Context) error
	Hurry(ctx context.Context, rest time.Duration, evenPaused bool) error
	Watch(ctx context.Context, changed func(feeds.Revision)) error
	Article(ctx context.Context, id string) (feeds.Placed, error)
	Retired(ctx context.Context) ([]string, error)
	Volume(ctx context.Context, since time.Time, step time.Duration, n int, topics ...string) (map[string][]int, error)
	Shares(ctx context.Context, topic string, since time.Time) ([]feeds.Share, error)
	Arrivals(ctx context.Context, q feeds.Query, after int64) (feeds.Page, error)
	Search(ctx context.Context, want feeds.Search) ([]feeds.Article, error)
	Unannounced(ctx context.Context) ([]feeds.Revision, error)
	Announced(ctx context.Context, r feeds.Revision) error
	Recent(ctx context.Context, source string, n int) ([]feeds.Article, error)
	BeginSearch(ctx context.Context, source string, every time.Duration) (bool, error)
	Propose(ctx context.Context, source, address string) error
	Prune(ctx context.Context, cutoff time.Time, perSource, limit int) (int, error)
	Stored(ctx context.Context, since time.Time, begin func(total int), visit func(feeds.Stored) error) error
	Retag(ctx context.Context, rules string, judge feeds.Judge, limit int, progress func(storage.Retagged)) (storage.Retagged, error)
	Group(ctx context.Context, owner string, stories storage.Stories, limit int) (storage.Grouped, error)
	EndGroup(ctx context.Context, owner string) error
}

// Run runs the contract. open gives an empty store that t closes.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, test := range []struct {
		name string
		run  func(*fixture)
	}{
		{"a visit is kept whole", (*fixture).visitIsKept},
		{"saving a document again adds nothing", (*fixture).savingAgain},
		{"an edited article keeps its id and place", (*fixture).edit},
		{"a late owner commits nothing", (*fixture).lateOwner},
		{"a leased host is nobody else's", (*fixture).leaseExcludes},
		{"a released host waits for its gap", (*fixture).gap},
		{"a dead owner's hosts are free at once", (*fixture).deadOwner},
		{"a visit that cannot be kept leaves no trace", (*fixture).allOrNothing},
		{"back-fill enters at its publication time", (*fixture).backfill},
		{"late news comes first", (*fixture).lateNews},
		{"articles of one moment stand as in their document", (*fixture).sameMoment},
		{"an edit beside the text is an edit", (*fixture).sideEdits},
		{"a copy from another source has no second entry", (*fixture).copies},
		{"a source cannot claim another's article", (*fixture).claimedLink},
		{"configuring again changes nothing", (*fixture).syncAgain},
		{"a removed source rests and a removed topic is gone", (*fixture).removed},
		{"what a topic shows gives it a revision", (*fixture).revisions},
		{"watchers hear of every topic that moves", (*fixture).watch},
		{"no cursor loses an entry", (*fixture).cursor},
		{"hurry leaves alone those who asked for a pause", (*fixture).hurry},
		{"a host's pause is kept with the visit", (*fixture).pause},
		{"state comes back as it was saved", (*fixture).state},
		{"a visit that brings nothing is kept, under its lease only", (*fixture).quiet},
		{"many new sources start one after the other", (*fixture).firstVisits},
		{"a source that has moved is visited there, and once", (*fixture).adopted},
		{"a clock set forward makes nobody be asked early", (*fixture).clockForward},
		{"a clock set back keeps nobody waiting", (*fixture).clockBack},
		{"every text survives", (*fixture).texts},
		{"what is searched for is found, and nothing else", (*fixture).search},
		{"pages of a search join up", (*fixture).searchPages},
		{"what cannot be searched for is told", (*fixture).badSearches},
		{"retention removes old articles that no document shows", (*fixture).pruneByAge},
		{"retention keeps the newest of each source", (*fixture).pruneBySource},
		{"a proposal lasts until its source recovers", (*fixture).proposals},
		{"a lost source is looked for once in a while", (*fixture).searches},
		{"what a source had last can be recognised", (*fixture).recent},
		{"what moved waits in the outbox until it is announced", (*fixture).outbox},
		{"all that is stored can be read with its topics", (*fixture).stored},
		{"a changed rule is applied to stored articles, newest first", (*fixture).retag},
		{"a new or returning topic gets its stored articles", (*fixture).retagNew},
		{"what is said of a source judges its articles again", (*fixture).retagSources},
		{"old articles are no news", (*fixture).retagQuietly},
		{"an interrupted retag goes on where it was", (*fixture).retagRestarted},
		{"one process retags, and by the rules in force", (*fixture).retagAlone},
		{"a copy takes the place of one that leaves", (*fixture).retagCopies},
		{"a document shows a topic's window", (*fixture).windows},
		{"a document in one language is as long as any", (*fixture).languages},
		{"all topics together show an article once", (*fixture).together},
		{"what shares a link in one source is no copy", (*fixture).sharedLink},
		{"many topics together show the newest", (*fixture).manyTopics},
		{"archives are full and their chain is whole", (*fixture).archives},
		{"an emptied archive leads on", (*fixture).archivesEmptied},
		{"news is in an archive or live", (*fixture).newsIsSomewhere},
		{"an article is found by its id", (*fixture).articlePage},
		{"entries are counted by step and by source", (*fixture).volume},
		{"a renamed topic is the same topic", (*fixture).renamed},
		{"an id that was given up can begin again", (*fixture).renamedAndNew},
		{"what changes documents makes a revision", (*fixture).faces},
		{"retention keeps the windows in every language", (*fixture).pruneByWindow},
		{"retention keeps what stories hide", (*fixture).pruneByStories},
		{"retention keeps what all topics show", (*fixture).pruneTogether},
		{"rules, visits and retags agree in the end", (*fixture).retagAgrees},
		{"a topic shows one entry of each story", (*fixture).storiesOne},
		{"the preferred source's article stands for its story", (*fixture).storiesPreferred},
		{"news is shown once enough sources tell it", (*fixture).storiesConfirmed},
		{"articles are placed in the order of arrival, whatever the batches", (*fixture).storiesAnyBatches},
		{"old articles that come into topics are placed, too", (*fixture).storiesRetagged},
		{"one process places articles among the stories", (*fixture).storiesAlone},
		{"stories outlive the articles that retention removes", (*fixture).storiesPruned},
		{"retention keeps confirmed news, however deep it lies", (*fixture).storiesDeep},
		{"an edit moves the topics that name the article beside others", (*fixture).storiesEdited},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fixture{T: t, store: open(t), sources: []feeds.Source{{URL: feedA, Title: "A"}, {URL: feedB}}}
			f.sync()
			test.run(f)
		})
	}
}

const (
	feedA = "https://a.example/feed"
	feedB = "https://b.example/feed"
)

// topics of the fixture: Judge puts an article into those that its categories name.
var topics = []feeds.Topic{{ID: "peru", Title: "Peru"}, {ID: "energy", Title: "Energy"}}

type fixture struct {
	*testing.T
	store   Store
	sources []feeds.Source
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) sync() {
	f.Helper()
	f.ok(f.store.Sync(f.Context(), f.sources, topics, "site"))
}

// claim leases everything that is due, by host.
func (f *fixture) claim(owner string) map[string]feeds.Lease {
	f.Helper()
	leases, err := f.store.Claim(f.Context(), owner, 100, time.Minute, 0)
	f.ok(err)
	byHost := map[string]feeds.Lease{}
	for _, l := range leases {
		byHost[l.Host] = l
	}
	return byHost
}

func judge(a *feeds.Article) (entries []feeds.Entry) {
	for _, c := range a.Categories {
		entries = append(entries, feeds.Entry{Topic: c, Score: 3,
			Evidence: feeds.Evidence{Hits: []feeds.Hit{{Term: c, Field: feeds.TitleField, Offset: 1, Score: 3}}}})
	}
	return entries
}

// save stores articles as a visit of the lease's first source; the next one is due in an hour.
func (f *fixture) save(l feeds.Lease, first bool, articles ...feeds.Article) feeds.Saved {
	f.Helper()
	st := l.Due[0]
	now := time.Now().UTC()
	st.NextVisit, st.LastVisit, st.LastSuccess, st.Result = now.Add(time.Hour), now, now, feeds.Fetched
	saved, err := f.store.SaveVisit(f.Context(), l, feeds.Visit{At: now, First: first, State: st, Articles: articles}, judge)
	f.ok(err)
	return saved
}

func (f *fixture) page(topic string) feeds.Page {
	f.Helper()
	p, err := f.store.Page(f.Context(), feeds.Query{Topic: topic, Window: feeds.Window{Least: 100}, Content: true})
	f.ok(err)
	return p
}

func (f *fixture) titles(topic string) (titles []string) {
	f.Helper()
	for _, e := range f.page(topic).Entries {
		titles = append(titles, e.Article.Title)
	}
	return titles
}

// article is one of many that differ in all that identity looks at.
func article(n int, topics ...string) feeds.Article {
	return feeds.Article{
		GUID: fmt.Sprintf("tag:a.example,2026:%d", n), URL: fmt.Sprintf("https://a.example/story/%d", n),
		Title: fmt.Sprintf("Report number %d on the %s", n, subjects[n%len(subjects)]), Summary: fmt.Sprintf("What happened on day %d.", n),
		Content:    fmt.Sprintf("<p>The whole of story %d, with all that was said about it.</p>", n*7919),
		Categories: topics, Published: time.Now().UTC().Add(-time.Duration(n) * 61 * time.Minute).Truncate(time.Millisecond),
	}
}

var subjects = []string{"harbour", "parliament", "drought", "election", "railway", "vaccine", "mine"}

// expectErr asks for an error of a kind.
func (f *fixture) expectErr(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("got error %v, want %v", err, want)
	}
}
