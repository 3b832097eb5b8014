package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

// checkCommand reads the config as serve would, and changes nothing.
type checkCommand struct {
	JSON bool `help:"Print the mistakes as JSON."`
}

func (c checkCommand) Run(all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	var found *mistakes
	if err != nil && !errors.As(err, &found) {
		return err
	}
	switch {
	case c.JSON:
		list := []mistake{}
		if found != nil {
			list = found.all
		}
		if err := json.NewEncoder(t.out).Encode(map[string]any{"file": all.Config, "mistakes": list}); err != nil {
			return err
		}
	case found != nil:
		fmt.Fprintln(t.out, found)
	default:
		fmt.Fprintf(t.out, "%s is fine: %s, %s\n", all.Config, count(len(p.sources), "source"), count(len(p.topics), "topic"))
	}
	if found != nil {
		return errNo
	}
	return nil
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
