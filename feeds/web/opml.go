package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// sourcesAge is how old the list of the sources may be: it tells what visits have taught us.
const sourcesAge = 10 * time.Minute

// opmlDocument is the list of the published feeds: each topic's, in the first of our formats.
func (v *view) opmlDocument() *document {
	var list []feeds.Subscription
	for _, t := range v.all() {
		one := feeds.Subscription{URL: t.feedURL(render.Formats[0]), Title: t.Title, SiteURL: t.pageURL()}
		if len(t.Languages) == 1 {
			one.Language = t.Languages[0]
		}
		list = append(list, one)
	}
	d, err := opmlDocument(v.Title, list)
	if err != nil {
		panic(err) // cannot happen: a buffer takes everything, and texts are made legal
	}
	return d
}

func opmlDocument(title string, list []feeds.Subscription) (*document, error) {
	var b bytes.Buffer
	if err := render.OPML(&b, title, list); err != nil {
		return nil, err
	}
	return newDocument(b.Bytes(), time.Time{}, listHeader(), cached(longest)), nil
}

func (s *Server) serveOPML(w http.ResponseWriter, r *http.Request) {
	s.view.Load().opml.ServeHTTP(w, r)
}

// serveSources answers with the list of the sources, without those whose addresses are secret.
func (s *Server) serveSources(w http.ResponseWriter, r *http.Request) {
	d, err := s.made.get(r.Context(), "/sources.opml", sourcesAge, func(ctx context.Context) (*document, error) {
		v := s.view.Load()
		states, err := s.store.Sources(ctx)
		if err != nil {
			return nil, fmt.Errorf("read sources: %w", err)
		}
		learned := make(map[string]feeds.State, len(states))
		for _, state := range states {
			learned[state.Source] = state
		}
		var list []feeds.Subscription
		for _, source := range v.Sources {
			state := learned[source.URL]
			list = append(list, feeds.Subscription{URL: source.URL, Title: cmp.Or(source.Title, state.Title),
				SiteURL: cmp.Or(source.SiteURL, state.SiteURL), Language: cmp.Or(source.Language, state.Language), Tags: source.Tags})
		}
		return opmlDocument("Sources of "+v.Title, render.Public(list))
	})
	if s.sourcesFault.note(r.Context(), s.log, "list the sources", err) {
		s.serveFailure(w, r, err)
		return
	}
	d.ServeHTTP(w, r)
}
