package web

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// refusal is an answer that is not what was asked for.
type refusal struct {
	Status  int
	Title   string
	Message string // a sentence for people, without the full stop at its end
}

// The answers that are the same at every address.
var (
	nothingHere = refusal{http.StatusNotFound, "Nothing here", "there is nothing at this address"}
	gone        = refusal{http.StatusGone, "Gone", "this topic is not published any more"}
	notYet      = refusal{http.StatusServiceUnavailable, "Not yet", "this cannot be shown yet; please try again in a minute"}
)

// refuse answers with a page to browsers and with a line of plain text to all others. Nobody may keep
// either.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why refusal) {
	if why.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "60")
	}
	if !wantsPage(r) {
		say(w, r, why.Status, why.Message)
		return
	}
	v := s.view.Load()
	html, err := execute("refusal", struct {
		frame
		Message string
	}{v.frame(why.Title, "", nil), sentence(why.Message)})
	if err != nil {
		say(w, r, why.Status, why.Message)
		return
	}
	writePage(w, r, why.Status, html)
}

// writePage answers with a page that nobody may keep.
func writePage(w http.ResponseWriter, r *http.Request, status int, html []byte) {
	h := w.Header()
	maps.Copy(h, unlisted(pageHeader()))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(html) // a reader that has gone needs no answer
	}
}

// sentence makes a sentence of an error's text.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}

// wantsPage says whether a browser asks for a page: it names HTML among what it accepts.
func wantsPage(r *http.Request) bool {
	if open(r) {
		return false
	}
	for _, line := range r.Header.Values("Accept") {
		for part := range strings.SplitSeq(line, ",") {
			kind, _, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(kind), "text/html") {
				return true
			}
		}
	}
	return false
}
