package web

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Dead is an address at which there is nothing, or nothing any more, and that looks like one of a feed.
type Dead struct {
	Path     string
	Family   string // that asked for it last
	Requests int64
	Last     time.Time
}

// graveyard counts the requests for dead addresses. It holds a bounded number of them: one that is new takes
// the place of the one that was asked for the least, and counts on from there, so that no flood of
// made-up addresses drives out what is really asked for.
type graveyard struct {
	mu    sync.Mutex
	paths map[string]*Dead
}

const mostDead = 256

// note counts a request, unless another is being counted: it must not wait.
func (g *graveyard) note(path, family string, now time.Time) {
	if !likeFeed(path) || !g.mu.TryLock() {
		return
	}
	defer g.mu.Unlock()
	path = strings.Clone(clip(path))
	d := g.paths[path]
	if d == nil {
		d = &Dead{Path: path}
		if len(g.paths) >= mostDead {
			least := g.least()
			delete(g.paths, least.Path)
			d.Requests = least.Requests
		}
		if g.paths == nil {
			g.paths = map[string]*Dead{}
		}
		g.paths[path] = d
	}
	d.Requests++
	d.Family, d.Last = family, now.UTC()
}

func (g *graveyard) least() (least *Dead) {
	for _, d := range g.paths {
		if least == nil || d.Requests < least.Requests {
			least = d
		}
	}
	return least
}

// list gives what was asked for, the most frequent first.
func (g *graveyard) list() (all []Dead) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, d := range g.paths {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b Dead) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.Path, b.Path))
	})
	return all
}

// likeFeed says whether a path may be one that a feed reader asks for.
func likeFeed(path string) bool {
	if strings.HasPrefix(path, "/topics/") {
		return true
	}
	for _, part := range []string{"rss", "atom", "feed", ".xml", ".rdf"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}
