// Package parse turns the bytes that a publisher sent into articles. It is pure: no network, no
// clock, no state; and whatever the bytes are, it ends soon and within bounded memory.
package parse

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"tributary/feeds"
)

// Errors that say why a document gave no feed.
var (
	ErrNotFeed    = errors.New("not a feed")
	ErrTooComplex = errors.New("too complex")
)

// Document is what a visit brought.
type Document struct {
	URL         string    // after redirects: the base of relative links
	ContentType string    // the HTTP header field, "" when there was none
	Language    string    // BCP 47; of articles that neither declare nor show theirs
	Now         time.Time // when the document came
	Body        []byte    // decompressed
}

// Feed is what a document holds.
type Feed struct {
	Title       string
	Description string
	SiteURL     string        // the page for people, absolute
	SelfURL     string        // where the feed says that it lives, absolute
	Language    string        // BCP 47
	TTL         time.Duration // how long the publisher asks readers to wait; 0 when it does not say
	SkipHours   []int         // hours of the day, 0-23 in UTC, in which the feed does not change
	Articles    []feeds.Article
	Dropped     int // items over the limit, which were not read
}

// Parse reads a document.
func Parse(d Document) (*Feed, error) {
	f, err := gofeed.NewParser().ParseString(string(d.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	out := &Feed{Title: f.Title, Description: f.Description, SiteURL: f.Link, SelfURL: f.FeedLink, Language: f.Language}
	for _, it := range f.Items {
		a := feeds.Article{GUID: it.GUID, URL: it.Link, Title: it.Title, Summary: it.Description,
			Categories: it.Categories, Language: strings.TrimSpace(f.Language)}
		if it.PublishedParsed != nil {
			a.Published = it.PublishedParsed.UTC()
		}
		if it.UpdatedParsed != nil {
			a.Updated = it.UpdatedParsed.UTC()
		}
		out.Articles = append(out.Articles, a)
	}
	return out, nil
}
