// Package parse turns the bytes that a publisher sent into articles. It is pure: no network, no
// clock, no state; and whatever the bytes are, it ends soon and within bounded memory.
//
// A document goes through four stages. The guard decodes it to UTF-8, repairs it, cuts out the items
// that are known already and keeps the long texts aside. gofeed reads what the guard lets through.
// The result is normalised: one kind of article, whatever the format. Last, the HTML is cleaned.
package parse

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"tributary/feeds"
)

// Errors that say why a document gave no feed.
var (
	ErrNotFeed    = errors.New("not a feed")     // HTML, nothing, garbage
	ErrTooComplex = errors.New("too complex")    // nested or crowded as no honest feed is
	ErrTooBig     = errors.New("over 25 MiB")    // the body
	ErrBroken     = errors.New("broke a parser") // a panic that was caught; never expected
)

// Document is what a visit brought.
type Document struct {
	URL             string    // after redirects: the base of relative links
	ContentType     string    // the HTTP header field, "" when there was none
	ContentLocation string    // the HTTP header field; a base that goes before URL (RFC 9110 §8.7)
	Language        string    // BCP 47; of articles that neither declare nor show theirs
	Now             time.Time // when the document came: tells which of two dates 10/06 may be
	Body            []byte    // decompressed

	// Known says whether the source's item with this hash of its bytes is stored already; such an
	// item is not parsed again. nil for a caller that knows none.
	Known func(raw feeds.RawHash) bool
}

// Feed is what a document holds.
type Feed struct {
	Version  string // rss20, rss10, rss091, atom10, json11, sitemap and so on
	Encoding string // the name of the encoding that the document was in

	ID          string
	Title       string
	Description string
	SiteURL     string // the page for people, absolute
	SelfURL     string // where the feed says that it lives, absolute
	NewURL      string // where it says that it will live (itunes:new-feed-url), absolute; "" when that is here
	Language    string // as declared
	Author      string // with an address, as declared
	Image       string // absolute URL
	Categories  []string
	Updated     time.Time      // the latest change, as declared
	TTL         time.Duration  // how long the publisher asks readers to wait; 0 when it does not say
	SkipHours   []int          // hours of the day, 0-23 in UTC, in which nothing new comes
	SkipDays    []time.Weekday // days, in UTC, on which nothing new comes

	Articles []feeds.Article // ID, Source and Seen are zero
	Items    []Item          // about the articles, in the same order
	Known    int             // items that were known and left out
	Dropped  int             // items over the limit of 2,000, which were not read
	Cut      bool            // the document ends before it is closed, so items may be missing
}

// Item is what is known of an article's origin and not stored with the article.
type Item struct {
	Raw    feeds.RawHash // the same until the item's bytes change, or what it inherits
	Author string        // the first one, with an address when the publisher tells it
}

// rules changes when this package starts to make something else of the same bytes, so that known
// documents and items are read again. It is part of every hash.
const rules = "2"

// Hash is the same for documents of which Parse makes the same, whenever they come.
func (d *Document) Hash() [32]byte {
	h := sha256.New()
	for _, s := range []string{rules, d.URL, d.ContentType, d.ContentLocation, d.Language} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(d.Body)
	return [32]byte(h.Sum(nil))
}

// Parse reads a document. The error wraps one of this package's.
func Parse(d Document) (f *Feed, err error) {
	if len(d.Body) > maxBody {
		return nil, fmt.Errorf("read document: %w", ErrTooBig)
	}
	defer func() {
		if p := recover(); p != nil {
			f, err = nil, fmt.Errorf("read document: %w: %v", ErrBroken, p)
		}
	}()
	if file(d.Body) {
		return nil, fmt.Errorf("read document: %w: a file of another kind", ErrNotFeed)
	}
	body, encoding := toUTF8(d.Body, d.ContentType)
	base := d.URL
	if at := webURL(d.URL, d.ContentLocation); at != "" {
		base = at
	}
	r := reader{doc: d, base: base}
	if start := bytes.TrimLeft(body, " \t\r\n\x00"); len(start) > 0 && start[0] == '{' {
		f, err = r.json(start)
	} else {
		f, err = r.xml(body)
	}
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	f.Encoding = encoding
	return f, nil
}

// file says whether a document is what servers send by mistake: a picture, an archive, a PDF.
func file(b []byte) bool {
	for _, magic := range []string{"%PDF", "\x89PNG", "GIF8", "\xff\xd8\xff", "PK\x03\x04", "\x1f\x8b", "RIFF", "OggS"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// looksLike says what a document is that is no feed.
func looksLike(b []byte) string {
	b = bytes.TrimSpace(b)
	head := bytes.ToLower(b[:min(len(b), 1024)])
	switch {
	case len(b) == 0:
		return "empty"
	case bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<!doctype html")):
		return "an HTML page"
	case bytes.Contains(head, []byte("<sitemapindex")):
		return indexHint(b)
	}
	return fmt.Sprintf("begins with %.40q", b)
}
