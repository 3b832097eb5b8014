package feeds

import "time"

// Publish says how much of a source's articles may be republished.
type Publish string

// The three answers; Full is the default.
const (
	Full    Publish = "full"    // summary and content, as the publisher's own feed carries them
	Excerpt Publish = "excerpt" // the summary only
	Link    Publish = "link"    // the title and a link
)

// Source is a publisher's feed that we read, as the config describes it.
// Its URL is its identity: another URL is another source.
type Source struct {
	URL      string
	Title    string   // "" until the feed has told its own
	SiteURL  string   // the publisher's page for people; learned from the feed
	Language string   // BCP 47; what its articles are in when they do not say
	Country  string   // ISO 3166-1 alpha-2: where the newsroom sits
	Tags     []string // the admin's own labels
	Publish  Publish
	Every    string // schedule: "adaptive", a duration or a cron line; "" for the default
}

// State is what visits have taught us about a source; one row per source.
// Times are UTC, and zero when the thing has not happened yet.
type State struct {
	Source string // URL of the source

	// Validators of the last accepted 200, opaque bytes that belong together and to the URL
	// that sent them (RFC 9110 §8.8, §13.1).
	ETag, LastModified string
	ValidatorURL       string
	BodyHash           []byte // of the last accepted body: a server may ignore validators

	Title    string // as the feed calls itself
	SiteURL  string
	Language string

	NextVisit   time.Time // not before this moment, whatever happens
	Paused      time.Time // the publisher asked to be left alone until then (Retry-After)
	LastVisit   time.Time
	LastSuccess time.Time
	Newest      time.Time     // publication of its newest article
	TTL         time.Duration // how long its document asks to be left alone
	Rhythm      time.Duration // between two articles, smoothed; 0 while unknown
	Failures    int           // visits failed in a row
	Result      Result        // of the last visit
	Reason      string        // why, in words, when the result is a failure

	Habits Habits // what its ids have taught us
}

// Habits are a source's bad habits with ids, learned and kept. They change how its articles
// are told apart.
type Habits uint8

// A source may have several habits.
const (
	GUIDsChange Habits = 1 << iota // guids are renewed while the articles stay: ignore guids
	LinksShared                    // different articles use one link: ignore links
)

// Result says how a visit went.
type Result string

// Every way a visit can end. The first three are successes.
const (
	Fetched     Result = "fetched"      // 200 with a feed
	NotModified Result = "not modified" // 304
	Unchanged   Result = "unchanged"    // 200 with the bytes we already had

	Unreachable Result = "unreachable" // DNS, connect, TLS, reset, timeout
	Refused     Result = "refused"     // an HTTP status that is not a success
	TooBig      Result = "too big"     // over a size limit
	NotAFeed    Result = "not a feed"  // HTML, nothing, garbage
	Blocked     Result = "blocked"     // an address or redirect that we do not follow
)

// OK says whether the visit told us the source's present state.
func (r Result) OK() bool { return r == Fetched || r == NotModified || r == Unchanged }

// Visit is one fetch of one source, and all that it changes. Stored as a whole or not at all.
type Visit struct {
	At       time.Time // when the answer was complete
	First    bool      // no earlier one succeeded: what it brings is back-fill
	State    State     // the source's state after the visit, with the next visit's time
	Articles []Article // what the document held; none after a 304 or a failure
}

// Saved is what storing a visit came to.
type Saved struct {
	New, Changed, Known int      // articles of the document: unseen, edited, as stored
	Topics              []string // ids of the topics that changed
}

// Lease is the right to visit one host's sources until a moment; nobody else holds it meanwhile.
type Lease struct {
	Host  string
	Token int64     // grows with each lease of the host: the fence that refuses late owners
	Until time.Time // after this, somebody else may hold the host
	Due   []State   // the host's sources that are due, longest waiting first
}
