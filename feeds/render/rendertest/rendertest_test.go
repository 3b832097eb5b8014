package rendertest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)

func good(t *testing.T, ext string) string {
	t.Helper()
	doc, err := os.ReadFile("testdata/good." + ext)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func TestGood(t *testing.T) {
	for _, ext := range []string{"rss", "atom", "json"} {
		for _, p := range Check(ext, []byte(good(t, ext)), now) {
			t.Errorf("%s: %s", ext, p)
		}
	}
}

// TestRules breaks a good document in one place for each rule.
func TestRules(t *testing.T) {
	const guid = `<guid isPermaLink="true">https://e.example/1</guid>`
	for _, c := range []struct{ ext, old, broken, rule string }{
		{"rss", "<?xml", " <?xml", "NotUTF8"},
		{"rss", "<?xml", "\ufeff<?xml", "NotUTF8"},
		{"rss", "</item>", "", "SAXError"},
		{"rss", "<title>First", "<title>\x01First", "SAXError"},
		{"rss", "<title>First", "<title>\ufdd0First", "InvalidCodepoint"},
		{"rss", "<title>First", "<title>\ufffdFirst", "BadCharacters"},
		{"rss", "<title>First", "<title>\u0085First", "BadCharacters"},
		{"rss", "<title>First", "<title>\u00c3\u00a9First", "BadCharacters"},
		{"rss", "<title>First", "<?xsl a?><title>First", "ProcessingInstruction"},
		{"rss", "xmlns:dc", `xmlns:x="urn:x:y" xmlns:dc`, "UnknownNamespace"},
		{"rss", `xmlns:fh="`, `xmlns:h="`, "NonstdPrefix"},
		{"rss", `version="2.0"`, `version="0.92"`, "InvalidRSSVersion"},
		{"rss", "<ttl>5", "<ttl>0", "InvalidInteger"},
		{"rss", "<ttl>5</ttl>", "<ttl>5</ttl><ttl>5</ttl>", "DuplicateElement"},
		{"rss", "<ttl>5</ttl>", "<rating>5</rating>", "UndefinedElement"},
		{"rss", "<ttl>", `<ttl unit="s">`, "UnexpectedAttribute"},
		{"rss", "<channel>", "<channel>x", "UnexpectedText"},
		{"rss", "<title>Feed</title>", "", "MissingElement"},
		{"rss", "<title>Feed", "<title>", "NotBlank"},
		{"rss", "<link>https://e.example/t</link>", "<link>/t</link>", "InvalidLink"},
		{"rss", "<link>https://e.example/t</link>", "<link>https://e.example/ñ</link>", "InvalidLink"},
		{"rss", "<link>https://e.example/t</link>", "<link>https:///t</link>", "InvalidLink"},
		{"rss", "<link>https://e.example/t</link>", "<link>foo://e.example/t</link>", "SchemeNotIANARegistered"},
		{"rss", "<language>es", "<language>iw", "InvalidLanguage"},
		{"rss", "<language>es", "<language>yue", "InvalidLanguage"},
		{"rss", "<language>es", "<language>xx-zz-not", "InvalidLanguage"},
		{"rss", `rel="self"`, `rel="via"`, "MissingSelf"},
		{"rss", `rel="hub"`, `rel="shub"`, "UnregisteredAtomLinkRel"},
		{"rss", `type="application/rss+xml"`, `type="text/html"`, "SelfNotAtom"},
		{"rss", `type="application/rss+xml"`, `type="rss"`, "InvalidMIMEAttribute"},
		{"rss", `rel="current"`, `rel="via"`, "MissingCurrentInArchive"},
		{"rss", `rel="next-archive"`, `rel="via"`, "ArchiveIncomplete"},
		{"rss", "Wed, 04 Nov 2026 10:00:00 GMT", "Wed, 4 Nov 26 10:00:00 GMT", "InvalidDate"},
		{"rss", "Wed, 04 Nov 2026 10:00:00 GMT", "Thu, 04 Nov 2026 10:00:00 GMT", "IncorrectDOW"},
		{"rss", "Wed, 04 Nov 2026 10:00:00 GMT", "Thu, 05 Nov 2026 10:00:00 GMT", "ImplausibleDate"},
		{"rss", "Wed, 04 Nov 2026 10:00:00 GMT", "Tue, 04 Nov 1986 10:00:00 GMT", "ImplausibleDate"},
		{"rss", "<title>First", "<title>First &lt;/b> x", "ContainsHTML"},
		{"rss", "<title>First", "<title>First &amp;amp; x", "CharacterData"},
		{"rss", "<title>First", "<title>First &lt;b> x", "CharacterData"},
		{"rss", guid, "", "MissingElement"},
		{"rss", guid, strings.Replace(guid, "true", "yes", 1), "InvalidBooleanAttribute"},
		{"rss", guid, `<guid isPermaLink="true">urn:isbn:1234567890</guid>`, "InvalidPermalink"},
		{"rss", guid, `<guid isPermaLink="false">7</guid>`, "NotSufficientlyUnique"},
		{"rss", guid, `<guid isPermaLink="false">urn:isbn:1234567890</guid>`, "DuplicateValue"},
		{"rss", "<description>One</description>", "", "NeedDescriptionBeforeContent"},
		{"rss", "<p>One</p>", "<p>One", "NotHtml"},
		{"rss", "<p>One</p>", "<b><p>One</b></p>", "NotHtml"},
		{"rss", "<p>One</p>", "<p>One & two</p>", "NotHtml"},
		{"rss", "<p>One</p>", "<p>One<!-- two --></p>", "NotHtml"},
		{"rss", "<p>One</p>", "<blink>One</blink>", "NotHtml"},
		{"rss", "<p>One</p>", "<iframe></iframe>", "SecurityRisk"},
		{"rss", "<p>One</p>", `<p onclick="x">One</p>`, "SecurityRiskAttr"},
		{"rss", "<p>One</p>", `<p style="color: red">One</p>`, "SecurityRiskAttr"},
		{"rss", "<p>One</p>", `<img src="/a.png"/>`, "ContainsRelRef"},
		{"rss", "<category>World", "<category>", "NotBlank"},
		{"rss", "<dc:creator>Ana", "<dc:creator>Ana &lt;a@e.example>", "ContainsEmail"},
		{"rss", `length="7"`, `length="-1"`, "InvalidInteger"},
		{"rss", `type="audio/mpeg"`, `type="ñ/b"`, "InvalidMIMEAttribute"},
		{"rss", `url="https://e.example/a.mp3"`, `url="https://a_b.example/a.mp3"`, "InvalidURLAttribute"},
		{"rss", `medium="image"`, `medium="picture"`, "InvalidMediaMedium"},
		{"rss", "</item></channel>", "</item><ttl>5</ttl></channel>", "MisplacedItem"},
		{"atom", "<id>urn:isbn:1234567890", "<id>urn:uuid:1", "InvalidURN"},
		{"atom", "<id>urn:isbn:1234567890", "<id>tag:E.example,26:1", "InvalidTAG"},
		{"atom", "<id>urn:isbn:1234567890", "<id>yt:video:1", "SchemeNotIANARegistered"},
		{"atom", "<id>urn:isbn:1234567890", "<id>https://E.example/", "NonCanonicalURI"},
		{"atom", "<id>urn:isbn:1234567890", "<id>https://e.example", "NonCanonicalURI"},
		{"atom", "<id>urn:isbn:1234567890", "<id>https://e.example/%7e", "NonCanonicalURI"},
		{"atom", "<id>urn:isbn:1234567890", "<id>https://e.example/../a", "NonCanonicalURI"},
		{"atom", "<id>urn:isbn:1234567890", "<id>https://e.example/1", "DuplicateEntries"},
		{"atom", "2026-11-04T09:00:00Z", "2026-11-04T10:00:00Z", "DuplicateUpdated"},
		{"atom", "2026-11-04T09:00:00Z", "2026-11-04 09:00", "InvalidDate"},
		{"atom", "<author><name>Ana</name></author>", "", "MissingElement"},
		{"atom", "<name>Ana</name>", "", "MissingElement"},
		{"atom", "<name>Ana", "<name>Ana &lt;a@e.example>", "ContainsEmail"},
		{"atom", `<title>First`, `<title type="b">First`, "InvalidTextType"},
		{"atom", `<title>First`, `<title>First &lt;/b>`, "ContainsHTML"},
		{"atom", `<summary>Two</summary>`, ``, "MissingTextualContent"},
		{"atom", `<link rel="alternate" href="https://e.example/2"/>`, ``, "MissingContentOrAlternate"},
		{"atom", `rel="via"`, `rel="current"`, "FeedHistoryRelInEntry"},
		{"atom", `hreflang="pt"`, `hreflang="es"`, "DuplicateAtomLink"},
		{"atom", `title="Español"`, `title=""`, "AttrNotBlank"},
		{"atom", `term="World"`, `term=""`, "NotBlank"},
		{"atom", "<source><id>https://e.example/feed</id>", "<source>", "MissingElement"},
		{"atom", "</entry></feed>", "</entry><generator>x</generator></feed>", "MisplacedMetadata"},
		{"json", "{", "", "NotJSON"},
		{"json", `version/1.1"`, `version/1"`, "Version"},
		{"json", `"title":"Feed",`, ``, "MissingMember"},
		{"json", `"title":"Feed"`, `"title":null`, "Null"},
		{"json", `"title":"Feed"`, `"title":""`, "NotAString"},
		{"json", `"home_page_url":"`, `"home_page_url":"/`, "InvalidLink"},
		{"json", `"hubs":[{"type":"WebSub",`, `"hubs":[{`, "MissingMember"},
		{"json", `"hubs":[`, `"hubs":["x",`, "NotAnObject"},
		{"json", `"tags":["World"]`, `"tags":"World"`, "NotAnArray"},
		{"json", `"id":"2"`, `"id":2`, "NotAString"},
		{"json", `"id":"2"`, `"id":"https://e.example/1"`, "DuplicateEntries"},
		{"json", `"content_text":"Two"`, `"summary":"Two"`, "MissingTextualContent"},
		{"json", `<p>One</p>`, `<p>One`, "NotHtml"},
		{"json", `2026-11-04T10:00:00Z`, `2026-11-04`, "InvalidDate"},
		{"json", `"authors":[{"name":"Ana"}]`, `"authors":[{}]`, "MissingMember"},
		{"json", `"authors"`, `"author"`, "UnknownMember"},
		{"json", `"about":"a"`, `"x":"a"`, "Extension"},
		{"json", `"mime_type":"audio/mpeg"`, `"mime_type":"mp3"`, "InvalidMIMEAttribute"},
		{"json", `"size_in_bytes":7`, `"size_in_bytes":"7"`, "InvalidInteger"},
		{"json", `"language":"es"`, `"language":"español"`, "InvalidLanguage"},
	} {
		doc := good(t, c.ext)
		broken := strings.Replace(doc, c.old, c.broken, 1)
		if broken == doc {
			t.Errorf("good.%s has no %s", c.ext, c.old)
			continue
		}
		problems := Check(c.ext, []byte(broken), now)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == c.rule }) {
			t.Errorf("%s with %s for %s: %v, want %s", c.ext, c.broken, c.old, problems, c.rule)
		}
	}
	if p := Check("json", make([]byte, 5_000_001), now); p[0].Rule != "ValidatorLimit" {
		t.Errorf("a large document: %v", p)
	}
}
