package feeds

import "time"

// Topic is a rule, and the stream of articles that it admits.
type Topic struct {
	ID          string // in URLs: lower-case letters, digits and hyphens
	Title       string
	Description string
	Languages   []string // BCP 47; only articles in one of these, empty for any
	Terms       *Terms   // nil when the topic has no such block
}

// Terms is the block of a rule that looks for words: the scores of the terms that occur are added
// and compared with the threshold.
type Terms struct {
	Any       []Term
	Threshold float64 // 0 stands for the default of 3: one hit in the title, or two in the lead
}

// Term is a word or phrase, found whole, with case and accents folded. "pre*" finds every word that
// begins so; "=US" minds case.
type Term struct {
	Text   string
	Weight float64
}

// Field is the part of an article in which something was found.
type Field string

// The fields; a hit in the title counts 3, in the lead 1.5, in the body 0.5.
const (
	TitleField Field = "title"
	LeadField  Field = "lead" // the summary, or the beginning of the content when there is none
	BodyField  Field = "body" // the rest of the content
)

// Hit is one piece of evidence for an article's place in a topic.
type Hit struct {
	Term   string  `json:"term"` // as the rule spells it
	Field  Field   `json:"field"`
	Offset int     `json:"offset"` // bytes into the field's text
	Score  float64 `json:"score"`  // what it contributed
}

// Entry is an article's place in a topic.
type Entry struct {
	Topic    string
	Seq      int64     // counts arrivals in the topic from 1, without gaps in commit order
	At       time.Time // orders the topic: arrival for news, publication for back-fill
	Score    float64
	Evidence []Hit
	Article  Article
}

// Judge says which topics an article is in: entries with Topic, Score and Evidence. It may be called
// from many goroutines.
type Judge func(*Article) []Entry

// Query asks for a topic's entries, newest first.
type Query struct {
	Topic   string
	Limit   int
	Content bool // with the articles' content
}

// Page is a topic's entries and the revision that they show.
type Page struct {
	Revision Revision
	Entries  []Entry
}

// Revision names a state of a topic. A document is a function of it.
type Revision struct {
	Topic   string
	Version int64     // grows with every change of what the topic shows
	Changed time.Time // of the last change; never goes back
}
