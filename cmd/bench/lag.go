package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// lagReport is how tributary did with many sources on few hosts.
type lagReport struct {
	sources, hosts     int
	crawl              cost // of the first visits
	articles, expected int
	serve              cost            // of what came after
	lags               []time.Duration // from a source's due time to the end of its visit, ascending
}

// percentile gives the lag that p percent of the visits stayed under.
func (r lagReport) percentile(p int) time.Duration {
	return r.lags[min(len(r.lags)*p/100, len(r.lags)-1)]
}

// visited is the line that tributary logs after each visit.
type visited struct {
	Time   time.Time `json:"time"`
	Msg    string    `json:"msg"`
	Source string    `json:"source"`
	Next   time.Time `json:"next"`
}

// measureLag lets `tributary crawl` make the first visits, which a running service would put off for up to
// an hour, and then runs `tributary serve`: until every source has been visited, one interval more to fall
// into its rhythm, and the next one is measured.
func measureLag(ctx context.Context, p programs, farm farmControl, o options) (*lagReport, error) {
	dir, err := os.MkdirTemp(p.dir, "lag-")
	if err != nil {
		return nil, err
	}
	urls, err := farm.urls(ctx)
	if err != nil {
		return nil, err
	}
	file, db, err := writeConfig(p.module, dir, urls, settings{o.interval, o.hostGap, "debug"})
	if err != nil {
		return nil, err
	}
	r := &lagReport{sources: len(urls), hosts: o.lagHosts, expected: len(urls) * itemsPerFeed}
	if r.crawl, err = run(p.command(ctx, "tributary", "crawl", "--config", file)); err != nil {
		return nil, err
	}
	if r.articles, err = countArticles(ctx, db); err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	cmd := p.command(serving, "tributary", "serve", "--config", file)
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var last string
	r.lags, last = readLags(log, len(urls), o.interval, stop)
	cmd.Wait() // its state says how it ended
	if !cmd.ProcessState.Success() || len(r.lags) == 0 {
		return nil, fmt.Errorf("tributary serve ended (%v) before its lag could be measured; its last line: %s", cmd.ProcessState, last)
	}
	slices.Sort(r.lags)
	r.serve = costOf(cmd.ProcessState)
	return r, nil
}

// readLags reads the log of a run to its end, and calls done when it has seen enough.
func readLags(log io.Reader, sources int, interval time.Duration, done func()) (lags []time.Duration, last string) {
	due := make(map[string]time.Time, sources)
	var from time.Time // when measuring begins; zero until all sources have been visited
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		last = lines.Text()
		if !strings.Contains(last, `"msg":"visited"`) {
			continue
		}
		var v visited
		if json.Unmarshal(lines.Bytes(), &v) != nil {
			continue
		}
		was := due[v.Source]
		due[v.Source] = v.Next
		switch {
		case from.IsZero():
			if len(due) == sources {
				from = v.Time.Add(interval)
			}
		case !was.Before(from.Add(interval)):
			done()
		case !was.Before(from):
			lags = append(lags, v.Time.Sub(was))
		}
	}
	return lags, last
}
