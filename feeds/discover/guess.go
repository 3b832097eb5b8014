package discover

import (
	"context"
	"net/url"
	"path"
	"strings"

	"tributary/feeds/parse"
)

// usual are the addresses where publishing systems and newsrooms have their feeds and news sitemaps, the
// most frequent first.
var usual = []string{
	"/feed",      // WordPress, Substack, Medium
	"/rss",       // Ghost, Drupal, newsrooms' own systems
	"/rss.xml",   // newsrooms, static sites
	"/atom.xml",  // static sites
	"/feed.xml",  // Jekyll
	"/index.xml", // Hugo
	"/news-sitemap.xml",
	"/sitemap-news.xml",
	"/arc/outboundfeeds/rss/?outputType=xml", // Arc XP
	"/feeds/posts/default",                   // Blogger
	"/feed.json",
	"/?feed=rss2", // WordPress without addresses of its own
	"/feeds",
	"/sitemap_news.xml",
	"/arc/outboundfeeds/sitemap-news/?outputType=xml",
	"/index.rdf",
}

// guess adds the addresses that a site may have besides those its page tells of: the sitemaps in its
// robots.txt, and the usual ones.
func (s *search) guess(ctx context.Context, page string) {
	u, err := url.Parse(page)
	if err != nil {
		return
	}
	if r := s.robotsOf(ctx, u); r != nil {
		s.sitemaps(r.sitemaps)
	}
	site := u.Scheme + "://" + u.Host
	paths := usual
	if dir := strings.TrimRight(u.EscapedPath(), "/"); dir != "" && !strings.Contains(path.Base(dir), ".") {
		paths = append([]string{dir + "/feed", dir + "/rss.xml"}, usual...) // of a section
	}
	for _, p := range paths {
		s.add(candidate{url: site + p, via: Guessed, depth: 1, unsure: true})
	}
}

// sitemaps adds those of a robots.txt that are named after news, and else the first two, which may be
// indexes that tell of one.
func (s *search) sitemaps(all []string) {
	others := 0
	for _, address := range all {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			continue
		}
		switch {
		case parse.NamedNews(address):
			s.add(candidate{url: address, via: Sitemap, depth: 1})
		case others < 2:
			others++
			s.add(candidate{url: address, via: Sitemap, depth: 1, unsure: true})
		}
	}
}
