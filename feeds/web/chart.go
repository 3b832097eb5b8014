package web

import (
	"fmt"
	"slices"
	"time"
)

// The chart's size in its own units.
const (
	chartHeight = 48
	barWidth    = 8
	barGap      = 2
)

// chartDays is how many days the chart of a topic shows.
const chartDays = 30

// chart is how much a topic had each day, drawn as bars.
type chart struct {
	Width, Height int
	Bars          []bar
	From, To      time.Time // the first day and the last
	Total         int
	Most          int       // of one day
	Peak          time.Time // the first day that had so many
}

// bar is a day in a chart.
type bar struct {
	Day              time.Time
	Count            int
	X, Y, Wide, High int
}

// newChart draws counts per day, the first of which is from. It gives nil when all are 0.
func newChart(counts []int, from time.Time) *chart {
	if len(counts) == 0 || slices.Max(counts) <= 0 {
		return nil
	}
	c := &chart{
		Width: len(counts)*(barWidth+barGap) - barGap, Height: chartHeight,
		From: from, To: from.AddDate(0, 0, len(counts)-1), Most: slices.Max(counts),
	}
	for i, n := range counts {
		b := bar{Day: from.AddDate(0, 0, i), Count: n, X: i * (barWidth + barGap), Wide: barWidth}
		b.High = n * chartHeight / c.Most
		if n > 0 {
			b.High = max(b.High, 1)
		}
		b.Y = chartHeight - b.High
		c.Bars = append(c.Bars, b)
		c.Total += n
		if n == c.Most && c.Peak.IsZero() {
			c.Peak = b.Day
		}
	}
	return c
}

// Words says what the chart shows.
func (c *chart) Words() string {
	s := fmt.Sprintf("%s in the %d days from %s to %s", count(c.Total, "article", "articles"), len(c.Bars), dayName(c.From), dayName(c.To))
	return s + fmt.Sprintf("; the most on %s: %s.", dayName(c.Peak), grouped(c.Most))
}

// dayName writes a day for people.
func dayName(t time.Time) string { return t.UTC().Format("2 Jan 2006") }
