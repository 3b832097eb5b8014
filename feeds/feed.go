package feeds

import "time"

// Feed is what we publish: a topic, a search or an archive document of a topic, ready to be written
// in some format. All URLs are absolute.
type Feed struct {
	ID          string // IRI; constant for the topic's life
	Title       string
	Description string
	Language    string        // BCP 47; "" when the entries are in several
	HomeURL     string        // the page for people
	SelfURL     string        // this document
	Links       []FeedLink    // to other documents
	Archive     bool          // an archive document (RFC 5005 §4), whose entries stay the same
	Updated     time.Time     // when the topic last changed
	TTL         time.Duration // how long a reader may wait before it asks again
	Entries     []Entry       // in document order, newest first
}

// FeedLink leads from a feed to another document.
type FeedLink struct {
	Rel      string // as registered with IANA: alternate, hub, current, prev-archive, next-archive
	URL      string // absolute
	Type     string // media type without parameters; "" when unknown
	Title    string
	Language string // BCP 47; "" when the document is in several
}

// Window is how much of a topic its documents show: Least entries, and all those of the Span before
// the newest of them, but Most at most.
type Window struct {
	Least int
	Span  time.Duration
	Most  int
}

// DefaultWindow is what a topic shows when its config does not say otherwise: a reader that asks once
// a day misses nothing, and no document grows without end.
var DefaultWindow = Window{Least: 50, Span: 24 * time.Hour, Most: 500}

// Archived is how many entries an archive document holds (RFC 5005 §4): the first holds those with
// the sequence numbers 1 to Archived. It is not more than the least window: news that is in no full
// archive document yet is in the live one.
const Archived = 50
