package parse

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
)

// reader reads one document.
type reader struct {
	doc  Document
	base string // of relative links
	g    *guard
	tags map[string]string // language tags that were seen, and what they mean
	feed Feed
	size int // bytes of content made

	inherited [sha256.Size]byte // of JSON: hash of what the feed says that holds for its items
}

// xml reads a document in RSS or Atom. gofeed's parsers of the two formats are used as they are; its
// common type would lose what distinguishes an article.
func (r *reader) xml(body []byte) (*Feed, error) {
	r.g = &guard{src: body, base: r.base, lang: r.doc.Language, known: r.doc.Known}
	if err := r.g.run(); err != nil {
		return nil, err
	}
	r.feed.Version = r.g.version()
	r.feed.Known, r.feed.Dropped, r.feed.Cut = r.g.recurring, r.g.dropped, r.g.cut
	if r.g.atom() {
		f, err := new(atom.Parser).Parse(bytes.NewReader(r.g.out))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotFeed, err)
		}
		return &r.feed, r.atom(f)
	}
	f, err := new(rss.Parser).Parse(bytes.NewReader(r.g.out))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	return &r.feed, r.rss(f)
}

// kept gives the text that gofeed saw as a number.
func (r *reader) kept(number string) markup {
	if number == "" {
		return markup{}
	}
	return r.g.lookup(number).decode()
}

// word gives a kept text that is a name and no prose: an id or an address, byte for byte but for
// the space around it.
func (r *reader) word(number string) string {
	if number == "" {
		return ""
	}
	return strings.TrimSpace(characters(string(r.g.lookup(number).raw)))
}

// address gives a kept text that is an address, absolute and fit for a browser, or "".
func (r *reader) address(number string) string {
	t := r.g.lookup(number)
	return webURL(cmp.Or(t.base, r.base), characters(string(t.raw)))
}

// extensions gives access to the elements of other vocabularies.
type extensions struct{ ext.Extensions }

// all are the elements of that name, such as "dc:creator".
func (e extensions) all(name string) []ext.Extension {
	prefix, local, _ := strings.Cut(name, ":")
	return e.Extensions[prefix][local]
}

// values are the texts of the elements of these names, those of the first name first.
func (e extensions) values(names ...string) (v []string) {
	for _, name := range names {
		for _, x := range e.all(name) {
			if x.Value != "" {
				v = append(v, x.Value)
			}
		}
	}
	return v
}

// first is the first of values, or "".
func (e extensions) first(names ...string) string {
	if v := e.values(names...); len(v) > 0 {
		return v[0]
	}
	return ""
}

// date is the first of the dates that is one; zero when none is.
func (r *reader) date(dates ...string) time.Time {
	for _, s := range dates {
		if s == "" {
			continue
		}
		if t, ok := parseDate(s, r.doc.Now); ok {
			return t
		}
	}
	return time.Time{}
}

// periods are those of the syndication module.
var periods = map[string]time.Duration{
	"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
	"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
}

// wait is how long a feed asks readers to wait: RSS ttl in minutes, or the period and frequency of
// the syndication module.
func wait(ttl string, e extensions) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(ttl)); err == nil && n > 0 {
		return time.Duration(min(n, 60*24*365)) * time.Minute
	}
	period := periods[strings.ToLower(e.first("sy:updatePeriod"))]
	if n, err := strconv.Atoi(e.first("sy:updateFrequency")); err == nil && n > 1 {
		period /= time.Duration(n)
	}
	return period
}

// skipHours reads the hours of RSS skipHours, in which 24 stands for 0. All of them together mean
// nothing.
func skipHours(hours []string) []int {
	var skip []int
	for _, s := range hours {
		if h, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && h >= 0 && h <= 24 {
			skip = append(skip, h%24)
		}
	}
	slices.Sort(skip)
	if skip = slices.Compact(skip); len(skip) == 24 {
		return nil
	}
	return skip
}

// skipDays reads the days of RSS skipDays, by their English names. All of them together mean nothing.
func skipDays(names []string) []time.Weekday {
	var skip []time.Weekday
	for d := time.Sunday; d <= time.Saturday; d++ {
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), d.String()) }) {
			skip = append(skip, d)
		}
	}
	if len(skip) == 7 {
		return nil
	}
	return skip
}

// selfURL is the feed's own address as its links say.
func (r *reader) selfURL(links []ext.Extension) string {
	for _, l := range links {
		if l.Attrs["rel"] == "self" {
			return webURL(r.base, l.Attrs["href"])
		}
	}
	return ""
}

// add makes an article of an item and puts it into the feed. The error is for a document that grows
// out of proportion: relative addresses can make much of little.
func (r *reader) add(d draft) error {
	a, item := r.article(d)
	r.size += len(a.Content)
	if r.size > max(8<<20, 4*len(r.doc.Body)) {
		return fmt.Errorf("%w: %d bytes of content", ErrTooComplex, r.size)
	}
	r.feed.Articles = append(r.feed.Articles, a)
	r.feed.Items = append(r.feed.Items, item)
	return nil
}
