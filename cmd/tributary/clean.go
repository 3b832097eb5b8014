package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"tributary/feeds/parse"
)

// cleanInput is one fragment of a batch; what comes out has the same form.
type cleanInput struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
	Base string `json:"base,omitempty"` // what relative addresses are relative to
}

// cleanCommand shows what is left of HTML once it is clean.
type cleanCommand struct {
	Batch bool `help:"Read JSON lines {id, html} and write a line for each."`
}

func (c cleanCommand) Run(t terminal) error { return runClean(t.in, t.out, c.Batch) }

// runClean sanitises one fragment of HTML, or the fragments of a batch as JSON lines.
func runClean(in io.Reader, out io.Writer, batch bool) error {
	w := bufio.NewWriter(out)
	if !batch {
		body, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("read fragment: %w", err)
		}
		if _, err := w.WriteString(parse.Clean(string(body), "") + "\n"); err != nil {
			return err
		}
		return w.Flush()
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	dec := json.NewDecoder(in)
	for {
		var input cleanInput
		switch err := dec.Decode(&input); {
		case err == io.EOF:
			return w.Flush()
		case err != nil:
			return fmt.Errorf("read batch: %w", err)
		}
		if err := enc.Encode(cleanInput{ID: input.ID, HTML: parse.Clean(input.HTML, input.Base)}); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
}
