package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"tributary/feeds"
	"tributary/feeds/match"
)

// explainedArticle is what explain prints as JSON of one article and one topic.
type explainedArticle struct {
	Item int `json:"item"` // of the document, from 1
	match.Explanation
	Reason   string      `json:"reason"`
	Title    string      `json:"title"`
	URL      string      `json:"url,omitempty"`
	Language string      `json:"language,omitempty"`
	Source   string      `json:"source,omitempty"` // whose hints counted
	Text     match.Texts `json:"text"`             // what was judged; a hit's offset and length count its bytes
}

// print writes the verdicts: all there is to say of a single one, else a line for each.
func (c explainCommand) print(p *plan, w io.Writer, verdicts []judged) error {
	several := verdicts[0].item != verdicts[len(verdicts)-1].item
	switch {
	case c.JSON:
		return printVerdictsJSON(w, verdicts)
	case len(verdicts) == 1:
		return details{verdicts[0], p, styleFor(w)}.print(w)
	case !several:
		return printByTopic(w, verdicts)
	case len(verdicts) == verdicts[len(verdicts)-1].item:
		return printByItem(w, verdicts)
	}
	return printTopicsOfItems(w, verdicts)
}

func printVerdictsJSON(w io.Writer, verdicts []judged) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for _, v := range verdicts {
		a := v.article
		err := lines.Encode(explainedArticle{Item: v.item, Explanation: v.Explanation, Reason: v.Reason(),
			Title: a.Title, URL: a.URL, Language: a.Language, Source: a.Source.URL, Text: match.Fields(a)})
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrOut is a verdict in a table.
func inOrOut(v judged) string {
	if v.In {
		return "in"
	}
	return "not in"
}

// printByTopic writes what each topic says of one article.
func printByTopic(w io.Writer, verdicts []judged) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TOPIC\tVERDICT\tPOINTS\tWHY")
	for _, v := range verdicts {
		fmt.Fprintf(table, "%s\t%s\t%.4g\t%s\n", v.Topic, inOrOut(v), v.Score, v.Reason())
	}
	return table.Flush()
}

// printByItem writes what one topic says of each item of a feed.
func printByItem(w io.Writer, verdicts []judged) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ITEM\tVERDICT\tPOINTS\tTITLE\tWHY")
	in := 0
	for _, v := range verdicts {
		if v.In {
			in++
		}
		fmt.Fprintf(table, "%d\t%s\t%.4g\t%s\t%s\n", v.item, inOrOut(v), v.Score, cut(cmp.Or(v.article.Title, "-"), 50), v.Reason())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d of %s in %s; --item N shows all about one\n", in, count(len(verdicts), "item"), verdicts[0].Topic)
	return err
}

// printTopicsOfItems writes the topics of each item of a feed.
func printTopicsOfItems(w io.Writer, verdicts []judged) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ITEM\tTITLE\tTOPICS")
	for len(verdicts) > 0 {
		first := verdicts[0]
		var in []string
		for len(verdicts) > 0 && verdicts[0].item == first.item {
			if verdicts[0].In {
				in = append(in, verdicts[0].Topic)
			}
			verdicts = verdicts[1:]
		}
		fmt.Fprintf(table, "%d\t%s\t%s\n", first.item, cut(cmp.Or(first.article.Title, "-"), 50), cmp.Or(strings.Join(in, ", "), "-"))
	}
	return table.Flush()
}

// details writes all about one verdict.
type details struct {
	judged
	plan  *plan
	style style
}

func (d details) print(w io.Writer) error {
	d.verdict(w)
	d.parts(w)
	texts := match.Fields(d.article)
	d.text(w, texts)
	return d.hits(w, texts)
}

// verdict writes the answer and what the article was taken for.
func (d details) verdict(w io.Writer) {
	topic := feeds.Topic{ID: d.Topic}
	if i := slices.IndexFunc(d.plan.topics, func(t feeds.Topic) bool { return t.ID == d.Topic }); i >= 0 {
		topic = d.plan.topics[i]
	}
	title := cmp.Or(topic.Title, topic.ID)
	if d.In {
		fmt.Fprintf(w, "%s: %s\n", d.style.good("in "+title), d.Reason())
		if topic.MinSources > 1 {
			fmt.Fprintf(w, "shown once %d sources tell its event\n", topic.MinSources)
		}
		if topic.Stories == feeds.OneEntry {
			fmt.Fprintln(w, "one entry is shown for all articles that tell its event")
		}
	} else {
		fmt.Fprintf(w, "%s: %s\n", d.style.bad("not in "+title), d.Reason())
	}
	about := []string{"no language known"}
	if d.article.Language != "" {
		about[0] = "language " + d.article.Language
	}
	if s := d.article.Source; s.URL != "" {
		about = append(about, "as an article of "+s.URL)
	}
	fmt.Fprintf(w, "%s\n\n", strings.Join(about, ", "))
}

// parts writes what came of each part of the rule.
func (d details) parts(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PART\tRESULT\tPOINTS\tSHARE\tMISSING")
	for _, c := range d.Evidence.Checks {
		result, points, share := "met", "-", "-"
		if c.Missing != "" {
			result = "not met"
		}
		switch {
		case c.Threshold > 0:
			points = fmt.Sprintf("%.4g of %.4g", c.Score, c.Threshold)
		case c.Score != 0:
			points = fmt.Sprintf("%.4g", c.Score)
		}
		if c.LeastShare > 0 {
			share = fmt.Sprintf("%.0f%% of %.0f%%", 100*c.Share, 100*c.LeastShare)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", c.Part, result, points, share, cmp.Or(c.Missing, "-"))
	}
	table.Flush()
	for _, c := range d.Evidence.Checks {
		if c.Others != "" {
			fmt.Fprintf(w, "the rest of the share of %s: %s\n", c.Part, c.Others)
		}
	}
	fmt.Fprintln(w)
}

// hits writes a table of what was found, with the reason for what does not count.
func (d details) hits(w io.Writer, texts match.Texts) error {
	if len(d.Evidence.Hits) == 0 {
		_, err := fmt.Fprintln(w, "Nothing was found that concerns the topic.")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FOUND\tTERM\tKIND\tPLACE\tIN\tPOINTS\tWHY NOT")
	for _, h := range d.Evidence.Hits {
		place := "-"
		if h.Place != "" {
			p, _ := d.plan.places.Place(h.Place)
			place = cmp.Or(p.Title, h.Place)
		}
		points := fmt.Sprintf("%.4g", h.Score)
		if h.Discarded != "" {
			points = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cmp.Or(oneLine(texts.Quote(h)), "-"), h.Term, cmp.Or(h.Kind, "-"), place,
			cmp.Or(string(h.Field), "config"), points, cmp.Or(h.Discarded, "-"))
	}
	return table.Flush()
}

// oneLine keeps a table's row in one line.
func oneLine(s string) string { return strings.Join(strings.Fields(straight(s)), " ") }
