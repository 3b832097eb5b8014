package web

import (
	"hash/maphash"
	"net/url"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// view is one site with its topics: what a request sees from its first line to its last.
type view struct {
	Site
	prefix     string   // the path of Site.URL: "" or "/some/path"
	languages  []string // of the sources, primary subtags; nil unless they are several
	everything *stream  // all topics together
	topics     map[string]*stream
	kept       []*stream         // all streams, in the order in which they are made
	routes     map[string]*route // by path
	renamed    map[string]string // present ids of topics, by those that they had before
	about      *document
	robots     *document
	opml       *document
}

// route is the URL of a stream's document.
type route struct {
	stream *stream
	kind   int    // index of a snapshot's documents
	path   string // below the site's URL
	hash   uint64 // of the path
	tally  *tally // stays from one view to the next
}

// kinds are the documents of a stream by the URL's extension; "" is the page.
var kinds = func() []string {
	all := []string{""}
	for _, f := range render.Formats {
		all = append(all, f.Ext)
	}
	return all
}()

// newView makes a view whose streams go on showing what the old view shows; old may be nil.
func newView(site Site, old *view) *view {
	v := &view{Site: site, topics: make(map[string]*stream, len(site.Topics)), routes: map[string]*route{}, renamed: map[string]string{}}
	if u, err := url.Parse(site.URL); err == nil {
		v.prefix = strings.TrimRight(u.Path, "/")
	}
	for _, source := range site.Sources {
		v.languages = append(v.languages, source.Language)
	}
	v.languages = primaries(v.languages)
	for _, t := range site.Topics {
		all := v.streams(t, "/topics/"+t.ID, false)
		v.topics[t.ID] = all[0]
		v.add(all, old)
		for _, former := range t.Formerly {
			v.renamed[former] = t.ID
		}
	}
	all := v.streams(feeds.Topic{Title: "All topics", Description: "Every article of every topic"}, "/all", true)
	v.everything = all[0]
	v.add(all, old)
	v.about, v.opml = v.aboutDocument(), v.opmlDocument()
	v.robots = newDocument([]byte("User-agent: *\nDisallow: "+v.prefix+"/search\nAllow: /\n"), time.Time{}, assetHeader("text/plain; charset=utf-8"), cached(day))
	return v
}

// add gives the streams their routes and what the old view shows of them.
func (v *view) add(streams []*stream, old *view) {
	for _, s := range streams {
		v.kept = append(v.kept, s)
		for kind, ext := range kinds {
			path := s.path
			if ext != "" {
				path += "." + ext
			}
			counted := &tally{}
			if old != nil && old.routes[path] != nil {
				counted = old.routes[path].tally
			}
			v.routes[path] = &route{s, kind, path, maphash.String(digests, path), counted}
		}
		if old == nil {
			continue
		}
		if had := old.routes[s.path]; had != nil {
			s.shown.Store(had.stream.shown.Load())
			s.asked.Store(had.stream.asked.Load())
		}
	}
}
