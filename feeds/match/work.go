package match

import (
	"cmp"
	"math"
	"slices"

	"tributary/feeds"
)

// repeatWeight says what the k-th repeat of a term in a field counts. Later ones, each less than a
// hundredth of the first, count nothing and are no evidence: so no article's evidence is long.
var repeatWeight = func() (t [13]float64) {
	for k := range t {
		t[k] = math.Pow(0.7, float64(k))
	}
	return t
}()

// hit is a pattern found in the article.
type hit struct {
	pattern, offset uint32
	field, repeat   uint8
}

func (h hit) score(weight float64) float64 {
	return weight * fieldWeight[h.field] * repeatWeight[h.repeat]
}

// state is what is known of a topic while an article is judged.
type state uint8

const (
	untouched state = iota // no term of it has been found
	touched
	admitted
)

// work is the memory that judging an article takes; used again for the next one.
type work struct {
	set      *Set
	fields   fields
	words    []seen   // of one field
	ids      []uint32 // of the prefixes of words
	hits     []hit
	repeats  [][len(fieldNames)]uint8 // per pattern
	scores   []float64                // per topic
	states   []state                  // per topic
	touched  []uint32                 // topics
	findings []finding
}

func newWork(s *Set) *work {
	return &work{
		set:     s,
		repeats: make([][len(fieldNames)]uint8, len(s.index.patterns)),
		scores:  make([]float64, len(s.topics)),
		states:  make([]state, len(s.topics)),
	}
}

// forget makes the work ready for the next article.
func (w *work) forget() {
	for _, h := range w.hits {
		w.repeats[h.pattern] = [len(fieldNames)]uint8{}
	}
	for _, t := range w.touched {
		w.scores[t], w.states[t] = 0, untouched
	}
	w.hits, w.touched = w.hits[:0], w.touched[:0]
}

// find collects the hits of one field from its words; all occurrences count, overlapping or not.
// mixed says whether case means anything in the field.
func (w *work) find(field int, mixed bool) {
	x := &w.set.index
	for i := range w.words {
		start := &w.words[i]
		for _, id := range w.ids[start.prefixes[0]:start.prefixes[1]] {
			w.report(x.first[id], field, w.words[i:i+1], mixed)
		}
		if start.id == 0 {
			continue
		}
		at := x.first[start.id]
		for j := i + 1; at != 0; j++ {
			w.report(at, field, w.words[i:j], mixed)
			if !x.nodes[at].leads || j == len(w.words) || w.words[j].sep == broken {
				break
			}
			next := &w.words[j]
			for _, id := range w.ids[next.prefixes[0]:next.prefixes[1]] {
				w.report(x.edges[newEdge(at, id, next.sep)], field, w.words[i:j+1], mixed)
			}
			if next.id == 0 {
				break
			}
			at = x.edges[newEdge(at, next.id, next.sep)]
		}
	}
}

// report notes the patterns that end at a node, and that words spell; node 0 has none.
func (w *work) report(at uint32, field int, words []seen, mixed bool) {
	for _, id := range w.set.index.nodes[at].patterns {
		repeats := &w.repeats[id][field]
		if int(*repeats) == len(repeatWeight) || !w.set.index.patterns[id].spelt(words, mixed) {
			continue
		}
		w.hits = append(w.hits, hit{pattern: id, offset: words[0].start, field: uint8(field), repeat: *repeats})
		*repeats++
	}
}

// spelt says whether the words have the pattern's capitals, if it minds. Where everything is in
// capitals they say nothing, but for dotted acronyms.
func (p *pattern) spelt(words []seen, mixed bool) bool {
	for i, shape := range p.shapes {
		mask := ^uint64(0)
		if i == len(p.shapes)-1 {
			mask = p.mask
		}
		if !mixed && !words[i].dotted || words[i].shape&mask != shape {
			return false
		}
	}
	return true
}

// decide adds up the hits for the topics that they touch, and says whether any admits the article.
func (w *work) decide(language string) bool {
	for _, h := range w.hits {
		for _, p := range w.set.index.patterns[h.pattern].postings {
			if w.states[p.topic] == untouched {
				w.states[p.topic] = touched
				w.touched = append(w.touched, p.topic)
			}
			w.scores[p.topic] += h.score(p.weight)
		}
	}
	found := false
	for _, i := range w.touched {
		if t := &w.set.topics[i]; t.admits(w.scores[i]) && t.speaks(language) {
			w.states[i] = admitted
			found = true
		}
	}
	return found
}

// finding is a hit as one topic sees it.
type finding struct {
	place uint64 // topic, field and offset: findings sort by it
	term  uint32
	hit   hit
	score float64
}

func newFinding(h hit, p posting) finding {
	place := uint64(p.topic)<<34 | uint64(h.field)<<32 | uint64(h.offset)
	return finding{place: place, term: p.term, hit: h, score: h.score(p.weight)}
}

func (f finding) topic() int { return int(f.place >> 34) }

// entries writes down the topics that admit the article, with their evidence. The order, and so the
// sum, does not depend on what other topics there are.
func (w *work) entries() []feeds.Entry {
	w.findings = w.findings[:0]
	for _, h := range w.hits {
		for _, p := range w.set.index.patterns[h.pattern].postings {
			if w.states[p.topic] == admitted {
				w.findings = append(w.findings, newFinding(h, p))
			}
		}
	}
	slices.SortFunc(w.findings, func(a, b finding) int {
		if a.place != b.place {
			return cmp.Compare(a.place, b.place)
		}
		return cmp.Compare(a.term, b.term)
	})
	var entries []feeds.Entry
	for rest := w.findings; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].topic() == rest[0].topic() {
			n++
		}
		entries = append(entries, w.set.topics[rest[0].topic()].entry(rest[:n]))
		rest = rest[n:]
	}
	return entries
}

// entry writes down what was found for the topic.
func (t *topic) entry(findings []finding) feeds.Entry {
	e := feeds.Entry{Topic: t.id, Evidence: make([]feeds.Hit, len(findings))}
	for i, f := range findings {
		e.Score += f.score
		e.Evidence[i] = feeds.Hit{
			Term: t.terms[f.term], Field: fieldNames[f.hit.field], Offset: int(f.hit.offset), Score: f.score,
		}
	}
	return e
}
