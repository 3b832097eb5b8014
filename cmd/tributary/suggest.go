package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"tributary/feeds/trial"
)

// suggestCommand proposes terms and masks for a topic, from what is stored.
type suggestCommand struct {
	Topic string `arg:"" help:"The topic's id."`
	Days  int    `default:"30" help:"How many days of articles to learn from."`
	JSON  bool   `help:"Print the suggestions as JSON."`
}

func (c suggestCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	if err := isTopic(c.Topic, p.topicIDs()); err != nil {
		return err
	}
	db, err := openStored(ctx, p, t)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, db.Close()) }()
	s, err := trial.Suggest(ctx, lastDays(db, c.Days, t), p.judge, c.Topic)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(t.out).Encode(s)
	}
	printSuggestions(t.out, s)
	return nil
}

func printSuggestions(w io.Writer, s trial.Suggestions) {
	fmt.Fprintf(w, "%s has %d of %s.\n", s.Topic, s.In, count(s.Articles, "article"))
	if len(s.Terms)+len(s.Masks) == 0 {
		fmt.Fprintln(w, "They suggest nothing: no word stands out that the rule does not know, or they are too few to learn from.")
		return
	}
	if len(s.Terms) > 0 {
		fmt.Fprintln(w, "\nTerms that may belong into the rule, and articles outside the topic that have them:")
	}
	for _, g := range s.Terms {
		printSuggestion(w, g, fmt.Sprintf("in %d of the topic and %s outside, of which %d look like the topic", g.In, count(g.Out, "article"), g.Right))
	}
	if len(s.Masks) > 0 {
		fmt.Fprintln(w, "\nPhrases that may be masks, and articles that are in the topic by a word of them:")
	}
	for _, g := range s.Masks {
		printSuggestion(w, g, fmt.Sprintf("in %s of the topic, of which %d do not look like it", count(g.In, "article"), g.Right))
	}
}

func printSuggestion(w io.Writer, g trial.Suggestion, why string) {
	language := ""
	if g.Language != "" {
		language = " (" + g.Language + ")"
	}
	fmt.Fprintf(w, "  %s%s: %s; %s\n", g.Text, language, sureness(g), why)
	for _, s := range g.Samples {
		fmt.Fprintf(w, "      %s (%s)\n", cut(s.Title, 90), s.Source)
	}
}

// sureness is how much stands behind a suggestion, in words.
func sureness(g trial.Suggestion) string {
	switch {
	case g.In >= 5 && g.Right >= 4 && g.Sure >= 0.8:
		return "very likely"
	case g.Sure >= 0.6:
		return "likely"
	}
	return "worth a look"
}
