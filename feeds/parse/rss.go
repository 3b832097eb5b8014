package parse

import (
	"cmp"
	"slices"
	"strings"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"tributary/feeds"
)

// rss normalises a feed in RSS 0.9x, 1.0 or 2.0.
func (r *reader) rss(f *rss.Feed) error {
	e := extensions{f.Extensions}
	out := &r.feed
	out.Title = limit(r.first(append([]string{f.Title}, e.values("dc:title", "itunes:title")...)...).text(), maxTitle)
	if r.g.sitemap() {
		out.Title = limit(r.g.root.title.decode().text(), maxTitle)
	}
	out.Description = r.first(append([]string{f.Description},
		e.values("itunes:summary", "itunes:subtitle", "dc:description", "x:info")...)...).text()
	out.SiteURL = r.address(first(f.Links))
	if out.SiteURL == "" {
		out.SiteURL = r.alternate(e.all("atom:link"))
	}
	out.SelfURL = r.selfURL(e.all("atom:link"))
	if u := webURL(r.base, e.first("itunes:new-feed-url")); u != r.doc.URL {
		out.NewURL = u
	}
	out.ID = r.word(e.first("x:id"))
	out.Language = languageTag(cmp.Or(f.Language, cmp.Or(e.first("dc:language"), r.g.root.lang)))
	out.Author = author(f.ManagingEditor, e)
	if f.Image != nil {
		out.Image = webURL(r.base, f.Image.URL)
	}
	for _, x := range e.all("itunes:image") {
		out.Image = cmp.Or(out.Image, webURL(r.base, cmp.Or(x.Attrs["href"], cmp.Or(x.Attrs["url"], x.Value))))
	}
	out.Categories = r.categories(categoryValues(f.Categories), e)
	out.Updated = r.date(append([]string{f.LastBuildDate, f.PubDate},
		e.values("dcterms:modified", "dc:date", "atom:updated", "x:updated", "dcterms:issued", "dcterms:created")...)...)
	out.TTL = wait(f.TTL, e)
	out.SkipHours, out.SkipDays = skipHours(f.SkipHours), skipDays(f.SkipDays)
	for i, it := range f.Items[:min(len(f.Items), len(r.g.items))] {
		d := r.rssItem(it)
		d.facts(r.g.items[i])
		if err := r.add(d); err != nil {
			return err
		}
	}
	return nil
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// first is the first kept text that says something.
func (r *reader) first(numbers ...string) markup {
	for _, n := range numbers {
		if m := r.kept(n); m.body != "" {
			return m
		}
	}
	return markup{}
}

// author is the person that a feed names, in its own words.
func author(editor string, e extensions) string {
	names := append(e.values("x:author"), editor)
	names = append(names, e.values("dc:creator", "dc:author", "itunes:author")...)
	for _, name := range names {
		if name = nameOf(name); name != "" {
			return limit(name, 2*maxPerson)
		}
	}
	return personName(e.all("atom:author"))
}

// personName is the name, or else the address, of the first person of Atom.
func personName(people []ext.Extension) string {
	for _, p := range people {
		for _, field := range []string{"name", "email"} {
			for _, x := range p.Children[field] {
				if name := nameOf(x.Value); name != "" {
					return name
				}
			}
		}
	}
	return ""
}

func categoryValues(cats []*rss.Category) (values []string) {
	for _, c := range cats {
		values = append(values, c.Value)
	}
	return values
}

// rssItem collects what an item says about an article.
func (r *reader) rssItem(it *rss.Item) draft {
	e := extensions{it.Extensions}
	custom := func(name string) string { return it.Custom[name] }
	d := draft{
		title:     r.first(append([]string{it.Title}, e.values("dc:title", "media:title", "itunes:title")...)...),
		summaries: r.markups(append([]string{it.Description}, e.values("x:summary", "itunes:summary", "dc:description", "itunes:subtitle")...)),
		contents:  r.markups(append([]string{it.Content}, e.values("x:body")...)),
		rights:    r.first(append([]string{custom("copyright"), custom("rights")}, e.values("dc:rights")...)...).text(),
		language:  []string{e.first("dc:language"), custom("language")},
		published: append([]string{it.PubDate, custom("published"), custom("issued")}, e.values("dc:date", "dcterms:issued", "atom:published", "dcterms:created", "x:created")...),
		updated:   append([]string{custom("updated"), custom("modified")}, e.values("atom:updated", "dcterms:modified", "x:updated", "dc:date")...),
	}
	if own := e.all("x:summary"); len(d.contents) == 0 && len(own) > 0 && it.Description != "" {
		d.contents, d.summaries = r.markups([]string{it.Description}), r.markups(e.values("x:summary"))
	}
	if it.GUID != nil {
		d.id = r.word(it.GUID.Value)
		if !strings.EqualFold(it.GUID.IsPermalink, "false") {
			d.permalink = d.id
		}
	}
	d.id = cmp.Or(d.id, r.word(custom("id")))
	d.links = r.addresses(append(e.values("x:link"), it.Links...))
	d.links = append(d.links, r.alternate(e.all("atom:link")))
	d.authors = append([]string{it.Author}, e.values("dc:creator", "dc:author", "itunes:author")...)
	if len(e.all("atom:author")) > 0 {
		d.authors = append(d.authors, personName(e.all("atom:author")))
	}
	d.categories = r.categories(categoryValues(it.Categories), e)
	for _, x := range it.Enclosures {
		d.enclose(r.base, x.URL, x.Type, x.Length)
	}
	r.media(&d, e)
	return d
}

// markups are the kept texts that say something.
func (r *reader) markups(numbers []string) (m []markup) {
	for _, n := range numbers {
		if x := r.kept(n); x.body != "" {
			m = append(m, x)
		}
	}
	return m
}

func (r *reader) addresses(numbers []string) (a []string) {
	for _, n := range numbers {
		a = append(a, r.address(n))
	}
	return a
}

// alternate is the page that links of Atom name for people.
func (r *reader) alternate(links []ext.Extension) string {
	for _, l := range links {
		if rel := l.Attrs["rel"]; rel == "" || rel == "alternate" {
			if u := webURL(r.base, l.Attrs["href"]); u != "" {
				return u
			}
		}
	}
	return ""
}

// categories joins what the vocabularies in use call categories, subjects and keywords.
func (r *reader) categories(values []string, e extensions) []string {
	values = append(values, e.values("dc:subject")...)
	for _, x := range e.all("media:category") {
		values = append(values, cmp.Or(x.Attrs["label"], x.Value))
	}
	values = append(values, nestedCategories(e.all("itunes:category"))...)
	for _, list := range e.values("itunes:keywords", "media:keywords") {
		values = append(values, strings.Split(list, ",")...)
	}
	return tidyCategories(values)
}

func nestedCategories(cats []ext.Extension) (values []string) {
	for _, x := range cats {
		values = append(values, x.Attrs["text"])
		values = append(values, nestedCategories(x.Children["category"])...)
	}
	return values
}

// tidyCategories makes lines of text of categories, each once, at most 50.
func tidyCategories(values []string) []string {
	var kept []string
	for _, v := range values {
		v = limit(nameOf(v), maxCategory)
		if v == "" || slices.ContainsFunc(kept, func(k string) bool { return strings.EqualFold(k, v) }) {
			continue
		}
		if kept = append(kept, v); len(kept) == maxCategories {
			break
		}
	}
	return kept
}

// media reads the Media RSS of an item, and the pictures of other vocabularies.
func (r *reader) media(d *draft, e extensions) {
	contents := e.all("media:content")
	thumbnails := e.all("media:thumbnail")
	for _, group := range e.all("media:group") {
		contents = append(contents, group.Children["content"]...)
		thumbnails = append(thumbnails, group.Children["thumbnail"]...)
		d.describe(r, group.Children)
	}
	for _, c := range contents {
		kind, medium, address := c.Attrs["type"], c.Attrs["medium"], c.Attrs["url"]
		switch {
		case medium == "image" || strings.HasPrefix(kind, "image/") || kind == "" && medium == "" && imageName(address):
			d.images = append(d.images, webURL(r.base, address))
		case medium == "audio" || medium == "video" || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/"):
			d.enclose(r.base, address, kind, c.Attrs["fileSize"])
		}
		thumbnails = append(thumbnails, c.Children["thumbnail"]...)
		d.describe(r, c.Children)
	}
	d.describe(r, map[string][]ext.Extension{"description": e.all("media:description")})
	for _, t := range thumbnails {
		d.images = append(d.images, webURL(r.base, cmp.Or(t.Attrs["url"], t.Value)))
	}
	for _, x := range append(e.all("itunes:image"), e.all("x:image")...) {
		address := cmp.Or(x.Attrs["href"], cmp.Or(x.Attrs["url"], x.Value))
		for _, child := range x.Children["url"] {
			address = cmp.Or(address, child.Value)
		}
		d.images = append(d.images, webURL(r.base, address))
	}
	for _, x := range d.enclosures {
		if strings.HasPrefix(x.Type, "image/") || x.Type == "" && imageName(x.URL) {
			d.images = append(d.images, x.URL)
		}
	}
}

// describe takes over the title and description of media, where the item has none itself.
func (d *draft) describe(r *reader, children map[string][]ext.Extension) {
	for _, x := range children["title"] {
		if d.title.body == "" {
			d.title = r.kept(x.Value)
		}
	}
	for _, x := range children["description"] {
		if m := r.kept(x.Value); m.body != "" {
			d.captions = append(d.captions, m)
		}
	}
}

// enclose adds a file to the article.
func (d *draft) enclose(base, address, kind, length string) {
	u := webURL(base, address)
	if u == "" || len(d.enclosures) >= maxEnclosures ||
		slices.ContainsFunc(d.enclosures, func(e feeds.Enclosure) bool { return e.URL == u }) {
		return
	}
	d.enclosures = append(d.enclosures, feeds.Enclosure{URL: u, Type: limit(line(kind), 128), Length: size(length)})
}

// imageName says whether an address ends as those of pictures do.
func imageName(address string) bool {
	address, _, _ = strings.Cut(strings.ToLower(address), "?")
	for _, end := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"} {
		if strings.HasSuffix(address, end) {
			return true
		}
	}
	return false
}
