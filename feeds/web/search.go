package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/feeds"
	"tributary/feeds/render"
)

const (
	searchPage   = 30               // results on a page
	searchFeed   = 50               // entries of a search's feed
	searchText   = 200              // characters of a search's words, and of each of its other parts
	searchTurns  = 4                // searches at the same time; others wait
	mostFound    = 8 << 20          // bytes of the answers that are kept
	searchTime   = 3 * time.Second  // the longest that one waits and runs
	searchAge    = 30 * time.Second // that an answer may be kept
	searchFeeds  = 15 * time.Minute // that a reader may keep a search's feed
	searchFailed = "this search took too long; add a rarer word, a topic or a source, or try again in a minute"
)

// resultPage is what the search page shows.
type resultPage struct {
	frame
	Ask          feeds.Search
	Since        string // as the form writes it
	MaxText      int
	Narrowed     bool // by more than words
	Languages    []tongue
	Topics       []feeds.Topic
	Subscribe    []link
	Asked        bool
	Problem      string // what is wrong with the search, for people
	Entries      []item
	Newer, Older string
}

// tongue is a language to choose.
type tongue struct{ Tag, Name string }

// serveSearch answers a search with a page, or with a feed when the path has its extension.
func (s *Server) serveSearch(w http.ResponseWriter, r *http.Request) {
	v := s.view.Load()
	ask, err := v.readSearch(r.URL.RawQuery)
	format, isFeed := render.ByExt(strings.TrimPrefix(path.Ext(r.URL.Path), "."))
	var d *document
	switch {
	case err != nil:
	case !isFeed && isBlank(ask): // the form alone waits for nobody
		d, err = s.searchPageDocument(r.Context(), v, ask)
	case isFeed:
		d, err = s.answer(r, ask, func(ctx context.Context) (*document, error) { return s.searchFeedDocument(ctx, v, ask, format) })
	default:
		d, err = s.answer(r, ask, func(ctx context.Context) (*document, error) { return s.searchPageDocument(ctx, v, ask) })
	}
	var bad feeds.BadSearch
	switch {
	case err == nil:
		s.searchFault.note(r.Context(), s.log, "search", nil)
		d.ServeHTTP(w, r)
	case errors.As(err, &bad) && isFeed:
		say(w, r, http.StatusBadRequest, bad.Error())
	case errors.As(err, &bad):
		s.serveProblem(w, r, v, ask, bad)
	case errors.Is(err, feeds.ErrSearchTooLong), errors.Is(err, context.DeadlineExceeded):
		s.refuse(w, r, refusal{http.StatusServiceUnavailable, "Too much to search", searchFailed})
	default:
		s.searchFault.note(r.Context(), s.log, "search", err)
		s.serveFailure(w, r, err)
	}
}

// readSearch reads the search of a query string. It fails with a feeds.BadSearch, and gives then what
// the form shows.
func (v *view) readSearch(query string) (feeds.Search, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return feeds.Search{}, feeds.BadSearch("this address is broken: fill in the form again")
	}
	ask, err := feeds.SearchOf(values)
	for _, text := range []*string{&ask.Text, &ask.Topic, &ask.Source, &ask.Language, &ask.Before} {
		if !utf8.ValidString(*text) || strings.ContainsFunc(*text, isNoText) {
			*text, err = "", feeds.BadSearch("the search holds bytes that are no text")
		} else if characters := []rune(*text); len(characters) > searchText {
			*text, err = string(characters[:searchText]), feeds.BadSearch(fmt.Sprintf("the search is too long: %d characters are the most", searchText))
		}
	}
	ask.Text = strings.Join(strings.Fields(ask.Text), " ")
	if known := primaries([]string{ask.Language}); len(known) > 0 {
		ask.Language = known[0]
	}
	if now := v.renamed[ask.Topic]; now != "" {
		ask.Topic = now
	}
	switch {
	case err != nil:
	case ask.Topic != "" && v.topics[ask.Topic] == nil:
		err = feeds.BadSearch(fmt.Sprintf("there is no topic %.40q", ask.Topic))
	case ask.Language != "" && englishName(ask.Language) == "":
		err = feeds.BadSearch(fmt.Sprintf("%.40q is no language: write en, es or pt", ask.Language))
	case ask.Before != "" && !articleID.MatchString(ask.Before):
		err = feeds.BadSearch("this page of results does not exist")
	}
	return ask, err
}

// isNoText says whether a character is one that nobody writes.
func isNoText(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }

// isBlank says whether a search asks for nothing.
func isBlank(ask feeds.Search) bool {
	ask.Before = ""
	return ask.Query() == ""
}

// answer gives the document of a search that was made lately, or makes it when there is a turn for it.
func (s *Server) answer(r *http.Request, ask feeds.Search, produce func(context.Context) (*document, error)) (*document, error) {
	ctx, cancel := context.WithTimeout(r.Context(), searchTime)
	defer cancel()
	return s.found.get(ctx, r.URL.Path+"?"+ask.Query(), searchAge, func(ctx context.Context) (*document, error) {
		ctx, cancel := context.WithTimeout(ctx, searchTime)
		defer cancel()
		return produce(ctx)
	})
}

// searchPageDocument makes the page of a search.
func (s *Server) searchPageDocument(ctx context.Context, v *view, ask feeds.Search) (*document, error) {
	p := v.resultPage(ask)
	if p.Asked {
		ask.Limit = searchPage + 1 // one more tells whether there is another page
		found, err := s.store.Search(ctx, ask)
		if err != nil {
			return nil, err
		}
		p.show(found)
	}
	html, err := execute("search", p)
	if err != nil {
		return nil, err
	}
	return newDocument(html, time.Time{}, unlisted(pageHeader()), cached(searchAge)), nil
}

// resultPage gives the search page without results.
func (v *view) resultPage(ask feeds.Search) *resultPage {
	title := "Search"
	if ask.Text != "" {
		title = shorten(ask.Text, 60) + " – Search"
	}
	p := &resultPage{
		frame: v.frame(title, "/search", nil), Ask: ask, MaxText: searchText, Topics: v.Topics, Asked: !isBlank(ask),
		Narrowed: ask.Topic != "" || ask.Source != "" || ask.Language != "" || !ask.Since.IsZero(),
	}
	if !ask.Since.IsZero() {
		p.Since = ask.Since.Format(time.DateOnly)
	}
	known := primaries([]string{ask.Language})
	for _, tag := range primaries(append(known, v.languages...)) {
		p.Languages = append(p.Languages, tongue{tag, englishName(tag)})
	}
	if p.Asked {
		p.Subscribe = v.searchLinks(ask)
		p.Feeds = p.Subscribe
	}
	return p
}

// show fills in the results, of which one too many says that there are more.
func (p *resultPage) show(found []feeds.Article) {
	shown := found[:min(searchPage, len(found))]
	for _, a := range shown {
		p.Entries = append(p.Entries, newItem(p.Root, a, feeds.Story{}))
	}
	if len(found) > len(shown) {
		older := p.Ask
		older.Before = shown[len(shown)-1].ID
		p.Older = p.Root + "/search?" + older.Query()
	}
	if p.Ask.Before != "" {
		first := p.Ask
		first.Before = ""
		p.Newer = p.Root + "/search?" + first.Query()
	}
}

// serveProblem answers with the form and what is wrong with what it says.
func (s *Server) serveProblem(w http.ResponseWriter, r *http.Request, v *view, ask feeds.Search, bad feeds.BadSearch) {
	p := v.resultPage(ask)
	p.Problem, p.Subscribe, p.Feeds = sentence(bad.Error()), nil, nil
	html, err := execute("search", p)
	if err != nil {
		s.serveFailure(w, r, err)
		return
	}
	writePage(w, r, http.StatusBadRequest, html)
}

// searchFeedDocument makes the feed of a search.
func (s *Server) searchFeedDocument(ctx context.Context, v *view, ask feeds.Search, format render.Format) (*document, error) {
	if isBlank(ask) {
		return nil, feeds.BadSearch("say what to search for: /search." + format.Ext + "?q=words")
	}
	ask.Before, ask.Limit = "", searchFeed
	found, err := s.store.Search(ctx, ask)
	if err != nil {
		return nil, err
	}
	query := ask.Query()
	feed := feeds.Feed{
		ID:          uuid("tributary search" + query),
		Title:       v.searchTitle(ask),
		Description: "What publishers' feeds bring that matches a search – " + v.Title,
		Language:    ask.Language,
		HomeURL:     v.URL + "/search?" + query,
		SelfURL:     v.URL + "/search." + format.Ext + "?" + query,
		TTL:         searchFeeds,
	}
	for _, a := range found {
		feed.Entries = append(feed.Entries, feeds.Entry{At: a.Seen, Article: a})
		if a.Seen.After(feed.Updated) {
			feed.Updated = a.Seen
		}
	}
	for _, l := range v.searchLinks(ask) {
		if l.URL != feed.SelfURL {
			feed.Links = append(feed.Links, feeds.FeedLink{Rel: "alternate", URL: l.URL, Type: l.Type, Title: feed.Title})
		}
	}
	d, err := s.feedDocument(feed, format, time.Time{}, cached(searchFeeds))
	if err != nil {
		return nil, err
	}
	return d, nil
}

// searchTitle says in words what a search looks for.
func (v *view) searchTitle(ask feeds.Search) string {
	title := ask.Text
	if title == "" {
		title = "Everything"
	}
	if t := v.topics[ask.Topic]; t != nil {
		title += " in " + t.Title
	}
	if ask.Source != "" {
		title += " from " + ask.Source
	}
	if ask.Language != "" {
		title += " in " + englishName(ask.Language)
	}
	if !ask.Since.IsZero() {
		title += " since " + dayName(ask.Since)
	}
	return title
}

// searchLinks are the search's feeds.
func (v *view) searchLinks(ask feeds.Search) (links []link) {
	ask.Before = ""
	for _, f := range render.Formats {
		links = append(links, link{f.Name, v.searchTitle(ask) + " (" + f.Name + ")", plainType(f), v.URL + "/search." + f.Ext + "?" + ask.Query()})
	}
	return links
}

// unlisted asks search engines to leave an answer out: there is no end of searches.
func unlisted(h http.Header) http.Header {
	h.Set("X-Robots-Tag", "noindex")
	return h
}

// uuid makes a UUID of version 8 of a text (RFC 9562 §5.8).
func uuid(text string) string {
	sum := sha256.Sum256([]byte(text))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
