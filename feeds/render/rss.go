package render

import (
	"cmp"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"

	gorilla "github.com/gorilla/feeds"

	"tributary/feeds"
)

// rfc822 is the date of RSS 2.0: RFC 822 with four digits for the year.
const rfc822 = "Mon, 02 Jan 2006 15:04:05 GMT"

type rssRoot struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Channel rssChannel
}

type rssChannel struct {
	XMLName xml.Name `xml:"channel"`
	Title   rssText  `xml:"title"`
	gorilla.RssFeed
	Self  rssSelf
	Items []ownLine[rssItem] `xml:"item"`
}

type rssSelf struct {
	XMLName xml.Name `xml:"atom:link"`
	Href    string   `xml:"href,attr"`
	Rel     string   `xml:"rel,attr"`
	Type    string   `xml:"type,attr"`
}

// rssItem hides the link and the description of the embedded struct because they are written even
// when empty, the content because it must follow the description, and the rest because RSS wants
// them otherwise.
type rssItem struct {
	XMLName xml.Name `xml:"item"`
	Title   rssText  `xml:"title"`
	gorilla.RssItem
	Link        string `xml:"link,omitempty"`
	Description string `xml:"description,omitempty"`
	Content     *gorilla.RssContent
	Categories  []string `xml:"category"`
	Source      *rssSource
	Creators    []string `xml:"dc:creator"`
	Language    string   `xml:"dc:language,omitempty"`
	Rights      string   `xml:"dc:rights,omitempty"`
	Image       *media
}

type rssSource struct {
	XMLName xml.Name `xml:"source"`
	URL     string   `xml:"url,attr"`
	Title   string   `xml:",chardata"`
}

// rssText is text with & and < as numeric references, which no reader takes for markup (RSS
// Advisory Board, Best Practices Profile, "Character Data").
type rssText struct {
	XML string `xml:",innerxml"`
}

var numericReferences = strings.NewReplacer("&amp;", "&#x26;", "&lt;", "&#x3C;")

func newRSSText(s string) rssText {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return rssText{XML: numericReferences.Replace(b.String())}
}

func writeRSS(w io.Writer, f *feeds.Feed) error {
	d := prepare(f)
	c := rssChannel{
		Title: newRSSText(d.title),
		RssFeed: gorilla.RssFeed{
			Link:          d.home,
			Description:   cmp.Or(d.description, d.title), // required
			Language:      d.language,
			Copyright:     rights,
			LastBuildDate: stamp(d.updated, rfc822),
			Generator:     generator,
			Docs:          "https://www.rssboard.org/rss-specification",
			Ttl:           int((d.ttl + time.Minute - 1) / time.Minute),
		},
		Self: rssSelf{Href: d.self, Rel: "self", Type: "application/rss+xml"},
	}
	for _, e := range d.entries {
		c.Items = append(c.Items, ownLine[rssItem]{newRSSItem(e)})
	}
	return writeXML(w, rssRoot{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Media:   mediaNS,
		Channel: c,
	})
}

func newRSSItem(e entry) rssItem {
	item := rssItem{
		Title: newRSSText(e.title),
		RssItem: gorilla.RssItem{
			Guid:    &gorilla.RssGuid{Id: e.id, IsPermaLink: strconv.FormatBool(e.id == e.link)},
			PubDate: stamp(e.published, rfc822),
		},
		Link:        e.link,
		Description: asHTML(e.summary),
		Categories:  e.categories,
		Creators:    e.authors,
		Language:    e.language,
		Rights:      e.rights,
		Image:       image(e.image),
	}
	if e.content != "" {
		item.Content = &gorilla.RssContent{Content: e.content}
	}
	if e.source.url != "" {
		item.Source = &rssSource{URL: e.source.url, Title: e.source.title}
	}
	if len(e.enclosures) > 0 { // RSS knows one per item
		x := e.enclosures[0]
		item.Enclosure = &gorilla.RssEnclosure{Url: x.URL, Type: x.Type, Length: strconv.FormatInt(x.Length, 10)}
	}
	return item
}
