package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"unicode/utf8"

	"tributary/feeds"
)

// EntryID gives the id that the article has wherever we publish it: the publisher's own when that
// is an absolute IRI, character for character (RFC 4287 §4.2.6), else a urn:uuid made from the
// article's. Where two articles of one feed claim the same id, the one seen later has its urn:uuid
// in that feed.
func EntryID(a feeds.Article) string {
	if absoluteIRI(a.GUID) {
		return a.GUID
	}
	return minted(a.ID)
}

// entryIDs gives each entry its id; no two are the same as long as the articles are not. The first
// seen keeps a publisher's id, so that a latecomer cannot take it from an entry that readers know.
func entryIDs(entries []feeds.Entry) []string {
	reserved := make(map[string]int, len(entries)) // a minted id is its article's, whoever claims it
	for i, e := range entries {
		reserved[minted(e.Article.ID)] = i
	}
	keeper := make(map[string]int, len(entries))
	ids := make([]string, len(entries))
	for i, e := range entries {
		id := EntryID(e.Article)
		ids[i] = id
		if owner, ok := reserved[id]; ok && owner != i {
			continue
		}
		if k, ok := keeper[id]; !ok || seenBefore(e.Article, entries[k].Article) {
			keeper[id] = i
		}
	}
	for i, e := range entries {
		if k, ok := keeper[ids[i]]; !ok || k != i {
			ids[i] = minted(e.Article.ID)
		}
	}
	return ids
}

func seenBefore(a, b feeds.Article) bool {
	return cmp.Or(a.Seen.Compare(b.Seen), cmp.Compare(a.ID, b.ID)) < 0
}

// articleIDs is the alphabet of feeds.Article.ID.
var articleIDs = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// minted gives the article's id as a UUID of version 8, the one for bytes of our own making
// (RFC 9562 §5.8).
func minted(articleID string) string {
	b, err := articleIDs.DecodeString(articleID)
	if err != nil || len(b) != 16 {
		sum := sha256.Sum256([]byte(articleID)) // cannot happen with an id of ours
		b = sum[:16]
	}
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// absoluteIRI says whether s is a scheme, a colon and something, all in characters that an IRI may
// hold (RFC 3987 §2.2).
func absoluteIRI(s string) bool {
	scheme, rest, _ := strings.Cut(s, ":")
	if rest == "" || !isScheme(scheme) || !utf8.ValidString(rest) {
		return false
	}
	for i, r := range rest {
		if !iriRune(r) || r == '%' && !isEscape(rest[i:]) {
			return false
		}
	}
	return true
}

// isScheme follows RFC 3986 §3.1.
func isScheme(s string) bool {
	for i, r := range []byte(s) {
		letter := 'a' <= r|0x20 && r|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(r))) {
			return false
		}
	}
	return s != ""
}

// isEscape says whether s begins with a percent-encoded byte.
func isEscape(s string) bool {
	return len(s) >= 3 && isHex(s[1]) && isHex(s[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}
