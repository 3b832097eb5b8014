package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tributary/feeds"
	"tributary/feeds/crawl"
)

// hurryAfter is how long after a visit nobody's impatience makes another, where min_interval is longer.
const hurryAfter = 5 * time.Minute

// crawlCommand makes one pass and says what came.
type crawlCommand struct {
	All  bool `help:"Visit every source, due or not; only those wait that were visited in the last five minutes, or whose publisher asked for a pause."`
	JSON bool `help:"Print the table as JSON lines."`
}

func (c crawlCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	leaveGarbage(len(p.sources))
	pass := &passReport{started: time.Now(), bar: progress(t.err, "visiting")}
	s, err := openService(ctx, p, logger(pass.beside(t.err), p.Log), pass.add)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.Close()) }()
	if c.All {
		if err := s.db.Hurry(ctx, min(hurryAfter, p.Crawl.MinInterval), false); err != nil {
			return err
		}
	}
	if err := s.db.Begin(ctx); err != nil {
		return err
	}
	due, err := s.db.Due(ctx, pass.started, time.Hour)
	if err != nil {
		return err
	}
	pass.bar.ChangeMax(max(due, 1))
	if err := s.crawler.Pass(ctx); err != nil {
		return err
	}
	undone := s.retag(ctx)
	if slices.ContainsFunc(p.topics, feeds.Topic.TellsStories) { // it shows nothing before, and perhaps no serve comes that crawls
		undone = firstError(undone, s.group(ctx))
	}
	pass.bar.Finish()
	out := bufio.NewWriter(t.out) // a table is written in many small pieces
	if err := firstError(pass.print(out, c.JSON), out.Flush()); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted; what came is stored, and the next crawl goes on with the rest")
	case undone != nil:
		return undone
	}
	return pass.verdict()
}

// leaveGarbage lets a process that lives for one pass collect garbage late, as long as its memory stays within
// what a pass over so many sources may take.
func leaveGarbage(sources int) {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(88<<20 + int64(sources)<<10)
}

// passReport gathers what the visits of one pass came to.
type passReport struct {
	started time.Time
	bar     *progressbar.ProgressBar

	mu      sync.Mutex
	reports []crawl.Report
}

func (p *passReport) add(r crawl.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reports = append(p.reports, r)
	p.bar.Add(1)
}

// progress is a bar on a terminal, and nothing in a pipe or file.
func progress(w io.Writer, doing string) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(1)
	}
	return progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(doing),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionFullWidth())
}

// besideBar writes lines without tearing the bar.
type besideBar struct {
	bar *progressbar.ProgressBar
	w   io.Writer
}

func (b besideBar) Write(line []byte) (int, error) {
	b.bar.Clear()
	defer b.bar.RenderBlank()
	return b.w.Write(line)
}

func (p *passReport) beside(w io.Writer) io.Writer { return besideBar{p.bar, w} }

// print writes a row for each visit, in the order of their addresses, and what they came to.
func (p *passReport) print(w io.Writer, asJSON bool) error {
	slices.SortFunc(p.reports, func(a, b crawl.Report) int { return cmp.Compare(a.Source.URL, b.Source.URL) })
	if asJSON {
		return p.printJSON(w)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(p.reports) > 0 {
		fmt.Fprintln(table, "SOURCE\tRESULT\tNEW\tCHANGED\tREASON")
	}
	for _, r := range p.reports {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\n", cut(r.Title, 40), r.Result, r.Saved.New, r.Saved.Changed, cmp.Or(r.Reason, "-"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, p.summary())
	return err
}

func (p *passReport) printJSON(w io.Writer) error {
	lines := json.NewEncoder(w)
	for _, r := range p.reports {
		err := lines.Encode(map[string]any{
			"source": r.Source.URL, "result": r.Result, "new": r.Saved.New, "changed": r.Saved.Changed,
			"known": r.Saved.Known, "reason": r.Reason, "next_visit": r.Next,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *passReport) summary() string {
	if len(p.reports) == 0 {
		return "nothing was due; --all visits all but those visited in the last five minutes and those whose publisher asked for a pause"
	}
	fine, fresh, changed := 0, 0, 0
	for _, r := range p.reports {
		if r.Result.OK() {
			fine++
		}
		fresh += r.Saved.New
		changed += r.Saved.Changed
	}
	return fmt.Sprintf("%s, %d fine, %d failed; %s, %d changed; %.1f s", count(len(p.reports), "visit"), fine,
		len(p.reports)-fine, count(fresh, "new article"), changed, time.Since(p.started).Seconds())
}

// verdict is no when there was something to visit and nothing could be.
func (p *passReport) verdict() error {
	if len(p.reports) > 0 && !slices.ContainsFunc(p.reports, func(r crawl.Report) bool { return r.Result.OK() }) {
		return errNo
	}
	return nil
}

// cut shortens a text to n characters.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return string(r[:n-1]) + "…"
}
