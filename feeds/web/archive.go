package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

const (
	archiveAge  = time.Minute          // after which an archive document is read anew: an article may have been taken down
	archiveLife = 365 * 24 * time.Hour // that readers may keep one
)

// archive is an archive document (RFC 5005 §4) that a path names.
type archive struct {
	stream *stream
	n      int // from 1
	kind   int // as of a route
}

// archive reads a path such as /topics/latin-america/3.atom. It does not know whether there is such a document.
func (v *view) archive(path string) (a archive, ok bool) {
	parent, name, _ := cutLast(path, '/')
	number, ext, dotted := strings.Cut(name, ".")
	found := v.routes[parent]
	n, err := strconv.Atoi(number)
	if found == nil || found.kind != 0 || found.stream.ID == "" || err != nil || n < 1 || strconv.Itoa(n) != number {
		return a, false
	}
	kind := slices.Index(kinds, ext)
	return archive{found.stream, n, kind}, kind >= 0 && dotted == (kind > 0)
}

func cutLast(s string, separator byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// serveArchive answers with an archive document, which is made when somebody asks.
func (s *Server) serveArchive(w http.ResponseWriter, r *http.Request, a archive) {
	d, err := s.made.get(r.Context(), r.URL.Path, archiveAge, func(ctx context.Context) (*document, error) {
		return s.makeArchive(ctx, a)
	})
	s.serveMade(w, r, d, err)
}

func (s *Server) makeArchive(ctx context.Context, a archive) (*document, error) {
	t := a.stream
	page, err := s.store.Page(ctx, feeds.Query{Topic: t.ID, Language: t.language, Window: t.Window, Archive: a.n, Content: true})
	if err != nil {
		return nil, fmt.Errorf("read archive %d of %s: %w", a.n, t.path, err)
	}
	lighten(page.Entries)
	if a.kind == 0 {
		html, err := t.page(page, a.n, aside{})
		if err != nil {
			return nil, err
		}
		return newDocument(html, time.Time{}, pageHeader(), cached(pageAge)), nil
	}
	format := render.Formats[a.kind-1]
	always := cached(archiveLife)
	always.Set("Cache-Control", fmt.Sprintf("public, max-age=%d, immutable", int(archiveLife.Seconds())))
	return s.feedDocument(t.archived(page, a.n, format), format, time.Time{}, always)
}

// archived makes the feed of an archive document. Its time of change is that of its own entries: what
// happens to the topic later changes nothing in it.
func (s *stream) archived(page feeds.Page, n int, format render.Format) feeds.Feed {
	f := s.feed(page)
	f.Archive, f.TTL, f.Updated = true, 0, time.Time{}
	for _, e := range page.Entries {
		for _, at := range []time.Time{e.At, e.Article.Updated} {
			if at.After(f.Updated) && !at.After(page.Revision.Changed) {
				f.Updated = at
			}
		}
	}
	f.Links = []feeds.FeedLink{{Rel: "current", URL: s.feedURL(format), Type: plainType(format)}}
	f.Links = s.linkArchive(f.Links, "prev-archive", page.Older, format)
	f.Links = s.linkArchive(f.Links, "next-archive", page.Newer, format)
	return s.as(f, s.archivePath(n), format)
}

// linkArchive adds a link to the n-th archive document; 0 stands for none.
func (s *stream) linkArchive(links []feeds.FeedLink, rel string, n int, format render.Format) []feeds.FeedLink {
	if n == 0 {
		return links
	}
	return append(links, feeds.FeedLink{Rel: rel, URL: s.view.URL + s.archivePath(n) + "." + format.Ext, Type: plainType(format)})
}

// archivePath is the path of the n-th archive document without an extension, which is that of its page.
func (s *stream) archivePath(n int) string { return s.path + "/" + strconv.Itoa(n) }
