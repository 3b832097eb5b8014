package web

import (
	"cmp"
	"strings"
	"time"

	"tributary/feeds"
)

// item is an article as a page shows it.
type item struct {
	ID           string
	Title        string
	URL          string // of its page at the publisher's; "" when it has none
	Path         string // of our page of it
	More         string // what that page offers
	Source       string
	Language     string // BCP 47; "" when it is none that browsers know
	LanguageName string
	Date         time.Time
	Summary      string
	Image        string
	Others       []other // that tell the same story
	Why          *why    // nil when there is nothing to say
}

// other is another source's article on the same event.
type other struct {
	Source, Title, URL string
}

// summaryLength is how many characters of a summary a page shows at most.
const summaryLength = 320

// mostOthers is how many sources of a story are named beside an entry; all are on the article's page.
const mostOthers = 5

// newItem takes from an article what may be shown of it under its source's publish setting. Root is
// the path of the service.
func newItem(root string, a feeds.Article, s feeds.Story) item {
	i := item{
		ID:           a.ID,
		Title:        cmp.Or(strings.TrimSpace(a.Title), shorten(a.Summary, 80), a.URL, "Untitled"),
		URL:          webURL(a.URL),
		Path:         root + "/articles/" + a.ID,
		More:         "Details",
		Source:       sourceName(a),
		Language:     languageTag(a.Language),
		LanguageName: englishName(a.Language),
		Date:         a.Date(),
	}
	if a.Source.Publish != feeds.Link {
		i.Summary = shorten(a.Summary, summaryLength)
	}
	if isFull(a) {
		i.Image = imageURL(a.Image)
		if a.Content != "" {
			i.More = "Read here"
		}
	}
	for _, o := range s.Others {
		if u := webURL(o.URL); u != "" && len(i.Others) < mostOthers {
			i.Others = append(i.Others, other{sourceName(o), o.Title, u})
		}
	}
	return i
}

// isFull says whether all of the article may be republished.
func isFull(a feeds.Article) bool {
	return a.Source.Publish == feeds.Full || a.Source.Publish == ""
}

// sourceName is what readers know the article's source by.
func sourceName(a feeds.Article) string {
	return cmp.Or(a.Source.Title, hostname(a.URL), hostname(a.Source.URL), "unknown source")
}
