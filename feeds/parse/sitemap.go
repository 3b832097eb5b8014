package parse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A news sitemap is a feed by another name: urlset is its channel, url an item, and what news:news says
// of the page belongs to the item. The guard makes it so. Sitemaps are those of sitemaps.org, with
// Google's extension for news: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap

// publication is the guard's name for what a sitemap says with each article: who published it.
const publication = "x:publication"

func (g *guard) sitemap() bool { return g.root.name == "urlset" }

// title takes note of the publication. All news of a sitemap is of one, so that the first is enough.
func (g *guard) title(x text) {
	if g.root.title.raw == nil {
		g.root.title = x
	}
}

// plainPage says of an item that ends whether it is a page of a sitemap that is no news, and counts it.
func (g *guard) plainPage(m *itemMark) bool {
	if !g.sitemap() || m.news {
		return false
	}
	g.pages++
	return true
}

// notNews gives the error for a sitemap that lists pages and no news. One that lists nothing has no news
// at the moment: it may have the day after a holiday.
func (g *guard) notNews() error {
	if g.pages == 0 || len(g.items)+g.recurring > 0 {
		return nil
	}
	return fmt.Errorf("%w: a sitemap of pages without news; one that can be read has <news:news> with each page", ErrNotFeed)
}

// Sitemaps gives the sitemaps that a sitemap index lists, those for news first; nil for any other document.
func Sitemaps(body []byte) (urls []string) {
	body, _ = toUTF8(body, "")
	if !bytes.Contains(body[:min(len(body), 1024)], []byte("<sitemapindex")) {
		return nil
	}
	for {
		_, after, _ := bytes.Cut(body, []byte("<loc>"))
		loc, rest, ok := bytes.Cut(after, []byte("</loc>"))
		if !ok {
			break
		}
		if u := webURL("", characters(string(loc))); u != "" {
			urls = append(urls, u)
		}
		body = rest
	}
	slices.SortStableFunc(urls, func(a, b string) int {
		switch x, y := NamedNews(a), NamedNews(b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return urls
}

// indexHint says what to read instead of a sitemap index.
func indexHint(b []byte) string {
	all := Sitemaps(b)
	if len(all) > 0 && NamedNews(all[0]) {
		return "a sitemap index; the news sitemap in it is " + all[0]
	}
	return fmt.Sprintf("a sitemap index; of the %d sitemaps in it none is named after news", len(all))
}

// NamedNews says whether a sitemap's address reads like that of a news sitemap.
func NamedNews(address string) bool {
	_, path, _ := strings.Cut(strings.ToLower(address), "://")
	_, path, _ = strings.Cut(path, "/")
	return slices.ContainsFunc([]string{"news", "noticia", "notícia", "latest", "ultim", "actualidad"}, func(word string) bool {
		return strings.Contains(path, word)
	})
}
