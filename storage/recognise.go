package storage

import (
	"bytes"
	"strings"
	"time"

	"tributary/feeds"
)

// known is what the store knows of an article that an item may turn out to be.
type known struct {
	id        int64
	uid       []byte
	title     string
	published time.Time // as the publisher says; zero when it does not
	likeness  uint64
	hash      []byte // nil once the article itself is gone: the key is its tombstone
}

// recognised is an item that a stored article has been found for, or not: then id is 0.
type recognised struct {
	*known
	by byte // kind of the key that told, or alike
}

const alike = 'a' // no key knew the item, but an article of the source is like it

// recognise finds the stored article of each item. One article takes at most one item of a document,
// and stronger evidence chooses first. recent are the source's newest articles, for items that no key
// knows. Repeats stay unrecognised.
func recognise(items []item, byKey map[key]*known, recent []*known) []recognised {
	found := make([]recognised, len(items))
	taken := map[int64]bool{}
	take := func(i int, k *known, by byte) {
		found[i] = recognised{k, by}
		taken[k.id] = true
	}
	for _, kind := range []byte{guidKey, linkKey, wholeKey} {
		for i := range items {
			it := &items[i]
			for _, k := range it.keys {
				a := byKey[k]
				if found[i].known != nil || it.repeats >= 0 || k.kind() != kind || a == nil || taken[a.id] {
					continue
				}
				// A page of "today's deals" keeps its link and changes its story: a link alone is not enough.
				if kind != linkKey || a.hash == nil || it.isStory(a) {
					take(i, a, kind)
				}
			}
		}
	}
	for i := range items {
		if found[i].known != nil || items[i].repeats >= 0 {
			continue
		}
		for _, a := range recent {
			if !taken[a.id] && items[i].isLike(a) {
				take(i, a, alike)
				break
			}
		}
	}
	return found
}

// isStory is the second witness that a known link needs when the guid is another one.
func (it *item) isStory(a *known) bool {
	return !it.Published.IsZero() && it.Published.Equal(a.published) || shared(it.title, words(a.title)) >= 0.5 || it.closeTo(a, 6)
}

// isLike says that an item that no key knows is an article that we have: the headline changed and with
// it slug and guid, the site moved, or the links hold tokens that never come back.
func (it *item) isLike(a *known) bool {
	title := words(a.title)
	sameTitle := it.title != "" && it.title == title
	sameTime := it.Published.Equal(a.published)
	switch {
	case it.Published.IsZero() && a.published.IsZero():
		return sameTitle && it.closeTo(a, 3)
	case it.Published.IsZero() || a.published.IsZero():
		return false
	case sameTime && it.Published.Truncate(time.Hour).Equal(it.Published): // a date, not a moment
		return sameTitle || it.closeTo(a, 3)
	case sameTime:
		return sameTitle || shared(it.title, title) >= 0.5 || it.closeTo(a, 6)
	case it.guid == "":
		return it.Published.Sub(a.published).Abs() < 48*time.Hour && sameTitle && it.closeTo(a, 3)
	}
	return false
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

// learn says whether the source renews its guids: articles came back, and none by its guid.
func learn(items []item, found []recognised) feeds.Habits {
	byGUID, otherwise := 0, 0
	for i, f := range found {
		switch {
		case f.known == nil || items[i].guid == "":
		case f.by == guidKey:
			byGUID++
		default:
			otherwise++
		}
	}
	if byGUID == 0 && otherwise >= 3 {
		return feeds.GUIDsChange
	}
	return 0
}

// edited says that what a reader sees of the article is not what is stored.
func (r recognised) edited(hash []byte) bool { return !bytes.Equal(r.hash, hash) }
