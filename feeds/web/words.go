package web

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// stamp writes a time for programs (RFC 3339).
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// moment writes a time for people.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") + " UTC" }

// points writes a score as short as two decimals allow.
func points(f float64) string { return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64) }

// percent writes a share of 0 to 1.
func percent(f float64) string { return strconv.FormatFloat(math.Round(f*100), 'f', -1, 64) + " %" }

// count writes a number of things: "no entries", "1 entry", "12,345 entries".
func count(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a number with a comma between groups of three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span writes a duration as it stands after "every", in the largest unit that it is a whole number of.
func span(d time.Duration) string {
	n, unit := int(d.Seconds()), "second"
	if n >= 60 && n%60 == 0 {
		n, unit = n/60, "minute"
	}
	if n >= 60 && n%60 == 0 {
		n, unit = n/60, "hour"
	}
	if n == 1 {
		return unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// englishName is the English name of a language, without its region; "" for what is no language.
func englishName(tag string) string {
	t, err := language.Parse(tag)
	if tag == "" || err != nil {
		return ""
	}
	base, _ := t.Base()
	name := display.English.Languages().Name(base)
	if name == "" || name == "Unknown language" {
		return ""
	}
	return name
}

// languageTag gives the tag when browsers and screen readers will understand it, else "".
func languageTag(tag string) string {
	if englishName(tag) == "" {
		return ""
	}
	return tag
}

// placeName is the English name of a country's code, or a region's id made readable.
func placeName(id string) string {
	if r, err := language.ParseRegion(id); err == nil && len(id) == 2 {
		if name := display.English.Regions().Name(r); name != "" {
			return name
		}
	}
	words := strings.Split(id, "-")
	for i, w := range words {
		if w != "" && w != "and" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// shorten cuts plain text after a word, to n characters at most and an ellipsis.
func shorten(s string, n int) string {
	s = strings.TrimSpace(s)
	characters := []rune(s)
	if len(characters) <= n {
		return s
	}
	end := n
	for end > n/2 && !unicode.IsSpace(characters[end]) {
		end--
	}
	if !unicode.IsSpace(characters[end]) {
		end = n // no space nearby: not a language with spaces
	}
	return strings.TrimRightFunc(string(characters[:end]), unicode.IsSpace) + "…"
}

// webURL gives the URL when it is one that a browser may follow from our pages, else "".
func webURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return s
}

// reach gives the URL for a contact: a web page's own, or mailto: and the address.
func reach(contact string) string {
	if strings.Contains(contact, "@") && !strings.Contains(contact, "://") {
		return "mailto:" + contact
	}
	return contact
}

// imageURL gives the URL when our pages may load it as an image, else "". What is offered over plain
// HTTP is asked for over TLS, as browsers do on secure pages: the policy of our pages allows no other.
func imageURL(s string) string {
	if rest, ok := strings.CutPrefix(s, "http://"); ok {
		s = "https://" + rest
	}
	if !strings.HasPrefix(s, "https://") {
		return ""
	}
	return webURL(s)
}

// urlPath gives the path of a URL; "" when it is none.
func urlPath(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Path
}

// hostname gives the host that a URL names, without "www."; "" when it names none.
func hostname(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}
