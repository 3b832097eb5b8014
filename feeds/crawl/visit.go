package crawl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	c.outage.begin(l.Host, time.Now())
	v, doc, h := c.fetch(ctx, src, st)
	if ctx.Err() != nil {
		return 0, false // stopped by us: nothing was learned about the source
	}
	ctx = context.WithoutCancel(ctx) // the publisher has answered: what it said is kept
	c.conclude(plan, src, l.Host, st, &v, &h)
	saved, err := c.save(ctx, l, &v, src, doc, plan.Judge)
	if errors.Is(err, errBroken) {
		v, h = broke(st, err)
		c.conclude(plan, src, l.Host, st, &v, &h)
		saved, err = c.save(ctx, l, &v, src, doc, plan.Judge)
	}
	if err != nil {
		c.Logger.Error("a visit was not stored", "source", src.URL, "err", err)
		return max(v.Pause, time.Second), !errors.Is(err, feeds.ErrLeaseLost)
	}
	c.tell(src, st, v, saved)
	return v.Pause, true
}

// conclude says what a visit comes to: whose fault its failure is, how long its host and its source are to
// be left alone, and when the next one is due.
func (c *Crawler) conclude(plan *Plan, src feeds.Source, host string, before feeds.State, v *feeds.Visit, h *hints) {
	if v.State.Result == feeds.Postponed {
		*v = postponed(before, *v, v.State.Reason)
	} else if c.cutOff(host, *h, v.At) {
		*v = postponed(before, *v, "our own network was away: "+v.State.Reason)
	}
	v.Pause, v.PausedBy = c.strikes.pause(host, *h, *v), h.by
	v.State.Paused = time.Time{}
	if h.retryAfter > 0 {
		v.State.Paused = v.At.Add(min(h.retryAfter, longestPause))
	}
	v.State.NextVisit, v.State.Because = next(facts{
		now: v.At, schedule: plan.Schedules[src.Every], minInterval: c.MinInterval, source: src.URL,
		rhythm: v.State.Rhythm, quiet: since(v.State.Newest, v.At), blind: blind(v.State),
		failures: v.State.Failures, failing: since(v.State.Failing, v.At), gone: since(v.State.Gone, v.At),
		status: h.status, fresh: h.fresh, ttl: v.State.TTL, skip: v.State.Skip, retryAfter: h.retryAfter,
	})
	v.Rules = plan.Rules
}

// errBroken says that we panicked over what a publisher sent.
var errBroken = errors.New("the answer broke the crawler")

// contain makes an error of a panic, which stays with its source. It is deferred.
func contain(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", errBroken, p)
	}
}

// broke is the visit of a source whose answer broke the crawler: a failure like others, so that it is not
// asked for again and again.
func broke(st feeds.State, err error) (v feeds.Visit, h hints) {
	v = feeds.Visit{At: time.Now().UTC(), First: st.LastSuccess.IsZero(), State: st}
	v.State.LastVisit = v.At
	return v, failed(&v.State, err)
}

// save stores a visit, after reading its document as a whole where that turns out to be needed.
func (c *Crawler) save(ctx context.Context, l feeds.Lease, v *feeds.Visit, src feeds.Source, doc parse.Document, judge feeds.Judge) (saved feeds.Saved, err error) {
	defer contain(&err)
	saved, err = c.Store.SaveVisit(ctx, l, *v, judge)
	if errors.Is(err, feeds.ErrReadWhole) {
		if _, err = c.read(v, src, doc, nil); err == nil {
			saved, err = c.Store.SaveVisit(ctx, l, *v, judge)
		}
	}
	return saved, err
}

func since(t, now time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return now.Sub(t)
}

// hints is what an answer says about the next visit.
type hints struct {
	fresh, retryAfter time.Duration
	status            int    // of a failure
	by                string // the URL of a failure that came after a redirect
	unreached         bool   // it shows no sign of the publisher
}

// fetch asks for the source and gives the visit that the answer makes, all but its next visit's time,
// and the document if there is one. Whatever panics over an answer stays with its source.
func (c *Crawler) fetch(ctx context.Context, src feeds.Source, st feeds.State) (v feeds.Visit, doc parse.Document, h hints) {
	var broken error
	defer func() {
		if broken != nil {
			v, h = broke(st, broken)
		}
	}()
	defer contain(&broken)
	ask := request(st, time.Now())
	res, err := c.Fetch.Get(ctx, ask)
	v = feeds.Visit{At: time.Now().UTC(), First: st.LastSuccess.IsZero(), State: st}
	v.State.LastVisit = v.At
	if err != nil {
		return v, doc, failed(&v.State, err)
	}
	h.fresh = res.Fresh
	if res.NotModified {
		succeeded(&v, feeds.NotModified)
		v.State.ETag = orOld(res.ETag, st.ETag)
		v.State.LastModified = orOld(res.LastModified, st.LastModified)
		v.State.Ignored = 0
		follow(&v.State, ask.URL, res.Moved, v.At)
		return v, doc, h
	}
	doc = parse.Document{
		URL: res.URL, ContentType: res.ContentType, ContentLocation: res.ContentLocation,
		Language: src.Language, Now: v.At, Body: res.Body,
	}
	whole := true // what came cut twice is all there is
	if hash := doc.Hash(); bytes.Equal(hash[:], st.BodyHash) {
		succeeded(&v, feeds.Unchanged)
	} else if whole, err = c.read(&v, src, doc, c.remembered(ctx, src)); err != nil {
		failed(&v.State, err)
		forget(&v.State)
		return v, doc, h
	} else {
		v.State.BodyHash = hash[:]
	}
	follow(&v.State, ask.URL, res.Moved, v.At)
	v.State.Ignored = ignored(st, ask, v.State.Result)
	v.State.LastBody = v.At
	if whole { // a 304 would hide what a document that was cut lacks
		// The pair belongs to this answer: a validator that it lacks is forgotten.
		v.State.ETag, v.State.LastModified, v.State.ValidatorURL = res.ETag, res.LastModified, res.URL
	}
	return v, doc, h
}

// remembered gives the items of the source's last document.
func (c *Crawler) remembered(ctx context.Context, src feeds.Source) map[feeds.RawHash]feeds.Item {
	items, err := c.Store.Items(ctx, src.URL)
	if err != nil { // costs time, and nothing else
		c.Logger.Warn("a document is read whole", "source", src.URL, "err", err)
	}
	remembered := make(map[feeds.RawHash]feeds.Item, len(items))
	for _, it := range items {
		remembered[it.Raw] = it
	}
	return remembered
}

// read makes a visit of a source's document, and leaves out what is remembered. It says whether the document
// is whole.
func (c *Crawler) read(v *feeds.Visit, src feeds.Source, doc parse.Document, remembered map[feeds.RawHash]feeds.Item) (whole bool, err error) {
	c.reading <- struct{}{}
	defer func() { <-c.reading }()
	var kept []feeds.Item
	doc.Known = func(raw feeds.RawHash) bool {
		it, known := remembered[raw]
		if known {
			kept = append(kept, it)
		}
		return known
	}
	f, err := parse.Parse(doc)
	if err != nil {
		return false, err
	}
	v.Articles, v.Kept, v.Raw = f.Articles, kept, make([]feeds.RawHash, len(f.Items))
	for i, it := range f.Items {
		v.Raw[i] = it.Raw
		v.Articles[i].Source = src // topics ask where an article comes from
	}
	succeeded(v, feeds.Fetched)
	learn(v, f)
	return !f.Cut, nil
}

func orOld(now, old string) string {
	if now == "" {
		return old
	}
	return now
}

func succeeded(v *feeds.Visit, r feeds.Result) {
	if v.State.Failures > 0 {
		v.State.Proposal = "" // it was for a lost source
	}
	v.State.Result, v.State.Reason, v.State.Failures = r, "", 0
	v.State.Failing, v.State.Gone = time.Time{}, time.Time{}
	v.State.LastSuccess = v.At
}

// postponed is a visit that teaches nothing about its source, which keeps the state it had.
func postponed(before feeds.State, v feeds.Visit, reason string) feeds.Visit {
	v.State = before
	v.State.LastVisit, v.State.Result, v.State.Reason = v.At, feeds.Postponed, reason
	return v
}

// failed keeps all that earlier visits learned, and counts. The visit's time is set already.
func failed(st *feeds.State, err error) (h hints) {
	st.Result, st.Reason = feeds.NotAFeed, err.Error()
	if _, what, ok := strings.Cut(st.Reason, parse.ErrNotFeed.Error()+": "); ok {
		st.Reason = what // the result says the rest
	}
	st.Failures++
	if st.Failing.IsZero() {
		st.Failing = st.LastVisit
	}
	var fe *fetch.Error
	if errors.As(err, &fe) {
		st.Result = results[fe.Kind]
		h = hints{retryAfter: fe.RetryAfter, fresh: fe.Fresh, status: fe.Status, by: fe.URL, unreached: unreached(fe)}
	}
	switch {
	case h.status != http.StatusGone:
		st.Gone = time.Time{}
	case st.Gone.IsZero():
		st.Gone = st.LastVisit
	}
	return h
}

// learn takes over what a document says about its source.
func learn(v *feeds.Visit, doc *parse.Feed) {
	st := &v.State
	st.Title, st.SiteURL, st.Language = doc.Title, doc.SiteURL, doc.Language
	if st.Proposal = doc.NewURL; st.Proposal == st.Source {
		st.Proposal = ""
	}
	st.TTL, st.Skip = doc.TTL, feeds.NewSkip(doc.SkipHours, doc.SkipDays)
	var dates []time.Time
	for _, a := range v.Articles {
		dates = append(dates, a.Published)
	}
	for _, it := range v.Kept {
		dates = append(dates, it.Published)
	}
	dates = slices.DeleteFunc(dates, func(t time.Time) bool { return t.IsZero() || t.After(v.At) }) // no news comes from the future
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
	fetch.Status: feeds.Refused, fetch.Busy: feeds.Postponed, fetch.TooBig: feeds.TooBig, fetch.Blocked: feeds.Blocked, fetch.Protocol: feeds.NotAFeed,
}
