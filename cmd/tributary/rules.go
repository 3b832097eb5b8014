package main

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tributary/feeds"
	"tributary/feeds/match"
	"tributary/feeds/places"
)

// topicID is what can stand in a URL and will for ever.
var topicID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

func (c *checker) topics(configured []topicConfig, sources []feeds.Source) []feeds.Topic {
	if len(configured) == 0 {
		c.wrong([]any{"topics"}, "there are no topics; give at least one, with id, title and places or terms")
	}
	var topics []feeds.Topic
	first := map[string]int{}
	for i, t := range configured {
		if !topicID.MatchString(t.ID) {
			c.wrong([]any{"topics", i, "id"}, "%q cannot stand in a URL; an id is made of a-z, 0-9 and -, such as latin-america", t.ID)
		} else if line, twice := first[t.ID]; twice {
			c.wrong([]any{"topics", i, "id"}, "the id %s stands in line %d already", t.ID, line)
		} else {
			first[t.ID], _ = c.at("topics", i, "id")
		}
		if strings.TrimSpace(t.Title) == "" {
			c.wrong([]any{"topics", i, "title"}, "the topic has no title")
		}
		c.emptyBlocks(i)
		c.window(t.Window, i)
		c.stories(t, sources, i)
		c.known(t, sources, "topics", i)
		topics = append(topics, t.topic(sources))
	}
	c.formerly(configured)
	return topics
}

// emptyBlocks reports blocks of a topic that have nothing in them: what the admin meant is missing.
func (c *checker) emptyBlocks(topic int) {
	n := child(child(c.root, "topics"), topic)
	for _, key := range []string{"places", "terms", "query", "topics"} {
		block := child(n, key)
		if block != nil && block.Kind != yaml.MappingNode && len(block.Content) == 0 && strings.TrimSpace(block.Value) == "" {
			c.wrong([]any{"topics", topic, key}, "%s is empty; write what it asks for, or take it out", key)
		}
	}
}

const noSource = "no source is %q; write the URL of one in this file, or its host, such as bbc.co.uk"

// known reports sources and tags that a topic names and the config has not.
func (c *checker) known(t topicConfig, sources []feeds.Source, path ...any) {
	at := func(more ...any) []any { return append(slices.Clone(path), more...) }
	from := func(list []string, keys ...any) {
		for i, text := range list {
			if strings.TrimSpace(text) != "" && sourceNamed(sources, text) < 0 {
				c.wrong(at(append(keys, i)...), noSource, text)
			}
		}
	}
	tagged := func(list []string, keys ...any) {
		for i, text := range list {
			if strings.TrimSpace(text) != "" && !slices.ContainsFunc(sources, func(s feeds.Source) bool { return slices.Contains(s.Tags, text) }) {
				c.wrong(at(append(keys, i)...), "no source has the tag %q; give it to some, under tags", text)
			}
		}
	}
	come := func(list []exampleConfig, key string) {
		for i, e := range list {
			if e.Source != "" && sourceNamed(sources, e.Source) < 0 {
				c.wrong(at("examples", key, i, "source"), noSource, e.Source)
			}
		}
	}
	come(t.Examples.Yes, "yes")
	come(t.Examples.No, "no")
	from(t.Sources, "sources")
	from(t.Exclude.Sources, "exclude", "sources")
	tagged(t.Tags, "tags")
	tagged(t.Exclude.Tags, "exclude", "tags")
}

func (t topicConfig) topic(sources []feeds.Source) feeds.Topic {
	topic := feeds.Topic{
		ID: t.ID, Title: t.Title, Description: t.Description, Languages: t.Languages,
		Sources: t.Sources, Tags: t.Tags, Categories: t.Categories, Query: t.Query, Topics: t.Topics,
		Exclude:  feeds.Exclude(t.Exclude),
		Examples: feeds.Examples{Yes: examples(t.Examples.Yes, sources), No: examples(t.Examples.No, sources)},
		Window:   t.Window.window(), Formerly: t.Formerly,
		Stories: t.Stories, Prefer: t.Prefer, MinSources: t.MinSources,
	}
	if p := t.Places; p != nil {
		topic.Places = &feeds.Places{In: p.In, Strictness: p.Strictness, Also: terms(p.Also), Mask: p.Mask}
	}
	if w := t.Terms; w != nil {
		topic.Terms = &feeds.Terms{Any: terms(w.Any), All: w.All, None: w.None, Mask: w.Mask, Threshold: w.Threshold}
	}
	return topic
}

func terms(configured []termConfig) (list []feeds.Term) {
	for _, t := range configured {
		list = append(list, feeds.Term{Text: t.Term, Weight: t.Weight})
	}
	return list
}

func examples(configured []exampleConfig, sources []feeds.Source) (list []feeds.Example) {
	for _, e := range configured {
		example := feeds.Example{Title: e.Title, Summary: e.Summary, Language: e.Lang}
		if e.Category != "" {
			example.Categories = []string{e.Category}
		}
		if i := sourceNamed(sources, e.Source); i >= 0 {
			example.Source = sources[i]
		}
		list = append(list, example)
	}
	return list
}

// sourceNamed is the index of the first source with a URL or host; -1 for none.
func sourceNamed(sources []feeds.Source, name string) int {
	return slices.IndexFunc(sources, func(s feeds.Source) bool { return name != "" && match.IsSource(s.URL, name) })
}

// places is the gazetteer with the config's changes.
func (c *checker) places(cfg placesConfig) *places.Gazetteer {
	var add []places.Addition
	for _, a := range cfg.Add {
		add = append(add, places.Addition{Name: a.Name, Place: a.Place, Kind: a.Kind, Langs: a.Languages})
	}
	gazetteer, err := places.Default().With(add, cfg.Remove)
	for _, e := range each[*places.ChangeError](err) {
		c.wrong(append([]any{"places"}, steps(e.Path)...), "%s", e.Msg)
	}
	if err == nil {
		for _, name := range match.Unreadable(gazetteer.Added()) {
			c.wrong([]any{"places", "add"}, "no text is read as %q: a name is words with spaces or hyphens between", name)
		}
	}
	return gazetteer
}

// assumptions puts the ids of places into the sources that assume some.
func (c *checker) assumptions(sources []feeds.Source, gazetteer *places.Gazetteer) {
	if gazetteer == nil {
		return // what is wrong with it has been reported
	}
	for i := range sources {
		assumed := slices.Clone(sources[i].Assume)
		for k, text := range assumed {
			p, err := gazetteer.Find(text)
			c.check(err, "sources", i, "assume", k)
			assumed[k] = p.ID
		}
		sources[i].Assume = assumed
	}
}

// rules compiles the topics' rules into one matcher and runs their examples.
func (c *checker) rules(topics []feeds.Topic, gazetteer *places.Gazetteer) *match.Set {
	set, err := match.Compile(topics, gazetteer)
	for _, e := range each[*match.RuleError](err) {
		if e.Path != "id" { // has been reported, with the line of the other one
			c.wrong(inTopic(e), "%s", e.Msg)
		}
	}
	if err != nil {
		return nil
	}
	for i, fingerprint := range set.Fingerprints() {
		topics[i].Rule = fingerprint
	}
	for _, e := range set.CheckExamples() {
		c.wrong(inTopic(e), "%s", e.Msg)
	}
	return set
}

// warnings is what is no mistake in the rules but worth a thought, in the order of the file.
func (c *checker) warnings(rules *match.Set) (warnings []mistake) {
	for _, e := range rules.Warnings() {
		line, column := c.at(inTopic(e)...)
		warnings = append(warnings, mistake{line, column, e.Msg})
	}
	slices.SortStableFunc(warnings, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return warnings
}

// inTopic is the place in the config of what a rule's error is about.
func inTopic(e *match.RuleError) []any {
	return append([]any{"topics", e.Index}, steps(e.Path)...)
}

// each gives the errors of one type that err joins.
func each[E error](err error) (found []E) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, e := range joined.Unwrap() {
		if e, ok := errors.AsType[E](e); ok {
			found = append(found, e)
		}
	}
	return found
}

// steps takes a path such as terms.any[2] apart.
func steps(path string) (steps []any) {
	for part := range strings.SplitSeq(path, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(part, "]"), "[")
		steps = append(steps, name)
		if i, err := strconv.Atoi(index); indexed && err == nil {
			steps = append(steps, i)
		}
	}
	return steps
}
