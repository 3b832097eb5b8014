package render

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
)

// document is a feed ready to be written: what all formats have in common is decided here, so that
// they cannot differ. Texts are clean, URLs safe, times in UTC and whole seconds.
type document struct {
	id, title, description string
	language               string
	home, self             string
	links                  []feeds.FeedLink // to other documents, none twice
	archive                bool
	updated                time.Time // zero when unknown
	ttl                    time.Duration
	entries                []entry
}

// entry is one entry of a document. "" and zero say that there is no such thing.
type entry struct {
	id, link, title    string
	summary            string // text; never "" when there is no content
	content            string // HTML
	authors            []string
	categories         []string
	language           string
	image              string
	rights             string
	enclosures         []feeds.Enclosure
	published, updated time.Time // updated is never before published
	source             source
	others             []report
	score              float64
	evidence           []feeds.Hit
}

const (
	excerptLength = 500     // characters
	titleLength   = 100     // characters of a title that is made from the summary
	contentBudget = 2 << 20 // bytes of all contents: readers give up on larger documents
)

func prepare(f *feeds.Feed) document {
	d := document{
		id:          f.ID,
		title:       line(f.Title),
		description: line(f.Description),
		language:    tag(f.Language),
		home:        webURL(f.HomeURL),
		self:        webURL(f.SelfURL),
		links:       links(f.Links),
		archive:     f.Archive,
		updated:     moment(f.Updated),
		ttl:         f.TTL,
		entries:     make([]entry, len(f.Entries)),
	}
	ids := entryIDs(f.Entries)
	left := contentBudget
	for i, e := range f.Entries {
		p := prepareEntry(e, ids[i], d.updated)
		if left -= len(p.content); left < 0 { // this entry and the older ones
			p.content = ""
		}
		p.summary = cmp.Or(p.summary, emptySummary(p))
		d.entries[i] = p
	}
	return d
}

// emptySummary is what stands for the text of an entry that has none: who tells it. Validators and some
// readers want a text.
func emptySummary(p entry) string {
	if p.content != "" {
		return ""
	}
	return p.source.title
}

func prepareEntry(e feeds.Entry, id string, feedUpdated time.Time) entry {
	a := e.Article
	p := entry{
		id:         id,
		link:       webURL(a.URL),
		categories: lines(a.Categories),
		language:   tag(cmp.Or(a.Language, a.Source.Language)),
		rights:     line(a.Rights),
		source:     provenance(a),
		others:     reports(e.Story.Others),
		score:      e.Score,
		evidence:   evidence(e),
	}
	p.published, p.updated = dates(a, feedUpdated)
	p.authors = names(a.Authors)
	if len(p.authors) == 0 {
		p.authors = []string{p.source.title}
	}
	switch a.Source.Publish {
	case feeds.Full, "":
		p.summary, p.content = line(a.Summary), strings.TrimSpace(fit(a.Content))
		p.image, p.enclosures = webURL(a.Image), enclosures(a.Enclosures)
	case feeds.Excerpt:
		p.summary = cut(line(a.Summary), excerptLength)
		p.image, p.enclosures = webURL(a.Image), enclosures(a.Enclosures)
	case feeds.Link: // the title and a link, nothing that belongs to the publisher
	}
	if p.title = line(a.Title); p.title == "" {
		p.title = cmp.Or(cut(p.summary, titleLength), p.source.title)
	}
	p.content = withReports(p.content, p.summary, p.language, p.others)
	return p
}

// evidence gives the hits that count; never nil.
func evidence(e feeds.Entry) []feeds.Hit {
	counted := []feeds.Hit{}
	for h := range e.Evidence.Counted() {
		h.Term = line(h.Term)
		counted = append(counted, h)
	}
	return counted
}

// plausible is the first moment that validators believe.
var plausible = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// dates gives when the article was published and last changed. A date before feeds were thought of, or a
// change that is said to be later than the feed's own, is not credible: such an entry would look new for
// ever.
func dates(a feeds.Article, feedUpdated time.Time) (published, updated time.Time) {
	published, updated = moment(a.Date()), moment(a.Updated)
	if published.Before(plausible) {
		published = moment(a.Seen)
	}
	if !feedUpdated.IsZero() && updated.After(feedUpdated) || updated.Before(published) {
		updated = published
	}
	return published, updated
}

// moment gives t as all formats can write it: in UTC, to the second, and zero when the year does
// not have four digits (RFC 3339 §5.6).
func moment(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Second)
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}
	}
	return t
}

// stamp formats t, and gives "" for the zero time.
func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
}

// enclosures gives the files that can be fetched over HTTP, none twice, each with a media type, which both
// RSS and JSON Feed demand.
func enclosures(all []feeds.Enclosure) []feeds.Enclosure {
	var good []feeds.Enclosure
	for _, e := range all {
		url := webURL(e.URL)
		if url != "" && !slices.ContainsFunc(good, func(g feeds.Enclosure) bool { return g.URL == url }) {
			good = append(good, feeds.Enclosure{URL: url, Type: mediaType(e), Length: max(e.Length, 0)})
		}
	}
	return good
}

// links gives the links to other documents, without what cannot be written and without repetition. Of
// alternates of one type and language there may be one (RFC 4287 §4.1.1).
func links(all []feeds.FeedLink) []feeds.FeedLink {
	var good []feeds.FeedLink
	for _, l := range all {
		l = feeds.FeedLink{Rel: l.Rel, URL: webURL(l.URL), Type: l.Type, Title: line(l.Title), Language: tag(l.Language)}
		same := func(g feeds.FeedLink) bool {
			return g.Rel == l.Rel && (g.URL == l.URL || g.Rel == "alternate" && g.Type == l.Type && g.Language == l.Language)
		}
		if l.URL != "" && !slices.ContainsFunc(good, same) {
			good = append(good, l)
		}
	}
	return good
}
