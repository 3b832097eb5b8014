package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Readers is who reads what, as far as it can be known without a profile of anybody: no address is kept.
type Readers struct {
	Since time.Time // when counting began
	Polls []Polls   // by path, and the most frequent families first
	Dead  []Dead    // what is asked for though it is not there, the most frequent first
}

// Polls are the requests of a family of readers for one document.
type Polls struct {
	Path        string // below the site's URL
	Family      string // of programs and services, by their User-Agent field
	Whole       int64  // answers 200
	Held        int64  // answers 304
	Newer       int64  // answers 226
	Refused     int64  // answers 429
	Failed      int64
	TooFast     int64 // came before half of the time was over that the same client might have kept the document
	Bytes       int64
	Subscribers int       // that the service says it reads for; 0 when it says nothing, or has not asked for two days
	Last        time.Time // but for a minute
}

// Total is how many requests there were.
func (p Polls) Total() int64 { return p.Whole + p.Held + p.Newer + p.Refused + p.Failed }

// Traffic is what was answered since the server was made.
type Traffic struct {
	Answers map[int]int64 // by HTTP status
	Bytes   int64         // of bodies
}

// announcedFor is how long the number of its subscribers counts that a service has told.
const announcedFor = 2 * day

// tally counts the requests for one document. The families' counts are made when they first ask.
type tally struct {
	families atomic.Pointer[[mostFamilies]atomic.Pointer[counts]]
}

// counts is what one family asked for in one document.
type counts struct {
	whole, held, newer, refused, failed, fast, bytes atomic.Int64

	subscribers, last atomic.Int64 // last is Unix time
}

// of gives the counts of a family.
func (t *tally) of(family int) *counts {
	all := t.families.Load()
	if all == nil {
		t.families.CompareAndSwap(nil, new([mostFamilies]atomic.Pointer[counts]))
		all = t.families.Load()
	}
	c := all[family].Load()
	if c == nil {
		all[family].CompareAndSwap(nil, new(counts))
		c = all[family].Load()
	}
	return c
}

// note counts an answer.
func (c *counts) note(a agent, status, length int, now time.Time) {
	switch status {
	case http.StatusOK:
		c.whole.Add(1)
	case http.StatusNotModified:
		c.held.Add(1)
	case http.StatusIMUsed:
		c.newer.Add(1)
	case http.StatusTooManyRequests:
		c.refused.Add(1)
	default:
		c.failed.Add(1)
	}
	if length > 0 {
		c.bytes.Add(int64(length))
	}
	if n := int64(a.subscribers); n > 0 && c.subscribers.Load() != n {
		c.subscribers.Store(n)
	}
	if at := now.Unix(); at-c.last.Load() >= 60 {
		c.last.Store(at)
	}
}

// polls gives the counts of every family that has asked.
func (r *route) polls(families []string, now time.Time) (all []Polls) {
	table := r.tally.families.Load()
	if table == nil {
		return nil
	}
	for i, name := range families {
		c := table[i].Load()
		if c == nil {
			continue
		}
		p := Polls{Path: r.path, Family: name, Whole: c.whole.Load(), Held: c.held.Load(), Newer: c.newer.Load(), Refused: c.refused.Load(),
			Failed: c.failed.Load(), TooFast: c.fast.Load(), Bytes: c.bytes.Load(), Last: time.Unix(c.last.Load(), 0).UTC()}
		if now.Sub(p.Last) < announcedFor {
			p.Subscribers = int(c.subscribers.Load())
		}
		all = append(all, p)
	}
	return all
}

// Readers tells who reads the documents of the present site.
func (s *Server) Readers() Readers {
	r := Readers{Since: s.since, Dead: s.dead.list()}
	v, families, now := s.view.Load(), *s.agents.families.Load(), time.Now()
	for _, path := range slices.Sorted(maps.Keys(v.routes)) {
		polls := v.routes[path].polls(families, now)
		slices.SortFunc(polls, func(a, b Polls) int {
			return cmp.Or(cmp.Compare(b.Total(), a.Total()), strings.Compare(a.Family, b.Family))
		})
		r.Polls = append(r.Polls, polls...)
	}
	return r
}

// Traffic counts all answers, those too that were no poll of a document.
func (s *Server) Traffic() Traffic {
	t := Traffic{Answers: map[int]int64{}}
	s.others.add(&t)
	families, now := *s.agents.families.Load(), time.Now()
	for _, found := range s.view.Load().routes {
		for _, p := range found.polls(families, now) {
			t.add(p)
		}
	}
	return t
}

// keepCounts adds what was counted for documents that went.
func (s *Server) keepCounts(old, fresh *view) {
	families := *s.agents.families.Load()
	for path, went := range old.routes {
		if fresh.routes[path] != nil {
			continue
		}
		t := Traffic{Answers: map[int]int64{}}
		for _, p := range went.polls(families, time.Now()) {
			t.add(p)
		}
		for status, n := range t.Answers {
			s.others.answers[status].Add(n)
		}
		s.others.bytes.Add(t.Bytes)
	}
}

// add adds the polls, but for those that failed: each with its status, these are among the others.
func (t *Traffic) add(p Polls) {
	for status, n := range map[int]int64{http.StatusOK: p.Whole, http.StatusNotModified: p.Held, http.StatusIMUsed: p.Newer,
		http.StatusTooManyRequests: p.Refused} {
		if n > 0 {
			t.Answers[status] += n
		}
	}
	t.Bytes += p.Bytes
}

// others counts the answers that are no documents of streams.
type others struct {
	answers [600]atomic.Int64 // by status
	bytes   atomic.Int64
}

func (o *others) note(status, length int) {
	if status < len(o.answers) {
		o.answers[status].Add(1)
	}
	o.bytes.Add(int64(length))
}

func (o *others) add(t *Traffic) {
	for status := range o.answers {
		if n := o.answers[status].Load(); n > 0 {
			t.Answers[status] += n
		}
	}
	t.Bytes += o.bytes.Load()
}
