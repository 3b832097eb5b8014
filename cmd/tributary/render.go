package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/feeds/match"
	"tributary/feeds/parse"
	"tributary/feeds/render"
)

// renderCommand shows what would be published of a feed, for those who validate what we write.
type renderCommand struct {
	Format string `help:"rss, atom or json." default:"rss"`
	URL    string `help:"Where the feed came from." env:"FEED_URL"`
}

func (c renderCommand) Run(t terminal) error { return runRender(t.in, t.out, c.Format, c.URL) }

// runRender reads a publisher's feed and writes the document of a topic that admits all of it, as if it had
// been visited for the first time at the newest moment that it tells of.
func runRender(in io.Reader, out io.Writer, ext, address string) error {
	format, ok := render.ByExt(ext)
	if !ok {
		var known []string
		for _, f := range render.Formats {
			known = append(known, f.Ext)
		}
		return fmt.Errorf("there is no format %q; write one of %s", ext, strings.Join(known, ", "))
	}
	body, err := io.ReadAll(io.LimitReader(in, fetch.MaxDecoded+1))
	if err != nil {
		return fmt.Errorf("read the feed: %w", err)
	}
	f, err := parse.Parse(parse.Document{URL: address, Now: time.Now(), Body: body})
	if err != nil {
		return err
	}
	const home = "http://localhost:8080/topics/feed"
	doc := publishedFeed(f, address)
	doc.HomeURL, doc.SelfURL = home, home+"."+format.Ext
	for _, other := range render.Formats {
		if other.Ext != format.Ext {
			doc.Links = append(doc.Links, feeds.FeedLink{Rel: "alternate", URL: home + "." + other.Ext, Type: other.Type(), Title: other.Name})
		}
	}
	return format.Write(out, doc)
}

// publishedFeed is a topic with the articles of one source's document, of which there may be two of the same.
func publishedFeed(f *parse.Feed, address string) *feeds.Feed {
	source := feeds.Source{URL: address, Title: f.Title, SiteURL: f.SiteURL, Language: parse.CanonicalLanguage(f.Language)}
	seen := newest(f, time.Now())
	known := map[string]bool{}
	var entries []feeds.Entry
	for _, a := range f.Articles {
		a.Source, a.Seen = source, seen
		if a.ID = articleID(a); !known[a.ID] {
			known[a.ID] = true
			entries = append(entries, feeds.Entry{At: a.Date(), Article: a})
		}
	}
	slices.SortStableFunc(entries, func(a, b feeds.Entry) int { return b.At.Compare(a.At) })
	entries = entries[:min(len(entries), feeds.DefaultWindow.Most)]
	for i := range entries {
		entries[i].Seq = int64(len(entries) - i)
	}
	return &feeds.Feed{
		ID: "urn:uuid:3c0dd1a7-6ed9-8a6b-9d5c-6c1b40a9a5b2", Title: cmp.Or(f.Title, "Feed"), Description: match.PlainText(f.Description),
		Language: source.Language, Updated: seen, TTL: 5 * time.Minute, Entries: entries,
	}
}

// articleID stands for the id that storage makes of an article's identity.
func articleID(a feeds.Article) string {
	key := a.GUID + "\x00" + a.URL
	if len(key) == 1 {
		key = a.Title + "\x00" + a.Summary
	}
	sum := sha256.Sum256([]byte(a.Source.URL + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// newest is the latest moment that a feed tells of and that is over; a fixed one when it tells of none.
func newest(f *parse.Feed, now time.Time) time.Time {
	latest := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	see := func(t time.Time) {
		if t.After(latest) && !t.After(now) {
			latest = t
		}
	}
	see(f.Updated)
	for _, a := range f.Articles {
		see(a.Published)
		see(a.Updated)
	}
	return latest
}
