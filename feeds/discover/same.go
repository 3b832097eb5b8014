package discover

import (
	"net/url"
	"strings"

	"tributary/feeds"
)

// proof is how many articles two feeds must share to be one; all of them where either has fewer.
const proof = 3

// Same gives the feed that carries what a lost one carried last: of those found the one that shares most
// articles with the recent ones, by link or by title, and how many. A feed that shares too few to be
// sure is none.
func Same(found []Feed, recent []feeds.Article) (same Feed, shared int, ok bool) {
	known := map[string]bool{}
	for _, a := range recent {
		for _, mark := range marks(a) {
			known[mark] = true
		}
	}
	for _, f := range found {
		n := 0
		for _, a := range f.Articles {
			for _, mark := range marks(a) {
				if known[mark] {
					n++
					break
				}
			}
		}
		if n >= min(proof, len(recent), len(f.Articles)) && n > shared {
			same, shared, ok = f, n, true
		}
	}
	return same, shared, ok
}

// marks are what an article is recognised by: its link, however that is written, and its title when it
// is long enough to be of one article only. A site that moves changes one of them.
func marks(a feeds.Article) (marks []string) {
	if u, err := url.Parse(a.URL); err == nil && u.Host != "" {
		marks = append(marks, strings.TrimPrefix(strings.ToLower(u.Host), "www.")+strings.TrimRight(u.Path, "/")+"?"+withoutTracking(u))
	}
	if title := strings.ToLower(strings.Join(strings.Fields(a.Title), " ")); len(title) >= 20 {
		marks = append(marks, title)
	}
	return marks
}

// withoutTracking is the query of an address without what tells where a reader came from.
func withoutTracking(u *url.URL) string {
	q := u.Query()
	for key := range q {
		if strings.HasPrefix(key, "utm_") {
			q.Del(key)
		}
	}
	return q.Encode()
}
