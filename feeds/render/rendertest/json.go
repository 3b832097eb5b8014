package rendertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// member says what a member of an object may be.
type member struct {
	required bool
	check    func(c *checker, where string, v any)
}

// json checks a document by the rules of JSON Feed 1.1.
func (c *checker) json(doc []byte) {
	var feed any
	if err := json.Unmarshal(doc, &feed); err != nil || !validUTF8(doc) {
		c.say("NotJSON", "", fmt.Sprint(err))
		return
	}
	c.object("", feed, feedMembers)
}

func (c *checker) object(where string, v any, members map[string]member) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say("NotAnObject", where, fmt.Sprint(v))
		return
	}
	for name, x := range o {
		at := strings.TrimPrefix(where+"."+name, ".")
		switch m, known := members[name]; {
		case known && x == nil:
			c.say("Null", at, "")
		case known:
			m.check(c, at, x)
		case !strings.HasPrefix(name, "_"):
			c.say("UnknownMember", at, "")
		default:
			c.extension(at, x)
		}
	}
	for name, m := range members {
		if _, ok := o[name]; m.required && !ok {
			c.say("MissingMember", where, name)
		}
	}
}

func (c *checker) extension(where string, v any) {
	if o, ok := v.(map[string]any); !ok || strings.Contains(where[strings.LastIndex(where, "_"):], ".") || o["about"] == nil {
		c.say("Extension", where, "an extension is an object that says what it is about")
	}
}

func (c *checker) array(where string, v any, each func(*checker, string, any)) {
	list, ok := v.([]any)
	if !ok {
		c.say("NotAnArray", where, fmt.Sprint(v))
	}
	for _, x := range list {
		each(c, where, x)
	}
}

// stringOf gives a check of strings, which are not empty.
func stringOf(check func(c *checker, where, s string)) func(*checker, string, any) {
	return func(c *checker, where string, v any) {
		s, ok := v.(string)
		if !ok || s == "" {
			c.say("NotAString", where, fmt.Sprint(v))
			return
		}
		c.characters(where, s)
		check(c, where, s)
	}
}

func listOf(check func(*checker, string, any)) func(*checker, string, any) {
	return func(c *checker, where string, v any) { c.array(where, v, check) }
}

func objectOf(members map[string]member) func(*checker, string, any) {
	return func(c *checker, where string, v any) { c.object(where, v, members) }
}

var (
	anyText  = stringOf(func(*checker, string, string) {})
	jsonURL  = stringOf(func(c *checker, where, s string) { c.uri(fullURI, where, s) })
	jsonDate = stringOf(func(c *checker, where, s string) { c.date(where, s, time.RFC3339Nano, rfc3339) })
	jsonLang = stringOf(func(c *checker, where, s string) { c.language(where, s) })
	jsonHTML = stringOf(func(c *checker, where, s string) { c.html(where, s) })
	jsonType = stringOf(func(c *checker, where, s string) { c.media(where, s) })
	jsonSize = func(c *checker, where string, v any) {
		if n, ok := v.(float64); !ok || n < 0 || n != float64(int64(n)) {
			c.say("InvalidInteger", where, fmt.Sprint(v))
		}
	}
)

var jsonAuthors = listOf(func(c *checker, where string, v any) {
	c.object(where, v, map[string]member{"name": {check: anyText}, "url": {check: jsonURL}, "avatar": {check: jsonURL}})
	if o, ok := v.(map[string]any); ok && len(o) == 0 {
		c.say("MissingMember", where, "name")
	}
})

var feedMembers = map[string]member{
	"version": {true, stringOf(func(c *checker, where, s string) {
		if s != "https://jsonfeed.org/version/1.1" {
			c.say("Version", where, s)
		}
	})},
	"title": {true, anyText}, "home_page_url": {false, jsonURL}, "feed_url": {false, jsonURL}, "description": {false, anyText},
	"next_url": {false, jsonURL}, "icon": {false, jsonURL}, "favicon": {false, jsonURL}, "language": {false, jsonLang}, "authors": {false, jsonAuthors},
	"hubs": {false, listOf(objectOf(map[string]member{"type": {true, anyText}, "url": {true, jsonURL}}))},
	"items": {true, func(c *checker, where string, v any) {
		var ids []string
		c.array(where, v, func(c *checker, where string, item any) {
			c.object(where, item, itemMembers)
			o, _ := item.(map[string]any)
			if id, ok := o["id"].(string); ok {
				if slices.Contains(ids, id) {
					c.say("DuplicateEntries", where, id)
				}
				ids = append(ids, id)
			}
			if o["content_html"] == nil && o["content_text"] == nil {
				c.say("MissingTextualContent", where, "")
			}
		})
	}},
}

var itemMembers = map[string]member{
	"id": {true, anyText}, "url": {false, jsonURL}, "external_url": {false, jsonURL}, "title": {false, anyText}, "summary": {false, anyText},
	"content_html": {false, jsonHTML}, "content_text": {false, anyText}, "image": {false, jsonURL}, "banner_image": {false, jsonURL},
	"date_published": {false, jsonDate}, "date_modified": {false, jsonDate}, "authors": {false, jsonAuthors}, "tags": {false, listOf(anyText)},
	"language": {false, jsonLang},
	"attachments": {false, listOf(objectOf(map[string]member{"url": {true, jsonURL}, "mime_type": {true, jsonType}, "title": {false, anyText},
		"size_in_bytes": {false, jsonSize}}))},
}
