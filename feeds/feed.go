package feeds

import "time"

// Shown is how many of a topic's newest entries its documents show. Retention leaves them in place, so
// it changes no document.
const Shown = 50

// Feed is what we publish: a topic, ready to be written in some format. All URLs are absolute.
type Feed struct {
	ID          string // IRI; constant for the topic's life
	Title       string
	Description string
	Language    string        // BCP 47; "" when the entries are in several
	HomeURL     string        // the page for people
	SelfURL     string        // this document
	Updated     time.Time     // when the topic last changed
	TTL         time.Duration // how long a reader may wait before it asks again
	Entries     []Entry       // in document order, newest first
}
