package web

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tributary/feeds"
	"tributary/feeds/render"
)

// stream is what is served as a page and as a feed in every format: a topic, all topics together, or
// either of them in one language.
type stream struct {
	feeds.Topic           // one without id and rule for all topics together
	view        *view     // that it belongs to
	path        string    // of its page, below the site's URL: "/topics/latin-america.es"
	language    string    // the primary subtag of the one language; "" for all
	siblings    []*stream // the same in one language each; nil when this is such a one, or there are not several
	parent      *stream   // the same in all languages; nil when this is it
	lazy        bool      // made when it is asked for, and kept fresh only while it is

	asked  atomic.Int64 // Unix time of the last request but for a minute; of a lazy one
	shown  atomic.Pointer[snapshot]
	seen   feeds.Revision     // as the last pass that rendered this found it
	flight singleflight.Group // one rendering at a time
	fault  fault
}

// askedFor is how long a lazy stream is kept fresh after a request.
const askedFor = day

// streams makes the topic's stream and its siblings.
func (v *view) streams(t feeds.Topic, path string, lazy bool) []*stream {
	main := &stream{Topic: t, view: v, path: path, lazy: lazy}
	all := []*stream{main}
	languages := primaries(t.Languages)
	if len(languages) == 0 {
		languages = v.languages
	}
	if len(languages) < 2 {
		return all
	}
	for _, l := range languages {
		sibling := &stream{Topic: t, view: v, path: path + "." + l, language: l, lazy: true, parent: main}
		sibling.Title += " (" + languageName(l) + ")"
		main.siblings = append(main.siblings, sibling)
	}
	return append(all, main.siblings...)
}

// main is the stream in all languages.
func (s *stream) main() *stream { return cmp.Or(s.parent, s) }

// primaries gives the primary subtags of language tags (BCP 47), each once.
func primaries(tags []string) []string {
	var all []string
	for _, tag := range tags {
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary != "" && !slices.Contains(all, primary) {
			all = append(all, primary)
		}
	}
	return all
}

// languageName is the language's name in itself, or its tag when it has none here.
func languageName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if name := display.Self.Name(t); name != "" {
		return name
	}
	return tag
}

// wanted says whether the stream is to be kept fresh.
func (s *stream) wanted(now time.Time) bool {
	return !s.lazy || s.shown.Load() != nil && now.Unix()-s.asked.Load() < int64(askedFor.Seconds())
}

// touch notes that a lazy stream was asked for.
func (s *stream) touch(now time.Time) {
	if s.lazy && now.Unix()-s.asked.Load() >= 60 {
		s.asked.Store(now.Unix())
	}
}

// pageURL is the absolute URL of the stream's page.
func (s *stream) pageURL() string { return s.view.URL + s.path }

// feedURL is the absolute URL of the stream's feed.
func (s *stream) feedURL(f render.Format) string { return s.pageURL() + "." + f.Ext }

// feed makes the stream's feed without what differs between the formats.
func (s *stream) feed(page feeds.Page) feeds.Feed {
	f := feeds.Feed{
		ID:          s.feedID(page.Origin),
		Title:       s.Title,
		Description: s.view.Title,
		Language:    s.language,
		HomeURL:     s.pageURL(),
		Updated:     page.Revision.Changed,
		TTL:         rhythm(page.Entries),
		Entries:     page.Entries,
	}
	if s.Description != "" {
		f.Description = s.Description + " – " + s.view.Title
	}
	if len(s.Languages) == 1 {
		f.Language = s.Languages[0]
	}
	return f
}

// live is the feed of the stream's window, which leads on to the archive documents.
func (s *stream) live(page feeds.Page, format render.Format) feeds.Feed {
	f := s.feed(page)
	f.Links = s.linkArchive(f.Links, "prev-archive", page.Older, format)
	return s.as(f, s.path, format)
}

// as completes the feed for a format, at the path of a document without its extension.
func (s *stream) as(f feeds.Feed, path string, format render.Format) feeds.Feed {
	f.SelfURL = s.view.URL + path + "." + format.Ext
	links := slices.Clone(f.Links)
	for _, other := range render.Formats {
		if other.Ext != format.Ext {
			links = append(links, feeds.FeedLink{Rel: "alternate", URL: s.view.URL + path + "." + other.Ext, Type: plainType(other), Title: f.Title})
		}
	}
	if f.Archive {
		f.Links = links
		return f
	}
	for _, sibling := range s.siblings {
		links = append(links, feeds.FeedLink{Rel: "alternate", URL: sibling.feedURL(format), Type: plainType(format),
			Title: sibling.Title, Language: sibling.language})
	}
	f.Links = links
	return f
}

// plainType is the format's media type without parameters.
func plainType(f render.Format) string {
	t, _, _ := strings.Cut(f.MediaType, ";")
	return t
}

const (
	shortest = time.Minute // that a feed may be kept
	longest  = time.Hour
	gaps     = 10 // between arrivals that the rhythm is made of
)

// rhythm is how long a feed may be kept: the mean time between its last arrivals, in whole minutes. What
// arrives together counts once.
func rhythm(entries []feeds.Entry) time.Duration {
	if len(entries) == 0 {
		return shortest // the first entries are on their way
	}
	last, n := entries[0].At, 0
	for _, e := range entries {
		if e.At.Before(last) {
			last = e.At
			n++
		}
		if n == gaps {
			break
		}
	}
	if n == 0 {
		return 5 * shortest // nothing is known of its rhythm
	}
	mean := entries[0].At.Sub(last) / time.Duration(n)
	return min(max(mean.Truncate(time.Minute), shortest), longest)
}

// feedID makes the feed's id from the id that the topic had first, so that it outlives every change of
// host, name and title.
func (s *stream) feedID(origin string) string {
	id := cmp.Or(origin, s.ID)
	if s.language != "" {
		id += "." + s.language
	}
	return uuid("tributary topic" + id)
}
