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
	Assume   []string // ids of places (BR, caribbean) that every article is about, as in a local paper
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

	// Where the publisher's permanent redirects lead (RFC 9110 §15.4.2, §15.4.9).
	Adopted    string    // asked in place of the source's own URL; "" when that is asked
	Moved      string    // where they led last; "" when nowhere, and once that is adopted
	MovedSince time.Time // when they first led there
	MovedSeen  int       // how often a feed was found there since
	Proposal   string    // what the admin may write instead: where a lost source was found again, or says itself that it moves
	Duplicate  string    // another source that is read in place of this one, since both end at one URL; never stored

	NextVisit   time.Time // not before this moment, whatever happens
	Because     string    // why not before, in a word or two
	Paused      time.Time // the publisher asked to be left alone until then (Retry-After)
	LastVisit   time.Time
	LastSuccess time.Time
	LastBody    time.Time     // the last success that was not a 304
	Ignored     int           // bodies in a row that the validators we sent stood for: the server ignores them
	Newest      time.Time     // publication of its newest article
	TTL         time.Duration // how long its document asks to be left alone
	Skip        Skip          // when its document says that nothing new comes
	Rhythm      time.Duration // between two articles, smoothed; 0 while unknown
	Failures    int           // visits failed in a row
	Failing     time.Time     // the first of them
	Gone        time.Time     // the first of the answers 410 in a row
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

// Skip is the hours, in UTC, and the days in which a publisher says that nothing new comes: RSS
// skipHours in the bits 0 to 23, and skipDays, from Sunday on, in the bits 24 to 30.
type Skip uint32

// NewSkip makes a Skip of hours from 0 to 23 and days.
func NewSkip(hours []int, days []time.Weekday) (s Skip) {
	for _, h := range hours {
		s |= 1 << h
	}
	for _, d := range days {
		s |= 1 << (24 + d)
	}
	return s
}

// Covers says whether a moment is in such an hour or on such a day.
func (s Skip) Covers(t time.Time) bool {
	t = t.UTC()
	return s&(1<<t.Hour()) != 0 || s&(1<<(24+t.Weekday())) != 0
}

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

	Postponed Result = "postponed" // our own network or manners: nothing was learned about the source
)

// OK says whether the visit told us the source's present state.
func (r Result) OK() bool { return r == Fetched || r == NotModified || r == Unchanged }

// Visit is one fetch of one source, and all that it changes. Stored as a whole or not at all.
type Visit struct {
	At       time.Time     // when the answer was complete
	First    bool          // no earlier one succeeded: what it brings is back-fill
	State    State         // the source's state after the visit, with the next visit's time
	Articles []Article     // what the document held that was not remembered; none after a 304 or a failure
	Raw      []RawHash     // of the articles, in the same order
	Kept     []Item        // what it held that was remembered
	Pause    time.Duration // for which its host asks to be left alone as a whole
	PausedBy string        // the URL that asked for it, when that was after a redirect
	Rules    string        // names the rules that judge the articles; what other rules judged than are in force is judged again
}

// RawHash is a hash of an item's bytes, and of all that its meaning depends on.
type RawHash [16]byte

// Item is what is remembered of an item of a source's last document, so that the same bytes need not
// be read again.
type Item struct {
	Raw       RawHash
	Published time.Time // as the publisher says
	Article   int64     // the store's own number of its article
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

// Release gives a host back.
type Release struct {
	Lease
	Gap     time.Duration // until somebody may ask it again
	Unasked []string      // URLs of the sources of the lease that were not visited
}
