package main

import (
	"cmp"
	"time"

	"tributary/feeds"
)

// Bounds of a topic's window. Below the least, news could be in no document (see feeds.Archived); a
// reader that was away for longer than the longest span follows the archives.
const (
	leastShown  = feeds.Archived
	mostShown   = 2000
	longestSpan = 30 * 24 * time.Hour
)

// window reports what is wrong with the window of a topic.
func (c *checker) window(cfg *windowConfig, topic int) {
	if cfg == nil {
		return
	}
	path := func(key string) []any { return []any{"topics", topic, "window", key} }
	w := cfg.window()
	switch {
	case w.Least < leastShown || w.Least > mostShown:
		c.wrong(path("least"), "%d is not between %d and %d", w.Least, leastShown, mostShown)
	case w.Most > mostShown:
		c.wrong(path("most"), "%d is more than %d entries, which few readers take at once", w.Most, mostShown)
	case w.Most < w.Least:
		c.wrong(path("most"), "%d is less than the least, which is %d", w.Most, w.Least)
	}
	if w.Span < 0 || w.Span > longestSpan {
		c.wrong(path("span"), "%s is not between 0 and 30d", *cfg.Span)
	}
}

// window is what a config says of a topic's window, with the default for what it leaves out; zero where it
// says nothing.
func (cfg *windowConfig) window() feeds.Window {
	if cfg == nil {
		return feeds.Window{}
	}
	w := feeds.DefaultWindow
	if cfg.Least != nil {
		w.Least, w.Most = *cfg.Least, max(w.Most, *cfg.Least)
	}
	if cfg.Span != nil {
		w.Span = time.Duration(*cfg.Span)
	}
	if cfg.Most != nil {
		w.Most = *cfg.Most
	}
	return w
}

// formerly reports ids of renamed topics that cannot be theirs.
func (c *checker) formerly(configured []topicConfig) {
	present, given := map[string]int{}, map[string]int{}
	for i, t := range configured {
		line, _ := c.at("topics", i, "id")
		present[t.ID] = cmp.Or(present[t.ID], line)
	}
	for i, t := range configured {
		for k, id := range t.Formerly {
			path := []any{"topics", i, "formerly", k}
			switch {
			case !topicID.MatchString(id):
				c.wrong(path, "%q was never a topic's id; an id is made of a-z, 0-9 and -, such as latin-america", id)
			case present[id] != 0:
				c.wrong(path, "the id %s is that of the topic in line %d; a topic that was renamed has given its id up", id, present[id])
			case given[id] != 0:
				c.wrong(path, "the id %s stands in line %d already; one topic can have had it", id, given[id])
			default:
				given[id], _ = c.at(path...)
			}
		}
	}
}
