package parse

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	jsonfeed "github.com/mmcdole/gofeed/json"

	"tributary/feeds"
)

// Bounds of a document in JSON.
const (
	maxJSONDepth  = 128     // how deep objects and arrays may be inside each other
	maxJSONCommas = 1 << 20 // about as many values are decoded
)

// json reads a document in JSON Feed 1.0 or 1.1. The items are read one by one, so that one with a
// mistake, or the end of a truncated document, costs itself only.
func (r *reader) json(body []byte) (*Feed, error) {
	body, cut, err := tidyJSON(body)
	if err != nil {
		return nil, err
	}
	r.feed.Cut = cut
	top, items := members(body)
	var f jsonfeed.Feed
	lenient(top, &f)
	if !strings.Contains(f.Version, "jsonfeed.org/version/") {
		return nil, fmt.Errorf("%w: JSON without the version of JSON Feed", ErrNotFeed)
	}
	r.jsonFeed(&f)
	r.inherited = sha256.Sum256([]byte(strings.Join(append(names(f.Authors, f.Author),
		rules, f.Language, r.doc.Language, withoutQuery(r.base)), "\x00")))
	for _, raw := range items {
		if len(r.feed.Articles)+r.feed.Known >= maxItems {
			r.feed.Dropped++
			continue
		}
		if err := r.jsonItem(raw, &f); err != nil {
			return nil, err
		}
	}
	return &r.feed, nil
}

// tidyJSON repairs what a strict decoder would reject everything for, control characters in strings
// and commas before a closing bracket, and bounds depth and number. It says whether a bracket is never closed.
func tidyJSON(body []byte) (out []byte, cut bool, err error) {
	out = make([]byte, 0, len(body))
	depth, commas := 0, 0
	comma := -1 // where the last one stands in out, when only space has followed
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch c {
		case '"':
			n := stringEnd(body[i:])
			out = appendJSONString(out, body[i:i+n])
			i += n - 1
			comma = -1
			continue
		case '{', '[':
			if depth++; depth > maxJSONDepth {
				return nil, false, fmt.Errorf("%w: JSON %d deep", ErrTooComplex, depth)
			}
		case '}', ']':
			depth--
			if comma >= 0 {
				out = append(out[:comma], out[comma+1:]...)
			}
		}
		switch {
		case c == ',':
			comma = len(out)
			if commas++; commas > maxJSONCommas {
				return nil, false, fmt.Errorf("%w: JSON with more than %d commas", ErrTooComplex, maxJSONCommas)
			}
		case !space(c):
			comma = -1
		}
		out = append(out, c)
	}
	return out, depth > 0, nil
}

// stringEnd is the length of the JSON string that s begins with, quotes and all.
func stringEnd(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// appendJSONString writes a string with spaces in the place of control characters.
func appendJSONString(out, s []byte) []byte {
	start := len(out)
	out = append(out, s...)
	for i, c := range out[start:] {
		if c < ' ' {
			out[start+i] = ' '
		}
	}
	return out
}

// members splits a feed into an object without its items, and the items, as far as they are whole.
func members(body []byte) (top []byte, items []json.RawMessage) {
	fields := map[string]json.RawMessage{}
	dec := json.NewDecoder(bytes.NewReader(body))
	if _, err := dec.Token(); err != nil {
		return nil, nil
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			break
		}
		if key == "items" {
			items = append(items, elementsOf(dec)...)
			continue
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			break
		}
		if name, ok := key.(string); ok {
			fields[name] = v
		}
	}
	top, err := json.Marshal(fields)
	if err != nil {
		return nil, nil // cannot happen: the values were decoded
	}
	return top, items
}

// elementsOf reads the elements of the array that comes next.
func elementsOf(dec *json.Decoder) (elements []json.RawMessage) {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil
	}
	for dec.More() {
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return elements
		}
		elements = append(elements, v)
	}
	if _, err := dec.Token(); err != nil {
		return elements
	}
	return elements
}

// lenient decodes an object into v without the members that v has no place for: one field of a
// wrong type does not cost the others. It says whether raw is an object at all.
func lenient[T any](raw []byte, v *T) bool {
	if json.Unmarshal(raw, v) == nil {
		return len(raw) > 0 && raw[0] == '{'
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return false
	}
	for name, value := range fields {
		one, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil || json.Unmarshal(one, new(T)) != nil {
			delete(fields, name)
		}
	}
	rest, err := json.Marshal(fields)
	var fresh T
	if err != nil || json.Unmarshal(rest, &fresh) != nil {
		return false
	}
	*v = fresh
	return true
}

func (r *reader) jsonFeed(f *jsonfeed.Feed) {
	out := &r.feed
	_, version, _ := strings.Cut(f.Version, "/version/")
	out.Version = "json" + strings.NewReplacer(".", "", "/", "").Replace(limit(line(version), 8))
	if out.Version == "json1" {
		out.Version = "json10"
	}
	out.Title = limit(line(f.Title), maxTitle)
	out.Description = line(f.Description)
	out.SiteURL = webURL(r.base, f.HomePageURL)
	out.SelfURL = webURL(r.base, f.FeedURL)
	out.ID = f.FeedURL
	out.Language = languageTag(f.Language)
	if f.Expired { // "will never update again"; look once a week whether that is so
		out.TTL = 7 * 24 * time.Hour
	}
	out.Image = cmp.Or(webURL(r.base, f.Icon), webURL(r.base, f.Favicon))
	for _, name := range names(f.Authors, f.Author) {
		out.Author = cmp.Or(out.Author, limit(line(name), 2*maxPerson))
	}
}

// jsonItem makes an article of an item that is not known.
func (r *reader) jsonItem(raw json.RawMessage, f *jsonfeed.Feed) error {
	sum := sha256.Sum256(slices.Concat(r.inherited[:], raw))
	d := draft{raw: feeds.RawHash(sum[:16])}
	if r.doc.Known != nil && r.doc.Known(d.raw) {
		r.feed.Known++
		return nil
	}
	var it jsonfeed.Item
	if !lenient(raw, &it) || it.ID == "" && it.URL == "" {
		return nil // JSON Feed 1.1: an item without an id must be discarded
	}
	d.id = it.ID
	d.permalink = it.ID
	d.links = []string{webURL(r.base, it.URL), webURL(r.base, it.ExternalURL)}
	d.title = markup{body: it.Title}
	d.language = []string{it.Language}
	d.published, d.updated = []string{it.DatePublished}, []string{it.DateModified}
	d.categories = tidyCategories(it.Tags)
	d.images = []string{webURL(r.base, it.Image), webURL(r.base, it.BannerImage)}
	if it.Summary != "" {
		d.summaries = []markup{{body: it.Summary}}
	}
	switch {
	case it.ContentHTML != "":
		d.contents = []markup{{body: it.ContentHTML, format: htmlText}}
	case it.ContentText != "":
		d.contents = []markup{{body: it.ContentText}}
	}
	if d.authors = names(it.Authors, it.Author); len(d.authors) == 0 {
		d.authors = names(f.Authors, f.Author)
	}
	if it.Attachments != nil {
		for _, x := range *it.Attachments {
			d.enclose(r.base, x.URL, x.MimeType, strconv.FormatInt(x.SizeInBytes, 10))
		}
	}
	return r.add(d)
}

// names are those of the first authors of version 1.1, or else that of the author of version 1.0.
func names(authors []*jsonfeed.Author, author *jsonfeed.Author) (names []string) {
	if len(authors) == 0 && author != nil {
		authors = []*jsonfeed.Author{author}
	}
	for _, a := range authors[:min(len(authors), maxAuthors)] {
		if a != nil && a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return names
}
