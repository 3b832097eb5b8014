package main

import (
	"bytes"
	"fmt"
	"os"

	"tributary/feeds"
	"tributary/feeds/render"
)

// exportCommand writes the sources as a list of feeds that other programs import.
type exportCommand struct {
	File string `arg:"" optional:"" help:"The OPML file to write; standard output without it."`
}

func (c exportCommand) Run(all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	list := make([]feeds.Subscription, len(p.sources))
	for i, s := range p.sources {
		list[i] = feeds.Subscription{URL: s.URL, Title: s.Title, Language: s.Language, Tags: s.Tags}
	}
	if c.File == "" {
		return render.OPML(t.out, p.Site.Title, list)
	}
	var text bytes.Buffer
	if err := render.OPML(&text, p.Site.Title, list); err != nil {
		return err
	}
	if err := os.WriteFile(c.File, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	_, err = fmt.Fprintf(t.out, "wrote %s to %s\n", count(len(list), "source"), c.File)
	return err
}
