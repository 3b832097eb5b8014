package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"tributary/feeds"
	"tributary/feeds/parse"
)

// parseInput is one document of a batch.
type parseInput struct {
	ID      json.RawMessage        `json:"id"`
	URL     string                 `json:"url"`
	Headers map[string]headerValue `json:"headers"`
	Body    []byte                 `json:"body"` // base64
}

// parseOutput is what a document came to. Dates are in RFC 3339, UTC.
type parseOutput struct {
	ID       json.RawMessage `json:"id,omitempty"` // of a batch's document
	OK       bool            `json:"ok"`
	Error    string          `json:"error,omitempty"`
	Version  string          `json:"version,omitempty"`
	Encoding string          `json:"encoding,omitempty"`
	Feed     *parsedFeed     `json:"feed,omitempty"`
	Entries  []parsedEntry   `json:"entries"`
}

type parsedFeed struct {
	Title    string      `json:"title"`
	Link     string      `json:"link"`
	Subtitle string      `json:"subtitle"`
	ID       string      `json:"id"`
	Language string      `json:"language"`
	Author   string      `json:"author"`
	Updated  *time.Time  `json:"updated_parsed"`
	Image    *parsedLink `json:"image,omitempty"`
	Tags     []parsedTag `json:"tags"`
}

type parsedEntry struct {
	Title      string          `json:"title"`
	Link       string          `json:"link"`
	ID         string          `json:"id"`
	Summary    string          `json:"summary"`
	Content    []parsedContent `json:"content"`
	Published  *time.Time      `json:"published_parsed"`
	Updated    *time.Time      `json:"updated_parsed"`
	Author     string          `json:"author"`
	Authors    []string        `json:"authors"`
	Language   string          `json:"language"`
	Rights     string          `json:"rights"`
	Image      *parsedLink     `json:"image,omitempty"`
	Tags       []parsedTag     `json:"tags"`
	Enclosures []parsedLink    `json:"enclosures"`
}

type parsedContent struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

type parsedTag struct {
	Term string `json:"term"`
}

type parsedLink struct {
	Href   string `json:"href"`
	Type   string `json:"type,omitempty"`
	Length string `json:"length,omitempty"` // bytes
}

// parseCommand shows what the parser makes of a document, for those who compare parsers.
type parseCommand struct {
	Batch   bool   `help:"Read JSON lines {id, url, headers, body in base64} and write a line for each."`
	URL     string `help:"Where the document came from." env:"FEED_URL"`
	Headers string `help:"The answer's header fields, as a JSON object." env:"FEED_HEADERS"`
}

func (c parseCommand) Run(t terminal) error {
	return runParse(t.in, t.out, c.Batch, c.URL, c.Headers)
}

// runParse reads one document, or the documents of a batch as JSON lines, and writes what each came
// to as a line of JSON. address and headers (a JSON object) are those of the one document.
func runParse(in io.Reader, out io.Writer, batch bool, address, headers string) error {
	if batch {
		return answerLines(in, out, func(input parseInput, err error) any {
			if err != nil {
				return parseOutput{ID: input.ID, Error: err.Error(), Entries: []parsedEntry{}}
			}
			return parseOne(input)
		})
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	input := parseInput{URL: address, Body: body}
	if headers != "" {
		if err := json.Unmarshal([]byte(headers), &input.Headers); err != nil {
			return fmt.Errorf("read FEED_HEADERS: %w", err)
		}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(parseOne(input))
}

func parseOne(in parseInput) parseOutput {
	h := http.Header{}
	for name, value := range in.Headers {
		h.Set(name, string(value))
	}
	f, err := parse.Parse(parse.Document{
		URL: in.URL, ContentType: h.Get("Content-Type"), ContentLocation: h.Get("Content-Location"),
		Language: h.Get("Content-Language"), Now: time.Now(), Body: in.Body,
	})
	if err != nil {
		return parseOutput{ID: in.ID, Error: err.Error(), Entries: []parsedEntry{}}
	}
	o := parseOutput{ID: in.ID, OK: true, Version: f.Version, Encoding: f.Encoding, Entries: []parsedEntry{}}
	o.Feed = &parsedFeed{
		Title: f.Title, Link: f.SiteURL, Subtitle: f.Description, ID: f.ID, Language: f.Language, Author: f.Author,
		Updated: moment(f.Updated), Image: link(f.Image), Tags: tags(f.Categories),
	}
	if o.Feed.Language == "" {
		o.Feed.Language = h.Get("Content-Language")
	}
	for i := range f.Articles {
		o.Entries = append(o.Entries, entryOf(&f.Articles[i], f.Items[i]))
	}
	return o
}

func entryOf(a *feeds.Article, item parse.Item) parsedEntry {
	e := parsedEntry{
		Title: a.Title, Link: a.URL, ID: a.GUID, Summary: a.Summary, Published: moment(a.Published), Updated: moment(a.Updated),
		Author: item.Author, Authors: append([]string{}, a.Authors...), Language: a.Language, Rights: a.Rights, Image: link(a.Image), Tags: tags(a.Categories),
		Content: []parsedContent{}, Enclosures: []parsedLink{}, // lists are never null
	}
	if a.Content != "" {
		e.Content = []parsedContent{{Value: a.Content, Type: "text/html"}}
	}
	for _, x := range a.Enclosures {
		l := parsedLink{Href: x.URL, Type: x.Type}
		if x.Length > 0 {
			l.Length = strconv.FormatInt(x.Length, 10)
		}
		e.Enclosures = append(e.Enclosures, l)
	}
	return e
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func link(href string) *parsedLink {
	if href == "" {
		return nil
	}
	return &parsedLink{Href: href}
}

func tags(terms []string) []parsedTag {
	out := []parsedTag{}
	for _, t := range terms {
		out = append(out, parsedTag{t})
	}
	return out
}
