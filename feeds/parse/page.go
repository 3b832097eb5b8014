package parse

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"tributary/feeds"
)

// ErrNoArticle says that a page shows nothing that reads like an article.
var ErrNoArticle = errors.New("no article")

// Bounds of a page. Readability's time grows with its bytes, and with the elements times their depth.
const (
	maxPage       = 4 << 20 // bytes
	maxPageDepths = 400_000 // sum of all elements' depths; the greatest of 130 real pages had 120,000
)

// IsPage says whether a document is an HTML page, or a piece of one, going by how it begins.
func IsPage(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	return bytes.HasPrefix(body, []byte("<")) &&
		(strings.HasPrefix(http.DetectContentType(body), "text/html") || looksLike(body) == "an HTML page")
}

// Page reads an HTML page and gives the article that it shows, without what stands around it: menus,
// bars to share it, comments, lists of other articles. The article is normalised and cleaned as one
// of a feed; GUID, ID, Source and Seen are zero. The error wraps one of this package's.
func Page(d Document) (a feeds.Article, err error) {
	if len(d.Body) > maxPage {
		return a, fmt.Errorf("read page: %w: over %d MiB", ErrTooComplex, maxPage>>20)
	}
	defer func() {
		if p := recover(); p != nil {
			a, err = feeds.Article{}, fmt.Errorf("read page: %w: %v", ErrBroken, p)
		}
	}()
	root, err := html.Parse(bytes.NewReader(pageText(d)))
	if err != nil { // elements in one another by the hundred
		return a, fmt.Errorf("read page: %w: %w", ErrTooComplex, err)
	}
	var head head
	if head.read(root, 0); head.depths > maxPageDepths {
		return a, fmt.Errorf("read page: %w: too many elements in one another", ErrTooComplex)
	}
	r := reader{doc: d, base: cmp.Or(d.URL, webURL("", head.canonical))}
	draft, err := r.extract(root, head)
	if err != nil {
		return a, fmt.Errorf("read page: %w", err)
	}
	a, _ = r.article(draft)
	if a.Title == "" && a.Summary == "" {
		return a, fmt.Errorf("read page: %w", ErrNoArticle)
	}
	return a, nil
}

// pageText decodes a page, whose own declaration HTML has in another place than XML.
func pageText(d Document) []byte {
	if enc, _, certain := charset.DetermineEncoding(d.Body, d.ContentType); certain && !utf8.Valid(d.Body) {
		return decode(d.Body, enc)
	}
	text, _ := toUTF8(d.Body, d.ContentType)
	return text
}

// extract finds the article in the tree of a page, which it takes apart.
func (r *reader) extract(root *html.Node, head head) (d draft, err error) {
	at, err := url.Parse(r.base)
	if err != nil || !at.IsAbs() {
		at = nil
	}
	parser := readability.NewParser()
	found, err := parser.ParseAndMutate(root, at)
	if err != nil {
		return d, fmt.Errorf("%w: %w", ErrNoArticle, err)
	}
	d = draft{
		links:      []string{r.base},
		title:      markup{body: found.Title()},
		authors:    []string{trimBy(found.Byline())},
		categories: tidyCategories(head.categories),
		language:   []string{found.Language()},
		images:     []string{webURL(r.base, found.ImageURL())},
	}
	if s := found.Excerpt(); s != "" {
		d.summaries = []markup{{body: s}}
	}
	if found.Node != nil {
		var b strings.Builder
		if err := html.Render(&b, found.Node); err != nil {
			return d, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		d.contents = []markup{{body: b.String(), format: htmlText}}
	}
	if t, err := found.PublishedTime(); err == nil {
		d.published = []string{t.Format(time.RFC3339)}
	}
	if t, err := found.ModifiedTime(); err == nil {
		d.updated = []string{t.Format(time.RFC3339)}
	}
	return d, nil
}

// trimBy takes the word off a byline that stands before the name.
func trimBy(s string) string {
	word, rest, _ := strings.Cut(line(s), " ")
	switch strings.ToLower(word) {
	case "by", "por", "par":
		return rest
	}
	return line(s)
}

// head is what a page says about itself that readability does not look for.
type head struct {
	depths     int      // of all elements, added up
	canonical  string   // as written
	categories []string // Open Graph's section and tags of an article
}

func (h *head) read(n *html.Node, depth int) {
	if n.Type == html.ElementNode {
		h.depths += depth
		switch property := value(n.Attr, "property"); {
		case n.Data == "link" && h.canonical == "" && strings.EqualFold(value(n.Attr, "rel"), "canonical"):
			h.canonical = value(n.Attr, "href")
		case n.Data == "meta" && (property == "article:section" || property == "article:tag"):
			h.categories = append(h.categories, value(n.Attr, "content"))
		}
	}
	for c := range n.ChildNodes() {
		h.read(c, depth+1)
	}
}

// Text gives an article of plain text: its title in the first line, then what a feed would have as
// its description. It is normalised as an article of a feed.
func Text(d Document) feeds.Article {
	body, _ := toUTF8(d.Body[:min(len(d.Body), maxHTMLIn)], d.ContentType)
	title, rest, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	r := reader{doc: d, base: d.URL}
	draft := draft{title: markup{body: title}, links: []string{d.URL}}
	if rest = strings.TrimSpace(rest); rest != "" {
		draft.summaries = []markup{{body: rest}}
	}
	a, _ := r.article(draft)
	return a
}
