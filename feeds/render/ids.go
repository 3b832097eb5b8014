package render

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tributary/feeds"
)

// EntryID gives the id that the article has wherever we publish it: the publisher's own when that
// is a URI in the form by which URIs are compared, character for character (RFC 4287 §4.2.6), else a
// urn:uuid made from the article's. Where two articles of one feed claim the same id, the one seen later
// has its urn:uuid in that feed.
func EntryID(a feeds.Article) string {
	return cmp.Or(standardID(a.GUID), minted(a.ID))
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

// standardID gives s when it is an absolute URI that every validator takes for an id, and ""
// otherwise. In an address of the web, characters that only an IRI may hold are escaped.
func standardID(s string) string {
	scheme, rest, _ := strings.Cut(s, ":")
	switch {
	case rest == "" || !isScheme(scheme) || strings.ContainsFunc(s, unfitForLine):
		return ""
	case scheme == "tag":
		if !tagURI.MatchString(s) {
			return ""
		}
	case scheme == "urn":
		if !urn.MatchString(s) || strings.HasPrefix(rest, "uuid:") && !uuid.MatchString(s) {
			return ""
		}
	case scheme == "http", scheme == "https":
		at := webURL(s)
		if authority, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/"); strings.Contains(authority, "@") || strings.TrimSpace(s) != s {
			return ""
		}
		s = at
	case !registered[scheme]:
		return ""
	}
	if !isNormal(s) {
		return ""
	}
	return s
}

var (
	tagURI = regexp.MustCompile(`^tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d{2}(-\d{2})?)?:`)
	urn    = regexp.MustCompile(`^urn:[a-zA-Z0-9][a-zA-Z0-9-]{1,31}:([a-zA-Z0-9()+,.:=@;$_!*'-]|%[0-9A-F]{2})+$`)
	uuid   = regexp.MustCompile(`^urn:uuid:[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$`)
)

// registered are schemes of the IANA's registry that name things for ever.
var registered = map[string]bool{"cid": true, "crid": true, "ftp": true, "info": true, "mid": true, "news": true, "opaquelocktoken": true}

// isNormal says whether a URI is as it would be after every normalisation (RFC 3986 §6.2.2, §6.2.3), so
// that whoever compares ids, and however, finds the same ones equal.
func isNormal(s string) bool {
	scheme, rest, _ := strings.Cut(s, ":")
	if rest == "" || scheme != strings.ToLower(scheme) || strings.Count(rest, "#") > 1 {
		return false
	}
	if authority, ok := strings.CutPrefix(rest, "//"); ok {
		end := strings.IndexByte(authority, '/')
		if end < 0 || !isNormalHost(scheme, authority[:end]) {
			return false
		}
		rest = authority[end:]
	}
	path, _, _ := strings.Cut(rest, "#")
	path, _, _ = strings.Cut(path, "?")
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." {
			return false
		}
	}
	return isNormallyEscaped(rest)
}

func isNormalHost(scheme, host string) bool {
	name, port, hasPort := strings.Cut(host, ":")
	usual := map[string]string{"http": "80", "https": "443", "ftp": "21"}[scheme]
	return name != "" && name == strings.ToLower(name) && !strings.HasSuffix(name, ".") && !(hasPort && (port == "" || port == usual))
}

// isNormallyEscaped says whether the URI's characters are those of a URI, escaped where they must be, with
// capitals, and stand for a text in Unicode's composed form.
func isNormallyEscaped(s string) bool {
	var decoded []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%':
			if !isEscape(s[i:]) || s[i:i+3] != strings.ToUpper(s[i:i+3]) {
				return false
			}
			b, _ := hex.DecodeString(s[i+1 : i+3]) // two digits
			if c = b[0]; isURIByte(c) && !strings.ContainsRune("!$&'()*+,;=:@/?", rune(c)) || c == '%' && isEscape("%"+s[i+3:]) {
				return false
			}
			i += 2
		case c != '#' && !isURIByte(c):
			return false
		}
		decoded = append(decoded, c)
	}
	return utf8.Valid(decoded) && norm.NFC.IsNormal(decoded)
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
