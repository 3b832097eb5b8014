package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"tributary/feeds"
	"tributary/feeds/crawl"
	"tributary/storage"
)

// crawlCommand makes one pass and says what came.
type crawlCommand struct {
	All  bool `help:"Visit every source, due or not; only those whose publisher asked for a pause wait."`
	JSON bool `help:"Print the table as JSON lines."`
}

func (c crawlCommand) Run(ctx context.Context, all *commands, t terminal) (err error) {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	pass := &passReport{started: time.Now(), bar: progress(t.err)}
	s, err := openService(ctx, p, logger(pass.beside(t.err), p.Log), pass.add)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.Close()) }()
	if c.All {
		if err := s.db.Hurry(ctx, mayNotHurry); err != nil {
			return err
		}
	}
	due, err := s.db.Due(ctx, pass.started, time.Hour)
	if err != nil {
		return err
	}
	pass.bar.ChangeMax(max(due, 1))
	if err := s.crawler.Pass(ctx); err != nil {
		return err
	}
	pass.bar.Finish()
	if err := pass.print(ctx, t.out, s.db, c.JSON); err != nil {
		return err
	}
	return pass.verdict()
}

// mayNotHurry names the sources that even --all leaves alone.
func mayNotHurry(st feeds.State) bool { return st.Paused.After(time.Now()) }

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
func progress(w io.Writer) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(1)
	}
	return progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("visiting"),
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
func (p *passReport) print(ctx context.Context, w io.Writer, db *storage.DB, asJSON bool) error {
	slices.SortFunc(p.reports, func(a, b crawl.Report) int { return cmp.Compare(a.Source.URL, b.Source.URL) })
	if asJSON {
		return p.printJSON(w)
	}
	names, err := sourceNames(ctx, db)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(p.reports) > 0 {
		fmt.Fprintln(table, "SOURCE\tRESULT\tNEW\tCHANGED\tREASON")
	}
	for _, r := range p.reports {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\n", cut(cmp.Or(r.Source.Title, names[r.Source.URL]), 40), r.Result, r.Saved.New, r.Saved.Changed, r.Reason)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, p.summary())
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
		return "nothing was due; --all visits every source"
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

// sourceNames gives each source's name as it calls itself, or else its address.
func sourceNames(ctx context.Context, db *storage.DB) (map[string]string, error) {
	states, err := db.Sources(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(states))
	for _, st := range states {
		names[st.Source] = cmp.Or(st.Title, st.Source)
	}
	return names, nil
}

// cut shortens a text to n characters.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return string(r[:n-1]) + "…"
}
