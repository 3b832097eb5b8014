package discover

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tributary/feeds/fetch"
)

// maxRobots is how much of a robots.txt is read (RFC 9309 §2.5).
const maxRobots = 500 << 10

// robots is what a robots.txt says to us (RFC 9309).
type robots struct {
	rules    []robotsRule
	sitemaps []string
}

type robotsRule struct {
	pattern string // normalised; with * and, at its end, $
	allow   bool
}

// nothing is a robots.txt that forbids everything.
var nothing = &robots{rules: []robotsRule{{pattern: "/"}}}

// answeredRobots reads the answer to the request for a robots.txt. Where there is none everything is
// allowed; while the host cannot tell, nothing is (§2.3.1).
func answeredRobots(res *fetch.Response, err error, userAgent string) *robots {
	if err == nil {
		return parseRobots(res.Body, userAgent)
	}
	e, ok := errors.AsType[*fetch.Error](err)
	empty := ok && e.Status == http.StatusOK && e.Kind == fetch.Protocol
	if ok && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests || empty {
		return &robots{}
	}
	return nothing
}

// parseRobots reads the groups that name our product token, all as one, or else those for "*" (§2.2.1).
func parseRobots(text []byte, userAgent string) *robots {
	text = bytes.TrimPrefix(text[:min(len(text), maxRobots)], []byte("\xef\xbb\xbf"))
	var r robots
	var all []robotsRule
	token := productToken(userAgent)
	named, ours, everybodys, inAgents := false, false, false, false
	for line := range strings.FieldsFuncSeq(string(text), func(c rune) bool { return c == '\n' || c == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if !inAgents {
				ours, everybodys, inAgents = false, false, true
			}
			if value == "*" {
				everybodys = true
			} else if token != "" && strings.EqualFold(productToken(value), token) {
				ours, named = true, true
			}
		case "allow", "disallow":
			inAgents = false
			if value == "" {
				continue // forbids nothing
			}
			rule := robotsRule{normalPath(value), strings.EqualFold(strings.TrimSpace(key), "allow")}
			if ours {
				r.rules = append(r.rules, rule)
			}
			if everybodys {
				all = append(all, rule)
			}
		case "sitemap":
			r.sitemaps = append(r.sitemaps, value)
		}
	}
	if !named {
		r.rules = all
	}
	return &r
}

// productToken is the name that a user agent begins with (§2.2.1).
func productToken(userAgent string) string {
	end := strings.IndexFunc(userAgent, func(c rune) bool {
		return c != '-' && c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
	if end < 0 {
		return userAgent
	}
	return userAgent[:end]
}

// allows says what the most specific rule says, which is the longest; of equal ones the kinder (§2.2.2).
func (r *robots) allows(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	path = normalPath(path)
	allow, length := true, -1
	for _, rule := range r.rules {
		if n := len(rule.pattern); (n > length || n == length && rule.allow) && matches(rule.pattern, path) {
			allow, length = rule.allow, n
		}
	}
	return allow
}

// matches says whether a path begins with a pattern, in which * stands for anything and $ at its end for
// the path's end (§2.2.3).
func matches(pattern, path string) bool {
	pattern, toTheEnd := strings.CutSuffix(pattern, "$")
	first, rest, wild := strings.Cut(pattern, "*")
	path, ok := strings.CutPrefix(path, first)
	for ok && wild {
		first, rest, wild = strings.Cut(rest, "*")
		if !wild && toTheEnd {
			return strings.HasSuffix(path, first)
		}
		_, path, ok = strings.Cut(path, first)
	}
	return ok && (!toTheEnd || path == "")
}

// normalPath writes a path so that equal ones are the same bytes: what needs no escaping is not escaped,
// and what is beyond ASCII is (§2.2.2).
func normalPath(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c, escaped := path[i], false
		if c == '%' && i+2 < len(path) {
			high, low := strings.IndexByte(hex, upper(path[i+1])), strings.IndexByte(hex, upper(path[i+2]))
			if high >= 0 && low >= 0 {
				c, escaped = byte(high<<4|low), true
				i += 2
			}
		}
		if c >= 0x80 || c <= ' ' || escaped && !unreserved(c) {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}

// unreserved are the characters that mean the same escaped or not (RFC 3986 §2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
