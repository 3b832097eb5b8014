package web

import (
	"testing"
	"time"
)

func TestChart(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, none := range [][]int{nil, {}, {0, 0, 0}} {
		if c := newChart(none, from); c != nil {
			t.Errorf("%v makes a chart of %d bars", none, len(c.Bars))
		}
	}
	c := newChart([]int{1, 0, 96, 48}, from)
	if len(c.Bars) != 4 || c.Width != 38 || c.Height != chartHeight {
		t.Fatalf("%+v", c)
	}
	for i, want := range []bar{
		{from, 1, 0, chartHeight - 1, barWidth, 1}, // too few for a visible bar, yet not none
		{from.AddDate(0, 0, 1), 0, 10, chartHeight, barWidth, 0},
		{from.AddDate(0, 0, 2), 96, 20, 0, barWidth, chartHeight},
		{from.AddDate(0, 0, 3), 48, 30, chartHeight / 2, barWidth, chartHeight / 2},
	} {
		if c.Bars[i] != want {
			t.Errorf("bar %d is %+v, want %+v", i, c.Bars[i], want)
		}
	}
	if want := "145 articles in the 4 days from 1 Nov 2026 to 4 Nov 2026; the most on 3 Nov 2026: 96."; c.Words() != want {
		t.Errorf("the chart says %q, want %q", c.Words(), want)
	}
}
