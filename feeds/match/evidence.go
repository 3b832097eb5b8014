package match

import (
	"cmp"
	"slices"

	"tributary/feeds"
)

// maxDiscarded bounds what evidence says of things that do not count.
const maxDiscarded = 20

// entry writes down the verdict on a topic.
func (w *work) entry(i uint32) feeds.Entry {
	t, v := &w.set.topics[i], &w.verdict
	var hits []feeds.Hit
	if t.places != nil {
		hits = w.placeHits(t, hits)
	}
	for _, p := range v.pieces {
		s := &t.slots[p.slot]
		switch s.role {
		case anyRole, allRole, alsoRole, queryRole:
		default:
			continue
		}
		h := feeds.Hit{Term: s.text, Kind: "term", Field: fieldNames[p.field], Offset: int(p.start), Length: int(p.end - p.start), Score: p.score}
		if p.mask != 0 {
			h.Discarded = "masked by " + t.slots[p.mask-1].text
		}
		hits = append(hits, h)
	}
	for _, other := range t.includes {
		if k := slices.IndexFunc(w.entries, func(e entry) bool { return e.topic == other }); k >= 0 {
			hits = append(hits, w.entries[k].Evidence.Hits...)
		}
	}
	slices.SortStableFunc(hits, func(a, b feeds.Hit) int {
		return cmp.Or(cmp.Compare(order(a.Field), order(b.Field)), cmp.Compare(a.Offset, b.Offset))
	})
	return feeds.Entry{
		Topic: t.ID, Score: v.score,
		Evidence: feeds.Evidence{Checks: slices.Clone(v.checks), Hits: fewDiscarded(slices.Compact(hits))},
	}
}

// order is a field's place in reading order; what is known of the source comes first.
func order(f feeds.Field) int { return slices.Index(fieldNames[:], f) }

// fewDiscarded drops the last of the discarded hits when they are many.
func fewDiscarded(hits []feeds.Hit) []feeds.Hit {
	n := 0
	return slices.DeleteFunc(hits, func(h feeds.Hit) bool {
		if h.Discarded != "" {
			n++
		}
		return h.Discarded != "" && n > maxDiscarded
	})
}
