package render

import (
	"cmp"
	"mime"
	"net/url"
	"path"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"tributary/feeds"
)

// source is what an entry tells of the feed that it came from.
type source struct {
	id    string // URI; made up when no address may be told
	title string // never ""
	url   string // the publisher's feed, or its site when the feed's URL is secret; "" when both are
	site  string // the publisher's page for people
	feed  string // the publisher's feed; "" when its URL is secret
}

func provenance(a feeds.Article) source {
	s := source{site: PublicURL(a.Source.SiteURL), feed: PublicURL(a.Source.URL)}
	s.url = cmp.Or(s.feed, s.site)
	s.title = cmp.Or(line(a.Source.Title), hostname(a.Source.URL), hostname(a.URL), "Unknown source")
	s.id = standardID(s.url)
	if s.id == "" {
		s.id = minted("source " + cmp.Or(s.url, s.title))
	}
	return s
}

func hostname(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return line(u.Hostname())
}

// PublicURL gives a web address that opens nothing to whoever reads it: "" for one that holds a
// user, a password or a key.
func PublicURL(s string) string {
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

// webURL gives an absolute http or https URL without userinfo, in the characters that a URI may hold
// (RFC 3986), since validators and many readers know no IRI; "" for anything else.
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
	host := webHost(rest[strings.LastIndexByte(rest[:end], '@')+1 : end])
	if host == "" {
		return ""
	}
	path := escapeURI(rest[end:])
	if path != "" && path[0] != '/' {
		path = "/" + path
	}
	return scheme + "://" + host + path
}

// webHost gives the host and port as a URI has them, "" when there is no such host.
func webHost(s string) string {
	name, port, _ := strings.Cut(s, ":")
	if strings.TrimLeft(port, "0123456789") != "" {
		return ""
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return ""
		}
		name = ascii
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return notAlphanumeric(r) && r != '-' && r != '.' && r != '_' }) {
		return ""
	}
	if port != "" {
		name += ":" + port
	}
	return name
}

func notAlphanumeric(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// escapeURI percent-encodes every byte that the path, query and fragment of a URI may not hold.
func escapeURI(s string) string {
	const hex = "0123456789ABCDEF"
	fragment := strings.IndexByte(s, '#')
	fits := func(i int) bool {
		switch s[i] {
		case '%':
			return isEscape(s[i:])
		case '#':
			return i == fragment
		}
		return isURIByte(s[i])
	}
	var b strings.Builder
	done := 0
	for i := range len(s) {
		if !fits(i) {
			b.WriteString(s[done:i])
			b.Write([]byte{'%', hex[s[i]>>4], hex[s[i]&15]})
			done = i + 1
		}
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}

// isURIByte says whether a URI may hold the byte anywhere after its host, but for "%" and "#".
func isURIByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0
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
	if t, _, err := mime.ParseMediaType(e.Type); err == nil && strings.Contains(t, "/") {
		return t
	}
	if u, err := url.Parse(e.URL); err == nil {
		if t, ok := mediaTypes[strings.ToLower(path.Ext(u.Path))]; ok {
			return t
		}
	}
	return "application/octet-stream"
}
