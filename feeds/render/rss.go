package render

import (
	"cmp"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
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
	History string   `xml:"xmlns:fh,attr,omitempty"`
	Channel rssChannel
}

type rssChannel struct {
	XMLName xml.Name `xml:"channel"`
	gorilla.RssFeed
	Links   []rssLink
	Archive *struct{}          `xml:"fh:archive"`
	Items   []ownLine[rssItem] `xml:"item"`
}

// rssLink is Atom's element inside RSS.
type rssLink struct {
	XMLName xml.Name `xml:"atom:link"`
	atomAttrs
}

// rssItem hides the link and the description of the embedded struct because they are written even
// when empty, the content because it must follow the description, and the rest because RSS wants
// them otherwise.
type rssItem struct {
	XMLName xml.Name `xml:"item"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	gorilla.RssItem
	Link        string   `xml:"link,omitempty"`
	Description string   `xml:"description,omitempty"`
	Categories  []string `xml:"category"`
	Source      *rssSource
	Creators    []string `xml:"dc:creator"`
	Updated     string   `xml:"atom:updated,omitempty"`
	Language    string   `xml:"dc:language,omitempty"`
	Rights      string   `xml:"dc:rights,omitempty"`
	Media       []media
	Thumbnail   *thumbnail
	Content     *gorilla.RssContent
}

type rssSource struct {
	XMLName xml.Name `xml:"source"`
	URL     string   `xml:"url,attr"`
	Title   string   `xml:",chardata"`
}

func writeRSS(w io.Writer, f *feeds.Feed) error {
	d := prepare(f)
	c := rssChannel{
		RssFeed: gorilla.RssFeed{
			Title:         d.title,
			Link:          d.home,
			Description:   cmp.Or(d.description, d.title), // required
			Language:      d.language,
			Copyright:     rights,
			LastBuildDate: stamp(d.updated, rfc822),
			Generator:     generator,
			Docs:          "https://www.rssboard.org/rss-specification",
			Ttl:           int((d.ttl + time.Minute - 1) / time.Minute),
		},
	}
	root := rssRoot{
		Version: "2.0",
		Atom:    atomNS,
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Media:   mediaNS,
	}
	if d.archive {
		root.History, c.Archive = historyNS, &struct{}{}
	}
	for _, l := range atomLinks(d, "application/rss+xml") {
		c.Links = append(c.Links, rssLink{atomAttrs: l.atomAttrs})
	}
	for _, e := range d.entries {
		c.Items = append(c.Items, ownLine[rssItem]{newRSSItem(e)})
	}
	root.Channel = c
	return writeXML(w, root)
}

func newRSSItem(e entry) rssItem {
	item := rssItem{
		RssItem: gorilla.RssItem{
			Title:   e.title,
			Guid:    &gorilla.RssGuid{Id: e.id, IsPermaLink: strconv.FormatBool(e.id == e.link)},
			PubDate: stamp(e.published, rfc822),
		},
		Lang:        e.language,
		Link:        e.link,
		Description: asHTML(e.summary),
		Categories:  e.categories,
		Creators:    e.authors,
		Language:    e.language,
		Rights:      e.rights,
	}
	switch {
	case e.summary == "": // a content follows a description, and does not replace it
		item.Description = e.content
	case e.content != "":
		item.Content = &gorilla.RssContent{Content: e.content}
	}
	if e.updated.After(e.published) {
		item.Updated = stamp(e.updated, time.RFC3339)
	}
	if e.source.url != "" {
		item.Source = &rssSource{URL: e.source.url, Title: e.source.title}
	}
	e.enclosures = slices.Clone(e.enclosures)
	if i := slices.IndexFunc(e.enclosures, rssEnclosable); i >= 0 { // RSS knows one per item
		x := e.enclosures[i]
		item.Enclosure = &gorilla.RssEnclosure{Url: x.URL, Type: x.Type, Length: strconv.FormatInt(x.Length, 10)}
		e.enclosures = slices.Delete(e.enclosures, i, i+1)
	}
	item.Media, item.Thumbnail = pictures(e)
	for _, x := range e.enclosures {
		if x.URL != e.image {
			item.Media = append(item.Media, mediaFile(x))
		}
	}
	return item
}

// rssEnclosable says whether a file's host has a name of the kind that RSS readers can fetch from.
func rssEnclosable(x feeds.Enclosure) bool { return namedHost.MatchString(x.URL) }

var namedHost = regexp.MustCompile(`^https?://([A-Za-z0-9-]+\.)+[A-Za-z0-9][A-Za-z0-9-]*(:\d+)?(/|$)`)
