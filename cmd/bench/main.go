// Bench compares Tributary's crawl with the least that such a crawl can take: a bare program that fetches,
// parses with gofeed, cleans with bluemonday and inserts into SQLite. Both read the same made-up feeds (cmd/farm)
// over new connections, in three states: all is new, one item in each feed is new, nothing is. Then it measures how
// punctual `tributary serve` is with many sources on few hosts, and what an answer costs it beside one of a bare
// net/http handler that has the same bytes in memory. It prints a table and exits with 1 when a bar is missed.
//
//	go run ./cmd/bench                                   what README's figures come from; takes about ten minutes
//	go run ./cmd/bench -feeds 200 -runs 1 -lag-feeds 0   a quick look
//	go run ./cmd/bench -feeds 0 -lag-feeds 0             serving alone
//
// It runs inside the repository, since it builds the programs and reads config.yaml for its topics.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options is how much is measured.
type options struct {
	feeds, runs int
	farm        string // control address of a farm that runs; empty: one is started

	lagFeeds, lagHosts int // 0 feeds: the lag is not measured
	interval, hostGap  time.Duration

	served int // requests in each round of serving; 0: it is not measured
}

func main() {
	var o options
	flag.IntVar(&o.feeds, "feeds", 2000, "feeds of its own farm; 0 leaves the comparison of crawls out")
	flag.IntVar(&o.runs, "runs", 3, "times that the comparison is made")
	flag.StringVar(&o.farm, "farm", "", "use the feeds of this farm, such as http://127.0.0.1:8900, and not one of its own")
	flag.IntVar(&o.lagFeeds, "lag-feeds", 10000, "sources whose due lag is measured; 0 leaves it out")
	flag.IntVar(&o.lagHosts, "lag-hosts", 500, "hosts that those are on")
	flag.DurationVar(&o.interval, "interval", 2*time.Minute, "time between two visits to one of those")
	flag.DurationVar(&o.hostGap, "host-gap", 100*time.Millisecond, "time between two requests to one of those hosts")
	flag.IntVar(&o.served, "served", 20000, "requests that are served in each round; 0 leaves serving out")
	flag.Parse()
	if file := os.Getenv(bareFile); file != "" {
		fmt.Fprintln(os.Stderr, "bench:", serveBare(file))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r, err := measure(ctx, o)
	held := r.print(os.Stdout) // also when what comes after failed or was interrupted
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	case !held:
		os.Exit(1)
	}
}

// measure builds the programs and makes the measurements.
func measure(ctx context.Context, o options) (r report, err error) {
	if o.feeds < 0 || o.runs < 1 || o.lagFeeds > 0 && o.lagHosts < 1 {
		return r, errors.New("-runs and -lag-hosts are at least 1, and -feeds is not less than 0")
	}
	dir, err := os.MkdirTemp("", "tributary-bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := build(ctx, dir)
	if err != nil {
		return r, err
	}
	compare := func(farm farmControl) error {
		for range o.runs {
			run, err := measureStates(ctx, p, farm)
			if err != nil {
				return err
			}
			r.runs = append(r.runs, run)
		}
		return nil
	}
	if o.served > 0 {
		if r.serving, err = measureServing(ctx, p, o); err != nil {
			return r, err
		}
	}
	if o.farm != "" {
		err = compare(farmControl(o.farm))
	} else if o.feeds > 0 {
		err = p.withFarm(ctx, o.feeds, o.feeds, compare)
	}
	if err != nil || o.lagFeeds == 0 {
		return r, err
	}
	err = p.withFarm(ctx, o.lagFeeds, o.lagHosts, func(farm farmControl) (err error) {
		r.lag, err = measureLag(ctx, p, farm, o)
		return err
	})
	return r, err
}
