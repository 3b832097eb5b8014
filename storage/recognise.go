package storage

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"tributary/feeds"
)

// known is what the store knows of an article that an item may turn out to be.
type known struct {
	id        int64
	uid       []byte
	url       string
	title     string
	published time.Time // as the publisher says; zero when it does not
	likeness  uint64
	hash      []byte // nil once the article itself is gone: the key is its tombstone
	edits     int64  // of the day that began at editing
	editing   time.Time

	headline string // title as words, once asked for
}

func (a *known) words() string {
	if a.headline == "" {
		a.headline = words(a.title)
	}
	return a.headline
}

func (a *known) gone() bool { return a.hash == nil }

// recognised is the stored article of an item, or nil.
type recognised struct {
	*known
	by byte // kind of the key that told, or alike
}

const alike = 'a' // no key knew the item, but an article of the source is like it

// recognition finds the stored articles of a document's items. One article takes at most one item, and
// stronger evidence chooses first. Repeats stay unrecognised.
type recognition struct {
	items []item
	found []recognised
	taken map[int64]bool
	kept  map[int64]bool // the articles of the items that were not read again
}

// newRecognition begins with the articles that the items which were not read again have taken.
func newRecognition(items []item, kept []feeds.Item) *recognition {
	r := &recognition{items, make([]recognised, len(items)), make(map[int64]bool, len(items)), make(map[int64]bool, len(kept))}
	for _, it := range kept {
		r.kept[it.Article], r.taken[it.Article] = true, true
	}
	return r
}

// keptIsMeant says that an item has a key of an article that an item which was not read again has taken.
// What two items of one document share means something else than what one has alone.
func (r *recognition) keptIsMeant(byKey map[key]*known) bool {
	for i := range r.items {
		for _, k := range r.items[i].keys {
			if a := byKey[k]; a != nil && r.kept[a.id] {
				return true
			}
		}
	}
	return false
}

func (r *recognition) take(i int, a *known, by byte) {
	r.found[i] = recognised{a, by}
	r.taken[a.id] = true
}

// open gives the items that are not recognised yet.
func (r *recognition) open(yield func(int, *item) bool) {
	for i := range r.items {
		if r.found[i].known == nil && r.items[i].repeats < 0 && !yield(i, &r.items[i]) {
			return
		}
	}
}

// byKeys takes the articles that the items' keys belong to.
func (r *recognition) byKeys(byKey map[key]*known) {
	for _, kind := range []byte{guidKey, wholeKey, linkKey} {
		for i, it := range r.open {
			for _, k := range it.keys {
				if k.kind() != kind {
					continue
				}
				// A page of "today's deals" keeps its link and changes its story: a link alone is not enough.
				if a := byKey[k]; a != nil && !r.taken[a.id] && (kind != linkKey || it.isStory(a)) {
					r.take(i, a, kind)
					break
				}
			}
		}
	}
}

// byLikeness looks for the items that no key knows among the source's newest articles.
func (r *recognition) byLikeness(recent []*known) {
	for i, it := range r.open {
		for _, a := range recent {
			if !r.taken[a.id] && it.isSame(a) {
				r.take(i, a, alike)
				break
			}
		}
	}
	for i, it := range r.open {
		// What several articles have in common, such as the moment of a batch, tells nothing.
		var only *known
		n := 0
		for _, a := range recent {
			if it.resembles(a) {
				only = a
				n++
			}
		}
		if n == 1 && !r.taken[only.id] {
			r.take(i, only, alike)
		}
	}
}

// isStory is the second witness that a known link needs when no guid speaks for it.
func (it *item) isStory(a *known) bool {
	switch {
	case a.gone(): // unless it is news with an id of its own, what was removed must not come back
		return it.guidless || !it.Published.After(seen(a.id))
	case !it.Published.IsZero() && it.Published.Equal(a.published):
		return true
	case !it.guidless:
		return shared(it.title(), a.words()) >= 0.5 || it.closeTo(a, 6)
	case it.Published.IsZero() || a.published.IsZero():
		return shared(it.title(), a.words()) >= 0.25 || it.closeTo(a, 6)
	}
	// A live report changes its headline and its time all day, under one link.
	return it.Published.Sub(a.published).Abs() < 24*time.Hour ||
		shared(it.title(), a.words()) >= 0.5 || it.closeTo(a, 6)
}

// tellingTitle is how long a title is that is hardly given twice, in bytes.
const tellingTitle = 25

// isSame says that an item that no key knows is an article that we have: the site moved and took its
// ids along, or the links hold tokens that never come back.
func (it *item) isSame(a *known) bool {
	if it.title() == "" || it.title() != a.words() {
		return false
	}
	dated, wasDated := !it.Published.IsZero(), !a.published.IsZero()
	switch {
	case it.samePath(a):
		return true
	case !dated && !wasDated:
		bare := it.guidless && it.likeness() == 0 && a.likeness == 0 // then the title is all there is
		return it.closeTo(a, 3) || bare && len(it.title()) >= tellingTitle
	case !dated || !wasDated:
		return false
	case it.Published.Equal(a.published):
		return !it.onTheHour() || it.spelledID() || it.closeTo(a, 3)
	}
	return it.GUID == "" && it.Published.Sub(a.published).Abs() < 48*time.Hour && it.closeTo(a, 3)
}

// resembles says that an item that no key knows may be an article that we have: the headline changed,
// and with it slug and guid.
func (it *item) resembles(a *known) bool {
	switch {
	case it.Published.IsZero() || !it.Published.Equal(a.published) || !it.spelledID():
		return false
	case it.onTheHour():
		return it.closeTo(a, 3)
	}
	return shared(it.title(), a.words()) >= 0.5 || it.closeTo(a, 6)
}

// onTheHour says that the time of publication is a date rather than a moment.
func (it *item) onTheHour() bool { return it.Published.Truncate(time.Hour).Equal(it.Published) }

// spelledID says that the item has no id beside its address, which an edited headline changes. A
// publisher that numbers articles gives another number only to another article.
func (it *item) spelledID() bool {
	return it.guidless || string(appendLink(nil, it.GUID)) == it.link()
}

// samePath says that the two addresses differ in their hosts alone.
func (it *item) samePath(a *known) bool {
	now, err := url.Parse(it.URL)
	if err != nil {
		return false
	}
	was, err := url.Parse(a.url)
	if err != nil || strings.EqualFold(now.Host, was.Host) {
		return false
	}
	path := appendPath(nil, now)
	return len(path) > 0 && bytes.Equal(path, appendPath(nil, was))
}

// closeTo compares texts that are long enough to be told apart.
func (it *item) closeTo(a *known, distance int) bool {
	return a.likeness != 0 && it.likeness() != 0 && differingBits(it.likeness(), a.likeness) <= distance
}

// shared is the part of two titles' words that both have, from 0 to 1.
func shared(a, b string) float64 {
	in := map[string]int{}
	for w := range strings.FieldsSeq(a) {
		in[w] |= 1
	}
	for w := range strings.FieldsSeq(b) {
		in[w] |= 2
	}
	both := 0
	for _, v := range in {
		if v == 3 {
			both++
		}
	}
	return float64(both) / float64(max(len(in), 1))
}

// guidsChanged is a habit that is known inside this package only: the last document that told anything
// had renewed guids. Once may be a move to another system.
const guidsChanged feeds.Habits = 1 << 7

// learn says what a document adds to, or takes from, the habits that the source had: guids change when
// twice in a row most articles that came back did so under other guids.
func (r *recognition) learn(had feeds.Habits) feeds.Habits {
	byGUID, otherwise := len(r.kept), 0
	for i, f := range r.found {
		switch {
		case f.known == nil || r.items[i].guidless:
		case f.by == guidKey:
			byGUID++
		default:
			otherwise++
		}
	}
	switch {
	case byGUID+otherwise < 3:
		return had
	case otherwise < 4*byGUID:
		return had &^ guidsChanged
	case had&guidsChanged == 0:
		return had | guidsChanged
	}
	return had&^guidsChanged | feeds.GUIDsChange
}
