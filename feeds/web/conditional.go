package web

import (
	"net/http"
	"strings"
	"time"
)

// skew is how far ahead of ours a reader's clock may be before we stop to believe its dates.
const skew = 5 * time.Minute

// held gives the variant that the reader says it holds, and nil when it needs the document.
// If-None-Match decides alone when there is one (RFC 9110 §13.2.2). accepted is the variant that
// would be sent.
func (d *document) held(r *http.Request, accepted int, now time.Time) *variant {
	if tags := strings.TrimSpace(strings.Join(r.Header["If-None-Match"], ",")); tags != "" {
		if tags == "*" {
			return d.variant(accepted)
		}
		d.variant(accepted) // a reader may hold what another process gave it, or this one before it started
		for tag := range entityTags(tags) {
			for i := range d.variants {
				if v := d.variants[i].Load(); v != nil && sameTag(tag, v.etag) {
					return v
				}
			}
		}
		return nil
	}
	if d.modified.IsZero() {
		return nil
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	if err != nil || since.After(now.Add(skew)) || d.modified.After(since) {
		return nil
	}
	return d.variant(accepted)
}

// entityTags gives the tags of an If-None-Match list without W/ and quotes: the comparison is weak.
// A tag that lost its quotes on the way is given as well, since nobody else makes tags like ours.
func entityTags(list string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			list = strings.TrimLeft(list, " \t,")
			if list == "" {
				return
			}
			list = strings.TrimPrefix(list, "W/")
			var tag string
			if quoted, ok := strings.CutPrefix(list, `"`); ok {
				if tag, list, ok = strings.Cut(quoted, `"`); !ok {
					return
				}
			} else {
				tag, list, _ = strings.Cut(list, ",")
				tag = strings.TrimRight(tag, " \t")
			}
			if !yield(tag) {
				return
			}
		}
	}
}

// proxySuffixes are what proxies that compress on the way append to a tag, inside its quotes.
var proxySuffixes = [...]string{"--gzip", "-gzip", ";gzip", "-br", ";br", "-zstd"}

// sameTag says whether the opaque part of a reader's tag names the quoted tag of ours.
func sameTag(theirs, ours string) bool {
	ours = ours[1 : len(ours)-1]
	suffix, ok := strings.CutPrefix(theirs, ours)
	if !ok {
		return false
	}
	for _, s := range proxySuffixes {
		if suffix == s {
			return true
		}
	}
	return suffix == ""
}
