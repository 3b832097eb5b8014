package stories

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// How many articles one is compared with.
const (
	rare     = 400 // a word that more articles have is not looked up
	heaviest = 16  // words are looked up
	likely   = 0.1 // the least part of the cosine that those words make
	compared = 64  // articles at most
)

// candidate is an article that may tell the same event.
type candidate struct {
	number int64
	alike  float64
}

// add remembers an article.
func (x *Index) add(a article) {
	x.last++
	n := uint32(x.last)
	a.story.by = append(a.story.by, a.source)
	x.known = append(x.known, a)
	x.ids[a.id] = true
	a.source.count++
	for _, t := range a.terms {
		x.with[t.hash] = append(x.with[t.hash], n)
		a.source.with[t.hash]++
	}
	for part := range a.parts() {
		x.copies[part] = n
	}
}

// forget drops what counts no more when an article comes that was seen now.
func (x *Index) forget(now time.Time) {
	for len(x.known) > 0 && (len(x.known) >= articles || x.known[0].seen.Before(now.Add(-window))) {
		a := x.known[0]
		delete(x.ids, a.id)
		if a.story.first == x.first {
			a.story.first = 0
			delete(x.open, a.story.id)
		}
		for _, t := range a.terms {
			if numbers := x.with[t.hash]; len(numbers) > 1 {
				x.with[t.hash] = numbers[1:]
			} else {
				delete(x.with, t.hash)
			}
			if a.source.with[t.hash]--; a.source.with[t.hash] == 0 {
				delete(a.source.with, t.hash)
			}
		}
		for part := range a.parts() {
			if x.copies[part] == uint32(x.first) {
				delete(x.copies, part)
			}
		}
		if a.source.count--; a.source.count == 0 {
			delete(x.from, a.source.url)
		}
		x.known[0] = article{}
		x.known = x.known[1:]
		x.first++
	}
}

// parts gives the pairs of bins of a text, by which texts that resemble each other are found.
func (sig *signature) parts() func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for i := 0; i < bins; i += 2 {
			a, b := sig.text[i], sig.text[i+1]
			if a != emptyBin && b != emptyBin && !yield(uint32(mix(uint64(i)<<32|uint64(a)<<16|uint64(b)))) {
				return
			}
		}
	}
}

// lookUp finds the articles that may tell what a tells, the most alike first. A text that others of its own source
// have, too, says nothing of the event, and is forgotten.
func (x *Index) lookUp(a *article) {
	x.found, x.touched = x.found[:0], x.touched[:0]
	if grow := len(x.known) - len(x.scores); grow > 0 {
		x.scores = append(x.scores, make([]uint32, grow)...)
	}
	x.lookUpTerms(a)
	x.lookUpText(a)
	for _, i := range x.touched {
		b := &x.known[i]
		if score := float64(x.scores[i]); b.source != a.source && score >= likely*a.norm*b.norm {
			x.found = append(x.found, candidate{x.first + int64(i), score / b.norm})
		}
		x.scores[i] = 0
	}
	best := func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(a.number, b.number))
	}
	slices.SortFunc(x.found, best)
	x.found = x.found[:min(len(x.found), compared)]
	for i := range x.found {
		x.found[i].alike = x.alike(a, x.at(x.found[i].number))
	}
	slices.SortFunc(x.found, best)
}

// lookUpTerms scores the articles that share the heaviest words.
func (x *Index) lookUpTerms(a *article) {
	x.heavy = append(x.heavy[:0], a.terms...)
	slices.SortFunc(x.heavy, func(s, t term) int { return cmp.Or(cmp.Compare(t.weight, s.weight), cmp.Compare(s.hash, t.hash)) })
	looked := 0
	for _, t := range x.heavy {
		numbers := x.with[t.hash]
		if len(numbers) == 0 || len(numbers) > rare {
			continue
		}
		if looked++; looked > heaviest || t.weight == 0 {
			return
		}
		for _, n := range numbers {
			i := n - uint32(x.first)
			if x.scores[i] == 0 {
				x.touched = append(x.touched, i)
			}
			x.scores[i] += uint32(t.weight) * uint32(t.weight)
		}
	}
}

// lookUpText scores the articles whose texts resemble.
func (x *Index) lookUpText(a *article) {
	for part := range a.parts() {
		n, ok := x.copies[part]
		if !ok {
			continue
		}
		i := n - uint32(x.first)
		b := &x.known[i]
		if a.resemblance(&b.signature) < copied {
			continue
		}
		if a.source == b.source {
			a.forgetText()
			return
		}
		if x.scores[i] == 0 {
			x.touched = append(x.touched, i)
		}
		x.scores[i] = math.MaxUint32
	}
}
