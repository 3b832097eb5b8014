package feeds

import "time"

// Article is one item of a source, normalised and cleaned. Text fields are plain text: no markup,
// no entities. Times are UTC.
type Article struct {
	ID     string // public, 26 characters of base32; made from the identity, so it never changes
	Source Source // where it came from

	GUID       string // the publisher's id, byte for byte; "" when there is none
	URL        string // the article's page, absolute
	Title      string
	Summary    string // plain text, one paragraph
	Content    string // sanitised, balanced HTML with absolute URLs; "" when the feed has none
	Authors    []string
	Categories []string
	Language   string // BCP 47
	Image      string // absolute URL
	Rights     string
	Enclosures []Enclosure

	Published time.Time // as the publisher says; zero when it does not or not credibly
	Updated   time.Time // the publisher's, or of the last edit that we saw; zero when neither
	Seen      time.Time // when we first had it
}

// Date is the article's publication time as shown and sorted: what the publisher says, but never
// later than when we first had it, and that moment when the publisher says nothing.
func (a Article) Date() time.Time {
	if a.Published.IsZero() || !a.Seen.IsZero() && a.Published.After(a.Seen) {
		return a.Seen
	}
	return a.Published
}

// Enclosure is a file that comes with an article.
type Enclosure struct {
	URL    string `json:"url"`
	Type   string `json:"type,omitempty"`   // media type
	Length int64  `json:"length,omitempty"` // bytes; 0 when unknown
}

// Stored is an article as it stands in the store.
type Stored struct {
	Article *Article
	Topics  []string // that have it
	Copies  uint64   // the same for copies in several sources, of which a topic has one
}

// Told is an article as it was placed among the stories: what places later ones.
type Told struct {
	Number    int64     // counts them from 1, in the order in which they were placed
	ID        string    // the article's
	Story     string    // the id of its story's first article; its own id when it began one
	Source    string    // URL
	Date      time.Time // of publication: see Article.Date
	Seen      time.Time
	Signature []byte // what later articles are compared with, in the form of package stories
}
