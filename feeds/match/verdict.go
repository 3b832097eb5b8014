package match

import (
	"cmp"
	"slices"

	"tributary/feeds"
)

// piece is a hit as the topic counts it, after its masks.
type piece struct {
	hit
	slot  uint32
	score float64
	mask  uint32 // the slot of what hides it, from 1
}

// verdict is one topic's view of the article; memory to be used again for the next topic.
type verdict struct {
	pieces  []piece // in reading order
	masks   []piece
	left    []piece // of one NEAR
	right   []piece
	repeats [][fieldCount]uint8 // of pieces that count, per slot
	checks  []feeds.Check
	score   float64
}

// judge says whether the article is in a topic, which it writes down with its evidence then.
func (w *work) judge(i uint32) bool {
	if w.states[i] >= refused {
		return w.states[i] == admitted
	}
	w.touch(i)
	if !w.explaining && !enough(w.chains[i].most, w.set.least[i]) { // most topics that are touched end here
		w.states[i] = refused
		return false
	}
	t := &w.set.topics[i]
	for _, other := range t.includes {
		if explaining := w.explaining; w.states[other] != untouched {
			w.explaining = false
			w.judge(other)
			w.explaining = explaining
		}
	}
	w.gather(i)
	in := w.decide(t)
	w.states[i] = refused
	if in {
		w.states[i] = admitted
		w.scores[i] = w.verdict.score
		w.entries = append(w.entries, entry{i, w.entry(i)})
	}
	return in
}

// gather collects the topic's pieces: what its masks leave of its findings, scored.
func (w *work) gather(i uint32) {
	t, v := &w.set.topics[i], &w.verdict
	for _, p := range v.pieces {
		v.repeats[p.slot] = [fieldCount]uint8{}
	}
	v.pieces, v.masks, v.checks, v.score = v.pieces[:0], v.masks[:0], v.checks[:0], 0
	for n := w.chains[i].first; n != 0; n = w.findings[n-1].next {
		f := w.findings[n-1]
		p := piece{hit: w.hits[f.hit], slot: f.slot}
		if t.slots[f.slot].role == maskRole {
			v.masks = append(v.masks, p)
		} else {
			v.pieces = append(v.pieces, p)
		}
	}
	if !slices.IsSortedFunc(v.pieces, byPlace) {
		slices.SortFunc(v.pieces, byPlace)
	}
	c := cover{masks: v.masks}
	for k := range v.pieces {
		p := &v.pieces[k]
		p.mask = c.over(p.field, p.start, p.end)
	}
	for _, slot := range t.pairs {
		w.pair(t, slot)
	}
	w.count(t)
}

// byPlace is reading order, and the rule's order for what begins at one place, so that a sum does not
// depend on what other topics there are.
func byPlace(a, b piece) int {
	return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.start, b.start), cmp.Compare(a.slot, b.slot))
}

// cover says what a topic's masks hide of things that are asked for in reading order.
type cover struct {
	masks  []piece // in reading order
	widest piece   // of those that begin before or with the last thing, in its field
}

// over gives the slot, from 1, of the mask that covers a stretch of a field; 0 for none.
func (c *cover) over(field uint8, start, end uint32) uint32 {
	for len(c.masks) > 0 && (c.masks[0].field < field || c.masks[0].field == field && c.masks[0].start <= start) {
		if m := c.masks[0]; m.field != c.widest.field || m.end > c.widest.end {
			c.widest = m
		}
		c.masks = c.masks[1:]
	}
	if c.widest.field == field && c.widest.end >= end {
		return c.widest.slot + 1
	}
	return 0
}

// pair adds a piece for each word before the NEAR of a slot that has one from after it close by.
func (w *work) pair(t *topic, slot uint32) {
	v := &w.verdict
	v.left, v.right = v.left[:0], v.right[:0]
	for _, p := range v.pieces {
		switch s := &t.slots[p.slot]; {
		case s.near != slot+1 || p.mask != 0:
		case s.right:
			v.right = append(v.right, p)
		default:
			v.left = append(v.left, p)
		}
	}
	within := t.slots[slot].within
	first := 0
	for _, l := range v.left {
		for first < len(v.right) && (v.right[first].field < l.field || v.right[first].field == l.field && v.right[first].from+within+maxPhrase < l.from) {
			first++
		}
		for _, r := range v.right[first:] {
			if r.field != l.field || r.from > l.to+within {
				break
			}
			if apart(l.hit, r.hit) <= within {
				v.pieces = append(v.pieces, piece{slot: slot, hit: hit{pattern: noPattern, field: l.field,
					start: min(l.start, r.start), end: max(l.end, r.end), from: min(l.from, r.from), to: max(l.to, r.to)}})
				break
			}
		}
	}
}

// maxPhrase is more words than a phrase has that is worth looking for.
const maxPhrase = 16

// apart is the number of words between two hits of one field; more than any when they overlap.
func apart(a, b hit) uint32 {
	switch {
	case a.to <= b.from:
		return b.from - a.to
	case b.to <= a.from:
		return a.from - b.to
	}
	return maxNear + 1
}

// count gives each piece its score. What repeats too often is dropped.
func (w *work) count(t *topic) {
	v := &w.verdict
	kept := v.pieces[:0]
	for _, p := range v.pieces {
		s := &t.slots[p.slot]
		if p.mask == 0 {
			repeats := &v.repeats[p.slot][p.field]
			if int(*repeats) == len(repeatWeight) {
				continue
			}
			p.score = s.weight * fieldWeight[p.field] * repeatWeight[*repeats]
			*repeats++
		}
		kept = append(kept, p)
	}
	v.pieces = kept
}

// occurs says whether a term of the topic has been found.
func (w *work) occurs(slot uint32) bool {
	return w.verdict.repeats[slot] != [fieldCount]uint8{}
}
