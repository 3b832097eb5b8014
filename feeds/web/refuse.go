package web

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
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
	h := w.Header()
	if why.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "60")
	}
	if !wantsPage(r) {
		say(w, r, why.Status, why.Message)
		return
	}
	v := s.view.Load()
	html, err := execute("refusal", struct {
		frame
		Message string
	}{v.frame(why.Title, "", nil), strings.ToUpper(why.Message[:1]) + why.Message[1:] + "."})
	if err != nil {
		say(w, r, why.Status, why.Message)
		return
	}
	maps.Copy(h, pageHeader())
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", fmt.Sprint(len(html)))
	w.WriteHeader(why.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(html) // a reader that has gone needs no answer
	}
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
