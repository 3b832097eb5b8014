package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/feeds/parse"
)

// document reads what is to be explained: a file, the standard input or an address, which is asked
// once and as the crawler would ask.
func (c explainCommand) document(ctx context.Context, p *plan, t terminal) (d parse.Document, err error) {
	d.Now = time.Now()
	if c.URL != "" {
		if _, err := webAddress(c.URL); err != nil {
			return d, err
		}
		client := newFetcher(p)
		defer client.Close()
		res, err := client.Get(ctx, fetch.Request{URL: c.URL})
		if err != nil {
			return d, fmt.Errorf("fetch %s: %w", c.URL, err)
		}
		d.URL, d.ContentType, d.ContentLocation, d.Body = res.URL, res.ContentType, res.ContentLocation, res.Body
		return d, nil
	}
	in := t.in
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return d, fmt.Errorf("read the article: %w; - reads it from the standard input", err)
		}
		defer file.Close()
		in = file
	}
	if d.Body, err = io.ReadAll(io.LimitReader(in, fetch.MaxDecoded+1)); err != nil {
		return d, fmt.Errorf("read the article: %w", err)
	}
	return d, nil
}

// readArticles gives the articles of a document, whatever it is: a feed's items, the article of an
// HTML page, or plain text with its title in the first line.
func readArticles(d parse.Document) ([]feeds.Article, error) {
	f, err := parse.Parse(d)
	switch start := bytes.TrimSpace(d.Body[:min(len(d.Body), 512)]); {
	case err == nil && len(f.Articles) == 0:
		return nil, errors.New("read the articles: the feed has none")
	case err == nil:
		return f.Articles, nil
	case parse.IsPage(d.Body):
		a, err := parse.Page(d)
		return []feeds.Article{a}, err
	case len(start) == 0:
		return nil, errors.New("read the article: there is nothing to read")
	case !errors.Is(err, parse.ErrNotFeed), !strings.HasPrefix(http.DetectContentType(d.Body), "text/"), start[0] == '<', start[0] == '{':
		return nil, err
	}
	return []feeds.Article{parse.Text(d)}, nil
}

// hints gives the source whose hints count: the one that --source names, else the first whose host and
// port are those of --url, or at least its host, or its site. Without one it is zero.
func (c explainCommand) hints(sources []feeds.Source) (s feeds.Source, err error) {
	if c.Source != "" {
		i := sourceNamed(sources, c.Source)
		if i < 0 {
			return s, fmt.Errorf("no source of the config has the URL or host %s", c.Source)
		}
		return sources[i], nil
	}
	if c.URL == "" {
		return s, nil
	}
	for _, same := range []func(string) string{sameAs, serverOf, hostOf, siteOf} {
		i := slices.IndexFunc(sources, func(s feeds.Source) bool { return same(s.URL) == same(c.URL) })
		if i >= 0 {
			return sources[i], nil
		}
	}
	return s, nil
}

// serverOf is a web address's host without www, and its port, which tells apart what one machine serves.
func serverOf(address string) string {
	u, err := webAddress(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.")
}

// hostOf is a web address's host without www.
func hostOf(address string) string {
	u, err := webAddress(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// siteOf is the part of a web address's host that somebody registered: bbc.co.uk of feeds.bbc.co.uk.
func siteOf(address string) string {
	host := hostOf(address)
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return site
}
