package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tributary/feeds"
	"tributary/feeds/trial"
	"tributary/storage"
)

// backtestCommand tries the config's rules on stored articles before they are live.
type backtestCommand struct {
	Topics  []string `arg:"" optional:"" name:"topic" help:"The topics to report on, by id; all without any."`
	Days    int      `default:"30" help:"How many days of articles to try the rules on."`
	Against string   `placeholder:"FILE" help:"Compare with the rules in another config rather than with what the topics have."`
	JSON    bool     `help:"Print the report as JSON."`
}

func (c backtestCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	for _, id := range c.Topics {
		if err := isTopic(id, p.topicIDs()); err != nil {
			return err
		}
	}
	b := trial.Backtest{Topics: p.topics, Judge: p.judge, Why: p.why}
	if c.Against != "" {
		other, err := readPlan(c.Against)
		if err != nil {
			return err
		}
		b.Before = other.judge
	}
	db, err := openStored(ctx, p, t)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, db.Close()) }()
	report, err := b.Run(ctx, lastDays(db, c.Days, t))
	if err != nil {
		return err
	}
	if len(c.Topics) > 0 {
		other := func(id string) bool { return !slices.Contains(c.Topics, id) }
		report.Topics = slices.DeleteFunc(report.Topics, func(x trial.Change) bool { return other(x.Topic) })
		report.Overlaps = slices.DeleteFunc(report.Overlaps, func(o trial.Overlap) bool { return other(o.Topics[0]) && other(o.Topics[1]) })
	}
	if c.JSON {
		err = json.NewEncoder(t.out).Encode(report)
	} else {
		err = printBacktest(t.out, report)
	}
	if err == nil && slices.ContainsFunc(report.Topics, trial.Change.LosesMost) {
		err = errNo
	}
	return err
}

// judge judges a stored article as the config says, what it says of the article's source included.
func (p *plan) judge(a *feeds.Article) []feeds.Entry { return p.rules.Judge(p.configured(a)) }

// why says in words what decides on a stored article.
func (p *plan) why(a *feeds.Article, topic string) string {
	x, _ := p.rules.Explain(p.configured(a), topic)
	return x.String()
}

func (p *plan) configured(a *feeds.Article) *feeds.Article {
	src, ok := p.crawl.Sources[a.Source.URL]
	if !ok {
		return a // the source has left the config
	}
	b := *a
	b.Source = src
	return &b
}

// openStored opens a database to read what is stored.
func openStored(ctx context.Context, p *plan, t terminal) (*storage.DB, error) {
	if _, err := os.Stat(p.Storage); errors.Is(err, os.ErrNotExist) && !strings.Contains(p.Storage, "://") {
		return nil, fmt.Errorf("there is no database %s yet; tributary crawl makes it and fetches articles", p.Storage)
	}
	return storage.Open(ctx, p.Storage, logger(t.err, p.Log))
}

// lastDays reads the articles of the last days, with a progress bar.
func lastDays(db *storage.DB, days int, t terminal) trial.Read {
	return func(ctx context.Context, visit func(feeds.Stored) error) error {
		bar := progress(t.err, "judging")
		defer bar.Finish()
		return db.Stored(ctx, time.Now().AddDate(0, 0, -days), func(total int) { bar.ChangeMax(max(total, 1)) }, func(s feeds.Stored) error {
			bar.Add(1)
			return visit(s)
		})
	}
}

func printBacktest(w io.Writer, r trial.Report) error {
	if r.Articles == 0 {
		_, err := fmt.Fprintln(w, "no articles are stored of that time; --days looks further back")
		return err
	}
	fmt.Fprintf(w, "%s since %s\n\n", count(r.Articles, "article"), r.Oldest.Format(time.DateOnly))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TOPIC\tNOW\tTHEN\tKEPT\tGAINED\tLOST")
	for _, c := range r.Topics {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\n", c.Topic, c.Before, c.After, c.Kept, c.Gained, c.Lost)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, c := range r.Topics {
		printChange(w, c)
	}
	if len(r.Overlaps) > 0 {
		fmt.Fprintln(w, "\nTopics that share articles:")
	}
	for _, o := range r.Overlaps {
		fmt.Fprintf(w, "  %s and %s: %s, %.0f%% of the smaller one's\n", o.Topics[0], o.Topics[1], count(o.Articles, "article"), 100*o.Share)
	}
	return nil
}

func printChange(w io.Writer, c trial.Change) {
	fmt.Fprintf(w, "\n%s\n", c.Topic)
	for _, warning := range c.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", warning)
	}
	for _, s := range c.GainedSamples {
		fmt.Fprintf(w, "  + %s (%s)\n      %s\n", cut(s.Title, 90), s.Source, cut(s.Why, 200))
	}
	for _, s := range c.LostSamples {
		fmt.Fprintf(w, "  - %s (%s)\n      %s\n", cut(s.Title, 90), s.Source, cut(s.Why, 200))
	}
	if len(c.Terms) > 0 {
		var terms []string
		for _, x := range c.Terms {
			terms = append(terms, fmt.Sprintf("%s %d", x.Term, x.Articles))
		}
		fmt.Fprintf(w, "  found most: %s\n", strings.Join(terms, ", "))
	}
	if len(c.IdleTerms) > 0 {
		fmt.Fprintf(w, "  in none of its articles: %s\n", some(c.IdleTerms, 10))
	}
}

// some joins the first n of a list and says how many more there are.
func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}
