package web

import (
	"fmt"
	"maps"
	"net/http"
	"time"
)

const (
	day     = 24 * time.Hour
	pageAge = time.Minute // people expect news when they reload a page
)

// cached gives the fields that govern caches, for a document that may be kept for the age.
func cached(age time.Duration) http.Header {
	n := int(age.Seconds())
	return http.Header{
		"Vary":          {"Accept-Encoding"},
		"Cache-Control": {fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400", n, n)},
	}
}

// feedHeader gives the fields that come with a feed's bytes.
func feedHeader(mediaType string) http.Header {
	h := bodyHeader(mediaType, "default-src 'none'; sandbox; style-src 'self'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	maps.Copy(h, openToScripts)
	return h
}

// listHeader gives the fields that come with a list of feeds.
func listHeader() http.Header { return feedHeader("text/x-opml; charset=utf-8") }

// pageHeader gives the fields that come with a page's bytes. Nothing inline runs or paints, and what
// articles bring of their own is pictures and sound.
func pageHeader() http.Header {
	return bodyHeader("text/html; charset=utf-8", "default-src 'none'; style-src 'self'; script-src 'self'; img-src https: 'self'; media-src https:; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
}

// assetHeader gives the fields that come with a static file's bytes.
func assetHeader(mediaType string) http.Header {
	return bodyHeader(mediaType, "default-src 'none'")
}

func bodyHeader(mediaType, policy string) http.Header {
	h := http.Header{}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Accept-Ranges", "none")
	return h
}

// openToScripts lets scripts of any origin read the answer, as the public feeds are.
var openToScripts = http.Header{
	"Access-Control-Allow-Origin":   {"*"},
	"Access-Control-Expose-Headers": {"ETag, Last-Modified, Link, Retry-After"},
}

// say answers with a line of plain text that nobody may keep.
func say(w http.ResponseWriter, r *http.Request, status int, line string) {
	w.Header().Set("Cache-Control", "no-store")
	tell(w, r, status, line)
}

// tell answers with a line of plain text.
func tell(w http.ResponseWriter, r *http.Request, status int, line string) {
	h := w.Header()
	maps.Copy(h, assetHeader("text/plain; charset=utf-8"))
	if open(r) {
		maps.Copy(h, openToScripts)
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = fmt.Fprintln(w, line)
	}
}
