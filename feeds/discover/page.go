package discover

import (
	"bytes"
	"mime"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"tributary/feeds/fetch"
)

// maxLinks is how many links of a page that may lead to feeds are kept.
const maxLinks = 100

// link is an address that a page names.
type link struct {
	url string
	via Via
}

// pageLinks gives the links of a page that say that they lead to feeds, or read so, in its order.
func pageLinks(res *fetch.Response) (links []link) {
	text, err := charset.NewReader(bytes.NewReader(res.Body), res.ContentType)
	if err != nil {
		return nil
	}
	base, err := url.Parse(res.URL)
	if err != nil {
		return nil
	}
	site, z := base, html.NewTokenizer(text)
	z.SetMaxBuf(1 << 20)
	for len(links) < maxLinks && z.Next() != html.ErrorToken {
		t := z.Token()
		if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			continue
		}
		a := attributes(t)
		ref, err := base.Parse(strings.TrimSpace(a["href"]))
		if a["href"] == "" || err != nil {
			continue
		}
		if ref.Scheme == "feed" { // a hint to programs and no scheme of the web's
			if ref, err = base.Parse(strings.TrimPrefix(ref.String(), "feed:")); err != nil {
				continue
			}
		}
		if ref.Fragment = ""; ref.Scheme != "http" && ref.Scheme != "https" || ref.Host == "" {
			continue
		}
		switch {
		case t.Data == "base":
			base = ref
		case t.Data == "link" && alternate(a["rel"]) && (feedType(a["type"]) || generalType[a["type"]] && readsLikeFeed(ref)):
			links = append(links, link{ref.String(), Linked})
		case t.Data == "a" && (feedType(a["type"]) || readsLikeFeed(ref) && related(site, ref)):
			links = append(links, link{ref.String(), Named})
		}
	}
	return links
}

func attributes(t html.Token) map[string]string {
	a := map[string]string{}
	for _, x := range t.Attr {
		a[x.Key] = x.Val
	}
	return a
}

// alternate says whether a link's relations have "alternate" among them, or "feed", which was there first.
func alternate(rel string) bool {
	words := strings.Fields(strings.ToLower(rel))
	return slices.Contains(words, "alternate") || slices.Contains(words, "feed")
}

// generalType are the types of links that may be feeds, and more often are something else.
var generalType = map[string]bool{"": true, "application/json": true, "application/xml": true, "text/xml": true}

// feedTypes are the media types of feeds.
var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/x-rss+xml", "text/rss+xml", "text/rss"}

func feedType(mediaType string) bool {
	t, _, err := mime.ParseMediaType(mediaType)
	return err == nil && slices.Contains(feedTypes, t)
}

// feedWord is a part of a path that is a feed's: rss, feeds, atom.xml, rss2.php, feed_1.xml, rss-all.
var feedWord = regexp.MustCompile(`^(rss|atom|rdf|feeds?|mrss|outboundfeeds)([_-]*(\d+|s|all|news|feeds?))*(\.[a-z]+)?$`)

// readsLikeFeed says whether an address reads like that of a feed, or of a page about feeds. The title
// of an article may have such a word in it, but is not one.
func readsLikeFeed(u *url.URL) bool {
	p := strings.ToLower(u.Path)
	if host := strings.ToLower(u.Hostname()); strings.HasPrefix(host, "feeds.") || strings.HasPrefix(host, "rss.") {
		return true
	}
	switch path.Ext(p) {
	case ".rss", ".atom", ".rdf":
		return true
	case ".jpg", ".png", ".gif", ".svg", ".css", ".js", ".webp":
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if feedWord.MatchString(part) {
			return true
		}
	}
	return u.Query().Has("feed")
}

// related says whether an address is on the site or beside it: feeds.example.org is of www.example.org.
// Pages link to the feeds of others, too.
func related(site, u *url.URL) bool {
	a, b := strings.TrimPrefix(strings.ToLower(site.Hostname()), "www."), strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a) || b == "feeds.feedburner.com"
}
