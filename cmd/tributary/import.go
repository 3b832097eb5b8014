package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"

	"tributary/feeds"
	"tributary/feeds/parse"
)

// importCommand makes a config's sources of another program's list of feeds.
type importCommand struct {
	File string `arg:"" help:"A list of feeds in OPML; - for standard input."`
}

func (c importCommand) Run(t terminal) error {
	text, err := readInput(c.File, t.in)
	if err != nil {
		return err
	}
	listed, cut, err := parse.OPML(text)
	if err != nil {
		return fmt.Errorf("%s: %w; export the list as OPML where it comes from", c.File, err)
	}
	if cut {
		fmt.Fprintf(t.err, "%s: the list ends in the middle, so that feeds may be missing; export it again where it comes from\n", c.File)
	}
	list := merged(listed, func(line int, format string, args ...any) {
		fmt.Fprintf(t.err, "%s:%d: %s\n", c.File, line, fmt.Sprintf(format, args...))
	})
	if len(list) == 0 {
		fmt.Fprintf(t.err, "%s: no feeds are listed\n", c.File)
		return errNo
	}
	return writeSources(t.out, list)
}

// readInput reads a file, or standard input when its name is "-".
func readInput(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// merged gives each feed once, with the tags of all places where it stands, and leaves out what the
// config would refuse. complain is told of it.
func merged(listed []parse.Outline, complain func(line int, format string, args ...any)) (list []feeds.Subscription) {
	at := map[string]int{} // index in list
	for _, o := range listed {
		if _, err := webAddress(o.URL); err != nil {
			complain(o.Line, "%v; left out: look for the feed with tributary discover", err)
			continue
		}
		if _, err := language.Parse(o.Language); o.Language != "" && err != nil {
			complain(o.Line, "%q is not a language tag (BCP 47); the feed is taken without it", o.Language)
			o.Language = ""
		}
		i, twice := at[sameAs(o.URL)]
		if !twice {
			at[sameAs(o.URL)] = len(list)
			list = append(list, o.Subscription)
			continue
		}
		s := &list[i]
		s.Title, s.Language = cmp.Or(s.Title, o.Title), cmp.Or(s.Language, o.Language)
		for _, tag := range o.Tags {
			if !slices.Contains(s.Tags, tag) {
				s.Tags = append(slices.Clip(s.Tags), tag)
			}
		}
	}
	return list
}

// writeSources writes the section of a config, one line for each source, as config.yaml has them.
func writeSources(w io.Writer, list []feeds.Subscription) error {
	sources := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range list {
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		add := func(key string, value yaml.Node) {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &value)
		}
		add("url", yaml.Node{Kind: yaml.ScalarNode, Value: s.URL, Style: yaml.DoubleQuotedStyle})
		if s.Title != "" {
			add("title", scalar(s.Title))
		}
		if s.Language != "" {
			add("language", scalar(s.Language))
		}
		if len(s.Tags) > 0 {
			tags := yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
			for _, tag := range s.Tags {
				tag := scalar(tag)
				tags.Content = append(tags.Content, &tag)
			}
			add("tags", tags)
		}
		sources.Content = append(sources.Content, n)
	}
	section := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "sources"}, sources}}
	text, err := yaml.Dump(section, yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithQuotePreference(yaml.QuoteDouble))
	if err != nil {
		return fmt.Errorf("write the sources: %w", err)
	}
	_, err = w.Write(text)
	return err
}

// scalar is a text, quoted where it could be read as something else.
func scalar(text string) yaml.Node {
	return yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}
