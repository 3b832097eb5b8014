package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"tributary/feeds"
)

// articlePage is what the page of an article shows.
type articlePage struct {
	frame
	Article    item
	Authors    string
	Updated    time.Time     // zero when it was not edited after it was published
	Content    template.HTML // "" when the source or its terms leave only the summary
	Files      []file
	Categories []string
	Rights     string
	Story      []item
	Places     []membership
}

// file is something that comes with an article.
type file struct {
	Name, URL string
	About     string // its type and size, as far as they are known
}

// membership is an article's place in a topic.
type membership struct {
	Title, URL string
	Score      float64
	Why        why
}

// articleID is what the id of an article looks like.
var articleID = regexp.MustCompile(`^[a-z2-7]{26}$`)

// articleAge is after how long an article's page is made anew: it may have come into another topic.
const articleAge = time.Minute

// serveArticle answers with the page of an article.
func (s *Server) serveArticle(w http.ResponseWriter, r *http.Request) {
	d, err := s.articleDocument(r.Context(), r.PathValue("id"))
	s.serveMade(w, r, d, err)
}

func (s *Server) articleDocument(ctx context.Context, id string) (*document, error) {
	if !articleID.MatchString(id) {
		return nil, feeds.ErrNotFound
	}
	return s.made.get(ctx, "/articles/"+id, articleAge, func(ctx context.Context) (*document, error) {
		placed, err := s.store.Article(ctx, id)
		if err != nil {
			return nil, err
		}
		html, err := s.view.Load().article(placed)
		if err != nil {
			return nil, err
		}
		return newDocument(html, time.Time{}, pageHeader(), cached(pageAge)), nil
	})
}

// article writes the page of an article, with as much of it as its source lets us publish.
func (v *view) article(p feeds.Placed) ([]byte, error) {
	a := p.Article
	i := newItem(v.prefix, a, feeds.Story{})
	i.Path, i.Others = "", nil // it is this page
	data := articlePage{
		frame:      v.frame(i.Title, "", nil),
		Article:    i,
		Authors:    strings.Join(a.Authors, ", "),
		Categories: slices.Compact(slices.Sorted(slices.Values(a.Categories))),
		Rights:     a.Rights,
	}
	if a.Updated.Sub(a.Date()) >= time.Minute {
		data.Updated = a.Updated
	}
	if isFull(a) {
		if err := data.fill(a); err != nil {
			return nil, err
		}
	}
	for _, o := range p.Story.Others {
		other := newItem(v.prefix, o, feeds.Story{})
		other.More = "Details"
		data.Story = append(data.Story, other)
	}
	for _, e := range p.Entries {
		t, ok := v.topics[e.Topic]
		if !ok {
			continue
		}
		data.Places = append(data.Places, membership{t.Title, v.prefix + t.path, e.Score, explain(e, i.Title, i.Summary)})
		if len(data.Feeds) == 0 {
			data.Feeds = t.links()
		}
	}
	return execute("article", data)
}

// fill adds what only a source shows whose articles may be republished in full.
func (d *articlePage) fill(a feeds.Article) (err error) {
	if d.Content, err = content(a.Content); err != nil {
		return err
	}
	if strings.Contains(a.Content, template.HTMLEscapeString(a.Image)) {
		d.Article.Image = "" // the content has it in its place
	}
	for _, e := range a.Enclosures {
		if u := webURL(e.URL); u != "" && e.URL != a.Image {
			f := file{Name: cmp.Or(path.Base(strings.TrimSuffix(urlPath(u), "/")), hostname(u)), URL: u, About: e.Type}
			if e.Length > 0 {
				f.About = strings.TrimPrefix(f.About+", "+humanize.Bytes(uint64(e.Length)), ", ")
			}
			d.Files = append(d.Files, f)
		}
	}
	return nil
}
