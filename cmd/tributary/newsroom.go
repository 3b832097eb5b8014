package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed demo/*.yaml
var newsroomFiles embed.FS

// How a newsroom begins and how much its feed shows.
const (
	newsroomStock  = 8              // articles that are there at the start
	newsroomPast   = 20 * time.Hour // over which those are spread
	newsroomWindow = 30             // articles in the feed
)

// newsroom is a made-up publisher for `tributary demo`: a feed, a home page and a page per article.
// What it shows is a function of its start and the present time, so it has no state to guard.
// It plays a stranger's publishing system and shares no code with what Tributary publishes.
type newsroom struct {
	Name     string            `yaml:"-"` // of its file, without the suffix
	Title    string            `yaml:"title"`
	Domain   string            `yaml:"domain"` // in the articles' ids; nothing is ever looked up there
	About    string            `yaml:"about"`
	Language string            `yaml:"language"` // BCP 47
	Country  string            `yaml:"country"`  // ISO 3166-1 alpha-2
	Format   string            `yaml:"format"`   // a key of newsroomFormats
	Update   string            `yaml:"update"`   // the word for a follow-up
	Articles []newsroomArticle `yaml:"articles"`

	start time.Time
	every time.Duration
	mux   *http.ServeMux
}

// newsroomArticle is one article; Published is set when it comes out.
type newsroomArticle struct {
	Slug       string    `yaml:"slug"`
	Title      string    `yaml:"title"`
	Summary    string    `yaml:"summary"`
	Author     string    `yaml:"author"`
	Categories []string  `yaml:"categories"`
	Body       string    `yaml:"body"` // HTML
	Published  time.Time `yaml:"-"`
}

// edition is what a newsroom shows at one moment under one address.
type edition struct {
	*newsroom
	Base     string            // absolute URL of the site, without a slash at the end
	Articles []newsroomArticle // newest first
}

// newsrooms gives the made-up newsrooms in the order of their names. Each has newsroomStock articles
// at start and brings out one more whenever `every` has passed.
func newsrooms(start time.Time, every time.Duration) ([]*newsroom, error) {
	names, err := fs.Glob(newsroomFiles, "demo/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list newsrooms: %w", err)
	}
	rooms := make([]*newsroom, 0, len(names))
	for _, name := range names {
		n, err := readNewsroom(name)
		if err != nil {
			return nil, fmt.Errorf("read newsroom %s: %w", name, err)
		}
		n.start, n.every = start, every
		rooms = append(rooms, n)
	}
	return rooms, nil
}

func readNewsroom(name string) (*newsroom, error) {
	data, err := newsroomFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := &newsroom{Name: strings.TrimSuffix(path.Base(name), ".yaml"), mux: http.NewServeMux()}
	if err := yaml.Load(data, n, yaml.WithKnownFields()); err != nil {
		return nil, err
	}
	if _, ok := newsroomFormats[n.Format]; !ok {
		return nil, fmt.Errorf("unknown format %q", n.Format)
	}
	n.mux.HandleFunc("GET /{$}", n.serveHome)
	n.mux.HandleFunc("GET /feed", n.serveFeed)
	n.mux.HandleFunc("GET /article/{slug}", n.serveArticle)
	return n, nil
}

// ServeHTTP answers / (the home page), /feed and /article/{slug}.
func (n *newsroom) ServeHTTP(w http.ResponseWriter, r *http.Request) { n.mux.ServeHTTP(w, r) }

// count says how many articles have come out.
func (n *newsroom) count(now time.Time) int {
	return newsroomStock + int(max(0, now.Sub(n.start))/n.every)
}

// article gives the i-th article that comes out, from 0. After the last one, the same texts come
// again as follow-ups under new names.
func (n *newsroom) article(i int) newsroomArticle {
	a := n.Articles[i%len(n.Articles)]
	if round := i/len(n.Articles) + 1; round > 1 {
		a.Title = fmt.Sprintf("%s — %s %d", a.Title, n.Update, round)
		a.Slug = fmt.Sprintf("%s-update-%d", a.Slug, round)
	}
	if i < newsroomStock {
		a.Published = n.start.Add(-newsroomPast / newsroomStock * time.Duration(newsroomStock-i))
	} else {
		a.Published = n.start.Add(n.every * time.Duration(i-newsroomStock+1))
	}
	a.Published = a.Published.UTC()
	return a
}

// edition gives what the newsroom shows now to somebody who knows it by that host.
func (n *newsroom) edition(host string) edition {
	e := edition{newsroom: n, Base: "http://" + host}
	count := n.count(time.Now())
	for i := count - 1; i >= max(0, count-newsroomWindow); i-- {
		e.Articles = append(e.Articles, n.article(i))
	}
	return e
}

// Link is the address of an article's page.
func (e edition) Link(a newsroomArticle) string { return e.Base + "/article/" + a.Slug }

// ID is an article's id. It does not contain the host, which is another one in each run.
func (n *newsroom) ID(a newsroomArticle) string { return "tag:" + n.Domain + ",2026:" + a.Slug }

func (n *newsroom) serveFeed(w http.ResponseWriter, r *http.Request) {
	e, format := n.edition(r.Host), newsroomFormats[n.Format]
	body, err := format.write(e)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(body)
	w.Header().Set("Content-Type", format.mediaType+"; charset=utf-8")
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sum[:12]))
	http.ServeContent(w, r, "", e.Articles[0].Published, bytes.NewReader(body))
}

// MediaType is that of the newsroom's feed.
func (n *newsroom) MediaType() string { return newsroomFormats[n.Format].mediaType }

func (n *newsroom) serveHome(w http.ResponseWriter, r *http.Request) {
	writePage(w, newsroomHome, n.edition(r.Host))
}

func (n *newsroom) serveArticle(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	for i := n.count(time.Now()) - 1; i >= 0; i-- {
		if a := n.article(i); a.Slug == slug {
			writePage(w, newsroomPage, struct {
				*newsroom
				Article newsroomArticle
				Body    template.HTML
			}{n, a, template.HTML(a.Body)})
			return
		}
	}
	http.NotFound(w, r)
}

func writePage(w http.ResponseWriter, page *template.Template, data any) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}

var newsroomHome = template.Must(template.New("home").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<title>{{.Title}}</title>
<link rel="alternate" type="{{.MediaType}}" title="{{.Title}}" href="/feed">
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.About}}</p>
<ul>
{{range .Articles}}<li><a href="/article/{{.Slug}}">{{.Title}}</a></li>
{{end}}</ul>
</body>
</html>
`))

var newsroomPage = template.Must(template.New("article").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<title>{{.Article.Title}} | {{.Title}}</title>
</head>
<body>
<p><a href="/">{{.Title}}</a></p>
<article>
<h1>{{.Article.Title}}</h1>
<p>{{.Article.Summary}}</p>
<p>{{.Article.Author}}, <time>{{.Article.Published.Format "2006-01-02T15:04:05Z07:00"}}</time></p>
{{.Body}}</article>
</body>
</html>
`))
