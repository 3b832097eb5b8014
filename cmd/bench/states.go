package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// states are the three states that a crawl meets its feeds in, in the order in which they are measured. A bar is
// the most CPU time that Tributary may take, as a multiple of the bound's in the same state.
var states = []struct {
	name    string
	news    int // items that each feed brings out before
	all     bool
	bar     float64
	answers string // the farm's counter that must have counted every feed
}{
	{name: "cold", bar: 1.6, answers: "200"},
	{name: "one new item in each feed", news: 1, all: true, bar: 0.35, answers: "200"},
	{name: "all 304", all: true, bar: 2.5, answers: "304"},
}

// measurement is what one state took.
type measurement struct {
	feeds    int
	bound    time.Duration
	cost     cost // Tributary's
	articles int  // that Tributary has stored by then
	expected int  // that the farm has shown by then
}

// ratio is Tributary's CPU time as a multiple of the bound's.
func (m measurement) ratio() float64 { return m.cost.cpu.Seconds() / m.bound.Seconds() }

// measureStates visits a farm's feeds in all states, with the bound and then with Tributary in each.
func measureStates(ctx context.Context, p programs, farm farmControl) (all []measurement, err error) {
	dir, err := os.MkdirTemp(p.dir, "states-")
	if err != nil {
		return nil, err
	}
	urls, err := farm.urls(ctx)
	if err != nil {
		return nil, err
	}
	bound, err := newBound(filepath.Join(dir, "bound.db"), urls)
	if err != nil {
		return nil, err
	}
	defer bound.db.Close()
	file, db, err := writeConfig(p.module, dir, urls, settings{interval: time.Hour, logLevel: "info"})
	if err != nil {
		return nil, err
	}
	for _, state := range states {
		if _, err := farm.ask(ctx, http.MethodPost, fmt.Sprintf("/ctl/advance?k=%d", state.news)); err != nil {
			return nil, err
		}
		m := measurement{feeds: len(urls)}
		if m.bound, err = bound.pass(ctx); err != nil {
			return nil, fmt.Errorf("the bound, %s: %w", state.name, err)
		}
		if _, err := farm.counters(ctx); err != nil {
			return nil, err
		}
		args := []string{"crawl", "--config", file}
		if state.all {
			args = append(args, "--all")
		}
		if m.cost, err = run(p.command(ctx, "tributary", args...)); err != nil {
			return nil, err
		}
		counts, err := farm.counters(ctx)
		if err != nil {
			return nil, err
		}
		if n := int(counts[state.answers]); n != len(urls) || int(counts["requests"]) != n {
			return nil, fmt.Errorf("%s: the farm was to answer %s %d times and counts %v", state.name, state.answers, len(urls), counts)
		}
		if m.expected, err = countArticles(ctx, filepath.Join(dir, "bound.db")); err != nil {
			return nil, err
		}
		if m.articles, err = countArticles(ctx, db); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// countArticles counts the articles in a SQLite file, the bound's or Tributary's.
func countArticles(ctx context.Context, file string) (n int, err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM article").Scan(&n); err != nil {
		return 0, fmt.Errorf("count the articles of %s: %w", filepath.Base(file), err)
	}
	return n, nil
}
