package main

import (
	"cmp"
	"encoding/json"
	"io"
	"strings"

	"tributary/feeds"
	"tributary/feeds/match"
	"tributary/feeds/parse"
)

// explainInput is one article of a batch. Title and summary may have markup.
type explainInput struct {
	ID         json.RawMessage `json:"id"`
	Title      string          `json:"title"`
	Summary    string          `json:"summary"`
	Content    string          `json:"content"`
	Language   string          `json:"language"`
	Categories []string        `json:"categories"`
	Country    string          `json:"country"` // where the source sits, by code
}

// explainOutput is a topic's verdict on an article of a batch.
type explainOutput struct {
	ID    json.RawMessage `json:"id"`
	Match bool            `json:"match"`
	Score float64         `json:"score"`
	Error string          `json:"error,omitempty"` // of a line that could not be read
}

// explainBatch judges articles as JSON lines, for those who measure how good a topic is.
func explainBatch(rules *match.Set, topic string, in io.Reader, out io.Writer) error {
	return answerLines(in, out, func(input explainInput, err error) any {
		if err != nil {
			return explainOutput{ID: input.ID, Error: err.Error()}
		}
		x, _ := rules.Explain(input.article(), topic)
		return explainOutput{ID: input.ID, Match: x.In, Score: x.Score}
	})
}

// article is the input as if a feed had brought it.
func (i explainInput) article() *feeds.Article {
	title, summary := match.PlainText(i.Title), match.PlainText(i.Summary)
	return &feeds.Article{
		Title: title, Summary: summary, Content: i.Content, Categories: i.Categories, Source: feeds.Source{Country: strings.ToUpper(i.Country)},
		Language: cmp.Or(parse.CanonicalLanguage(i.Language), parse.DetectLanguage(title+" "+summary)),
	}
}
