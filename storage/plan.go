package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"tributary/feeds"
)

// plan is what a visit means for the database; made without a transaction, from what was looked up.
type plan struct {
	habits feeds.Habits
	rows   []planned
	known  int

	items    []item  // of the document
	articles []int64 // that the items are; 0 for those that are to be read again
}

// planned is one article to store.
type planned struct {
	*feeds.Article
	item     int // its place in the document
	id       int64
	source   int64
	uid      []byte
	isNew    bool
	aliases  bool // only its keys are new
	hash     []byte
	canon    []byte
	likeness uint64
	edits    int64 // see known.edit
	editing  time.Time
	content  []byte // as stored
	codec    int
	keys     []key // not stored yet
	entries  []feeds.Entry
}

// makePlan looks up what is known of a visit's articles and says what is to be stored.
func (d *DB) makePlan(ctx context.Context, v feeds.Visit, judge feeds.Judge) (plan, error) {
	items, habits := identify(v.Articles, v.State.Habits)
	r := newRecognition(items, v.Kept)
	var byKey map[key]*known
	err := d.engine.look(ctx, func(s session) (err error) {
		byKey, err = d.recognise(ctx, s, v.State.Source, r)
		return err
	})
	if err != nil {
		return plan{}, err
	}
	if r.keptIsMeant(byKey) {
		return plan{}, feeds.ErrReadWhole
	}
	p := plan{habits: r.learn(habits), known: len(v.Kept)}
	p.addAll(r, byKey, v)
	// Documents have the newest first: in the order of publication, ids and arrivals grow with time.
	slices.Reverse(p.rows)
	slices.SortStableFunc(p.rows, func(a, b planned) int { return a.Date().Compare(b.Date()) })
	for i := range p.rows {
		row := &p.rows[i]
		if row.aliases {
			continue
		}
		row.content, row.codec = d.compress(row.Content)
		row.entries = judge(row.Article)
	}
	return p, nil
}

// number gives the new articles their ids. Those grow in the order of commits, which the indexes like.
func (p *plan) number(ids *idSource, now time.Time) {
	for i := range p.rows {
		if row := &p.rows[i]; row.isNew {
			row.id = ids.next(now)
			p.articles[row.item] = row.id
		}
	}
}

// remembered gives the items of a document whose articles are known.
func (p *plan) remembered(v feeds.Visit) []feeds.Item {
	kept := slices.Clone(v.Kept)
	for i, raw := range v.Raw {
		id := p.articles[i]
		if first := p.items[i].repeats; first >= 0 {
			id = p.articles[first]
		}
		if id != 0 {
			kept = append(kept, feeds.Item{Raw: raw, Published: v.Articles[i].Published, Article: id})
		}
	}
	return kept
}

// recognise finds the stored articles of a document's items, and gives those that own their keys.
func (d *DB) recognise(ctx context.Context, s session, source string, r *recognition) (map[key]*known, error) {
	byKey, err := d.lookup(ctx, s, source, r.items)
	if err != nil {
		return nil, err
	}
	r.byKeys(byKey)
	strange := false
	var nameless []item
	for _, it := range r.open {
		strange = true
		if !slices.ContainsFunc(it.keys, func(k key) bool { return byKey[k] == nil }) {
			it.keys = append(it.keys, it.whole())
			nameless = append(nameless, item{keys: it.keys[len(it.keys)-1:]})
		}
	}
	if !strange {
		return byKey, nil
	}
	if len(nameless) > 0 { // other articles own all their keys
		more, err := d.lookup(ctx, s, source, nameless)
		if err != nil {
			return nil, err
		}
		maps.Copy(byKey, more)
		r.byKeys(more)
	}
	recent, err := newest(ctx, s, source, compared)
	if err != nil {
		return nil, err
	}
	r.byLikeness(recent)
	return byKey, nil
}

// addAll adds what is to be stored of a document.
func (p *plan) addAll(r *recognition, byKey map[key]*known, v feeds.Visit) {
	p.items, p.articles = r.items, make([]int64, len(r.items))
	var buf []byte
	for i := range r.items {
		it, found := &r.items[i], r.found[i].known
		if it.repeats >= 0 {
			continue
		}
		if found != nil && found.gone() { // removed by retention: it must not come back
			p.articles[i] = found.id
			p.known++
			continue
		}
		var hash [16]byte
		hash, buf = digest(it.Article, buf)
		row := planned{Article: it.Article, item: i, keys: p.free(it, byKey, found != nil)}
		switch {
		case found == nil && len(row.keys) > 0:
			row.isNew, row.uid = true, publicID(v.State.Source, row.keys[0])
			row.fill(it, hash)
			row.Seen = v.At
		case found != nil && !bytes.Equal(found.hash, hash[:]) && row.mayEdit(found, v.At):
			row.id, row.uid, p.articles[i] = found.id, found.uid, found.id
			row.fill(it, hash)
			row.Seen = seen(found.id)
			row.Published = found.published // once given, it stays
			if row.Updated.IsZero() {
				row.Updated = v.At
			}
		default:
			p.known++
			if found != nil && bytes.Equal(found.hash, hash[:]) {
				p.articles[i] = found.id
			}
			if found == nil || len(row.keys) == 0 { // unknown and without a key: it was another item's article once
				continue
			}
			row.id, row.aliases = found.id, true
		}
		p.rows = append(p.rows, row)
	}
}

// free gives the item's keys that no article owns. Guids that change are worth keeping only when
// a new article has nothing else.
func (p *plan) free(it *item, byKey map[key]*known, isKnown bool) (keys []key) {
	guid := -1
	for _, k := range it.keys {
		switch {
		case byKey[k] != nil:
		case k.kind() == guidKey && p.habits&feeds.GUIDsChange != 0:
			guid = len(keys)
			fallthrough
		default:
			keys = append(keys, k)
		}
	}
	if guid >= 0 && (isKnown || len(keys) > 1) {
		keys = slices.Delete(keys, guid, guid+1)
	}
	return keys
}

// fill makes the row from a copy of the item, in texts that every engine takes.
func (row *planned) fill(it *item, hash [16]byte) {
	a := *it.Article
	a.ID = publicText(row.uid)
	for _, text := range []*string{&a.URL, &a.Title, &a.Summary, &a.Content, &a.Language, &a.Image, &a.Rights} {
		*text = clean(*text)
	}
	row.Article, row.hash = &a, hash[:]
	row.likeness = it.likeness()
	row.canon = canon(it.link(), row.uid)
}

// clean takes out what PostgreSQL stores in no text.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// Within a day an article is edited at most so often, and then rests for a day as it is: one whose text
// is another at every visit does not move its topics for ever.
const (
	mostEdits = 20
	editDay   = 24 * time.Hour
)

// mayEdit counts an edit, unless the article rests.
func (row *planned) mayEdit(a *known, now time.Time) bool {
	row.edits, row.editing = a.edits+1, a.editing
	switch {
	case now.Sub(a.editing) >= editDay:
		row.edits, row.editing = 1, now
	case a.edits >= mostEdits:
		return false
	case row.edits == mostEdits:
		row.editing = now
	}
	return true
}

// canon is the hash by which copies of an article are found in other sources.
func canon(link string, uid []byte) []byte {
	if link == "" {
		return uid // has no copies
	}
	k := newKey(linkKey, []byte(link))
	return k[:]
}

// uidSize is the length of an article's public id in bytes.
const uidSize = 16

// publicID is made from the source and the strongest key that is the article's own, so it is the same
// wherever and whenever the same documents are stored.
func publicID(source string, own key) []byte {
	sum := sha256.Sum256(append([]byte(source+"\x00"), own[:]...))
	return sum[:uidSize]
}

var publicEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func publicText(uid []byte) string { return publicEncoding.EncodeToString(uid) }

// digest is the hash of what a reader sees of an article; buf is grown and given back. Dates are not in
// it: some publishers move them at every fetch.
func digest(a *feeds.Article, buf []byte) (hash [16]byte, grown []byte) {
	buf = buf[:0]
	for _, s := range [...]string{a.URL, a.Title, a.Summary, a.Content, a.Image, list(a.Authors), list(a.Categories),
		list(a.Enclosures), a.Language, a.Rights} {
		buf = append(binary.BigEndian.AppendUint64(buf, uint64(len(s))), s...)
	}
	sum := sha256.Sum256(buf)
	return [16]byte(sum[:16]), buf
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
