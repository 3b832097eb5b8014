package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"tributary/feeds"
	"tributary/feeds/match"
	"tributary/feeds/places"
)

// explainCommand says why articles are in a topic or not.
type explainCommand struct {
	Topic    string   `arg:"" help:"The topic's id, or all."`
	File     string   `arg:"" optional:"" help:"A feed, an HTML page, or a text with its title in the first line; - for the standard input."`
	URL      string   `name:"url" help:"Fetch this page or feed instead." placeholder:"URL"`
	Source   string   `help:"Judge as an article of this source of the config: its URL or host." placeholder:"URL"`
	Language string   `help:"The articles' language (BCP 47), whatever they say." placeholder:"TAG"`
	Category []string `help:"One more category of the articles; repeat for several." placeholder:"NAME"`
	Item     int      `help:"Only the item of a feed with this number, with all details." placeholder:"N"`
	JSON     bool     `help:"Print a JSON line for each item and topic, the judged text included."`
	Batch    bool     `hidden:"" help:"Read JSON lines {id, title, summary, content, language, categories, country} and write a line for each."`
}

// allTopics stands for every topic, unless one has that id.
const allTopics = "all"

// judged is a topic's verdict on an article.
type judged struct {
	match.Explanation
	item    int // of the document, from 1
	article *feeds.Article
}

func (c explainCommand) Run(ctx context.Context, all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	topics, err := c.topics(p.topicIDs())
	switch {
	case err != nil:
		return err
	case c.Batch && len(topics) > 1:
		return errors.New("--batch takes one topic")
	case c.Batch:
		return explainBatch(p.rules, topics[0], t.in, t.out)
	case (c.File == "") == (c.URL == ""):
		return errors.New("name one thing to explain: a file, - for the standard input, or --url")
	}
	if _, err := language.Parse(c.Language); c.Language != "" && err != nil {
		return fmt.Errorf("--language: %q is not a language tag (BCP 47), such as en, es or pt-BR", c.Language)
	}
	articles, err := c.articles(ctx, p, t)
	if err != nil {
		return err
	}
	var verdicts []judged
	for i := range articles {
		for _, topic := range topics {
			x, _ := p.rules.Explain(&articles[i], topic)
			verdicts = append(verdicts, judged{x, i + 1, &articles[i]})
		}
	}
	if verdicts, err = c.wanted(verdicts, len(articles)); err != nil {
		return err
	}
	if err := c.print(p, t.out, verdicts); err != nil {
		return err
	}
	if !slices.ContainsFunc(verdicts, func(v judged) bool { return v.In }) {
		return errNo
	}
	return nil
}

// topics gives the ids of the topics to judge by.
func (c explainCommand) topics(configured []string) ([]string, error) {
	if c.Topic == allTopics && !slices.Contains(configured, allTopics) {
		return configured, nil
	}
	return []string{c.Topic}, isTopic(c.Topic, append(configured, allTopics))
}

// topicIDs are the ids of the topics, in the order of the config.
func (p *plan) topicIDs() (ids []string) {
	for _, t := range p.topics {
		ids = append(ids, t.ID)
	}
	return ids
}

// isTopic is an error unless the id is one of the topics'.
func isTopic(id string, ids []string) error {
	if slices.Contains(ids, id) {
		return nil
	}
	if near := places.Nearest(id, ids, 2); near != "" {
		return fmt.Errorf("there is no topic %q; did you mean %s?", id, near)
	}
	return fmt.Errorf("there is no topic %q; write one of %s", id, strings.Join(ids, ", "))
}

// articles reads what is to be explained, with what is known of its source.
func (c explainCommand) articles(ctx context.Context, p *plan, t terminal) ([]feeds.Article, error) {
	source, err := c.hints(p.sources)
	if err != nil {
		return nil, err
	}
	doc, err := c.document(ctx, p, t)
	if err != nil {
		return nil, err
	}
	doc.Language = source.Language
	articles, err := readArticles(doc)
	for i := range articles {
		a := &articles[i]
		a.Source = source
		a.Language = cmp.Or(c.Language, a.Language)
		a.Categories = append(a.Categories, c.Category...)
	}
	return articles, err
}

// wanted gives the verdicts on the item that --item asks for, or all.
func (c explainCommand) wanted(verdicts []judged, items int) ([]judged, error) {
	if c.Item == 0 {
		return verdicts, nil
	}
	if c.Item < 0 || c.Item > items {
		return nil, fmt.Errorf("there is no item %d; write a number from 1 to %d", c.Item, items)
	}
	return slices.DeleteFunc(verdicts, func(v judged) bool { return v.item != c.Item }), nil
}
