package render

import (
	"cmp"
	"mime"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"tributary/feeds"
)

// source is what an entry tells of the feed that it came from.
type source struct {
	title string // never ""
	url   string // the publisher's feed, or its site when the feed's URL is secret; "" when both are
	site  string // the publisher's page for people
	feed  string // the publisher's feed; "" when its URL is secret
}

func provenance(a feeds.Article) source {
	s := source{site: publicURL(a.Source.SiteURL), feed: publicURL(a.Source.URL)}
	s.url = cmp.Or(s.feed, s.site)
	s.title = cmp.Or(line(a.Source.Title), hostname(a.Source.URL), hostname(a.URL), "Unknown source")
	return s
}

func hostname(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return line(u.Hostname())
}

// publicURL gives a web address that opens nothing to whoever reads it: "" for one that holds a
// user, a password or a key.
func publicURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.User != nil || secretQuery(u.RawQuery) || secretQuery(u.Fragment) {
		return ""
	}
	return webURL(s)
}

// secretQuery says whether one of the query's keys names a secret. It would rather hide too much:
// there is always the site's address to show instead.
func secretQuery(query string) bool {
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(name)
		if err != nil || secretKey(strings.ToLower(key)) {
			return true
		}
	}
	return false
}

// secretParts are words that name a secret wherever they stand in a key.
var secretParts = []string{"token", "secret", "passw", "signature", "credential"}

func secretKey(key string) bool {
	for _, part := range secretParts {
		if strings.Contains(key, part) {
			return true
		}
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	for word := range strings.FieldsFuncSeq(key, notLetter) {
		switch {
		case word == "sig", word == "pwd", word == "pass", word == "hmac", word == "jwt", word == "sid",
			strings.HasSuffix(word, "key"),
			strings.HasPrefix(word, "auth") && !strings.HasPrefix(word, "author"),
			strings.HasPrefix(word, "authoriz"):
			return true
		}
	}
	return false
}

// webURL gives an absolute http or https URL without userinfo, with every byte that an IRI may not
// hold percent-encoded, and "" for anything else.
func webURL(s string) string {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(s), "://")
	scheme = strings.ToLower(scheme)
	if !ok || scheme != "http" && scheme != "https" {
		return ""
	}
	end := strings.IndexAny(rest, "/?#\\")
	if end < 0 {
		end = len(rest)
	}
	rest = rest[strings.LastIndexByte(rest[:end], '@')+1:]
	if rest == "" || strings.ContainsAny(rest[:1], "/?#\\:") {
		return ""
	}
	return scheme + "://" + escapeIRI(rest)
}

func escapeIRI(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if iriRune(r) { // never U+FFFD, which stands for invalid bytes
			b.WriteString(s[:size])
		} else {
			for _, c := range []byte(s[:size]) {
				b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			}
		}
		s = s[size:]
	}
	return b.String()
}

// iriRune says whether an IRI may hold the character as it is (RFC 3987 §2.2). Characters that turn
// the direction of text are out too (§4.1), and so are spaces.
func iriRune(r rune) bool {
	switch {
	case r < 0x7f:
		return r > ' ' && !strings.ContainsRune("<>\"{}|\\^`", r)
	case r < 0xa0, unicode.IsSpace(r), turnsText(r), r == 0x200e, r == 0x200f:
		return false
	case r <= 0xd7ff, 0xf900 <= r && r <= 0xfdcf, 0xfdf0 <= r && r <= 0xffef:
		return true
	}
	return 0x10000 <= r && r <= 0xdffff && r&0xffff <= 0xfffd || 0xe1000 <= r && r <= 0xefffd
}

// mediaTypes are the files that publishers enclose. The mime package's table
// is the machine's, and two machines may differ.
var mediaTypes = map[string]string{
	".aac": "audio/aac", ".flac": "audio/flac", ".m4a": "audio/mp4", ".mp3": "audio/mpeg",
	".oga": "audio/ogg", ".ogg": "audio/ogg", ".opus": "audio/opus", ".wav": "audio/wav",
	".m4v": "video/mp4", ".mov": "video/quicktime", ".mp4": "video/mp4", ".ogv": "video/ogg", ".webm": "video/webm",
	".avif": "image/avif", ".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg",
	".png": "image/png", ".svg": "image/svg+xml", ".webp": "image/webp",
	".epub": "application/epub+zip", ".pdf": "application/pdf", ".zip": "application/zip",
}

// mediaType gives the enclosure's media type: as published, else by the name of the file.
func mediaType(e feeds.Enclosure) string {
	if t, params, err := mime.ParseMediaType(e.Type); err == nil && strings.Contains(t, "/") {
		return mime.FormatMediaType(t, params)
	}
	if u, err := url.Parse(e.URL); err == nil {
		if t, ok := mediaTypes[strings.ToLower(path.Ext(u.Path))]; ok {
			return t
		}
	}
	return "application/octet-stream"
}
