package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"tributary/feeds/discover"
	"tributary/feeds/parse"
	"tributary/storage"
)

// sourceCheck is what asking a source came to.
type sourceCheck struct {
	URL     string    `json:"url"`
	OK      bool      `json:"ok"`
	Kind    string    `json:"kind,omitempty"`
	Items   int       `json:"items"`
	Newest  time.Time `json:"newest,omitzero"`
	Problem string    `json:"problem,omitempty"`
	Instead string    `json:"instead,omitempty"` // the address to write into the config
}

// askSources asks every source of the plan once, hosts side by side and each with its gap. It stores
// nothing.
func askSources(ctx context.Context, p *plan, t terminal) ([]sourceCheck, error) {
	client := newFetcher(p)
	defer client.Close()
	finder := newFinder(p, client, nil)
	bar := progress(t.err, "asking")
	bar.ChangeMax(len(p.sources))
	checks := make([]sourceCheck, len(p.sources))
	hosts := map[string][]int{} // indices of their sources
	for i, s := range p.sources {
		hosts[storage.HostOf(s.URL)] = append(hosts[storage.HostOf(s.URL)], i)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(p.Crawl.Workers)
	for _, sources := range hosts {
		group.Go(func() error {
			for _, i := range sources {
				found, err := finder.Look(ctx, p.sources[i].URL)
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				checks[i] = newSourceCheck(p.sources[i].URL, found, err)
				bar.Add(1)
			}
			return nil
		})
	}
	err := group.Wait()
	bar.Finish()
	return checks, err
}

// newSourceCheck says what was found at a source's address, and what to write instead of it.
func newSourceCheck(address string, found []discover.Feed, err error) sourceCheck {
	c := sourceCheck{URL: address}
	switch {
	case errors.Is(err, parse.ErrNotFeed):
		_, c.Problem, _ = strings.Cut(err.Error(), parse.ErrNotFeed.Error()+": ")
	case err != nil:
		c.Problem = err.Error()
	case len(found) == 0:
		c.Problem = "a page that links to no feed; try tributary discover " + address
	case found[0].Via != discover.Itself:
		c.Problem, c.Instead = "a page and not a feed; write "+found[0].URL+" instead", found[0].URL
	default:
		f := found[0]
		c.OK, c.Kind, c.Items, c.Newest = true, kindOf(f.Kind), len(f.Articles), f.Newest
		if f.URL != address {
			c.Instead = f.URL
		}
	}
	return c
}

// printChecks writes a line for each source, and what they come to.
func printChecks(w io.Writer, checks []sourceCheck) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tRESULT\tITEMS\tNEWEST")
	failed := 0
	for _, c := range checks {
		switch {
		case !c.OK:
			failed++
			fmt.Fprintf(table, "%s\t%s\n", c.URL, c.Problem)
		case c.Instead != "":
			fmt.Fprintf(table, "%s\tmoved for good: write %s\t%d\t%s\n", c.URL, c.Instead, c.Items, when(c.Newest))
		default:
			fmt.Fprintf(table, "%s\tok, %s\t%d\t%s\n", c.URL, c.Kind, c.Items, when(c.Newest))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s, %d fine, %d failed\n", count(len(checks), "source"), len(checks)-failed, failed)
	return err
}
