package parse

import (
	"cmp"
	"strings"

	"github.com/mmcdole/gofeed/atom"
)

// atom normalises a feed in Atom 0.3 or 1.0.
func (r *reader) atom(f *atom.Feed) error {
	e := extensions{f.Extensions}
	out := &r.feed
	out.Title = limit(r.kept(f.Title).text(), maxTitle)
	out.Description = r.first(append([]string{f.Subtitle}, e.values("x:info")...)...).text()
	out.SiteURL = r.page(f.Links)
	out.ID = r.word(f.ID)
	for _, l := range f.Links {
		if l.Rel == "self" && out.SelfURL == "" {
			out.SelfURL = webURL(r.base, l.Href)
		}
	}
	out.Language = languageTag(cmp.Or(r.g.root.lang, e.first("dc:language")))
	if len(f.Authors) > 0 {
		out.Author = personLine(f.Authors[0])
	}
	out.Author = cmp.Or(out.Author, author("", e))
	out.Image = cmp.Or(r.address(f.Logo), r.address(f.Icon))
	out.Categories = r.categories(terms(f.Categories), e)
	out.Updated = r.date(append([]string{f.Updated}, e.values("dcterms:modified", "dc:date")...)...)
	out.TTL = wait("", e)
	rights := r.kept(f.Rights).text()
	for i, it := range f.Entries[:min(len(f.Entries), len(r.g.items))] {
		d := r.entry(it, f)
		d.rights = cmp.Or(d.rights, rights)
		d.facts(r.g.items[i])
		if err := r.add(d); err != nil {
			return err
		}
	}
	return nil
}

// page is the address of the page for people: the alternate link, HTML before other types.
func (r *reader) page(links []*atom.Link) string {
	other := ""
	for _, l := range links {
		if l.Rel != "alternate" {
			continue
		}
		u := webURL(r.base, l.Href)
		if u != "" && (l.Type == "" || strings.Contains(l.Type, "html")) {
			return u
		}
		other = cmp.Or(other, u)
	}
	return other
}

// personLine is a person's name with the address.
func personLine(p *atom.Person) string {
	name, email := limit(nameOf(p.Name), maxPerson), limit(nameOf(p.Email), maxPerson)
	switch {
	case email == "":
		return name
	case name == "":
		return email
	}
	return name + " (" + email + ")"
}

// terms are the categories: the term, or the label where the term is no word for people.
func terms(cats []*atom.Category) (values []string) {
	for _, c := range cats {
		switch {
		case c.Term == "" || c.Label != "" && (strings.Contains(c.Term, "://") || strings.Trim(c.Term, "0123456789") == ""):
			values = append(values, c.Label)
		case strings.HasPrefix(c.Term, "http://schemas.google.com/"): // what Blogger says about its own kinds
		default:
			values = append(values, c.Term)
		}
	}
	return values
}

// entry collects what an entry says about an article.
func (r *reader) entry(it *atom.Entry, f *atom.Feed) draft {
	e := extensions{it.Extensions}
	d := draft{
		id:         r.word(it.ID),
		title:      r.first(append([]string{it.Title}, e.values("media:title")...)...),
		summaries:  r.markups(append([]string{it.Summary}, e.values("x:summary", "itunes:summary", "dc:description")...)),
		rights:     r.kept(it.Rights).text(),
		language:   []string{e.first("dc:language")},
		published:  append([]string{it.Published}, e.values("x:created", "dc:date", "dcterms:issued", "dcterms:created")...),
		updated:    append([]string{it.Updated}, e.values("dcterms:modified")...),
		categories: r.categories(terms(it.Categories), e),
	}
	d.links = append(r.addresses(e.values("x:link")), r.page(it.Links))
	d.permalink = d.id
	if it.Content != nil {
		d.contents = r.markups([]string{it.Content.Value})
		if it.Content.Src != "" {
			d.outOfLine(r.base, it.Content)
		}
	}
	d.contents = append(d.contents, r.markups(append(e.values("content:encoded"), e.values("x:body")...))...)
	people := it.Authors
	if len(people) == 0 && it.Source != nil {
		people = it.Source.Authors
	}
	if len(people) == 0 {
		people = f.Authors
	}
	for _, p := range people[:min(len(people), maxAuthors)] {
		d.authors = append(d.authors, personLine(p))
	}
	d.authors = append(d.authors, e.values("dc:creator", "dc:author")...)
	for _, l := range it.Links {
		if l.Rel == "enclosure" {
			d.enclose(r.base, l.Href, l.Type, l.Length)
		}
	}
	r.media(&d, e)
	return d
}

// outOfLine handles content that is elsewhere (RFC 4287 §4.1.3.2): a page to link to, or a file.
func (d *draft) outOfLine(base string, c *atom.Content) {
	if strings.Contains(c.Type, "html") || c.Type == "" {
		d.links = append(d.links, webURL(base, c.Src))
		return
	}
	d.enclose(base, c.Src, c.Type, "")
}
