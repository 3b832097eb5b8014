package main

import (
	"bytes"
	"embed"
	"fmt"
	"hash/fnv"
	"net/http"
	"sync/atomic"
	"text/template"
	"time"

	"github.com/klauspost/compress/gzip"
)

// The time between two items of a feed, and the age of its newest when the farm starts.
const itemsApart, newestAge = 10 * time.Minute, 48 * time.Hour

//go:embed rss.tmpl atom.tmpl
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "*.tmpl"))

// feed is one made-up publisher.
type feed struct {
	number   int
	host     string // address and port
	language *language
	start    time.Time // of item 0
	size     int       // items in the document
	gone     int       // items that have left it
	current  atomic.Pointer[document]
}

// document is a feed as it is served.
type document struct {
	gzipped      []byte
	mediaType    string
	etag         string
	lastModified string
}

// Home is the publisher's site, without a slash at the end.
func (f *feed) Home() string { return "http://" + f.host }

// URL is where the feed is served.
func (f *feed) URL() string { return fmt.Sprintf("%s/feed/%d", f.Home(), f.number) }

// advance brings out k new items, of which as many old ones make room, and puts the document up.
func (f *feed) advance(k int, now time.Time) error {
	f.gone += k
	name, mediaType := "rss.tmpl", "application/rss+xml; charset=UTF-8"
	if f.number%2 == 1 {
		name, mediaType = "atom.tmpl", "application/atom+xml; charset=UTF-8"
	}
	view := struct {
		*feed
		Title, Tag string
		Items      []item // newest first
	}{feed: f, Tag: f.language.Tag}
	w := newWriter(f.language, f.number, -1)
	view.Title = fmt.Sprintf("%s %s %d", pick(w, w.Places), pick(w, w.Sections), f.number)
	for i := f.gone + f.size - 1; i >= f.gone; i-- {
		view.Items = append(view.Items, f.write(i))
	}
	var text, packed bytes.Buffer
	if err := templates.ExecuteTemplate(&text, name, view); err != nil {
		return fmt.Errorf("write feed %d: %w", f.number, err)
	}
	sum := fnv.New64a()
	sum.Write(text.Bytes())
	z := gzip.NewWriter(&packed)
	z.Write(text.Bytes()) // into memory: cannot fail
	z.Close()
	f.current.Store(&document{
		gzipped: bytes.Clone(packed.Bytes()), mediaType: mediaType, etag: fmt.Sprintf(`"%x"`, sum.Sum64()),
		lastModified: now.UTC().Format(http.TimeFormat),
	})
	return nil
}
