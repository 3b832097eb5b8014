package main

import (
	"encoding/json"
	"fmt"
	"io"

	"tributary/feeds/parse"
)

// cleanInput is one fragment of a batch.
type cleanInput struct {
	ID   json.RawMessage `json:"id"`
	HTML string          `json:"html"`
	Base string          `json:"base"` // what relative addresses are relative to
}

// cleanOutput is what is left of a fragment.
type cleanOutput struct {
	ID    json.RawMessage `json:"id,omitempty"`
	HTML  string          `json:"html"`
	Error string          `json:"error,omitempty"`
}

// cleanCommand shows what is left of HTML once it is clean.
type cleanCommand struct {
	Batch bool `help:"Read JSON lines {id, html} and write a line for each."`
}

func (c cleanCommand) Run(t terminal) error { return runClean(t.in, t.out, c.Batch) }

// runClean sanitises one fragment of HTML, or the fragments of a batch as JSON lines.
func runClean(in io.Reader, out io.Writer, batch bool) error {
	if batch {
		return answerLines(in, out, func(input cleanInput, err error) any {
			if err != nil {
				return cleanOutput{ID: input.ID, Error: err.Error()}
			}
			return cleanOutput{ID: input.ID, HTML: parse.Clean(input.HTML, input.Base)}
		})
	}
	body, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read fragment: %w", err)
	}
	_, err = io.WriteString(out, parse.Clean(string(body), "")+"\n")
	return err
}
