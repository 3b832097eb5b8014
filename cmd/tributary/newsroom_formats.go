package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"time"
)

// newsroomFormat is a way to write a newsroom's feed.
type newsroomFormat struct {
	mediaType string
	write     func(edition) ([]byte, error)
}

var newsroomFormats = map[string]newsroomFormat{
	"rss":      {"application/rss+xml", writeNewsroomRSS},
	"atom":     {"application/atom+xml", writeNewsroomAtom},
	"jsonfeed": {"application/feed+json", writeNewsroomJSON},
}

// writeNewsroomRSS writes RSS 2.0 with the content and Dublin Core modules.
func writeNewsroomRSS(e edition) ([]byte, error) {
	type guid struct {
		PermaLink bool   `xml:"isPermaLink,attr"`
		Text      string `xml:",chardata"`
	}
	type cdata struct {
		Text string `xml:",cdata"`
	}
	type item struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        guid     `xml:"guid"`
		Published   string   `xml:"pubDate"`
		Author      string   `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description"`
		Content     cdata    `xml:"content:encoded"`
	}
	var doc struct {
		XMLName     xml.Name `xml:"rss"`
		Version     string   `xml:"version,attr"`
		ContentNS   string   `xml:"xmlns:content,attr"`
		DublinCore  string   `xml:"xmlns:dc,attr"`
		Title       string   `xml:"channel>title"`
		Link        string   `xml:"channel>link"`
		Description string   `xml:"channel>description"`
		Language    string   `xml:"channel>language"`
		Built       string   `xml:"channel>lastBuildDate"`
		Items       []item   `xml:"channel>item"`
	}
	doc.Version = "2.0"
	doc.ContentNS = "http://purl.org/rss/1.0/modules/content/"
	doc.DublinCore = "http://purl.org/dc/elements/1.1/"
	doc.Title, doc.Link, doc.Description, doc.Language = e.Title, e.Base+"/", e.About, e.Language
	doc.Built = e.Articles[0].Published.Format(http.TimeFormat)
	for _, a := range e.Articles {
		doc.Items = append(doc.Items, item{
			Title: a.Title, Link: e.Link(a), GUID: guid{Text: e.ID(a)},
			Published: a.Published.Format(http.TimeFormat), Author: a.Author, Categories: a.Categories,
			Description: a.Summary, Content: cdata{a.Body},
		})
	}
	return marshalXML(doc)
}

// writeNewsroomAtom writes Atom 1.0 (RFC 4287).
func writeNewsroomAtom(e edition) ([]byte, error) {
	type link struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	type category struct {
		Term string `xml:"term,attr"`
	}
	type content struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	type entry struct {
		ID         string     `xml:"id"`
		Title      string     `xml:"title"`
		Link       link       `xml:"link"`
		Published  string     `xml:"published"`
		Updated    string     `xml:"updated"`
		Author     string     `xml:"author>name"`
		Categories []category `xml:"category"`
		Summary    string     `xml:"summary"`
		Content    content    `xml:"content"`
	}
	var doc struct {
		XMLName  xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Language string   `xml:"xml:lang,attr"`
		ID       string   `xml:"id"`
		Title    string   `xml:"title"`
		Subtitle string   `xml:"subtitle"`
		Updated  string   `xml:"updated"`
		Links    []link   `xml:"link"`
		Entries  []entry  `xml:"entry"`
	}
	doc.ID, doc.Title, doc.Subtitle, doc.Language = "tag:"+e.Domain+",2026:feed", e.Title, e.About, e.Language
	doc.Updated = e.Articles[0].Published.Format(time.RFC3339)
	doc.Links = []link{
		{Rel: "alternate", Type: "text/html", Href: e.Base + "/"},
		{Rel: "self", Type: "application/atom+xml", Href: e.Base + "/feed"},
	}
	for _, a := range e.Articles {
		published := a.Published.Format(time.RFC3339)
		item := entry{
			ID: e.ID(a), Title: a.Title, Link: link{Rel: "alternate", Type: "text/html", Href: e.Link(a)},
			Published: published, Updated: published, Author: a.Author,
			Summary: a.Summary, Content: content{Type: "html", Text: a.Body},
		}
		for _, c := range a.Categories {
			item.Categories = append(item.Categories, category{c})
		}
		doc.Entries = append(doc.Entries, item)
	}
	return marshalXML(doc)
}

// writeNewsroomJSON writes JSON Feed 1.1.
func writeNewsroomJSON(e edition) ([]byte, error) {
	type author struct {
		Name string `json:"name"`
	}
	type item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		Summary   string   `json:"summary"`
		Content   string   `json:"content_html"`
		Published string   `json:"date_published"`
		Authors   []author `json:"authors"`
		Tags      []string `json:"tags"`
	}
	doc := struct {
		Version     string `json:"version"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Language    string `json:"language"`
		Home        string `json:"home_page_url"`
		Self        string `json:"feed_url"`
		Items       []item `json:"items"`
	}{
		Version: "https://jsonfeed.org/version/1.1", Title: e.Title, Description: e.About, Language: e.Language,
		Home: e.Base + "/", Self: e.Base + "/feed",
	}
	for _, a := range e.Articles {
		doc.Items = append(doc.Items, item{
			ID: e.ID(a), URL: e.Link(a), Title: a.Title, Summary: a.Summary, Content: a.Body,
			Published: a.Published.Format(time.RFC3339), Authors: []author{{a.Author}}, Tags: a.Categories,
		})
	}
	return json.MarshalIndent(doc, "", "  ")
}

func marshalXML(doc any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
