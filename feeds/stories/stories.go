// Package stories tells which articles of different sources tell the same event. It is pure: where an article is
// placed follows from the articles that were placed before, and their order, and from nothing else.
//
// Articles tell the same event when one text is a copy of the other, or when their titles and leads share
// enough words that few others have (the cosine of their words' weights), they are of the same days, and their
// titles do not name different countries. An article joins a story when it is near to one of its articles and
// not far from the first; so no chain of small steps leads from one event to another.
package stories

import (
	"iter"
	"math"
	"slices"
	"time"

	"tributary/feeds"
	"tributary/feeds/places"
)

// Bounds of what is remembered.
const (
	window   = 72 * time.Hour // between the arrivals of two articles that are compared, and between their publications
	articles = 30_000
	largest  = 40 // articles of a story
)

// How alike articles are that tell the same event, measured on news that people judged: see the testdata.
const (
	near       = 0.38 // to an article of the story
	far        = 0.25 // to its first
	perDay     = 0.1  // is taken away for each day between them
	eventWords = 3    // that few others have are in both, and in the title of one
	copied     = 0.5  // of the text's shingles are in a copy of it, and one of those words
)

// Index remembers the articles that came last and the stories that they tell. It is for one goroutine.
type Index struct {
	places gazetteer
	first  int64 // number of the oldest
	last   int64 // number of the newest
	known  []article
	ids    map[string]bool
	from   map[string]*source
	open   map[string]*story   // those whose first article is remembered, by its id
	with   map[uint32][]uint32 // numbers of the articles that have a word, by its hash
	copies map[uint32]uint32   // number of the newest article whose text has a part, by the part's hash

	words   []uint64 // of the title at hand
	scores  []uint32 // by article: the part of the scalar product that is known; 0 between calls
	touched []uint32 // articles with a score
	heavy   []term
	found   []candidate
}

// article is one that was placed.
type article struct {
	id         string
	date, seen time.Time
	source     *source
	story      *story
	signature
}

// source counts the articles that are remembered of a source, and those of them that have a word.
type source struct {
	url   string
	count int
	with  map[uint32]uint16
}

// story is the articles that tell an event.
type story struct {
	id    string
	first int64     // number of its first article; 0 when that is forgotten, and nobody joins
	by    []*source // that told it
}

// New gives an index without articles. names are those by which articles name countries.
func New(names iter.Seq[places.Name]) *Index {
	x := &Index{places: newGazetteer(names)}
	x.restart(1)
	return x
}

// restart forgets all articles; the next one has this number.
func (x *Index) restart(next int64) {
	*x = Index{places: x.places, first: next, last: next - 1, ids: map[string]bool{}, from: map[string]*source{},
		open: map[string]*story{}, with: map[uint32][]uint32{}, copies: map[uint32]uint32{}}
}

// Last gives the number of the newest article; 0 when there was none.
func (x *Index) Last() int64 { return x.last }

// Forgotten gives the number up to which articles count no more.
func (x *Index) Forgotten() int64 { return x.first - 1 }

// Has says whether an article is remembered.
func (x *Index) Has(id string) bool { return x.ids[id] }

// Remember takes an article that was placed before. They come in the order of their numbers; where some are
// missing, those before count no more.
func (x *Index) Remember(t feeds.Told) {
	if t.Number <= x.last {
		return
	}
	if t.Number > x.last+1 {
		x.restart(t.Number)
	}
	x.forget(t.Seen)
	a := article{id: t.ID, date: t.Date, seen: t.Seen, source: x.source(t.Source), signature: readSignature(t.Signature)}
	switch a.story = x.open[t.Story]; {
	case a.story != nil:
	case t.Story == t.ID:
		a.story = x.begin(t.ID)
	default:
		a.story = &story{id: t.Story} // its first article counts no more, so nobody joins it
	}
	x.add(a)
}

// Tell places an article. It is not ok, and the article stands alone for ever, when it came too long before the others.
func (x *Index) Tell(a *feeds.Article) (told feeds.Told, ok bool) {
	if n := len(x.known); n > 0 && a.Seen.Before(x.known[n-1].seen.Add(-window)) {
		return told, false
	}
	x.forget(a.Seen)
	it := article{id: a.ID, date: a.Date(), seen: a.Seen, source: x.source(a.Source.URL), signature: x.sign(a)}
	x.weigh(&it)
	x.lookUp(&it)
	it.story = x.place(&it)
	if it.story == nil {
		it.story = x.begin(a.ID)
	}
	x.add(it)
	return feeds.Told{Number: x.last, ID: a.ID, Story: it.story.id, Source: a.Source.URL, Date: it.date, Seen: a.Seen, Signature: it.bytes()}, true
}

// begin opens the story of the next article.
func (x *Index) begin(id string) *story {
	s := &story{id: id, first: x.last + 1}
	x.open[id] = s
	return s
}

func (x *Index) source(url string) *source {
	s := x.from[url]
	if s == nil {
		s = &source{url: url, with: map[uint32]uint16{}}
		x.from[url] = s
	}
	return s
}

// at gives the article with a number.
func (x *Index) at(number int64) *article { return &x.known[number-x.first] }

// weigh says how much each word of an article tells: the less, the more others have it, and nothing when all
// of its source have it.
func (x *Index) weigh(a *article) {
	const aHundred = 100 / math.Ln10 / 2 // a word that none of 200 articles has weighs 100
	for i := range a.terms {
		t := &a.terms[i]
		others := len(x.with[t.hash])
		w := aHundred * math.Log(float64(len(x.known)+200)/float64(others+2))
		w *= max(0, 1-1.5*float64(a.source.with[t.hash])/float64(a.source.count+6))
		if !t.title {
			w *= leadWeight
		}
		t.weight = uint8(min(max(w, 0), math.MaxUint8))
	}
	a.length()
}

// place gives the story that an article tells; nil when none told it before. Of several it is the one that
// has the article which is most like this one.
func (x *Index) place(a *article) *story {
	for _, c := range x.found {
		if c.alike < near {
			return nil
		}
		s := x.at(c.number).story
		if s.first == 0 || len(s.by) >= largest || slices.Contains(s.by, a.source) {
			continue
		}
		if c.number == s.first || x.alike(a, x.at(s.first)) >= far {
			return s
		}
	}
	return nil
}

// alike says how alike two articles are, from 0 to 1.
func (x *Index) alike(a, b *article) float64 {
	apart := a.date.Sub(b.date).Abs()
	if apart > window || a.norm == 0 || b.norm == 0 || disjoint(a.countries, b.countries) {
		return 0
	}
	product, shared := 0, 0
	var other [2]titleTerms // that one of the two has
	for i, j := 0, 0; i < len(a.terms) || j < len(b.terms); {
		switch {
		case j == len(b.terms) || i < len(a.terms) && a.terms[i].hash < b.terms[j].hash:
			other[0].count(a.terms[i])
			i++
		case i == len(a.terms) || a.terms[i].hash > b.terms[j].hash:
			other[1].count(b.terms[j])
			j++
		default:
			s, t := a.terms[i], b.terms[j]
			product += int(s.weight) * int(t.weight)
			if (s.title || t.title) && s.telling() {
				shared++
			}
			i++
			j++
		}
	}
	cosine := float64(product) / (a.norm * b.norm)
	switch {
	case other[0].numbers > 0 && other[1].numbers > 0 && other[0].words+other[1].words <= 1:
		return 0 // part 1 and part 2
	case shared > 0 && a.resemblance(&b.signature) >= copied:
		return max(copied, cosine)
	case shared < eventWords:
		return 0
	}
	return cosine - perDay*apart.Hours()/24
}

// titleTerms counts terms of a title.
type titleTerms struct{ words, numbers int }

func (n *titleTerms) count(t term) {
	switch {
	case !t.title:
	case t.number:
		n.numbers++
	default:
		n.words++
	}
}

// disjoint says that both lists have something, and nothing in common.
func disjoint(a, b []uint16) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(c uint16) bool { return slices.Contains(b, c) })
}
