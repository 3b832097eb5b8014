package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for _, format := range Formats {
		for name, f := range samples() {
			if err := Check(format.Ext, render(t, format, f)); err != nil {
				t.Errorf("%s.%s: %v", name, format.Ext, err)
			}
		}
	}
}

// TestCheckFinds breaks good documents, each in one way.
func TestCheckFinds(t *testing.T) {
	for _, c := range []struct{ ext, old, broken, want string }{
		{"rss", "<?xml ", "", "does not begin"},
		{"rss", "</item>", "</entry>", "closes nothing"},
		{"rss", "</rss>", "", "ends too early"},
		{"rss", "</rss>", "</rss><rss></rss>", "more than one root"},
		{"rss", "</rss>", "</rss>x", "outside the root"},
		{"rss", "<rss ", "<rdf ", "closes nothing"},
		{"rss", "&#x26;", "&", "begins no reference"},
		{"rss", "&#x26;", "&nbsp;", "begins no reference"},
		{"rss", "&#x26;", "&#x;", "begins no reference"},
		{"rss", "&#x26;", "&#1a;", "begins no reference"},
		{"rss", "<![CDATA[<p>Sin", "<p>Sin", "closes nothing"},
		{"rss", "<title>", "<title a=1>", "a tag is broken"},
		{"rss", "<title>", `<title a="<">`, "a tag is broken"},
		{"rss", "<title>", `<title a="&">`, "begins no reference"},
		{"rss", "<title>", "<title", "a tag is broken"},
		{"rss", "<title>", "< title>", "a tag is broken"},
		{"rss", "<title>Only", "<title>]]>Only", "closes nothing"},
		{"rss", "<title>Only", "<title>\x01Only", "forbid"},
		{"rss", "<title>Only", "<title>\ufffdOnly", "forbid"},
		{"rss", "<title>Only", "<title>\xffOnly", "forbid"},
		{"rss", "<title>Only a title</title>", "", "entry 6 has no title"},
		{"rss", "<guid isPermaLink=\"false\">tag:portal.example,2026:3", "<guid isPermaLink=\"true\">https://world.example/2026/aid", "there twice"},
		{"rss", "<guid isPermaLink=\"false\">tag:portal.example,2026:3</guid>", "", "has no guid"},
		{"rss", "<pubDate>Tue, 03 Nov 2026 11", "<pubDate>Tue, 33 Nov 2026 11", "pubDate is no date"},
		{"rss", "<description>News", "<x>News", "closes nothing"},
		{"atom", "<feed ", "<fed ", "closes nothing"},
		{"atom", "<published>2026", "<published>26", "published is no date"},
		{"atom", "<id>tag:portal.example,2026:3", "<id>", "empty"},
		{"atom", "<author><name>Only</name></author>", "", ""},
		{"json", "{", "", "invalid character"},
		{"json", `"items":`, `"item":`, "no version, title or items"},
		{"json", `"id":"tag:portal.example,2026:3"`, `"id":""`, "empty"},
		{"json", `"id":"tag:portal.example,2026:3"`, `"id":"https://world.example/2026/aid"`, "there twice"},
		{"json", `"id":"tag:portal.example,2026:3"`, `"id":7`, "cannot unmarshal number"},
		{"json", `"content_html":`, `"content":`, "item 1 has no content"},
		{"json", `"date_published":"2026-`, `"date_published":"26-`, "parsing time"},
		{"html", "", "", "no format"},
	} {
		var doc []byte
		if format, ok := ByExt(c.ext); ok {
			doc = render(t, format, samples()["full"])
		}
		broken := bytes.Replace(doc, []byte(c.old), []byte(c.broken), 1)
		if bytes.Equal(broken, doc) && c.ext != "html" {
			if c.want != "" {
				t.Errorf("%s has no %q", c.ext, c.old)
			}
			continue
		}
		if err := Check(c.ext, broken); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q for %q: %v, want %q", c.ext, c.broken, c.old, err, c.want)
		}
	}
}

// FuzzCheck holds what passes the check to the standard library.
func FuzzCheck(f *testing.F) {
	for _, format := range Formats {
		for _, s := range samples() {
			f.Add(render(f, format, s))
		}
	}
	f.Add([]byte(`<?xml ?><rss><channel a="&#x26;">x<![CDATA[]]></channel></rss>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, ext := range []string{"rss", "atom"} {
			if Check(ext, doc) == nil {
				if err := decodeXML(doc, new(any)); err != nil && !strings.Contains(err.Error(), "encoding") && !strings.Contains(err.Error(), "version") {
					t.Errorf("%s passes and is not well formed: %v", ext, err)
				}
			}
		}
		if Check("json", doc) == nil && !json.Valid(doc) {
			t.Error("no JSON")
		}
	})
}
