package main

import (
	"context"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/stories"
)

// How articles are placed among the stories. Topics that show one entry of each show an article when it is placed.
const (
	groupEvery    = 500 * time.Millisecond // a look whether any are to be
	groupTogether = 1000                   // articles in one transaction
)

// group places the articles that came into topics among the stories that others tell.
func (s *service) group(ctx context.Context) error {
	began := time.Now()
	index := s.stories
	if s.stories = nil; index == nil { // what a failure, even a panic, leaves is not used again
		index = stories.New(s.plan.places.Names())
	}
	done, err := s.db.Group(ctx, s.owner, index, groupTogether)
	if err != nil {
		return err
	}
	s.stories = index
	if done.Articles > 0 {
		s.log.Debug("articles placed among the stories", "articles", done.Articles, "joined", done.Joined,
			"took", time.Since(began).Round(time.Millisecond))
	}
	return nil
}

// endGroup leaves the placing of articles to other processes. They do not wait long where it fails.
func (s *service) endGroup() {
	if s.stories == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.db.EndGroup(ctx, s.owner); err != nil {
		s.log.Warn("others find stories a little later", "err", err)
	}
}

// stories reports what is wrong with the part of a topic that says what it shows of stories.
func (c *checker) stories(t topicConfig, sources []feeds.Source, topic int) {
	if t.Stories != "" {
		c.oneOf(t.Stories, []string{feeds.AllEntries, feeds.OneEntry}, "topics", topic, "stories")
	}
	if len(t.Prefer) > 0 && t.Stories != feeds.OneEntry {
		c.wrong([]any{"topics", topic, "prefer"}, "prefer chooses among the articles of a story; write stories: one, or take it out")
	}
	for i, name := range t.Prefer {
		if strings.TrimSpace(name) != "" && sourceNamed(sources, name) < 0 {
			c.wrong([]any{"topics", topic, "prefer", i}, noSource, name)
		}
	}
	if t.MinSources < 0 || t.MinSources > max(len(sources), 1) {
		c.wrong([]any{"topics", topic, "min_sources"}, "%d is not between 0 and %d, the number of sources", t.MinSources, len(sources))
	}
}
