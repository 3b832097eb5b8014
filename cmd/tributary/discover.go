package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"text/tabwriter"
	"time"

	"tributary/feeds/discover"
	"tributary/feeds/fetch"
)

// discoverCommand looks for the feeds of a site.
type discoverCommand struct {
	URL  string `arg:"" name:"url" help:"A page of the site, or what may be a feed."`
	JSON bool   `help:"Print the table as JSON lines."`
}

func (c discoverCommand) Run(ctx context.Context, all *commands, t terminal) error {
	address := c.URL
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	if _, err := webAddress(address); err != nil {
		return err
	}
	p, err := readPlan(all.Config)
	if errors.Is(err, fs.ErrNotExist) { // this is what people run before they have one
		p, err = &plan{config: defaults()}, nil
	}
	if err != nil {
		return err
	}
	client := newFetcher(p)
	defer client.Close()
	bar := progress(t.err, "looking for feeds")
	bar.ChangeMax(discover.MaxRequests)
	found, err := newFinder(p, client, func(string) { bar.Add(1) }).Find(ctx, address)
	bar.Finish()
	if err != nil {
		return fmt.Errorf("look for feeds at %s: %w", address, err)
	}
	if err := printFeeds(t.out, found, c.JSON); err != nil {
		return err
	}
	if len(found) == 0 {
		fmt.Fprintf(t.err, "no feeds found at %s; try the page of a section, or one about RSS\n", address)
		return errNo
	}
	return nil
}

// newFetcher gives a client that fetches as the crawler does.
func newFetcher(p *plan) *fetch.Client {
	return fetch.New(fetch.Options{
		UserAgent: userAgent(p), AllowPrivate: p.Crawl.AllowPrivate, Timeout: p.Crawl.Timeout, HostGap: p.Crawl.HostGap,
	})
}

// newFinder gives a finder that is as polite as the config says; progress may be nil.
func newFinder(p *plan, client discover.Fetcher, progress func(address string)) *discover.Finder {
	return discover.New(discover.Options{Fetch: client, UserAgent: userAgent(p), HostGap: p.Crawl.HostGap, Progress: progress})
}

func printFeeds(w io.Writer, found []discover.Feed, asJSON bool) error {
	if asJSON {
		lines := json.NewEncoder(w)
		for _, f := range found {
			err := lines.Encode(map[string]any{"url": f.URL, "kind": kindOf(f.Kind), "version": f.Kind, "title": f.Title,
				"language": f.Language, "items": len(f.Articles), "newest": moment(f.Newest), "via": f.Via})
			if err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(found) > 0 {
		fmt.Fprintln(table, "ADDRESS\tKIND\tTITLE\tITEMS\tNEWEST")
	}
	for _, f := range found {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\n", f.URL, kindOf(f.Kind), cut(cmp.Or(f.Title, "-"), 40), len(f.Articles), when(f.Newest))
	}
	return table.Flush()
}

// kindOf is what people call a feed's format.
func kindOf(version string) string {
	switch {
	case version == "sitemap":
		return "news sitemap"
	case strings.HasPrefix(version, "atom"):
		return "Atom"
	case strings.HasPrefix(version, "json"):
		return "JSON Feed"
	}
	return "RSS"
}

// when is a time as tables show it, in UTC; "-" when there is none.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}
