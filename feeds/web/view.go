package web

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"tributary/feeds"
	"tributary/feeds/render"
)

// view is one site with its topics: what a request sees from its first line to its last.
type view struct {
	Site
	prefix string            // the path of Site.URL: "" or "/some/path"
	topics map[string]*topic // by id
	about  *document
	robots *document
}

// topic is a topic in a view, and the snapshot that is served of it.
type topic struct {
	feeds.Topic
	view   *view
	shown  atomic.Pointer[snapshot]
	flight singleflight.Group // one rendering at a time
	fault  fault
}

// newView makes a view whose topics go on showing what the old view shows; old may be nil.
func newView(site Site, old *view) *view {
	v := &view{Site: site, topics: make(map[string]*topic, len(site.Topics))}
	if u, err := url.Parse(site.URL); err == nil {
		v.prefix = strings.TrimRight(u.Path, "/")
	}
	for _, t := range site.Topics {
		added := &topic{Topic: t, view: v}
		if old != nil && old.topics[t.ID] != nil {
			added.shown.Store(old.topics[t.ID].shown.Load())
		}
		v.topics[t.ID] = added
	}
	v.about = v.aboutDocument()
	v.robots = newDocument([]byte("User-agent: *\nAllow: /\n"), time.Time{}, assetHeader("text/plain; charset=utf-8"), cached(day))
	return v
}

// ttl is how long a feed may be kept: what the site says, from a minute to an hour.
func (v *view) ttl() time.Duration {
	if v.TTL == 0 {
		return 5 * time.Minute
	}
	return min(max(v.TTL, time.Minute), time.Hour)
}

// pageURL is the absolute URL of the topic's page.
func (t *topic) pageURL() string { return t.view.URL + "/topics/" + t.ID }

// feedURL is the absolute URL of the topic's feed.
func (t *topic) feedURL(f render.Format) string { return t.pageURL() + "." + f.Ext }

// feed makes the topic's feed without its own URL, which differs between the formats.
func (t *topic) feed(page feeds.Page) feeds.Feed {
	f := feeds.Feed{
		ID:          feedID(t.ID),
		Title:       t.Title,
		Description: t.view.Title,
		HomeURL:     t.pageURL(),
		Updated:     page.Revision.Changed,
		TTL:         t.view.ttl(),
		Entries:     page.Entries,
	}
	if t.Description != "" {
		f.Description = t.Description + " – " + t.view.Title
	}
	if len(t.Languages) == 1 {
		f.Language = t.Languages[0]
	}
	if len(page.Entries) == 0 {
		f.TTL = time.Minute // the first entries are on their way
	}
	return f
}

// feedID makes the feed's id from the topic's, so that it outlives every change of host and title:
// a UUID of version 8 (RFC 9562 §5.8).
func feedID(topic string) string {
	sum := sha256.Sum256([]byte("tributary topic" + topic))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
