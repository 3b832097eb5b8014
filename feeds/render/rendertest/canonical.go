package rendertest

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

var (
	uriParts = regexp.MustCompile(`^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$`)
	port     = regexp.MustCompile(`:(\d*)$`)
)

const (
	reserved  = ":/?#[]@!$&'()*+,;="
	pathChars = "-._~!$&'()*+,;=:@"
)

// canonical says whether a URI is in the normal form by which the W3C service compares ids (RFC 3986 §6.2.2).
func canonical(s string) bool {
	m := uriParts.FindStringSubmatch(s)
	if m == nil || m[2] == "" {
		return false
	}
	scheme, authority, path := strings.ToLower(m[2]), m[4], m[5]
	form := scheme + ":"
	if m[3] != "" {
		p := map[string]string{"http": "80", "https": "443", "ftp": "21"}[scheme]
		host := strings.ToLower(authority)
		if at := port.FindStringSubmatch(host); at != nil {
			host = strings.TrimSuffix(host, at[0])
			if at[1] != "" && at[1] != p {
				host += at[0]
			}
		}
		form += "//" + strings.TrimSuffix(host, ".")
		if path == "" {
			path = "/"
		}
	}
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(path, "/") && (part == "." || part == "..") {
			return false
		}
	}
	safe := pathChars
	if m[3] == "" && !strings.HasPrefix(path, "/") {
		safe += "/"
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		again, ok := requoted(part, safe)
		if !ok {
			return false
		}
		parts = append(parts, again)
	}
	form += strings.Join(parts, "/")
	for _, i := range []int{6, 8} {
		if m[i] != "" {
			again, ok := requoted(m[i+1], pathChars+"/?")
			if !ok {
				return false
			}
			form += m[i][:1] + again
		}
	}
	return form == s
}

// requoted writes a part of a URI anew: what need not be escaped is not, and the rest in capitals.
func requoted(s, safe string) (string, bool) {
	var out strings.Builder
	var plain []byte
	flush := func() bool {
		text := string(plain)
		if plain = nil; !utf8.ValidString(text) {
			return false
		}
		if again, err := url.PathUnescape(text); err == nil {
			text = again
		}
		for _, b := range []byte(norm.NFC.String(text)) {
			if b < 0x80 && (strings.ContainsRune("_.-~", rune(b)) || strings.ContainsRune(safe, rune(b)) || alphanumeric(b)) {
				out.WriteByte(b)
			} else {
				out.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[b>>4])+string("0123456789abcdef"[b&15])))
			}
		}
		return true
	}
	for i := 0; i < len(s); i++ {
		b, written := s[i], s[i:i+1]
		if b == '%' {
			if i+2 >= len(s) {
				return "", false
			}
			decoded, err := url.PathUnescape(s[i : i+3])
			if err != nil {
				return "", false
			}
			b, written = decoded[0], strings.ToUpper(s[i:i+3])
			i += 2
		}
		if b < 0x80 && strings.IndexByte(reserved, b) >= 0 && strings.IndexByte(safe, b) >= 0 {
			if !flush() {
				return "", false
			}
			out.WriteString(written)
			continue
		}
		plain = append(plain, b)
	}
	ok := flush()
	return out.String(), ok
}

func alphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}
