package rendertest

import (
	"mime"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
)

func validUTF8(b []byte) bool { return utf8.Valid(b) }

var (
	uriChars   = `[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]`
	fullURI    = regexp.MustCompile(`^[a-zA-Z][0-9a-zA-Z+\-.]*:(//)?` + uriChars + `+$`)
	httpURI    = regexp.MustCompile(`(?i)^(http|https)://((\d{1,3}\.\d{1,3}\.\d{1,3}\.)|(([A-Z0-9\-]+\.)+))([A-Z0-9][-A-Z0-9]*)(:\d+)?(/|$)`)
	urn        = regexp.MustCompile(`^(?i:urn):[a-zA-Z0-9][a-zA-Z0-9-]{1,31}:([a-zA-Z0-9()+,.:=@;$_!*'\-]|%[0-9A-Fa-f]{2})+$`)
	uuid       = regexp.MustCompile(`^(?i:urn:uuid):[a-fA-F0-9]{8}(-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}$`)
	tag        = regexp.MustCompile(`^tag:([a-z0-9\-._]+@)?[a-z0-9.\-]+,\d{4}(-\d{2}(-\d{2})?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*(#[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*)?$`)
	mediaType  = regexp.MustCompile(`^[^\s()<>,;:\\"/\[\]?=]+/[^\s()<>,;:\\"/\[\]?=]+(\s*;\s*[^\s()<>,;:\\"/\[\]?=]+=("(\\"|[^"])*"|[^\s()<>,;:\\"/\[\]?=]+))*$`)
	rfc2822    = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$`)
	rfc3339    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	endTag     = regexp.MustCompile(`</(\w+)>`)
	entity     = regexp.MustCompile(`&(#?\w+)`)
	markup     = regexp.MustCompile(`&#[x0-9]|<[/a-zA-Z]`)
	mailInText = regexp.MustCompile(`(?i)<[A-Z0-9_\-+.']+@[A-Z0-9\-.]+>`)
)

// schemes are those of the IANA that the W3C service knows, of letters alone; another one is not
// questioned when there is more than letters in it.
const schemes = "ftp http gopher mailto news nntp telnet wais file prospero cid mid vemmi service imap nfs acap rtsp tip pop data dav " +
	"opaquelocktoken sip sips tel fax modem ldap https urn go ipp tftp mupdate pres im mtqp dict snmp crid tag dns info " +
	"aaa aaas cap iax icap iris msrp msrps shttp thismessage tv xmpp"

// uri checks an absolute URI by the form that its place demands.
func (c *checker) uri(form *regexp.Regexp, where, s string) {
	scheme, _, _ := strings.Cut(s, ":")
	scheme = strings.ToLower(scheme)
	switch {
	case s == "":
		c.say("NotBlank", where, s)
	case scheme == "tag":
		if !tag.MatchString(s) {
			c.say("InvalidTAG", where, s)
		}
	case scheme == "urn":
		if !urn.MatchString(s) || strings.HasPrefix(strings.ToLower(s), "urn:uuid:") && !uuid.MatchString(s) {
			c.say("InvalidURN", where, s)
		}
	case !form.MatchString(s):
		c.say("InvalidLink", where, s)
	case (scheme == "http" || scheme == "https") && !strings.Contains(s, "://"), strings.HasPrefix(s, scheme+":///"):
		c.say("InvalidLink", where, s)
	case strings.IndexFunc(scheme, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 && !containsWord(schemes, scheme):
		c.say("SchemeNotIANARegistered", where, s)
	}
}

func (c *checker) language(where, s string) {
	base, _, _ := strings.Cut(s, "-")
	tag, err := language.Parse(s)
	switch {
	case err != nil, len(base) != 2 && len(base) != 3, strings.ToLower(base) != base:
		c.say("InvalidLanguage", where, s)
	case len(base) == 3:
		if b, _ := tag.Base(); b.ISO3() != base || !containsWord(threeLetters, base) {
			c.say("InvalidLanguage", where, s)
		}
	case containsWord("iw in ji", base):
		c.say("InvalidLanguage", where, s)
	}
}

// threeLetters are languages of news that have a code in ISO 639-2 and none in ISO 639-1.
const threeLetters = "ast ceb csb dsb fil fur gsw haw hsb kab kok mai mni nap nds sah sat scn sco szl tet tpi war"

func (c *checker) date(where, s, layout string, form *regexp.Regexp) {
	t, err := time.Parse(layout, s)
	switch {
	case !form.MatchString(s) || err != nil:
		c.say("InvalidDate", where, s)
	case t.Year() < 1990 || t.After(c.now.Add(10*time.Minute)):
		c.say("ImplausibleDate", where, s)
	case layout == time.RFC1123 && t.Weekday().String()[:3] != s[:3]:
		c.say("IncorrectDOW", where, s)
	}
}

func (c *checker) media(where, s string) {
	if _, _, err := mime.ParseMediaType(s); err != nil || !mediaType.MatchString(s) {
		c.say("InvalidMIMEAttribute", where, s)
	}
}

func (c *checker) number(where, s string, least int64) {
	if n, err := strconv.ParseInt(s, 10, 64); err != nil || n < least {
		c.say("InvalidInteger", where, s)
	}
}

// plain checks a text that no reader may take for markup. A line with a hexadecimal reference knows
// what it does (RSS Advisory Board, Best Practices Profile, "Character Data").
func (c *checker) plain(where, s string, line int) {
	hex := line > 0 && line <= len(c.hexLines) && c.hexLines[line-1]
	for _, t := range endTag.FindAllStringSubmatch(s, -1) {
		if containsWord(htmlElements, strings.ToLower(t[1])) {
			c.say("ContainsHTML", where, s)
			return
		}
	}
	if !hex && (entity.MatchString(s) || markup.MatchString(s)) {
		c.say("CharacterData", where, s)
	}
}
