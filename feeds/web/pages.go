package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages by name; each fills in the blocks of the layout.
var templates = map[string]*template.Template{
	"about":   parsePage("about"),
	"article": parsePage("article"),
	"index":   parsePage("index"),
	"refusal": parsePage("refusal"),
	"search":  parsePage("search"),
	"topic":   parsePage("topic"),
}

func parsePage(name string) *template.Template {
	t := template.New("layout.html").Funcs(template.FuncMap{
		"day":    dayName,
		"marked": marked,
		"moment": moment,
		"points": points,
		"count":  count,
		"reach":  reach,
		"span":   span,
		"stamp":  stamp,
		"times":  timesWord,
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
	Nav    []choice
	Feeds  []link // for autodiscovery
}

// choice is one of several pages to go to.
type choice struct {
	Name     string
	URL      string
	Language string // of the name; "" for English
	Here     bool   // it is this page
}

// link is a feed in one format.
type link struct {
	Name  string // of the format
	Title string
	Type  string // media type without parameters
	URL   string // absolute
}

// frame gives the frame of the page with a title at a path below the service's.
func (v *view) frame(title, path string, announced []link) frame {
	f := frame{
		Site:   v.Site,
		Root:   v.prefix,
		Style:  v.prefix + "/style.css?v=" + version(style()),
		Script: v.prefix + "/script.js?v=" + version(script()),
		Title:  title,
		Feeds:  announced,
	}
	for _, c := range []choice{{Name: "Topics", URL: "/"}, {Name: "Everything", URL: "/all"}, {Name: "Search", URL: "/search"}, {Name: "About", URL: "/about"}} {
		f.Nav = append(f.Nav, choice{Name: c.Name, URL: v.prefix + c.URL, Here: c.URL == path})
	}
	return f
}

// links gives the stream's feed in every format.
func (s *stream) links() []link {
	links := make([]link, 0, len(render.Formats))
	for _, f := range render.Formats {
		links = append(links, link{f.Name, s.Title + " (" + f.Name + ")", plainType(f), s.feedURL(f)})
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

// mostShown is how many entries a stream's page shows with summary and evidence; the others are
// headlines below them.
const mostShown = 40

// topicPage is what the page of a stream shows.
type topicPage struct {
	frame
	aside
	Heading      string
	Archive      int    // the number of the archive document that this is the page of; 0 for the newest entries
	Home         string // path of the page of the newest entries
	Description  string
	Siblings     []choice // the same in each language
	Subscribe    []link
	Entries      []item
	Earlier      []item
	Search       string // path of the search in this topic; "" for none
	Changed      time.Time
	Newer, Older string // paths of the pages beside this one; "" for none
}

// page writes the stream's page, or that of its n-th archive document.
func (s *stream) page(p feeds.Page, n int, beside aside) ([]byte, error) {
	links := s.links()
	root := s.view.prefix
	data := topicPage{
		frame:       s.view.frame(s.Title, s.path, links),
		aside:       beside,
		Heading:     s.Title,
		Archive:     n,
		Home:        root + s.path,
		Description: s.Description,
		Siblings:    s.choices(),
		Subscribe:   links,
		Changed:     p.Revision.Changed,
	}
	if n > 0 {
		data.Title = fmt.Sprintf("%s, archive %d", s.Title, n)
		data.Newer = data.Home
	}
	if p.Newer > 0 {
		data.Newer = root + s.archivePath(p.Newer)
	}
	if p.Older > 0 {
		data.Older = root + s.archivePath(p.Older)
	}
	for n, e := range p.Entries {
		i := newItem(s.view.prefix, e.Article, e.Story)
		if n >= mostShown {
			data.Earlier = append(data.Earlier, i)
			continue
		}
		if s.ID != "" {
			because := explain(e, i.Title, i.Summary)
			i.Why = &because
		}
		data.Entries = append(data.Entries, i)
	}
	if s.ID != "" {
		data.Search = s.view.prefix + "/search?topic=" + s.ID
	}
	return execute("topic", data)
}

// choices are the stream in all languages together and in each; nil when it is not in several.
func (s *stream) choices() []choice {
	main := s.main()
	if len(main.siblings) == 0 {
		return nil
	}
	all := []choice{{Name: "All languages", URL: s.view.prefix + main.path, Here: s == main}}
	for _, o := range main.siblings {
		all = append(all, choice{languageName(o.language), s.view.prefix + o.path, o.language, o == s})
	}
	return all
}

// aboutDocument is the page that our User-Agent names: for publishers who find us in their logs.
func (v *view) aboutDocument() *document {
	html, err := execute("about", v.frame("About", "/about", v.everything.links()))
	if err != nil {
		panic(err) // cannot happen: the template has been tried with the same types
	}
	return newDocument(html, time.Time{}, pageHeader(), cached(pageAge))
}
