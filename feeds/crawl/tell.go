package crawl

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"tributary/feeds"
)

// tell logs a visit, louder when the source has begun to fail or has recovered, and reports it.
func (c *Crawler) tell(src feeds.Source, before feeds.State, v feeds.Visit, saved feeds.Saved) {
	level := slog.LevelDebug
	switch now := v.State.Failures; {
	case c.Report != nil: // is told of every visit
	case now == 1 && before.Failures == 0:
		level = slog.LevelWarn
	case now == 0 && before.Failures > 0:
		level = slog.LevelInfo
	}
	c.Logger.Log(context.Background(), level, "visited", "source", src.URL, "result", v.State.Result, "reason", v.State.Reason,
		"new", saved.New, "changed", saved.Changed, "next", v.State.NextVisit, "because", v.State.Because)
	if c.Report != nil {
		c.Report(Report{Source: src, Title: cmp.Or(src.Title, v.State.Title, src.URL), Result: v.State.Result, Reason: v.State.Reason, Saved: saved, Next: v.State.NextVisit})
		return
	}
	c.warn(src, before.Problems(before.LastVisit), v.State.Problems(v.At))
}

// warn logs the problems that were not there at the visit before.
func (c *Crawler) warn(src feeds.Source, before, now []feeds.Problem) {
	for _, p := range now {
		if !slices.ContainsFunc(before, func(old feeds.Problem) bool { return old.Name == p.Name }) {
			c.Logger.Warn("a source needs attention", "source", src.URL, "problem", p.Name, "what", p.Text)
		}
	}
}

// cutOff takes the outcome of a visit into account, logs when an outage begins or ends, and says
// whether the failure is the outage's.
func (c *Crawler) cutOff(host string, h hints, at time.Time) bool {
	switch began, ended := c.outage.end(host, h.unreached, at); {
	case began:
		c.Logger.Warn("most hosts cannot be reached, so our own network is away: no source is blamed, one a minute is tried until one answers")
	case ended:
		c.Logger.Info("the network is back")
	}
	return h.unreached && c.outage.lasting()
}
