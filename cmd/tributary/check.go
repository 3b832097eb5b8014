package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// checkCommand reads the config as serve would, and changes nothing.
type checkCommand struct {
	Online bool `help:"Ask every source, too, and say which of them are no feeds. Nothing is stored."`
	JSON   bool `help:"Print the result as JSON."`
}

// checkResult is what check prints as JSON.
type checkResult struct {
	File     string        `json:"file"`
	Mistakes []mistake     `json:"mistakes"`
	Warnings []mistake     `json:"warnings,omitempty"` // no mistakes, but worth a thought
	Sources  []sourceCheck `json:"sources,omitempty"`  // with --online
}

func (c checkCommand) Run(ctx context.Context, all *commands, t terminal) error {
	text, err := readConfig(all.Config)
	if err != nil {
		return err
	}
	p, checked, err := checkPlan(all.Config, text)
	var found *mistakes
	if err != nil && !errors.As(err, &found) {
		return err
	}
	result := checkResult{File: all.Config, Mistakes: []mistake{}}
	if p != nil {
		result.Warnings = checked.warnings(p.rules)
	}
	switch {
	case found != nil:
		result.Mistakes = found.all
	case c.Online:
		if result.Sources, err = askSources(ctx, p, t); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		err = json.NewEncoder(t.out).Encode(result)
	case found != nil:
		_, err = fmt.Fprintln(t.out, found)
	case c.Online:
		printWarnings(t.out, result)
		err = printChecks(t.out, result.Sources)
	default:
		printWarnings(t.out, result)
		_, err = fmt.Fprintf(t.out, "%s is fine: %s, %s\n", all.Config, count(len(p.sources), "source"), count(len(p.topics), "topic"))
	}
	if err != nil {
		return err
	}
	if found != nil || slices.ContainsFunc(result.Sources, func(s sourceCheck) bool { return !s.OK }) {
		return errNo
	}
	return nil
}

func printWarnings(w io.Writer, r checkResult) {
	for _, m := range r.Warnings {
		fmt.Fprintf(w, "%s:%d:%d: warning: %s\n", r.File, m.Line, m.Column, m.Message)
	}
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
