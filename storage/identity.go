package storage

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tributary/feeds"
)

// key is what an article is known by inside its source: a byte of kind and 15 bytes of SHA-256.
type key [16]byte

const (
	guidKey  = 'g'
	linkKey  = 'l'
	wholeKey = 'w' // of everything, for items that neither guid nor link tells apart
)

func newKey(kind byte, text []byte) key {
	sum := sha256.Sum256(text)
	k := key{kind}
	copy(k[1:], sum[:])
	return k
}

func (k key) kind() byte { return k[0] }

// item is an article of a document on its way to being recognised. What most items never need is made
// when it is asked for. The normalised forms are for comparing only; they are never shown or fetched.
type item struct {
	*feeds.Article
	keys     []key // strongest first
	guidless bool  // it has no guid, or one that tells nothing
	repeats  int   // index of the earlier item of the document that this one repeats, or -1

	normal struct { // "" until asked for
		guid, link, title, text string
	}
	shingle uint64 // see likeness
}

func (it *item) guid() string {
	if it.normal.guid == "" {
		it.normal.guid = string(appendGUID(nil, it.GUID))
	}
	return it.normal.guid
}

func (it *item) link() string {
	if it.normal.link == "" {
		it.normal.link = string(appendLink(nil, it.URL))
	}
	return it.normal.link
}

// title is the headline as words.
func (it *item) title() string {
	if it.normal.title == "" {
		it.normal.title = words(it.Title)
	}
	return it.normal.title
}

// text is summary and content as words.
func (it *item) text() string {
	if it.normal.text == "" {
		it.normal.text = words(it.Summary + " " + it.Content)
	}
	return it.normal.text
}

// whole is the key of an item that has no better one. Dates are the publisher's.
func (it *item) whole() key {
	parts := []string{it.GUID, it.link(), it.title(), it.text(), it.Published.UTC().Format(time.RFC3339Nano)}
	return newKey(wholeKey, []byte(strings.Join(parts, "\x00")))
}

// identify gives every article of one document the keys it is to be known by. A guid or link that two
// different items of the document share identifies neither; habits are what the source has taught us,
// and come back with what the document adds.
func identify(articles []feeds.Article, habits feeds.Habits) ([]item, feeds.Habits) {
	items := make([]item, len(articles))
	for i := range articles {
		items[i] = item{Article: &articles[i], repeats: -1}
	}
	shared := giveKeys(items, 0) // whatever the habits, the same items are repeats at every visit
	if len(shared) > 0 {
		habits |= findRepeats(items, shared)
	} else if habits == 0 {
		return items, habits
	}
	shared = giveKeys(items, habits)
	for i := range items {
		it := &items[i]
		it.keys = slices.DeleteFunc(it.keys, func(k key) bool { return shared[k] != nil })
		if len(it.keys) == 0 && it.repeats < 0 {
			it.keys = []key{it.whole()}
		}
	}
	return items, habits
}

// giveKeys gives the items that repeat no other their guid and link keys, as far as habits leave those
// any worth, and says which keys several items have.
func giveKeys(items []item, habits feeds.Habits) (shared map[key][]int) {
	first := make(map[key]int, 2*len(items))
	all := make([]key, 0, 2*len(items))
	var buf []byte
	for i := range items {
		it := &items[i]
		if it.keys = nil; it.repeats >= 0 {
			continue
		}
		from := len(all)
		buf = appendGUID(buf[:0], it.GUID)
		it.guidless = len(buf) == 0 || habits&feeds.GUIDsChange != 0
		if !it.guidless {
			all = append(all, newKey(guidKey, buf))
		}
		if buf = appendLink(buf[:0], it.URL); len(buf) > 0 && habits&feeds.LinksShared == 0 {
			all = append(all, newKey(linkKey, buf))
		}
		if len(all) == from {
			all = append(all, it.whole())
		}
		it.keys = all[from:len(all):len(all)]
		for _, k := range it.keys {
			j, used := first[k]
			switch {
			case !used:
				first[k] = i
			case shared == nil:
				shared = map[key][]int{k: {j, i}}
			case shared[k] == nil:
				shared[k] = []int{j, i}
			default:
				shared[k] = append(shared[k], i)
			}
		}
	}
	return shared
}

// findRepeats marks items that say the same thing twice, and learns whether different ones share
// links. One pair is an accident; three items, or half of a document, are a habit.
func findRepeats(items []item, shared map[key][]int) (habits feeds.Habits) {
	sharing := map[int]bool{}
	for i := range items {
		it := &items[i]
		for _, k := range it.keys {
			group := shared[k]
			pair := len(group) == 2 && len(items) > 2
			for _, j := range group {
				if j >= i || it.repeats >= 0 {
					break
				}
				other := &items[j]
				switch {
				case it.same(other, pair):
					it.repeats = j
				case k.kind() == linkKey && it.guid() != other.guid():
					sharing[i], sharing[j] = true, true
				}
			}
		}
	}
	if len(sharing) >= 3 || len(sharing) > 0 && 2*len(sharing) >= len(items) {
		return feeds.LinksShared
	}
	return 0
}

// same says that two items of one document are one article; pair, that no third one shares what they
// share.
func (it *item) same(other *item, pair bool) bool {
	link, title := it.link() == other.link(), it.title() == other.title()
	when := it.Published.Equal(other.Published)
	if guid := it.guid(); guid != "" && guid == other.guid() {
		return link && title || (title || link && pair) && when && !it.Published.IsZero()
	}
	if !link || !title || it.text() != other.text() {
		return false
	}
	// A page of its own that is listed twice. Notices of a status page, which all link to it, are told
	// apart by their dates.
	listedTwice := pair && it.GUID == "" && other.GUID == "" && it.URL != "" && len(it.title())+len(it.text()) >= shortestText
	return when || listedTwice
}

// appendGUID appends a guid without what publishers change in one that is a URL: its scheme, "www."
// and a fragment that only counts (…/c0ffee#3).
func appendGUID(b []byte, guid string) []byte {
	guid = strings.TrimSpace(guid)
	scheme, _, ok := strings.Cut(guid, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return append(b, guid...)
	}
	u, err := url.Parse(guid)
	if err != nil || u.Host == "" {
		return append(b, guid...)
	}
	b = append(b, strings.TrimPrefix(strings.ToLower(u.Host), "www.")...)
	b = append(b, u.EscapedPath()...)
	if u.RawQuery != "" {
		b = append(append(b, '?'), u.RawQuery...)
	}
	if !counts(u.Fragment) {
		b = append(append(b, '#'), u.Fragment...)
	}
	return b
}

// counts says that a fragment is empty or a number.
func counts(fragment string) bool {
	return strings.Trim(fragment, "0123456789") == ""
}

// appendLink appends a link without what does not tell articles apart: scheme, "www.", default port,
// final slash, the order of parameters, and parameters that track.
func appendLink(b []byte, link string) []byte {
	link = strings.TrimSpace(link)
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return append(b, link...)
	}
	b = append(b, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")...)
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		b = append(append(b, ':'), p...)
	}
	return appendPath(b, u)
}

// appendPath appends what follows the host.
func appendPath(b []byte, u *url.URL) []byte {
	b = append(b, strings.TrimSuffix(u.EscapedPath(), "/")...)
	if u.RawQuery != "" {
		var kept []string
		for parameter := range strings.SplitSeq(u.RawQuery, "&") {
			if name, _, _ := strings.Cut(parameter, "="); parameter != "" && !tracks(name) {
				kept = append(kept, parameter)
			}
		}
		slices.Sort(kept)
		for _, parameter := range kept {
			b = append(append(b, '&'), parameter...)
		}
	}
	if !counts(u.Fragment) {
		b = append(append(b, '#'), u.Fragment...)
	}
	return b
}

var tracking = map[string]bool{
	"fbclid": true, "gclid": true, "dclid": true, "msclkid": true, "yclid": true, "igshid": true,
	"mc_cid": true, "mc_eid": true, "_hsenc": true, "_hsmi": true, "wt.mc_id": true, "ref_src": true,
	"at_medium": true, "at_campaign": true, "cmpid": true, "ocid": true, "smid": true,
}

func tracks(parameter string) bool {
	p := strings.ToLower(parameter)
	return strings.HasPrefix(p, "utm_") || tracking[p]
}

// words is a text as its lower-case words, with one space between.
func words(text string) string {
	text = norm.NFC.String(text)
	b := make([]byte, 0, len(text))
	gap := false
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		if !inWord(r) {
			gap = len(b) > 0
			continue
		}
		if gap {
			b = append(b, ' ')
			gap = false
		}
		b = utf8.AppendRune(b, lower(r))
	}
	return string(b)
}

func lower(r rune) rune {
	switch {
	case r >= utf8.RuneSelf:
		return unicode.ToLower(r)
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	}
	return r
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
