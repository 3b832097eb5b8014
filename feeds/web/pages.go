package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tributary/feeds"
	"tributary/feeds/render"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name; each fills in the blocks of the layout.
var templates = map[string]*template.Template{
	"index": parsePage("index"),
	"topic": parsePage("topic"),
	"about": parsePage("about"),
}

func parsePage(name string) *template.Template {
	t := template.New("layout.html").Funcs(template.FuncMap{
		"stamp":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"moment": func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") + " UTC" },
		"points": func(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) },
		"span":   span,
	})
	return template.Must(t.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
}

// frame is what every page needs.
type frame struct {
	Site   Site
	Root   string // path of the service, without a final slash
	Style  string // path of the style sheet, with its version
	Script string // path of the script, with its version
	Title  string // of the page; "" on the index page
	Feeds  []link // for autodiscovery
}

// link is a feed in one format.
type link struct {
	Name  string // of the format
	Title string
	Type  string // media type without parameters
	URL   string // absolute
}

func (v *view) frame(title string, topics ...*stream) frame {
	f := frame{
		Site:   v.Site,
		Root:   v.prefix,
		Style:  v.prefix + "/style.css?v=" + version(style()),
		Script: v.prefix + "/script.js?v=" + version(script()),
		Title:  title,
	}
	for _, t := range topics {
		f.Feeds = append(f.Feeds, t.links()...)
	}
	return f
}

// links gives the topic's feed in every format.
func (t *stream) links() []link {
	var links []link
	for _, f := range render.Formats {
		mediaType, _, _ := strings.Cut(f.MediaType, ";")
		links = append(links, link{f.Name, t.Title + " (" + f.Name + ")", mediaType, t.feedURL(f)})
	}
	return links
}

// all gives the topics in the site's order.
func (v *view) all() []*stream {
	topics := make([]*stream, len(v.Topics))
	for i, t := range v.Topics {
		topics[i] = v.topics[t.ID]
	}
	return topics
}

// execute fills in a page.
func execute(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := templates[name].Execute(&b, data); err != nil {
		return nil, fmt.Errorf("write page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// item is an entry as a page shows it.
type item struct {
	ID       string
	Title    string
	URL      string // "" when the article has no page
	Source   string
	Language string
	Date     time.Time
	Summary  string
	Image    string
	Score    float64
	Evidence []feeds.Hit
}

// newItem takes from an entry what may be shown of it under its source's publish setting.
func newItem(e feeds.Entry) item {
	a := e.Article
	i := item{
		ID:       a.ID,
		Title:    cmp.Or(strings.TrimSpace(a.Title), shorten(a.Summary, 80), a.URL, "Untitled"),
		URL:      webURL(a.URL),
		Source:   cmp.Or(a.Source.Title, hostname(a.URL), "unknown source"),
		Language: a.Language,
		Date:     a.Date(),
		Score:    e.Score,
		Evidence: slices.Collect(e.Evidence.Counted()),
	}
	if a.Source.Publish != feeds.Link {
		i.Summary = shorten(a.Summary, 500)
	}
	if a.Source.Publish == feeds.Full || a.Source.Publish == "" {
		if strings.HasPrefix(a.Image, "https:") { // no other scheme may load, as the policy says
			i.Image = a.Image
		}
	}
	return i
}

// shorten cuts plain text after a word, to n characters at most and an ellipsis.
func shorten(s string, n int) string {
	s = strings.TrimSpace(s)
	characters := []rune(s)
	if len(characters) <= n {
		return s
	}
	end := n
	for end > n/2 && !unicode.IsSpace(characters[end]) {
		end--
	}
	if !unicode.IsSpace(characters[end]) {
		end = n // no space nearby: not a language with spaces
	}
	return strings.TrimRightFunc(string(characters[:end]), unicode.IsSpace) + "…"
}

// webURL gives the URL when it is one that a browser may follow from our pages, else "".
func webURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return s
}

func hostname(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// span writes a duration as it stands after "every", in the largest unit that it is a whole number of.
func span(d time.Duration) string {
	n, unit := int(d.Seconds()), "second"
	if n >= 60 && n%60 == 0 {
		n, unit = n/60, "minute"
	}
	if n >= 60 && n%60 == 0 {
		n, unit = n/60, "hour"
	}
	if n == 1 {
		return unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// page writes the topic's page.
func (t *stream) page(items []item, r feeds.Revision) ([]byte, error) {
	return execute("topic", struct {
		frame
		Topic   feeds.Topic
		Entries []item
		Changed time.Time
	}{t.view.frame(t.Title, t), t.Topic, items, r.Changed})
}

// aboutDocument is the page that our User-Agent names: for publishers who find us in their logs.
func (v *view) aboutDocument() *document {
	html, err := execute("about", v.frame("About", v.all()...))
	if err != nil {
		panic(err) // cannot happen: the template has been tried with the same types
	}
	return newDocument(html, time.Time{}, pageHeader(), cached(pageAge))
}
