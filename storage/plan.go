package storage

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"tributary/feeds"
)

// plan is what a visit means for the database; made without a transaction, from what was looked up.
type plan struct {
	habits feeds.Habits
	rows   []planned
	known  int
}

// planned is one article to store.
type planned struct {
	*feeds.Article
	id       int64
	uid      []byte
	isNew    bool
	aliases  bool // only its keys are new
	hash     []byte
	canon    []byte
	likeness uint64
	content  []byte // as stored
	codec    int
	keys     []key // not stored yet
	entries  []feeds.Entry
}

// makePlan looks up what is known of a visit's articles and says what is to be stored.
func (d *DB) makePlan(ctx context.Context, v feeds.Visit, judge feeds.Judge) (plan, error) {
	items, habits := identify(v.Articles, v.State.Unstable)
	var byKey map[key]*known
	var recent []*known
	err := d.engine.read(ctx, func(s session) error {
		var err error
		if byKey, err = d.lookup(ctx, s, v.State.Source, items); err != nil {
			return err
		}
		strange := func(it item) bool {
			return it.repeats < 0 && !slices.ContainsFunc(it.keys, func(k key) bool { return byKey[k] != nil })
		}
		if slices.ContainsFunc(items, strange) {
			recent, err = newest(ctx, s, v.State.Source)
		}
		return err
	})
	if err != nil {
		return plan{}, err
	}
	found := recognise(items, byKey, recent)
	p := plan{habits: habits | learn(items, found)}
	for i := range items {
		p.add(&items[i], found[i], byKey, v, &d.ids)
	}
	for i := range p.rows {
		r := &p.rows[i]
		if r.aliases {
			continue
		}
		r.content, r.codec = d.compress(r.Content)
		r.entries = judge(r.Article)
	}
	return p, nil
}

func (p *plan) add(it *item, found recognised, byKey map[key]*known, v feeds.Visit, ids *idSource) {
	if it.repeats >= 0 {
		return
	}
	r := planned{Article: it.Article, hash: digest(it.Article)}
	for _, k := range it.keys { // one that belongs to another article stays there
		if byKey[k] == nil && !(p.habits&feeds.GUIDsChange != 0 && k.kind() == guidKey) {
			r.keys = append(r.keys, k)
		}
	}
	switch {
	case found.known == nil:
		r.isNew, r.id, r.uid = true, ids.next(v.At), publicID(v.State.Source, it, r.keys)
		r.Seen = v.At
	case found.hash == nil: // it was removed by retention and must not come back
		p.known++
		return
	case found.edited(r.hash):
		r.id, r.uid, r.Seen = found.id, found.uid, seen(found.id)
		r.Published = found.published // once given, it stays
		if r.Updated.IsZero() {
			r.Updated = v.At
		}
	default:
		p.known++
		if len(r.keys) == 0 {
			return
		}
		r.id, r.aliases = found.id, true
	}
	if !r.aliases {
		r.ID = publicText(r.uid)
		r.likeness = it.likeness()
		r.canon = canon(it.link, r.uid)
	}
	p.rows = append(p.rows, r)
}

// canon is the hash by which copies of an article are found in other sources.
func canon(link string, uid []byte) []byte {
	if link == "" {
		return uid // has no copies
	}
	k := newKey(linkKey, link)
	return k[:]
}

// publicID is made from the source and the strongest key that is the article's own, so it is the same
// wherever and whenever the article is first stored.
func publicID(source string, it *item, own []key) []byte {
	k := it.whole
	if len(own) > 0 {
		k = func() key { return own[0] }
	}
	first := k()
	sum := sha256.Sum256(append([]byte(source+"\x00"), first[:]...))
	return sum[:16]
}

var publicEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func publicText(uid []byte) string { return publicEncoding.EncodeToString(uid) }

// digest is the hash of what a reader sees of an article. Dates are not in it: some publishers move
// them at every fetch.
func digest(a *feeds.Article) []byte {
	h := sha256.New()
	var size [8]byte
	for _, s := range []string{a.URL, a.Title, a.Summary, a.Content, a.Image, list(a.Authors)} {
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])
		h.Write([]byte(s))
	}
	return h.Sum(nil)[:16]
}

// idSource gives ids that grow with time: 43 bits of milliseconds, then 20 that tell ids of one
// millisecond apart. When an article was first seen can be read off its id.
type idSource struct {
	mu   sync.Mutex
	last int64
}

func (s *idSource) next(now time.Time) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := now.UnixMilli()<<20 | int64(rand.Uint32N(1<<20))
	if s.last >= id && s.last-id < 1000<<20 { // a clock that steps back a little must not reorder them
		id = s.last + 1
	}
	s.last = id
	return id
}

func seen(id int64) time.Time { return moment(id >> 20) }
