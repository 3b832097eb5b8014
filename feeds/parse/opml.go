package parse

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tributary/feeds"
)

// ErrNotOPML says that a document is no list of feeds.
var ErrNotOPML = errors.New("not OPML")

// maxOutlines bounds a list of feeds, folders included.
const maxOutlines = 100_000

// Outline is a feed in an OPML document.
type Outline struct {
	feeds.Subscription
	Line int // where it stands in the document, from 1
}

// OPML reads the feeds that a document in OPML 1.0 or 2.0 lists, in its order and as often as they stand
// there; the folders around a feed are its tags, and so are its categories. Addresses are as written.
// What is broken in the XML is passed over; cut says that the document ends before its root does, so that
// feeds may be missing. The error wraps ErrNotOPML, ErrTooBig or ErrTooComplex.
func OPML(body []byte) (found []Outline, cut bool, err error) {
	if len(body) > maxBody {
		return nil, false, fmt.Errorf("read OPML: %w", ErrTooBig)
	}
	src, _ := toUTF8(body, "")
	r := opmlReader{guard: guard{src: src}, line: 1}
	if err := r.outlines(); err != nil {
		return nil, false, fmt.Errorf("read OPML: %w", err)
	}
	return r.found, r.isOPML && !r.ended, nil
}

// opmlReader reads the tags of a document with the guard's eyes; nothing else in OPML matters.
type opmlReader struct {
	guard
	found   []Outline
	open    []folder
	read    int // outlines
	isOPML  bool
	ended   bool // the root's end has come
	line    int
	counted int // bytes whose lines are counted
}

// folder is an outline whose end has not come yet.
type folder struct {
	tags      []string // its name and those around it
	commented bool     // isComment: neither it nor what is inside counts
}

func (r *opmlReader) outlines() error {
	for r.pos < len(r.src) && r.work <= maxWork {
		i := bytes.IndexByte(r.src[r.pos:], '<')
		if i < 0 || r.pos+i+1 == len(r.src) {
			break
		}
		r.pos += i
		rest := r.src[r.pos:]
		switch c := rest[1]; {
		case c == '/':
			r.end(rest)
		case c == '!':
			r.declaration(rest)
		case c == '?':
			r.pos += r.span(rest, 2, "?>")
		case nameStart(c) && r.scan(rest, &r.tag):
			if err := r.start(); err != nil {
				return err
			}
			r.pos += r.tag.size
		default:
			r.pos++
		}
	}
	if r.work > maxWork {
		return fmt.Errorf("%w: tags that do not end", ErrTooComplex)
	}
	if !r.isOPML && r.read == 0 {
		return fmt.Errorf("%w: %s", ErrNotOPML, looksLike(r.src))
	}
	return nil
}

func (r *opmlReader) end(rest []byte) {
	name, n := endName(rest)
	r.pos += n
	if strings.EqualFold(string(name), "opml") {
		r.ended = true
	}
	if strings.EqualFold(string(name), "outline") && len(r.open) > 0 {
		r.open = r.open[:len(r.open)-1]
	}
}

func (r *opmlReader) start() error {
	if strings.EqualFold(string(r.tag.name), "opml") {
		r.isOPML = true
	}
	if !strings.EqualFold(string(r.tag.name), "outline") {
		return nil
	}
	if r.read++; r.read > maxOutlines || len(r.open) >= maxDepth {
		return fmt.Errorf("%w: %d outlines, %d of them one in another", ErrTooComplex, r.read, len(r.open))
	}
	var f folder
	if n := len(r.open); n > 0 {
		f = r.open[n-1]
	}
	f.commented = f.commented || strings.EqualFold(r.value("isComment"), "true")
	switch s := r.subscription(f); {
	case f.commented:
	case s.URL == "":
		f.tags = withTag(f.tags, cmp.Or(r.value("text"), r.value("title")))
	default:
		r.line += bytes.Count(r.src[r.counted:r.pos], []byte("\n"))
		r.counted = r.pos
		r.found = append(r.found, Outline{s, r.line})
	}
	if !r.tag.empty {
		r.open = append(r.open, f)
	}
	return nil
}

// subscription is what the outline says of a feed; one without an address is a folder.
func (r *opmlReader) subscription(f folder) feeds.Subscription {
	s := feeds.Subscription{URL: r.address("xmlUrl"), SiteURL: r.address("htmlUrl"), Language: r.value("language"), Tags: f.tags}
	if kind := strings.ToLower(r.value("type")); s.URL == "" && (kind == "rss" || kind == "atom") {
		s.URL = r.address("url") // as OPML 1.0 had it
	}
	if s.Title = limit(cmp.Or(r.value("title"), r.value("text")), maxTitle); s.Title == s.URL {
		s.Title = "" // it stands for a name where there is none
	}
	for category := range strings.FieldsFuncSeq(r.value("category"), func(c rune) bool { return c == ',' || c == '/' }) {
		s.Tags = withTag(s.Tags, strings.TrimSpace(category))
	}
	return s
}

// value is an attribute of the outline as a line of text.
func (r *opmlReader) value(name string) string {
	return line(decodeEntities(string(r.tag.attribute(name))))
}

// address is an attribute that is a URL; "feed:" is no scheme of the web's but a hint to programs.
func (r *opmlReader) address(name string) string {
	u := tidyURL(r.value(name))
	if scheme(u) != "feed" {
		return u
	}
	if u = strings.TrimSpace(u[len("feed:"):]); strings.HasPrefix(u, "//") {
		u = "http:" + u
	}
	return u
}

// withTag gives tags and one more, each once, and leaves the slice that it is given as it is.
func withTag(tags []string, tag string) []string {
	if tag = limit(tag, maxCategory); tag == "" || len(tags) == maxCategories || slices.Contains(tags, tag) {
		return tags
	}
	return append(slices.Clip(tags), tag)
}
