package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// The bars that are not multiples of the bound.
const (
	mostMemory = 150 << 20 // resident at once, with 2,000 feeds and with 10,000
	mostLag    = 5 * time.Second
)

// report is what all the measurements came to.
type report struct {
	runs [][]measurement // each one's states
	lag  *lagReport      // nil when it was not measured

	serving *servingReport // nil when it was not measured
}

// median gives, of the runs, the one whose ratio is in the middle.
func (r report) median(state int) measurement {
	var all []measurement
	for _, run := range r.runs {
		all = append(all, run[state])
	}
	slices.SortFunc(all, func(a, b measurement) int { return cmp.Compare(a.ratio(), b.ratio()) })
	return all[len(all)/2]
}

// print writes the table and says whether all bars held.
func (r report) print(w io.Writer) (held bool) {
	held = true
	verdict := func(ok bool) string {
		if held = held && ok; ok {
			return ""
		}
		return " missed"
	}
	if len(r.runs) > 0 {
		r.printStates(w, verdict)
	}
	if l := r.lag; l != nil {
		p99 := l.percentile(99)
		fmt.Fprintf(w, "\n%s sources on %d hosts\n", comma(l.sources), l.hosts)
		fmt.Fprintf(w, "  tributary crawl: %s of %s articles%s, %.1f CPU seconds, peak RSS %.0f MB (bar %.0f MB%s)\n",
			comma(l.articles), comma(l.expected), verdict(l.articles == l.expected), l.crawl.cpu.Seconds(),
			megabytes(l.crawl.peak), megabytes(mostMemory), verdict(l.crawl.peak <= mostMemory))
		fmt.Fprintf(w, "  tributary serve: %s visits, due lag p50 %.2f s, p99 %.2f s (bar %.0f s%s), peak RSS %.0f MB (bar %.0f MB%s)\n",
			comma(len(l.lags)), l.percentile(50).Seconds(), p99.Seconds(), mostLag.Seconds(), verdict(p99 <= mostLag),
			megabytes(l.serve.peak), megabytes(mostMemory), verdict(l.serve.peak <= mostMemory))
	}
	if s := r.serving; s != nil {
		fmt.Fprintf(w, "\na document of %s bytes, %s with gzip\n", comma(s.size), comma(s.gzipped))
		for _, a := range s.answers {
			fmt.Fprintf(w, "  %s: bare handler %.1f µs of CPU time, tributary %.1f µs: %.2f times the requests (bar %.2f%s)\n", a.name,
				a.bare.Seconds()*1e6, a.tributary.Seconds()*1e6, a.ratio(), leastServed, verdict(a.ratio() >= leastServed))
		}
	}
	return held
}

// printStates writes what crawls took.
func (r report) printStates(w io.Writer, verdict func(bool) string) {
	fmt.Fprintf(w, "%s feeds, CPU seconds (user and system), the median of %d runs\n\n", comma(r.runs[0][0].feeds), len(r.runs))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "state\tbound\ttributary\tratio\tbar\tarticles\tof\tpeak RSS\twall\t")
	for i, state := range states {
		m := r.median(i)
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.2f\t≤ %.2f%s\t%s\t%s%s\t%.0f MB%s\t%.1f s\t\n", state.name, m.bound.Seconds(), m.cost.cpu.Seconds(),
			m.ratio(), state.bar, verdict(m.ratio() <= state.bar), comma(m.articles), comma(m.expected), verdict(m.articles == m.expected),
			megabytes(m.cost.peak), verdict(m.cost.peak <= mostMemory), m.cost.wall.Seconds())
	}
	table.Flush()
}

func comma(n int) string { return humanize.Comma(int64(n)) }

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
