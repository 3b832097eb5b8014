package parse

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the longest address that we keep, in bytes.
const maxURL = 2048

// resolve gives the absolute form of a reference (RFC 3986 §5), the reference itself when it has
// none, and "" when there is no reference at all.
func resolve(base, ref string) string {
	ref = tidyURL(ref)
	if ref == "" || base == "" {
		return ref
	}
	if scheme(ref) != "" && !strings.HasPrefix(ref, "http:") && !strings.HasPrefix(ref, "https:") {
		return ref
	}
	if strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://") {
		return ref
	}
	b, err := url.Parse(base)
	if err != nil || b.Opaque != "" {
		return ref
	}
	r, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	if host, err := idna.ToASCII(b.Host); err == nil {
		b.Host = host // net/url would escape it as if it were a path
	}
	return b.ResolveReference(r).String()
}

// withoutQuery is what relative references hang on of a base (RFC 3986 §5.2.2): a query that is
// another each time changes none of them.
func withoutQuery(base string) string {
	base, _, _ = strings.Cut(base, "?")
	return base
}

// tidyURL removes what browsers remove from an address before they read it: space around it, and
// line ends and tabs anywhere (URL Standard §4.4).
func tidyURL(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\ufeff' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	return s
}

// scheme is the reference's scheme in lower case, "" for a relative one.
func scheme(ref string) string {
	for i := range len(ref) {
		switch c := ref[i]; {
		case c == ':' && i > 0:
			return strings.ToLower(ref[:i])
		case !alphanumeric(c) && c != '+' && c != '-' && c != '.':
			return ""
		}
	}
	return ""
}

// webURL makes a reference into the absolute http or https address that it stands for; "" when it
// is none that a browser should be led to.
func webURL(base, ref string) string { return safeURL(base, ref, false) }

// linkURL is webURL with mailto: allowed, for what people click.
func linkURL(base, ref string) string { return safeURL(base, ref, true) }

func safeURL(base, ref string, mail bool) string {
	abs := resolve(base, ref)
	if abs == "" || len(abs) > maxURL {
		return ""
	}
	switch scheme(abs) {
	case "http", "https":
	case "mailto":
		if !mail {
			return ""
		}
	default:
		return ""
	}
	u, err := url.Parse(escapeURL(abs))
	if err != nil || u.Host == "" && u.Scheme != "mailto" || u.User != nil && u.Scheme != "mailto" && strings.ContainsAny(u.User.String(), "<>\"") {
		return ""
	}
	return escapeURL(abs)
}

// escapeURL escapes the characters that may not stand in an address and break markup around it; it
// leaves the others as the publisher wrote them, since an address is also a name.
func escapeURL(s string) string {
	if !strings.ContainsFunc(s, unsafeInURL) {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x80 && unsafeInURL(rune(c)) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unsafeInURL(r rune) bool {
	return r <= ' ' || r == 0x7f || r == '"' || r == '<' || r == '>' || r == '`' || r == '\\' || r == '{' || r == '}' || r == '|' || r == '^'
}
