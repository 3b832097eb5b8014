package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// farmControl is the control address of a farm that runs.
type farmControl string

func (f farmControl) ask(ctx context.Context, method, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, string(f)+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the farm: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the farm answers %s to %s: %s", res.Status, path, body)
	}
	return body, err
}

func (f farmControl) urls(ctx context.Context) ([]string, error) {
	list, err := f.ask(ctx, http.MethodGet, "/ctl/urls")
	return strings.Fields(string(list)), err
}

// counters gives what the farm has answered since they were last asked for.
func (f farmControl) counters(ctx context.Context) (counts map[string]float64, err error) {
	text, err := f.ask(ctx, http.MethodGet, "/ctl/counters?reset=1")
	if err != nil {
		return nil, err
	}
	return counts, json.Unmarshal(text, &counts)
}

// itemsPerFeed is how many items a feed of our farm has.
const itemsPerFeed = 30

// withFarm runs do beside a farm of its own.
func (p programs) withFarm(ctx context.Context, feeds, hosts int, do func(farmControl) error) error {
	ctx, stop := context.WithCancel(ctx)
	cmd := p.command(ctx, "farm", "-port", "0", "-feeds", fmt.Sprint(feeds), "-hosts", fmt.Sprint(hosts), "-items", fmt.Sprint(itemsPerFeed))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		stop()
		return err
	}
	if err := cmd.Start(); err != nil {
		stop()
		return err
	}
	defer cmd.Wait() // it was told to stop: how it ended says nothing
	defer stop()
	line, _ := bufio.NewReader(out).ReadString('\n') // comes when all feeds are written
	control, _, ready := strings.Cut(line, "/ctl/")
	if !ready {
		return fmt.Errorf("the farm did not start; it printed %q", line)
	}
	return do(farmControl(control))
}
