package main

import (
	"fmt"
	"html"
	"strings"
	"time"
	"unicode"
)

// The bytes of an item's HTML.
const leastHTML, mostHTML = 700, 1900

// item is one article of a feed.
type item struct {
	Title, Link, ID, Author, Summary, Image string
	HTML                                    string // with what publishing systems add: figures, handlers, a pixel
	Categories                              []string
	Published                               time.Time
}

// write gives an item, which is a function of the feed and its number.
func (f *feed) write(number int) item {
	w := newWriter(f.language, f.number, number)
	title := w.headline()
	it := item{
		Title: title, Author: w.person(), Summary: w.prose(200), Categories: []string{pick(w, w.Sections)},
		Link:      fmt.Sprintf("%s/%d/%s?utm_source=rss&utm_medium=feed", f.Home(), number, slug(title)),
		ID:        fmt.Sprintf("%s/?p=%d", f.Home(), number),
		Image:     fmt.Sprintf("%s/img/%d.jpg", f.Home(), number),
		Published: f.start.Add(time.Duration(number) * itemsApart),
	}
	if f.number%3 == 1 {
		it.ID = fmt.Sprintf("tag:feed%d.example,2026:%d", f.number, number)
	}
	for range w.rand.IntN(4) {
		it.Categories = append(it.Categories, capital(w.word("noun")))
	}
	it.HTML = w.html(it, number)
	return it
}

// html writes the article as a publishing system does.
func (w writer) html(it item, number int) string {
	var b strings.Builder
	b.WriteString(`<figure class="wp-block-image"><img loading="lazy" width="1024" height="683" src="` + it.Image + `" alt="` +
		html.EscapeString(it.Title) + `" srcset="` + it.Image + ` 1024w" style="max-width:100%"/><figcaption>` + w.person() + "</figcaption></figure>\n")
	const leastEnd, mostEnd, mostBlock = 180, 420, 480 // bytes of what ends an item, and of one block
	for enough := leastHTML - leastEnd + w.rand.IntN(mostHTML-mostEnd-mostBlock-leastHTML+leastEnd); b.Len() < enough; {
		w.block(&b, it)
	}
	b.WriteString(`<p><a class="more-link" href="` + html.EscapeString(it.Link) + `">` + w.More + "</a></p>" +
		`<img src="/pixel.gif" width="1" height="1" alt=""/>`)
	if number%10 == 0 {
		b.WriteString(`<script>window.dataLayer=window.dataLayer||[];</script><iframe src="https://www.youtube.com/embed/x"></iframe>`)
	}
	return b.String()
}

// block writes a paragraph, or now and then something else.
func (w writer) block(b *strings.Builder, it item) {
	switch w.rand.IntN(12) {
	case 0:
		b.WriteString(`<h2 class="wp-block-heading">` + w.headline() + "</h2>\n")
	case 1:
		b.WriteString(`<blockquote class="quote"><p>&#8220;` + w.prose(80) + "&#8221;</p></blockquote>\n")
	case 2:
		b.WriteString("<ul><li>" + w.headline() + "</li><li><em>" + w.headline() + "</em></li></ul>\n")
	case 3:
		b.WriteString("<p>" + w.prose(60) + ` <a href="/about" rel="noopener" target="_blank" onclick="track(this)">` + w.word("nouns") + "</a></p>\n")
	case 4:
		b.WriteString("<p><strong>" + w.headline() + "</strong> &amp; " + w.prose(60) + "</p>\n")
	default:
		b.WriteString("<p>" + w.prose(100) + "</p>\n")
	}
}

// slug makes a headline fit for an address.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
