package match

import (
	"math"
	"strings"
	"time"

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

// maxRepeats bounds how often a pattern is noted in one field, which bounds the work on any text. It
// is more than ever counts, since masks may hide the first ones.
const maxRepeats = 64

// hit is a pattern, regular expression or pair of neighbours found in the article.
type hit struct {
	pattern    uint32 // noPattern for what is no pattern
	start, end uint32 // bytes of the field
	from, to   uint32 // words of the field
	field      uint8
}

const noPattern = math.MaxUint32

// finding is a hit as one topic uses it, and the next one of the same topic.
type finding struct {
	slot, hit uint32
	next      int32 // in findings, from 1; 0 ends
}

// chain is a topic's findings, in reading order.
type chain struct {
	first, last int32
	most        float64 // that they can score in terms.any
}

// state is what is known of a topic while an article is judged.
type state uint8

const (
	untouched state = iota // nothing in the article concerns it
	touched
	refused
	admitted
)

// work is the memory that judging an article takes; used again for the next one.
type work struct {
	set        *Set
	article    *feeds.Article
	date       time.Time
	language   string // primary subtag; "" for unknown
	sourceHost string
	explaining bool // every check is made and worded, though one failed already

	fields   fields
	words    []seen   // of one field
	ids      []uint32 // of the prefixes of words
	hits     []hit
	counts   [][fieldCount]uint8 // of hits, per pattern
	findings []finding
	chains   []chain   // per topic
	states   []state   // per topic
	touched  []uint32  // topics
	scores   []float64 // per topic that admits the article
	gaz      mentions

	verdict verdict // on the topic being judged
	entries []entry
}

func newWork(s *Set) *work {
	w := &work{
		set:    s,
		counts: make([][fieldCount]uint8, len(s.index.patterns)),
		chains: make([]chain, len(s.topics)),
		states: make([]state, len(s.topics)),
		scores: make([]float64, len(s.topics)),
	}
	w.verdict.repeats = make([][fieldCount]uint8, s.slots)
	if s.gazetteer != nil {
		w.gaz.init(len(s.gazetteer.places))
	}
	return w
}

// forget makes the work ready for the next article.
func (w *work) forget() {
	for _, h := range w.hits {
		if h.pattern != noPattern {
			w.counts[h.pattern] = [fieldCount]uint8{}
		}
	}
	for _, t := range w.touched {
		w.chains[t], w.states[t], w.scores[t] = chain{}, untouched, 0
	}
	w.hits, w.findings, w.touched = w.hits[:0], w.findings[:0], w.touched[:0]
	clear(w.entries) // they hold evidence
	w.entries = w.entries[:0]
	w.gaz.forget()
	w.article, w.explaining = nil, false
}

// read finds everything in the article that any topic asks for.
func (w *work) read(a *feeds.Article) {
	w.article, w.date, w.sourceHost = a, a.Date(), host(a.Source.URL)
	if w.language = strings.ToLower(primary(a.Language)); w.language == "und" {
		w.language = ""
	}
	w.fields.read(a)
	for i := range fieldNames {
		var mixed bool
		w.words, w.ids, mixed = w.set.index.read(w.fields.text(i), w.words[:0], w.ids[:0])
		w.find(i, mixed)
	}
	for _, p := range w.set.regexps {
		w.match(p)
	}
	for _, t := range w.set.always {
		w.touch(t)
	}
	if g := w.set.gazetteer; g != nil {
		w.gaz.settle(g, a)
		for _, p := range w.gaz.named {
			for _, t := range w.set.placeTopics[p] {
				w.touch(t)
			}
		}
	}
}

// find collects what one field's words spell: all occurrences of the rules' phrases, overlapping or
// not, and of the gazetteer's names the longest ones, from left to right.
func (w *work) find(field int, mixed bool) {
	x := &w.set.index
	free := 0 // the first word that is of no name yet
	for i := range w.words {
		start := &w.words[i]
		for _, id := range w.ids[start.prefixes[0]:start.prefixes[1]] {
			w.report(x.first[id], field, i, i+1, mixed)
		}
		if start.id == 0 {
			continue
		}
		var longest found
		at := x.first[start.id]
		for j := i + 1; at != 0; j++ {
			w.report(at, field, i, j, mixed)
			if i >= free && x.nodes[at].name != 0 {
				longest = longest.or(w.name(at, field, i, j, mixed))
			}
			if !x.nodes[at].leads || j == len(w.words) || w.words[j].sep == broken {
				break
			}
			next := &w.words[j]
			for _, id := range w.ids[next.prefixes[0]:next.prefixes[1]] {
				w.report(x.edges.get(edge(at, id, next.sep)), field, i, j+1, mixed)
			}
			if next.id == 0 {
				break
			}
			at = x.edges.get(edge(at, next.id, next.sep))
		}
		if longest.node != 0 {
			w.mention(longest, field, i, mixed)
			if !longest.miswritten {
				free = longest.end
			}
		}
	}
}

// whole says whether the words from i to j are all there is between two marks.
func (w *work) whole(i, j int) bool {
	return w.words[i].sep == broken && (j == len(w.words) || w.words[j].sep == broken)
}

// report notes the patterns that end at a node, and that the words from i to j spell; node 0 has
// none.
func (w *work) report(at uint32, field, i, j int, mixed bool) {
	next := w.set.index.nodes[at].pattern
	if next == 0 || field == categories && !w.whole(i, j) {
		return
	}
	words := w.words[i:j]
	for next != 0 {
		id := next - 1
		p, count := &w.set.index.patterns[id], &w.counts[id][field]
		next = p.next
		if *count == maxRepeats || !p.is(words, mixed) {
			continue
		}
		*count++
		h := hit{pattern: id, start: words[0].start, end: words[len(words)-1].end, from: uint32(i), to: uint32(j), field: uint8(field)}
		w.hits = append(w.hits, h)
		for _, use := range p.postings {
			if use.fields.has(field) {
				w.note(use.topic, use.slot, use.gain)
			}
		}
	}
}

// note gives the last hit to a topic.
func (w *work) note(topic, slot uint32, gain float64) {
	w.touch(topic)
	w.findings = append(w.findings, finding{slot: slot, hit: uint32(len(w.hits) - 1)})
	n := int32(len(w.findings))
	c := &w.chains[topic]
	if c.first == 0 {
		c.first = n
	} else {
		w.findings[c.last-1].next = n
	}
	c.last = n
	c.most += gain * fieldWeight[w.hits[len(w.hits)-1].field]
}

// touch says that something in the article concerns a topic, and so those that include it.
func (w *work) touch(topic uint32) {
	if w.states[topic] != untouched {
		return
	}
	w.states[topic] = touched
	w.touched = append(w.touched, topic)
	for _, t := range w.set.topics[topic].includedBy {
		w.touch(t)
	}
}

// match finds a regular expression in the fields where it counts.
func (w *work) match(p search) {
	for field := range fieldNames {
		if !p.fields.has(field) {
			continue
		}
		for _, span := range p.re.FindAllIndex(w.fields.text(field), len(repeatWeight)) {
			w.hits = append(w.hits, hit{pattern: noPattern, start: uint32(span[0]), end: uint32(span[1]), field: uint8(field)})
			w.note(p.topic, p.slot, p.gain)
		}
	}
}

// host is the host of a URL, in lower case; "" when it has none.
func host(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		rest = rest[:i]
	}
	return strings.ToLower(rest)
}
