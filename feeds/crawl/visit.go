package crawl

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/fetch"
	"tributary/feeds/parse"
)

// visit makes one visit and stores it. It says how long the host asks to be left alone as a whole, and
// whether the lease still holds.
func (c *Crawler) visit(ctx context.Context, l feeds.Lease, st feeds.State) (pause time.Duration, held bool) {
	plan := c.plan.Load()
	src, ok := plan.Sources[st.Source]
	if !ok {
		return 0, true // another process has a newer config, with this source
	}
	v, hints := c.fetch(ctx, src, st)
	if ctx.Err() != nil {
		return 0, false // stopped by us: nothing was learned about the source
	}
	v.State.Paused = time.Time{}
	if hints.retryAfter > 0 {
		v.State.Paused = v.At.Add(min(hints.retryAfter, longestPause))
	}
	v.State.NextVisit = next(facts{
		now: v.At, schedule: plan.Schedules[src.Every], minInterval: c.MinInterval, source: src.URL,
		rhythm: v.State.Rhythm, quiet: since(v.State.Newest, v.At), failures: v.State.Failures,
		fresh: hints.fresh, ttl: v.State.TTL, retryAfter: hints.retryAfter,
	})
	saved, err := c.Store.SaveVisit(ctx, l, v, plan.Judge)
	if err != nil {
		c.Logger.Error("a visit was not stored", "source", src.URL, "err", err)
		return max(hints.hostPause, time.Second), !errors.Is(err, feeds.ErrLeaseLost)
	}
	c.tell(src, st, v, saved)
	return hints.hostPause, true
}

// tell logs a visit, louder when the source has begun to fail or has recovered, and reports it.
func (c *Crawler) tell(src feeds.Source, before feeds.State, v feeds.Visit, saved feeds.Saved) {
	level := slog.LevelDebug
	switch now := v.State.Failures; {
	case c.Report != nil: // is told of every visit
	case now == 1:
		level = slog.LevelWarn
	case now == 0 && before.Failures > 0:
		level = slog.LevelInfo
	}
	c.Logger.Log(context.Background(), level, "visited", "source", src.URL, "result", v.State.Result, "reason", v.State.Reason,
		"new", saved.New, "changed", saved.Changed, "next", v.State.NextVisit)
	if c.Report != nil {
		c.Report(Report{Source: src, Result: v.State.Result, Reason: v.State.Reason, Saved: saved, Next: v.State.NextVisit})
	}
}

func since(t, now time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return now.Sub(t)
}

// hints is what an answer says about the next visit.
type hints struct{ fresh, retryAfter, hostPause time.Duration }

// fetch asks for the source and gives the visit that the answer makes, all but its next visit's time.
// Whatever panics over an answer stays with its source.
func (c *Crawler) fetch(ctx context.Context, src feeds.Source, st feeds.State) (v feeds.Visit, h hints) {
	defer func() {
		if p := recover(); p != nil {
			v = feeds.Visit{At: time.Now().UTC(), First: st.LastSuccess.IsZero(), State: st}
			v.State.LastVisit = v.At
			h = failed(&v.State, fmt.Errorf("the answer broke the crawler: %v", p))
		}
	}()
	res, err := c.Fetch.Get(ctx, fetch.Request{
		URL: src.URL, ETag: st.ETag, LastModified: st.LastModified, ValidatorURL: st.ValidatorURL,
	})
	v = feeds.Visit{At: time.Now().UTC(), First: st.LastSuccess.IsZero(), State: st}
	v.State.LastVisit = v.At
	if err != nil {
		h = failed(&v.State, err)
		return v, h
	}
	h.fresh = res.Fresh
	if res.NotModified {
		succeeded(&v, feeds.NotModified)
		v.State.ETag = orOld(res.ETag, st.ETag)
		v.State.LastModified = orOld(res.LastModified, st.LastModified)
		return v, h
	}
	hash := sha256.Sum256(res.Body)
	if bytes.Equal(hash[:], st.BodyHash) {
		succeeded(&v, feeds.Unchanged)
	} else {
		doc, err := parse.Parse(parse.Document{
			URL: res.URL, ContentType: res.ContentType, Language: src.Language, Now: v.At, Body: res.Body,
		})
		if err != nil {
			failed(&v.State, err)
			return v, h
		}
		v.Articles = doc.Articles
		succeeded(&v, feeds.Fetched)
		learn(&v.State, doc)
		v.State.BodyHash = hash[:]
	}
	// The pair belongs to this answer: a validator that it lacks is forgotten.
	v.State.ETag, v.State.LastModified, v.State.ValidatorURL = res.ETag, res.LastModified, res.URL
	return v, h
}

func orOld(now, old string) string {
	if now == "" {
		return old
	}
	return now
}

func succeeded(v *feeds.Visit, r feeds.Result) {
	v.State.Result, v.State.Reason, v.State.Failures = r, "", 0
	v.State.LastSuccess = v.At
}

// failed keeps all that earlier visits learned, and counts.
func failed(st *feeds.State, err error) (h hints) {
	st.Result, st.Reason = feeds.NotAFeed, err.Error()
	if _, what, ok := strings.Cut(st.Reason, parse.ErrNotFeed.Error()+": "); ok {
		st.Reason = what // the result says the rest
	}
	st.Failures++
	var fe *fetch.Error
	if errors.As(err, &fe) {
		st.Result = results[fe.Kind]
		h.retryAfter, h.fresh = fe.RetryAfter, fe.Fresh
		if fe.Status == http.StatusTooManyRequests { // means all of us (RFC 6585 §4)
			h.hostPause = min(max(fe.RetryAfter, shortestPause), longestPause)
		}
	}
	return h
}

// learn takes over what a document says about its source.
func learn(st *feeds.State, doc *parse.Feed) {
	st.Title, st.SiteURL, st.Language, st.TTL = doc.Title, doc.SiteURL, doc.Language, doc.TTL
	var dates []time.Time
	for _, a := range doc.Articles {
		if !a.Published.IsZero() {
			dates = append(dates, a.Published)
		}
	}
	if r := rhythm(dates); r > 0 {
		st.Rhythm = r
	}
	if len(dates) > 0 {
		st.Newest = slices.MaxFunc(dates, time.Time.Compare)
	}
}

// rhythm is the median time between the newest articles, or 0 when there are too few to tell.
func rhythm(dates []time.Time) time.Duration {
	const enough, most = 4, 20
	if len(dates) < enough {
		return 0
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return b.Compare(a) })
	dates = dates[:min(len(dates), most)]
	gaps := make([]time.Duration, 0, len(dates))
	for i := range dates[1:] {
		gaps = append(gaps, dates[i].Sub(dates[i+1]))
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// results says which of a visit's results each kind of failed fetch is.
var results = map[fetch.Kind]feeds.Result{
	fetch.DNS: feeds.Unreachable, fetch.Connect: feeds.Unreachable, fetch.TLS: feeds.Unreachable,
	fetch.Timeout: feeds.Unreachable, fetch.Broken: feeds.Unreachable, fetch.Encoding: feeds.NotAFeed,
	fetch.Status: feeds.Refused, fetch.TooBig: feeds.TooBig, fetch.Blocked: feeds.Blocked, fetch.Protocol: feeds.NotAFeed,
}
