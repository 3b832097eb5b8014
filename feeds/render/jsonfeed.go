package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	gorilla "github.com/gorilla/feeds"

	"tributary/feeds"
)

// jsonFeed hides the items of the embedded struct, which an empty feed would lack.
type jsonFeed struct {
	gorilla.JSONFeed
	Items []jsonItem `json:"items"`
}

// jsonItem hides the dates, which would be written with fractions of a second, the contents, one of
// which is demanded even when empty, and the attachments, whose sizes have a wrong name and 32 bits.
type jsonItem struct {
	gorilla.JSONItem
	Language      string           `json:"language,omitempty"`
	DatePublished string           `json:"date_published,omitempty"`
	DateModified  string           `json:"date_modified,omitempty"`
	ContentHTML   *string          `json:"content_html,omitempty"`
	ContentText   *string          `json:"content_text,omitempty"`
	Attachments   []jsonAttachment `json:"attachments,omitempty"`
	Tributary     jsonExtension    `json:"_tributary"`
}

type jsonAttachment struct {
	URL       string `json:"url"`
	MediaType string `json:"mime_type"`
	Size      int64  `json:"size_in_bytes,omitempty"`
}

// jsonExtension says where the article came from and why it is in the feed.
type jsonExtension struct {
	About    string      `json:"about"`
	Source   jsonSource  `json:"source"`
	Rights   string      `json:"rights,omitempty"`
	Also     []jsonAlso  `json:"also_reported_by,omitempty"`
	Score    float64     `json:"score"`
	Evidence []feeds.Hit `json:"evidence"`
}

type jsonSource struct {
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
}

// jsonAlso is another source's article of the same story.
type jsonAlso struct {
	Source string `json:"source"`
	Title  string `json:"title"`
	URL    string `json:"url"`
}

const aboutExtension = "where the article comes from, who else reports it, and why it is in this feed: the terms found and what each scored"

func writeJSON(w io.Writer, f *feeds.Feed) error {
	d := prepare(f)
	doc := jsonFeed{
		JSONFeed: gorilla.JSONFeed{
			Version:     "https://jsonfeed.org/version/1.1",
			Title:       d.title,
			Language:    d.language,
			HomePageUrl: d.home,
			FeedUrl:     d.self,
			Description: d.description,
		},
		Items: make([]jsonItem, len(d.entries)),
	}
	for _, l := range d.links {
		switch l.Rel {
		case "hub":
			doc.Hubs = append(doc.Hubs, &gorilla.JSONHub{Type: "WebSub", Url: l.URL})
		case "prev-archive": // what comes before these entries
			doc.NextUrl = l.URL
		}
	}
	for i, e := range d.entries {
		doc.Items[i] = newJSONItem(e)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode feed: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return nil
}

func newJSONItem(e entry) jsonItem {
	item := jsonItem{
		JSONItem: gorilla.JSONItem{
			Id:      e.id,
			Url:     e.link,
			Title:   e.title,
			Summary: e.summary,
			Image:   e.image,
			Tags:    e.categories,
		},
		Language:      e.language,
		DatePublished: stamp(e.published, time.RFC3339),
		Tributary: jsonExtension{
			About:    aboutExtension,
			Source:   jsonSource{Title: e.source.title, URL: e.source.url},
			Rights:   e.rights,
			Score:    math.Round(e.score*1000) / 1000,
			Evidence: e.evidence,
		},
	}
	if e.updated.After(e.published) {
		item.DateModified = stamp(e.updated, time.RFC3339)
	}
	if e.content != "" {
		item.ContentHTML = &e.content
	} else {
		item.ContentText = &e.summary
	}
	for _, name := range e.authors {
		item.Authors = append(item.Authors, &gorilla.JSONAuthor{Name: name})
	}
	for _, r := range e.others {
		item.Tributary.Also = append(item.Tributary.Also, jsonAlso{Source: r.source, Title: r.title, URL: r.link})
	}
	for _, x := range e.enclosures {
		item.Attachments = append(item.Attachments, jsonAttachment{URL: x.URL, MediaType: x.Type, Size: x.Length})
	}
	return item
}
