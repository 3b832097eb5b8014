package feeds

import (
	"encoding/json"
	"iter"
	"time"
)

// Topic is a rule, and the stream of articles that it admits: those that come from where Sources,
// Tags and Categories say, pass every block that is present (Places, Terms, Query, Topics), are in
// one of the languages, and have nothing that Exclude names. A rule needs at least one block or
// condition.
type Topic struct {
	ID          string // in URLs: lower-case letters, digits and hyphens
	Title       string
	Description string

	Languages  []string // BCP 47; only articles in one of these, empty for any
	Sources    []string // hosts or URLs of sources; empty for all
	Tags       []string // the source has one of these labels; empty for any
	Categories []string // the article has one of these, case and accents folded; empty for any

	Places *Places  // nil when the topic has no such block
	Terms  *Terms   // nil when the topic has no such block
	Query  string   // an expression of terms with AND, OR, NOT and NEAR/n; "" for none
	Topics []string // ids of topics: the article must be in one of them; empty for none

	Exclude  Exclude
	Examples Examples

	Window     Window   // zero for DefaultWindow
	Stories    string   // AllEntries or OneEntry; "" for AllEntries
	Prefer     []string // hosts or URLs of sources whose article stands for its story, best first
	MinSources int      // an article is shown once so many sources tell its story, of which copies of one article count once; 0 for at once
	Formerly   []string // ids that the topic had before: their addresses lead to the present ones

	Rule string // digest of all that the rule's verdicts depend on; when it changes, stored articles are judged again
}

// TellsStories says whether what the topic shows depends on the stories that its articles tell.
func (t Topic) TellsStories() bool { return t.Stories == OneEntry || t.MinSources > 1 }

// What a topic shows of a story that several of its articles tell. A later article does not take the place of one that
// is shown, unless its source is preferred: then it comes as an entry of its own, and the other one leaves.
const (
	AllEntries = "all"
	OneEntry   = "one" // the preferred source's article, or the one that came first
)

// Places is the block of a rule that asks where an article is about: the names of places that it
// mentions are added up, and those of the topic's places must be enough, and enough of all.
type Places struct {
	In         []string // countries (BR), regions (latin-america, 419), or "-PR" to take one out
	Strictness string   // loose, normal or strict; "" for normal
	Also       []Term   // more evidence for these places
	Mask       []string // terms that hide whatever they cover
}

// Terms is the block of a rule that looks for words: the scores of the terms that occur are added
// and compared with the threshold.
type Terms struct {
	Any       []Term
	All       [][]string // one term of each group must occur
	None      []string   // none of these may occur in the title or lead
	Mask      []string   // terms that hide whatever they cover: no other is found inside
	Threshold float64    // of Any; 0 stands for the default of 3: one hit in the title, or two in the lead
}

// Term is a word or phrase, found whole, with case and accents folded. "pre*" finds every word that
// begins so, "=US" minds case, "a NEAR/3 (b|c)" finds words close to each other, "title:oil" looks
// in one field, and "/oils?/" is a regular expression for title and lead.
type Term struct {
	Text   string
	Weight float64 // from -3 to 3; 0 stands for the default of 1
}

// Exclude names what keeps an article out of a topic.
type Exclude struct {
	Categories []string // of the article, case and accents folded
	URLs       []string // parts of the article's URL, such as /sport/
	Sources    []string // hosts or URLs of sources
	Tags       []string // labels of the source
}

// Examples are articles that must be in a topic and articles that must not.
type Examples struct {
	Yes, No []Example
}

// Example is as much of an article as shows something about a topic.
type Example struct {
	Title, Summary string
	Language       string   // BCP 47; "" for one that every topic takes
	Categories     []string // as its publisher files it
	Source         Source   // that it comes from; zero for an unknown one
}

// Field is the part of an article in which something was found.
type Field string

// The fields; a hit in the title or of a whole category counts 3, in the lead 1.5, in the body 0.5.
const (
	TitleField    Field = "title"
	LeadField     Field = "lead"     // the summary, or the beginning of the content when there is none
	BodyField     Field = "body"     // the rest of the content
	CategoryField Field = "category" // a category that is the term, or a part of it between marks
)

// Evidence says why an article is in a topic, or why not.
type Evidence struct {
	Checks []Check `json:"checks,omitempty"` // the parts of the rule, in its order
	Hits   []Hit   `json:"hits,omitempty"`   // what was found, in reading order
}

// UnmarshalJSON reads, too, what older versions stored: the hits alone.
func (e *Evidence) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, &e.Hits)
	}
	type fields Evidence // without this method
	return json.Unmarshal(text, (*fields)(e))
}

// Counted gives the hits that count, which have not been discarded.
func (e Evidence) Counted() iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		for _, h := range e.Hits {
			if h.Discarded == "" && !yield(h) {
				return
			}
		}
	}
}

// Check is one part of a rule, and what the article came to in it.
type Check struct {
	Part       string  `json:"part"`              // as in the config: places, terms.any, languages, …
	Missing    string  `json:"missing,omitempty"` // what was not met, in words; "" when the article passed
	Score      float64 `json:"score,omitempty"`
	Threshold  float64 `json:"threshold,omitempty"`   // the least score
	Share      float64 `json:"share,omitempty"`       // of places: the part of all places' score that is the topic's, 0 to 1
	LeastShare float64 `json:"least_share,omitempty"` // the least share
	Others     string  `json:"others,omitempty"`      // the places that have most of the rest, in words; of explanations only
}

// Hit is one thing found in an article, for or against its place in a topic.
type Hit struct {
	Term      string  `json:"term"`            // as the rule or the gazetteer spells it
	Kind      string  `json:"kind,omitempty"`  // term, or what a name is to its place: name, capital, demonym, city, …
	Place     string  `json:"place,omitempty"` // country's code or region's id
	Field     Field   `json:"field,omitempty"` // "" for what is known of the source
	Offset    int     `json:"offset"`          // bytes into the field's text
	Length    int     `json:"length,omitempty"`
	Score     float64 `json:"score"`               // what it contributed
	Discarded string  `json:"discarded,omitempty"` // why it counts nothing; "" when it counts
}

// Entry is an article's place in a topic.
type Entry struct {
	Topic    string
	Seq      int64     // counts arrivals in the topic from 1, without gaps in commit order
	At       time.Time // orders the topic: arrival for news, publication for back-fill
	Score    float64
	Evidence Evidence
	Article  Article
	Story    Story
}

// Story is the articles of different sources that tell the same event, as seen from one of them.
type Story struct {
	ID     string    // public, constant as long as the story has an article; "" when the article stands alone
	Others []Article // by other sources, the earliest first, without content
}

// Placed is an article with its places in topics and its story.
type Placed struct {
	Article Article
	Entries []Entry // of configured topics, without the article
	Story   Story
}

// Judge says which topics an article is in: entries with Topic, Score and Evidence. It may be called
// from many goroutines.
type Judge func(*Article) []Entry

// Query asks for a topic's entries, newest first.
type Query struct {
	Topic    string // "" for all topics together: each article once, without score and evidence, and no archives
	Language string // BCP 47, primary subtag: only entries in this language; "" for all
	Window   Window // zero for DefaultWindow
	Archive  int    // the n-th archive document, from 1, in place of the window; 0 for the window
	Limit    int    // of Arrivals
	Content  bool   // with the articles' content
}

// Search asks for stored articles, the newest first.
type Search struct {
	Text     string    // words, "phrases", pre*, -without, title:words, this OR that; all must be found
	Topic    string    // id; "" for any, also for articles in no topic
	Source   string    // host or URL; "" for any
	Language string    // BCP 47, primary subtag; "" for any
	Since    time.Time // first seen at or after; zero for any
	Until    time.Time // first seen before; zero for any
	Before   string    // id of an article: only older ones, for the next page
	Limit    int
}

// Page is a topic's entries and the revision that they show.
type Page struct {
	Revision Revision
	Origin   string // the id that the topic had first: no other topic has it, and renaming does not change it
	Entries  []Entry

	// Archive documents (RFC 5005 §4), whichever of the topic's documents this is.
	Archives int // how many are full
	Older    int // the next one back that has entries; 0 for none
	Newer    int // the next one on that is full and has entries; 0 for none, and of the window
}

// Share is how much of a topic comes from one source.
type Share struct {
	Source  Source // its URL, title and site
	Entries int
}

// Revision names a state of a topic. A document is a function of it.
type Revision struct {
	Topic   string
	Version int64     // grows with every change of what the topic shows
	Changed time.Time // of the last change; never goes back
}
