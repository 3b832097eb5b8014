package storage

import (
	"crypto/sha256"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tributary/feeds"
)

// key is what an article is known by inside its source: a byte of kind and 15 bytes of SHA-256.
type key [16]byte

const (
	guidKey  = 'g'
	linkKey  = 'l'
	wholeKey = 'w' // of everything, for items that neither guid nor link tells apart
)

func newKey(kind byte, text string) key {
	sum := sha256.Sum256([]byte(text))
	k := key{kind}
	copy(k[1:], sum[:])
	return k
}

func (k key) kind() byte { return k[0] }

// item is an article of a document on its way to being recognised. The normalised forms are for
// comparing only; they are never shown or fetched.
type item struct {
	*feeds.Article
	guid, link, title string // normalised
	keys              []key  // strongest first
	repeats           int    // index of the earlier item of the document that this one repeats, or -1

	body    string // see text
	shingle uint64 // see likeness
}

// text is summary and content as words; made only for the few items that need it.
func (it *item) text() string {
	if it.body == "" {
		it.body = words(it.Summary + " " + it.Content)
	}
	return it.body
}

// identify gives every article of one document the keys it is to be known by. A guid or link that two
// different items of the document share identifies neither; habits are what the source has taught us,
// and come back with what the document adds.
func identify(articles []feeds.Article, habits feeds.Habits) ([]item, feeds.Habits) {
	items := make([]item, len(articles))
	for i := range articles {
		a := &articles[i]
		items[i] = item{Article: a, guid: normalGUID(a.GUID), link: normalURL(a.URL), title: words(a.Title), repeats: -1}
	}
	habits |= findRepeats(items)
	uses := map[key]int{}
	for i := range items {
		it := &items[i]
		if it.repeats >= 0 {
			continue
		}
		if it.guid != "" && habits&feeds.GUIDsChange == 0 {
			it.keys = append(it.keys, newKey(guidKey, it.guid))
		}
		if it.link != "" && habits&feeds.LinksShared == 0 {
			it.keys = append(it.keys, newKey(linkKey, it.link))
		}
		for _, k := range it.keys {
			uses[k]++
		}
	}
	for i := range items {
		it := &items[i]
		it.keys = slices.DeleteFunc(it.keys, func(k key) bool { return uses[k] > 1 })
		if len(it.keys) == 0 && it.repeats < 0 {
			it.keys = []key{it.whole()}
		}
	}
	return items, habits
}

func (it *item) whole() key {
	return newKey(wholeKey, strings.Join([]string{it.GUID, it.link, it.title, it.text(), strconv.FormatInt(millis(it.Published), 10)}, "\x00"))
}

// findRepeats marks items that say the same thing twice, and learns whether different ones share a link.
func findRepeats(items []item) (habits feeds.Habits) {
	byGUID, byLink := map[string][]int{}, map[string][]int{}
	for i := range items {
		it := &items[i]
		var earlier []int
		if it.guid != "" {
			earlier = append(earlier, byGUID[it.guid]...)
		}
		for _, j := range append(earlier, byLink[it.link]...) {
			other := &items[j]
			if it.same(other) {
				it.repeats = j
				break
			}
			if it.link != "" && it.link == other.link && it.guid != other.guid {
				habits |= feeds.LinksShared
			}
		}
		if it.repeats < 0 {
			byGUID[it.guid] = append(byGUID[it.guid], i)
			byLink[it.link] = append(byLink[it.link], i)
		}
	}
	return habits
}

// same says that two items of one document are one article.
func (it *item) same(other *item) bool {
	guid := it.guid != "" && it.guid == other.guid
	link, title := it.link == other.link, it.title == other.title
	when := it.Published.Equal(other.Published)
	if guid {
		return link && title || (link || title) && when
	}
	return link && title && when && it.text() == other.text()
}

// normalGUID drops what publishers change in a guid that is a URL: its scheme, "www." and a fragment
// that only counts (…/c0ffee#3).
func normalGUID(guid string) string {
	guid = strings.TrimSpace(guid)
	scheme, _, ok := strings.Cut(guid, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return guid
	}
	u, err := url.Parse(guid)
	if err != nil || u.Host == "" {
		return guid
	}
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(strings.ToLower(u.Host), "www."))
	b.WriteString(u.EscapedPath())
	if u.RawQuery != "" {
		b.WriteString("?" + u.RawQuery)
	}
	if !counts(u.Fragment) {
		b.WriteString("#" + u.Fragment)
	}
	return b.String()
}

// counts says that a fragment is empty or a number.
func counts(fragment string) bool {
	return strings.Trim(fragment, "0123456789") == ""
}

// normalURL drops from a link what does not tell articles apart: scheme, "www.", default port, final
// slash, the order of parameters, and parameters that track.
func normalURL(link string) string {
	link = strings.TrimSpace(link)
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return link
	}
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."))
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		b.WriteString(":" + p)
	}
	b.WriteString(strings.TrimSuffix(u.EscapedPath(), "/"))
	query := u.Query()
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range query {
			if !tracks(name) && !yield(name) {
				return
			}
		}
	}) {
		b.WriteString("&" + name + "=" + strings.Join(query[name], ","))
	}
	if u.Fragment != "" && !counts(u.Fragment) {
		b.WriteString("#" + u.Fragment)
	}
	return b.String()
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
	var b strings.Builder
	b.Grow(len(text))
	gap := false
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
