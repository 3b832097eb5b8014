package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/feeds"
)

// memory is a Store in memory that can be made to fail and to hang.
type memory struct {
	mu      sync.Mutex
	pages   map[string]feeds.Page
	states  []feeds.State
	retired []string
	err     error
	hang    chan struct{} // when not nil, Page waits until it is closed
	reads   map[string]int
	queries []feeds.Query
	asked   []feeds.Search
	shares  []feeds.Share
}

func (m *memory) Revisions(context.Context) ([]feeds.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	var all []feeds.Revision
	for _, p := range m.pages {
		all = append(all, p.Revision)
	}
	return all, nil
}

func (m *memory) Page(ctx context.Context, q feeds.Query) (feeds.Page, error) {
	m.mu.Lock()
	if m.reads == nil {
		m.reads = map[string]int{}
	}
	m.reads[q.Topic]++
	m.queries = append(m.queries, q)
	hang := m.hang
	m.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return feeds.Page{}, ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return feeds.Page{}, m.err
	}
	p, ok := m.pages[q.Topic]
	if q.Topic == "" {
		p, ok = m.together(), true
	}
	if !ok {
		return feeds.Page{}, fmt.Errorf("topic %q: %w", q.Topic, feeds.ErrNotFound)
	}
	if len(p.Entries) > 0 {
		p.Archives = int(p.Entries[0].Seq / feeds.Archived)
	}
	p.Older = p.Archives
	if q.Archive > p.Archives || q.Archive > 0 && q.Topic == "" {
		return feeds.Page{}, fmt.Errorf("archive %d of topic %q: %w", q.Archive, q.Topic, feeds.ErrNotFound)
	}
	if q.Archive > 0 {
		p.Older, p.Newer = q.Archive-1, (q.Archive+1)%(p.Archives+1)
		p.Entries = slices.DeleteFunc(slices.Clone(p.Entries), func(e feeds.Entry) bool {
			return (e.Seq+feeds.Archived-1)/feeds.Archived != int64(q.Archive)
		})
		return p, nil
	}
	p.Entries = slices.DeleteFunc(slices.Clone(p.Entries), func(e feeds.Entry) bool {
		return q.Language != "" && e.Article.Language != q.Language
	})
	p.Entries = p.Entries[:min(cmp.Or(q.Window, feeds.DefaultWindow).Least, len(p.Entries))]
	return p, nil
}

// together is the page of all topics.
func (m *memory) together() (all feeds.Page) {
	for _, topic := range slices.Sorted(maps.Keys(m.pages)) {
		p := m.pages[topic]
		all.Entries = append(all.Entries, p.Entries...)
		all.Revision.Version += p.Revision.Version
		if p.Revision.Changed.After(all.Revision.Changed) {
			all.Revision.Changed = p.Revision.Changed
		}
	}
	slices.SortStableFunc(all.Entries, func(a, b feeds.Entry) int { return b.At.Compare(a.At) })
	return all
}

func (m *memory) Retired(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.retired, m.err
}

// Article gives an article of any topic, with its entries in all of them.
func (m *memory) Article(_ context.Context, id string) (found feeds.Placed, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, topic := range slices.Sorted(maps.Keys(m.pages)) {
		for _, e := range m.pages[topic].Entries {
			if e.Article.ID == id {
				found.Article, found.Story = e.Article, e.Story
				e.Article = feeds.Article{}
				found.Entries = append(found.Entries, e)
			}
		}
	}
	if found.Entries == nil && m.err == nil {
		return found, fmt.Errorf("article %q: %w", id, feeds.ErrNotFound)
	}
	return found, m.err
}

func (m *memory) Volume(_ context.Context, since time.Time, step time.Duration, n int, topics ...string) (map[string][]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[string][]int{}
	for _, t := range topics {
		counts[t] = make([]int, n)
		for _, e := range m.pages[t].Entries {
			if i := int(e.At.Sub(since) / step); i >= 0 && i < n {
				counts[t][i]++
			}
		}
	}
	return counts, m.err
}

func (m *memory) Shares(context.Context, string, time.Time) ([]feeds.Share, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shares, m.err
}

// Search finds the articles whose titles have the text, and those from Before on when that is given.
func (m *memory) Search(ctx context.Context, q feeds.Search) (found []feeds.Article, err error) {
	m.mu.Lock()
	m.asked = append(m.asked, q)
	hang := m.hang
	m.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if strings.HasPrefix(q.Text, "-") {
		return nil, feeds.BadSearch("give a word that must be found, too")
	}
	before := q.Before != ""
	for _, e := range m.together().Entries {
		if !before && strings.Contains(strings.ToLower(e.Article.Title), strings.ToLower(q.Text)) && len(found) < q.Limit {
			found = append(found, e.Article)
		}
		before = before && e.Article.ID != q.Before
	}
	return found, m.err
}

func (m *memory) Sources(context.Context) ([]feeds.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states, m.err
}

// set makes the store fail, or work again with nil.
func (m *memory) set(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// add puts an entry on top of a topic, as a commit at this moment.
func (m *memory) add(topic, title string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pages[topic]
	p.Revision.Topic = topic
	p.Revision.Version++
	p.Revision.Changed = time.Now().UTC()
	e := entry(topic, p.Revision.Version, title)
	e.At = p.Revision.Changed
	p.Entries = slices.Concat([]feeds.Entry{e}, p.Entries[:min(feeds.DefaultWindow.Least, len(p.Entries))])
	m.pages[topic] = p
}

func (m *memory) readsOf(topic string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads[topic]
}

func entry(topic string, n int64, title string) feeds.Entry {
	return feeds.Entry{
		Topic: topic, Seq: n, At: changed.Add(time.Duration(n-8) * 15 * time.Minute), Score: 4.5,
		Evidence: feeds.Evidence{Hits: []feeds.Hit{
			{Term: "mexico", Field: feeds.TitleField, Score: 3}, {Term: "cuba", Field: feeds.LeadField, Offset: 9, Score: 1.5},
		}},
		Article: feeds.Article{
			ID:     madeID(topic, n),
			Source: feeds.Source{URL: "https://news.example/feed?token=secret", Title: "Example News"},
			URL:    fmt.Sprintf("https://news.example/%s/%d", topic, n), Title: title,
			Summary: "Officials said on Friday that supplies had left.", Content: "<p>Officials said.</p>",
			Language: "es", Image: "https://news.example/image.jpg",
			Published: changed.Add(-time.Hour), Seen: changed,
		},
	}
}

// madeID makes ids as the store does.
func madeID(topic string, n int64) string {
	sum := sha256.Sum256(fmt.Append(nil, topic, n))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// changed is when the topics of the fixture changed last. A synctest bubble begins an hour later.
var changed = time.Date(1999, 12, 31, 23, 0, 0, 300e6, time.UTC)

// newStore gives a store with a topic of some entries and one of none.
func newStore() *memory {
	return &memory{
		pages: map[string]feeds.Page{
			"latin-america": {
				Revision: feeds.Revision{Topic: "latin-america", Version: 7, Changed: changed},
				Entries:  []feeds.Entry{entry("latin-america", 2, "México & Cuba <agree>"), entry("latin-america", 1, "Mexico pledges aid")},
			},
			"empty": {Revision: feeds.Revision{Topic: "empty", Version: 1, Changed: changed}},
		},
		shares: []feeds.Share{
			{Source: feeds.Source{Title: "Example News", URL: "https://news.example/feed", SiteURL: "https://news.example/"}, Entries: 6},
			{Source: feeds.Source{URL: "https://other.example/feed", SiteURL: "javascript:x"}, Entries: 2},
		},
		states: []feeds.State{{Source: "https://news.example/feed", LastVisit: changed.Add(time.Minute)}, {Source: "https://b.example/", LastVisit: changed}},
	}
}

func site() Site {
	return Site{
		Title: "Tributary", URL: "https://feeds.example", MinInterval: 15 * time.Minute,
		Sources: []feeds.Source{
			{URL: "https://news.example/feed?token=secret", Title: "Example News", Language: "es"}, {URL: "https://b.example/", Language: "en-GB"},
		},
		Topics: []feeds.Topic{
			{ID: "latin-america", Title: "Latin America", Description: "From Tijuana to Ushuaia", Languages: []string{"en", "es"}},
			{ID: "empty", Title: "Empty"},
			{ID: "unstored", Title: "Not in the store"},
		},
	}
}

func newServer(store Store, site Site) *Server {
	return New(Options{Store: store, Site: site, Logger: slog.New(slog.DiscardHandler)})
}

// request makes a request from lines: the request line, then header fields.
func request(lines string) *http.Request {
	first, rest, _ := strings.Cut(lines, "\n")
	method, target, _ := strings.Cut(first, " ")
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:1234" // whose requests are not limited
	for line := range strings.Lines(rest) {
		name, value, _ := strings.Cut(strings.TrimRight(line, "\n"), ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r
}

// do sends a request made from lines and gives the answer and its body.
func do(h http.Handler, lines string) (*http.Response, string) { return play(h, request(lines)) }

// play sends a request and gives the answer and its body.
func play(h http.Handler, r *http.Request) (*http.Response, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err) // cannot happen: the body is in memory
	}
	return answer, string(body)
}

// tags gives the fixture's entity tags without quotes, by coding.
func tags(t *testing.T, s *Server, topic, ext string) map[string]string {
	t.Helper()
	shown := s.view.Load().topics[topic].shown.Load()
	if shown == nil {
		t.Fatalf("topic %s has not been rendered", topic)
	}
	tags := map[string]string{}
	for i, c := range codings {
		tags[c.name] = strings.Trim(shown.documents[slices.Index(kinds, ext)].variant(i).etag, `"`)
	}
	return tags
}
