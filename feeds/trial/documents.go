package trial

import (
	"math"
	"slices"
	"strings"

	"tributary/feeds"
	"tributary/feeds/match"
)

// document is an article as suggestions see it: the words and two-word phrases of its title and lead.
type document struct {
	article  *feeds.Article
	in       bool     // the topic has it
	features []uint32 // each once, sorted
	around   []uint32 // two-word phrases around what the rule found
}

// language is all documents of one language.
type language struct {
	tag       string
	documents []document
	number    map[string]uint32 // of a feature's folded text
	features  []feature
	in        int // documents that the topic has
}

// feature is a word, or a phrase of two.
type feature struct {
	text    string    // as the first article has it
	folded  string    // words, with a space between
	parts   [2]uint32 // of a phrase: its words
	phrase  bool
	found   bool // the rule finds it, or a word of it
	all     int  // documents that have it
	in, out int  // of them, but for boilerplate, those that the topic has and has not
	sources int  // of those in
	odds    float64
	z       float64 // odds in standard deviations
}

// short is the length of words that are not looked at, such as articles and prepositions.
const short = 2

// known gives a feature's number, new or known.
func (l *language) known(folded string, make func() feature) uint32 {
	id, ok := l.number[folded]
	if !ok {
		id = uint32(len(l.features))
		l.number[folded] = id
		l.features = append(l.features, make())
	}
	return id
}

// add reads an article; e is its entry in the topic, nil when it has none.
func (l *language) add(a *feeds.Article, e *feeds.Entry) {
	texts := match.Fields(a)
	d := document{in: e != nil, article: &feeds.Article{Title: a.Title, URL: a.URL, Source: a.Source}}
	for _, field := range []feeds.Field{feeds.TitleField, feeds.LeadField} {
		l.read(&d, texts.Of(field), func(w match.Word) bool { return finds(e, field, w) })
	}
	slices.Sort(d.features)
	d.features = slices.Compact(d.features)
	l.documents = append(l.documents, d)
}

// read adds the features of a text; found says whether the rule finds a word.
func (l *language) read(d *document, text string, found func(match.Word) bool) {
	type step struct {
		match.Word
		id  uint32
		hit bool
	}
	var last *step
	for w := range match.Words(text) {
		if len(w.Folded) <= short || strings.Trim(w.Folded, "0123456789") == "" {
			last = nil
			continue
		}
		now := step{Word: w, hit: found(w)}
		now.id = l.known(w.Folded, func() feature { return feature{text: strings.Clone(text[w.Start:w.End]), folded: w.Folded} })
		l.features[now.id].found = l.features[now.id].found || now.hit
		d.features = append(d.features, now.id)
		if last != nil && w.Joined {
			folded := last.Folded + " " + w.Folded
			pair := l.known(folded, func() feature {
				return feature{text: strings.Clone(text[last.Start:w.End]), folded: folded, parts: [2]uint32{last.id, now.id}, phrase: true}
			})
			d.features = append(d.features, pair)
			if now.hit != last.hit {
				d.around = append(d.around, pair)
			}
		}
		last = &now
	}
}

// A source's boilerplate is what so many of its documents have, where it has enough of them to tell.
const (
	tellingSource = 10
	boilerplate   = 0.3
)

// count counts the documents that have each feature, which those of a source's boilerplate are no more.
func (l *language) count() {
	bySource := map[string][]*document{}
	for i := range l.documents {
		d := &l.documents[i]
		bySource[d.article.Source.URL] = append(bySource[d.article.Source.URL], d)
	}
	for _, documents := range bySource {
		have := map[uint32]int{}
		for _, d := range documents {
			for _, id := range d.features {
				have[id]++
				l.features[id].all++
			}
		}
		usual := func(id uint32) bool {
			return len(documents) >= tellingSource && !l.features[id].found && float64(have[id]) > boilerplate*float64(len(documents))
		}
		in := map[uint32]bool{}
		for _, d := range documents {
			d.features = slices.DeleteFunc(d.features, usual)
			if d.in {
				l.in++
			}
			for _, id := range d.features {
				if f := &l.features[id]; d.in {
					f.in++
					in[id] = true
				} else {
					f.out++
				}
			}
		}
		for id := range in {
			l.features[id].sources++
		}
	}
}

// finds says whether a hit of the rule has the word.
func finds(e *feeds.Entry, field feeds.Field, w match.Word) bool {
	if e == nil {
		return false
	}
	for h := range e.Evidence.Counted() {
		if h.Field == field && w.Start < h.Offset+h.Length && h.Offset < w.End {
			return true
		}
	}
	return false
}

// prior is the weight, in documents, of what is usual: rare words prove little.
const prior = 5

// weigh gives every feature its log-odds for the topic against the rest, with what is usual in the language
// as informative prior (Monroe, Colaresi and Quinn, "Fightin' Words", 2008, eq. 15, 20 and 22), of documents
// that have the feature rather than of its repeats.
func (l *language) weigh() {
	all := float64(len(l.documents))
	in, out := float64(l.in), all-float64(l.in)
	for i := range l.features {
		f := &l.features[i]
		usual := prior * float64(f.in+f.out) / all
		yes, no := float64(f.in)+usual, float64(f.out)+usual
		f.odds = math.Log(yes/(in+prior-yes)) - math.Log(no/(out+prior-no))
		f.z = f.odds / math.Sqrt(1/yes+1/no)
		if f.phrase {
			f.found = l.features[f.parts[0]].found || l.features[f.parts[1]].found
		}
	}
}

// telling is how many standard deviations make a word speak for the topic.
const telling = 2

// strongest is the most that one word says.
const strongest = 2

// look says how much a document looks like the topic, by words that the rule does not find; those of one
// feature do not count.
func (l *language) look(d *document, without *feature) (sum float64) {
	for _, id := range d.features {
		f := &l.features[id]
		if f.phrase || f.found || math.Abs(f.z) < telling {
			continue
		}
		if without != nil && slices.Contains(strings.Fields(without.folded), f.folded) {
			continue
		}
		sum += max(-strongest, min(f.odds, strongest))
	}
	return sum
}

// common says that so many documents outside the topic have a feature that it says nothing.
func (l *language) common(f *feature) bool {
	return f.all-f.in > max(3, (len(l.documents)-l.in)/30)
}
