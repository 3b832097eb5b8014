package parse

import (
	"cmp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"tributary/feeds"
)

// Bounds of an article, in bytes and in number. What is over them is cut off.
const (
	maxTitle      = 1024
	maxPerson     = 128
	maxAuthors    = 20
	maxCategory   = 64
	maxCategories = 50
	maxEnclosures = 20
	maxRights     = 512
	maxGUID       = 2048
)

// draft is what an item says, before it is an article. Lists are in order of preference.
type draft struct {
	id, permalink string
	links         []string // absolute; may have empty ones, as the other lists
	title         markup
	summaries     []markup
	contents      []markup
	captions      []markup // of media: the summary when there is no other
	authors       []string
	categories    []string
	language      []string // as the item declares
	inherited     string   // xml:lang of the item
	rights        string
	images        []string
	enclosures    []feeds.Enclosure
	published     []string
	updated       []string
	base          string // xml:base of the item; "" for the document's own
	raw           feeds.RawHash
}

// facts takes over what the guard knows about the item.
func (d *draft) facts(f itemFacts) {
	d.base, d.inherited, d.raw = f.base, f.lang, f.raw
}

// article makes an article of an item.
func (r *reader) article(d draft) (feeds.Article, Item) {
	a := feeds.Article{
		GUID:       limit(d.id, maxGUID),
		URL:        r.link(d),
		Title:      limit(d.title.text(), maxTitle),
		Rights:     limit(d.rights, maxRights),
		Categories: d.categories,
		Enclosures: d.enclosures,
		Published:  r.date(d.published...),
		Updated:    r.date(d.updated...),
	}
	if a.Published.IsZero() {
		a.Published = a.Updated
	}
	item := Item{Raw: d.raw}
	for _, s := range d.authors {
		name := nameOf(s)
		if item.Author == "" {
			item.Author = limit(name, 2*maxPerson)
		}
		a.Authors = appendAuthor(a.Authors, name)
	}
	for _, u := range d.images {
		a.Image = cmp.Or(a.Image, u)
	}
	text := r.prose(&a, d)
	a.Language = r.articleLanguage(d, a.Title, text)
	return a, item
}

// link is the article's page: the link of the item, or an id that is one.
func (r *reader) link(d draft) string {
	for _, u := range d.links {
		if u != "" {
			return u
		}
	}
	if s := scheme(d.permalink); s == "http" || s == "https" {
		return webURL("", d.permalink)
	}
	return ""
}

// prose sets the article's content and summary, and the image when only a text has one. It gives the
// text.
//
// An item with one text has it as its content, unless it is so short and plain that the summary says
// all of it. Of two texts the one in the place of the content is the content, but for publishers who
// put the whole article into the description and a line into the content.
func (r *reader) prose(a *feeds.Article, d draft) string {
	if len(d.summaries) == 0 {
		d.summaries = d.captions
	}
	var content, summary *html.Node
	if len(d.contents) > 0 {
		content = r.tree(d.contents[0], d, a.URL)
	}
	if len(d.summaries) > 0 {
		summary = r.tree(d.summaries[0], d, a.URL)
	}
	summaryText := ""
	if summary != nil {
		summaryText = prose(summary)
	}
	contentText := ""
	if content != nil {
		contentText = prose(content)
	}
	switch {
	case content == nil && summary != nil && (rich(summary) || len(summaryText) > maxSummary),
		len(summaryText) > 2*len(contentText) && len(summaryText) > maxSummary:
		content, contentText = summary, summaryText
	}
	if content != nil {
		a.Content = render(content)
	}
	for _, root := range []*html.Node{content, summary} {
		if root != nil && a.Image == "" {
			a.Image = firstImage(root)
		}
	}
	a.Summary = summarise(cmp.Or(summaryText, contentText))
	return cmp.Or(contentText, summaryText)
}

// tree cleans a text of an item.
func (r *reader) tree(m markup, d draft, page string) *html.Node {
	base := cmp.Or(m.base, cmp.Or(d.base, r.base))
	root := build(m.html(), scope{base: base, page: page, xml: m.format == xhtmlText})
	dropBoilerplate(root)
	return root
}

// rich says whether a text has more than paragraphs.
func rich(root *html.Node) bool {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data != "p" && n.Data != "br" {
			return true
		}
	}
	return false
}

// notProse are the elements whose text is not that of the article.
var notProse = set("figure", "table", "audio", "video", "pre")

// maxProse is how much text is looked at, in bytes, to summarise an article and to tell its language.
const maxProse = 4096

// prose is the text of an article as one line, without the captions of pictures and the like when
// there is something else.
func prose(root *html.Node) string {
	var b strings.Builder
	b.Grow(maxProse / 2)
	appendText(&b, root, notProse, maxProse)
	if s := trimTeaser(line(b.String())); s != "" {
		return s
	}
	return trimTeaser(line(textOf(root)))
}

// appendAuthor adds the name in "name (address)" and its like, once.
func appendAuthor(authors []string, s string) []string {
	name := limit(authorName(s), maxPerson)
	if name == "" || len(authors) >= maxAuthors {
		return authors
	}
	for _, a := range authors {
		if strings.EqualFold(a, name) {
			return authors
		}
	}
	return append(authors, name)
}

// authorName is the name in "name (address)", "address (name)", "name <address>" or "address": no
// address is republished where there is a name.
func authorName(s string) string {
	s = strings.TrimPrefix(s, "mailto:")
	before, inside, ok := cutPair(s, '(', ')')
	if !ok {
		before, inside, ok = cutPair(s, '<', '>')
	}
	if !ok {
		return s
	}
	switch {
	case strings.Contains(before, "@") && !strings.Contains(inside, "@"):
		return cmp.Or(inside, before)
	case strings.Contains(inside, "@"):
		return cmp.Or(before, inside)
	}
	return s
}

// cutPair splits "before (inside)".
func cutPair(s string, open, end byte) (before, inside string, ok bool) {
	i := strings.IndexByte(s, open)
	if i < 0 || s[len(s)-1] != end {
		return s, "", false
	}
	return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1 : len(s)-1]), true
}

// size is a number of bytes; 0 for what is none.
func size(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// limit is cut for a line of text: no space is left at the end.
func limit(s string, n int) string { return strings.TrimSpace(cut(s, n)) }
