package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"net/http"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// remembered is how many of a stream's last documents are known by their tags.
const remembered = 16

// history knows what the last documents of a stream were, so that a reader which holds one of them gets
// what is newer, and nothing else (RFC 3229, with the instance manipulation "feed"). It never changes.
type history struct {
	generation int                   // of the documents that it belongs to
	entries    map[string]entryState // those of that generation, by their articles' ids
	tags       [remembered][]tag     // of a generation's documents at generation % remembered
}

// entryState is what an entry was, and the generation since which it is so.
type entryState struct {
	digest uint64
	since  int
}

// tag is the beginning of an entity tag, and which document it names.
type tag struct {
	start uint64
	kind  int
}

// digests compares entries within this process.
var digests = maphash.MakeSeed()

// next is the history of the documents that follow those of a snapshot, which may be nil. It remembers the tags
// that these had: only those that somebody may have got.
func next(had *snapshot, entries []feeds.Entry) *history {
	n := &history{entries: make(map[string]entryState, len(entries))}
	var before map[string]entryState
	if had != nil {
		before, n.tags, n.generation = had.history.entries, had.history.tags, had.history.generation+1
		n.tags[had.history.generation%remembered] = had.tags()
	}
	claimed := map[string]bool{}
	for _, e := range entries {
		var hash maphash.Hash
		hash.SetSeed(digests)
		fmt.Fprintf(&hash, "%#v", e) // with quotes: no text can seem to go on in the next one
		m := entryState{hash.Sum64(), n.generation}
		if known, ok := before[e.Article.ID]; ok && known.digest == m.digest {
			m.since = known.since
		}
		n.entries[e.Article.ID] = m
		claimed[render.EntryID(e.Article)] = true
	}
	if len(claimed) < len(entries) { // an id may then be another in a part of the document
		n.entries, n.tags = nil, [remembered][]tag{}
	}
	return n
}

// tags gives those of the snapshot's feeds.
func (s *snapshot) tags() (all []tag) {
	if s.history.entries == nil {
		return nil
	}
	for kind, d := range s.documents {
		for i := range d.variants {
			if v := d.variants[i].Load(); v != nil && kind > 0 {
				all = append(all, tag{tagStart(strings.Trim(v.etag, `"`)), kind})
			}
		}
	}
	return all
}

// newer gives the entries that changed after the earliest generation that is remembered: no delta has others.
func (h *history) newer(entries []feeds.Entry) (all []feeds.Entry) {
	for _, e := range entries {
		if h.entries[e.Article.ID].since > max(0, h.generation-remembered+1) {
			all = append(all, e)
		}
	}
	return all
}

// tagStart reads a tag of ours without its quotes; 0 for another.
func tagStart(t string) uint64 {
	b, err := hex.DecodeString(t[:min(len(t), 16)])
	if err != nil || len(b) < 8 {
		return 0
	}
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// held gives the latest generation before the present one whose document of the kind a reader says it
// holds, and the beginning of its tag; -1 for none.
func (h *history) held(fields []string, kind int) (generation int, held uint64) {
	generation = -1
	for theirs := range entityTags(strings.Join(fields, ",")) {
		start := tagStart(theirs)
		for g := max(0, h.generation-remembered+1); g < h.generation && start != 0; g++ {
			for _, t := range h.tags[g%remembered] {
				if t == (tag{start, kind}) && g > generation {
					generation, held = g, start
				}
			}
		}
	}
	return generation, held
}

// wantsDelta says whether a request accepts the instance manipulation "feed" (RFC 3229 §10.5.3).
func wantsDelta(r *http.Request) bool {
	for _, field := range r.Header["A-Im"] {
		for element := range strings.SplitSeq(field, ",") {
			if name, weight, ok := acceptance(element); ok && weight > 0 && strings.EqualFold(name, "feed") {
				return true
			}
		}
	}
	return false
}

// delta gives what is newer than the document which the reader says it holds, as an answer of its own;
// nil when that is no known one of the last documents, or when all is newer or nothing: then the whole document
// answers, for a 304 is one of it and not of a delta.
func (s *Server) delta(r *http.Request, found *route, shown *snapshot, now time.Time) *document {
	if found.kind == 0 || shown.history.entries == nil || !wantsDelta(r) {
		return nil
	}
	since, base := shown.history.held(r.Header["If-None-Match"], found.kind)
	if since < 0 {
		return nil
	}
	full := shown.documents[found.kind]
	if accepted, _ := negotiate(r.Header["Accept-Encoding"]); full.held(r, accepted, now) != nil {
		return nil
	}
	page := shown.page
	page.Entries = nil
	for _, e := range shown.page.Entries {
		if shown.history.entries[e.Article.ID].since > since {
			page.Entries = append(page.Entries, e)
		}
	}
	if len(page.Entries) == len(shown.arrivals) {
		return nil
	}
	key := fmt.Sprintf("delta %s %x %s", found.path, base, full.variant(stored).etag)
	d, err := s.deltas.get(r.Context(), key, day, func(context.Context) (*document, error) {
		return s.makeDelta(found, shown, page, full)
	})
	if err != nil {
		return nil // the whole document is always right
	}
	return d
}

// makeDelta writes the feed of some of the entries. Its tags and dates are those of the whole document, which
// the reader has once it has applied the delta.
func (s *Server) makeDelta(found *route, shown *snapshot, page feeds.Page, full *document) (*document, error) {
	format := render.Formats[found.kind-1]
	feed := found.stream.live(page, format)
	feed.TTL = shown.ttl
	d, err := s.feedDocument(feed, format, time.Time{}, http.Header{
		"Im": {"feed"}, "Vary": {"Accept-Encoding, A-IM, If-None-Match"},
		"Cache-Control": {"no-store"}, // a cache that knows no deltas would take it for the whole
	})
	if err != nil {
		return nil, err
	}
	d.partOf(full)
	return d, nil
}
