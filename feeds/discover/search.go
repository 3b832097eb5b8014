package discover

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/feeds/parse"
)

// search is one search.
type search struct {
	*Finder
	requests int
	queue    []candidate
	seen     map[string]bool // addresses that were in the queue
	found    []Feed
}

// candidate is an address that may be a feed.
type candidate struct {
	url    string
	via    Via
	depth  int  // links and indexes between it and the address that was asked for
	unsure bool // tried only while nothing better is found: asking costs the publisher, too
}

// maxDepth lets a page link to a page of feeds, and an index of sitemaps to another.
const maxDepth = 2

// add puts an address into the queue, once.
func (s *search) add(c candidate) {
	if !s.seen[c.url] {
		s.seen[c.url] = true
		s.queue = append(s.queue, c)
	}
}

// run tries the candidates until there is none left, the time is over or the requests are spent.
func (s *search) run(ctx context.Context) {
	for len(s.queue) > 0 && s.requests < MaxRequests && ctx.Err() == nil {
		c := slices.MinFunc(s.queue, byPromise)
		s.queue = slices.DeleteFunc(s.queue, func(other candidate) bool { return other.url == c.url })
		if c.unsure && s.enough() {
			return
		}
		s.try(ctx, c)
	}
}

// byPromise orders candidates by what speaks for them.
func byPromise(a, b candidate) int {
	if a.unsure != b.unsure {
		if a.unsure {
			return 1
		}
		return -1
	}
	return cmp.Compare(slices.Index(ways, a.via), slices.Index(ways, b.via))
}

// enough says whether a feed with articles was found that is not one of readers' comments.
func (s *search) enough() bool {
	return slices.ContainsFunc(s.found, func(f Feed) bool { return len(f.Articles) > 0 && !f.comments() })
}

// try reads a candidate where robots.txt allows.
func (s *search) try(ctx context.Context, c candidate) {
	if !s.allowed(ctx, c.url) {
		return
	}
	res, err := s.get(ctx, c.url)
	if err != nil {
		return
	}
	if s.read(res, c) != nil && c.depth < maxDepth {
		s.follow(res, c)
	}
}

// read takes a document that is a feed into the results. Its error wraps one of package parse's.
func (s *search) read(res *fetch.Response, c candidate) error {
	doc, err := parse.Parse(parse.Document{URL: res.URL, ContentType: res.ContentType, Now: time.Now(), Body: res.Body})
	if err != nil {
		return err
	}
	if doc.Version == "sitemap" && len(doc.Articles) == 0 && c.via != Itself {
		return parse.ErrNotFeed // nothing shows that it is one for news
	}
	f := Feed{URL: cmp.Or(res.Moved, c.url), Kind: doc.Version, Title: doc.Title, Language: doc.Language, Via: c.via, Articles: doc.Articles}
	for _, a := range doc.Articles {
		if a.Published.After(f.Newest) && !a.Published.After(time.Now()) {
			f.Newest = a.Published
		}
	}
	s.seen[f.URL], s.seen[res.URL] = true, true
	if !slices.ContainsFunc(s.found, f.same) {
		s.found = append(s.found, f)
	}
	return nil
}

// same says whether another feed is this one at another address.
func (f Feed) same(other Feed) bool {
	page := func(a, b feeds.Article) bool { return a.URL == b.URL && a.GUID == b.GUID }
	return f.URL == other.URL || f.Kind == other.Kind && len(f.Articles) > 0 && slices.EqualFunc(f.Articles, other.Articles, page)
}

// comments says whether a feed is of what readers write.
func (f Feed) comments() bool {
	text := strings.ToLower(f.URL + " " + f.Title)
	return strings.Contains(text, "comment") || strings.Contains(text, "comentario") || strings.Contains(text, "comentário")
}

// stale is how far behind the newest of a site's feeds one may be and still count as kept up.
const stale = 30 * 24 * time.Hour

// best gives the results in order: feeds of articles before feeds of comments, kept up before left
// behind, and then by how they were found.
func (s *search) best() []Feed {
	var newest time.Time
	for _, f := range s.found {
		if f.Newest.After(newest) {
			newest = f.Newest
		}
	}
	rank := func(f Feed) int {
		r := slices.Index(ways, f.Via)
		if f.comments() {
			r += 1000
		}
		if len(f.Articles) == 0 || newest.Sub(f.Newest) > stale {
			r += 100
		}
		return r
	}
	slices.SortStableFunc(s.found, func(a, b Feed) int { return cmp.Compare(rank(a), rank(b)) })
	return s.found
}

// follow adds the candidates that a document tells of, and says whether it is one that may: a page, or an
// index that has a news sitemap.
func (s *search) follow(res *fetch.Response, c candidate) bool {
	if index := parse.Sitemaps(res.Body); index != nil {
		before := len(s.queue)
		for _, u := range index {
			if parse.NamedNews(u) {
				s.add(candidate{url: u, via: Sitemap, depth: c.depth + 1})
			}
		}
		return len(s.queue) > before
	}
	if !isPage(res) {
		return false
	}
	for _, l := range pageLinks(res) {
		s.add(candidate{url: l.url, via: l.via, depth: c.depth + 1})
	}
	return true
}

func isPage(res *fetch.Response) bool {
	head := bytes.ToLower(res.Body[:min(len(res.Body), 4096)])
	return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<!doctype html")) ||
		strings.Contains(strings.ToLower(res.ContentType), "text/html")
}
