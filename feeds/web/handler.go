package web

import (
	"cmp"
	"errors"
	"hash/maphash"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"tributary/feeds"
)

// Handler answers all public requests. No request changes anything, none leads away from Site.URL, and no
// byte of an answer depends on Host, on forwarding headers or, but for searches, on the query.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", readOnly(s.serveIndex))
	mux.Handle("/articles/{id}", readOnly(s.serveArticle))
	mux.Handle("/search", readOnly(s.serveSearch))
	for _, ext := range kinds[1:] {
		mux.Handle("/search."+ext, readOnly(s.serveSearch))
	}
	mux.Handle("/about", readOnly(s.serveAbout))
	mux.Handle("/opml", readOnly(s.serveOPML))
	mux.Handle("/sources.opml", readOnly(s.serveSources))
	mux.Handle("/robots.txt", readOnly(s.serveRobots))
	mux.Handle("/style.css", readOnly(serveStyle))
	mux.Handle("/script.js", readOnly(serveScript))
	mux.Handle("/icon.svg", readOnly(serveIcon))
	mux.Handle("/healthz", readOnly(serveHealth))
	mux.Handle("/readyz", readOnly(s.serveReady))
	mux.Handle("/", readOnly(s.serveStreams))
	return s.logged(s.dispatch(mux))
}

// dispatch answers for the documents of streams itself, which nearly all requests are for, and counts all
// answers. It takes the path prefix of Site.URL off: a proxy in front may do so or not. A path that is not
// clean names nothing; ServeMux would redirect to a path made of the request.
func (s *Server) dispatch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.view.Load()
		p := v.below(r.URL.Path)
		if found := v.routes[p]; found != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			s.serveStream(w, r, v, found)
			return
		}
		counted := &countingWriter{ResponseWriter: w, status: http.StatusOK}
		now := time.Now()
		who := client(r, v.TrustedProxies)
		one, all := s.limiter.budget(who, maphash.String(digests, p)), s.limiter.budget(who, anything)
		if wait := max(one.wait(now), all.wait(now)); wait > 0 {
			tooMany(counted, r, wait)
		} else {
			if path.Clean("/"+p) != p {
				s.serveNothing(counted, r)
			} else {
				inner, u := *r, *r.URL
				u.Path = p
				inner.URL = &u
				next.ServeHTTP(counted, &inner)
			}
			one.charge(cost(counted.status), now)
			all.charge(cost(counted.status)/shareOfAll, now)
		}
		s.others.note(counted.status, counted.bytes)
		if counted.status == http.StatusNotFound || counted.status == http.StatusGone {
			s.dead.note(p, s.agents.name(s.agents.of(userAgent(r))), now)
		}
	})
}

// userAgent gives the field as it came.
func userAgent(r *http.Request) string {
	if fields := r.Header["User-Agent"]; len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// tooMany asks a client to wait.
func tooMany(w http.ResponseWriter, r *http.Request, wait time.Duration) (status, length int) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	say(w, r, http.StatusTooManyRequests, "you ask for this far too often; please wait, and ask with If-None-Match")
	return http.StatusTooManyRequests, 0
}

// below gives the path without the prefix of the site's URL.
func (v *view) below(p string) string {
	if v.prefix == "" {
		return p
	}
	if rest, ok := strings.CutPrefix(p, v.prefix); ok && (rest == "" || rest[0] == '/') {
		return cmp.Or(rest, "/")
	}
	return p
}

// readOnly lets GET and HEAD through and answers every other method.
func readOnly(next http.HandlerFunc) http.Handler {
	const methods = "GET, HEAD, OPTIONS"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			next(w, r)
		case http.MethodOptions:
			h.Set("Allow", methods)
			if open(r) {
				maps.Copy(h, openToScripts)
				h.Set("Access-Control-Allow-Methods", methods)
				h.Set("Access-Control-Allow-Headers", "A-IM, If-None-Match, If-Modified-Since")
				h.Set("Access-Control-Max-Age", "86400")
			}
			w.WriteHeader(http.StatusNoContent)
		default:
			h.Set("Allow", methods)
			say(w, r, http.StatusMethodNotAllowed, "this can only be read")
		}
	})
}

// open says whether scripts of any origin may read what is at the request's path, or that nothing is.
func open(r *http.Request) bool {
	ext := strings.TrimPrefix(path.Ext(r.URL.Path), ".")
	return ext != "" && slices.Contains(kinds, ext) || ext == "opml" || r.URL.Path == "/opml"
}

// serveStream answers with a document of a stream and notes who asked.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, v *view, found *route) {
	now := time.Now()
	found.stream.touch(now)
	who := s.agents.of(userAgent(r))
	c := found.tally.of(who.family)
	b := s.limiter.budget(client(r, v.TrustedProxies), found.hash)
	if wait := b.wait(now); wait > 0 {
		status, length := tooMany(w, r, wait)
		c.note(who, status, length, now)
		return
	}
	shown := found.stream.shown.Load()
	if shown == nil {
		var err error
		if shown, err = s.renew(r.Context(), found.stream, nil); err != nil {
			status := s.serveFailure(w, r, err)
			c.note(who, status, 0, now)
			s.others.note(status, 0)
			return
		}
	}
	d := shown.documents[found.kind]
	if r.Header["A-Im"] != nil {
		if newer := s.delta(r, found, shown, now); newer != nil {
			d = newer
		}
	}
	status, length := d.answer(w, r, connOf(r), now)
	c.note(who, status, length, now)
	if status == http.StatusNotAcceptable { // failures are counted by their status there
		s.others.note(status, 0)
	}
	b.charge(cost(status), now)
	if found.kind > 0 && b.soon(uint64(who.family), shown.ttl/2, now) {
		c.fast.Add(1)
	}
}

// serveStreams answers for what is no document of a stream, but may be one of its archive documents, or
// have been one of them.
func (s *Server) serveStreams(w http.ResponseWriter, r *http.Request) {
	v := s.view.Load()
	if found := v.routes[r.URL.Path]; found != nil { // came with the config of this moment
		s.serveStream(w, r, v, found)
		return
	}
	if a, ok := v.archive(r.URL.Path); ok {
		s.serveArchive(w, r, a)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/topics/")
	id := rest
	if i := strings.IndexAny(rest, "./"); i >= 0 {
		id = rest[:i]
	}
	switch now := v.renamed[id]; {
	case !ok:
		s.serveNothing(w, r)
	case now != "":
		s.serveRenamed(w, r, v, "/topics/"+now+rest[len(id):])
	case v.topics[id] == nil && (*s.retired.Load())[id]:
		s.refuse(w, r, gone)
	default:
		s.serveNothing(w, r)
	}
}

// serveRenamed leads to the topic's document under its present id, if there is one.
func (s *Server) serveRenamed(w http.ResponseWriter, r *http.Request, v *view, to string) {
	if _, ok := v.archive(to); !ok && v.routes[to] == nil {
		s.serveNothing(w, r)
		return
	}
	h := w.Header()
	h.Set("Location", v.URL+to)
	h.Set("Cache-Control", "public, max-age=3600")
	tell(w, r, http.StatusPermanentRedirect, "this topic has another name now: "+v.URL+to)
}

// serveMade answers with a document that was made because somebody asked, or says that there is none.
func (s *Server) serveMade(w http.ResponseWriter, r *http.Request, d *document, err error) {
	if !errors.Is(err, feeds.ErrNotFound) {
		s.madeFault.note(r.Context(), s.log, "make a document on request", err, "path", clip(r.URL.Path))
	}
	if err != nil {
		s.serveFailure(w, r, err)
		return
	}
	d.ServeHTTP(w, r)
}

func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	shown := s.index.Load()
	if shown == nil {
		var err error
		if shown, err = s.renewIndex(r.Context(), s.view.Load()); err != nil {
			s.serveFailure(w, r, err)
			return
		}
	}
	shown.document.ServeHTTP(w, r)
}

func (s *Server) serveAbout(w http.ResponseWriter, r *http.Request) {
	s.view.Load().about.ServeHTTP(w, r)
}

func (s *Server) serveRobots(w http.ResponseWriter, r *http.Request) {
	s.view.Load().robots.ServeHTTP(w, r)
}

func serveStyle(w http.ResponseWriter, r *http.Request) { style().ServeHTTP(w, r) }

func serveScript(w http.ResponseWriter, r *http.Request) { script().ServeHTTP(w, r) }

func serveIcon(w http.ResponseWriter, r *http.Request) { icon().ServeHTTP(w, r) }

// serveHealth says that the process answers.
func serveHealth(w http.ResponseWriter, r *http.Request) { say(w, r, http.StatusOK, "ok") }

// serveReady says whether the documents of all topics have been made once, so that a load balancer
// may send readers here. Later failures do not matter: the last good documents are served.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if !s.ready.Load() {
		say(w, r, http.StatusServiceUnavailable, "starting")
		return
	}
	say(w, r, http.StatusOK, "ready")
}

func (s *Server) serveNothing(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, nothingHere) }

// serveFailure answers when there is no document yet and none could be made, and gives the status. The cause
// is in the log, once.
func (s *Server) serveFailure(w http.ResponseWriter, r *http.Request, err error) (status int) {
	if errors.Is(err, feeds.ErrNotFound) {
		s.refuse(w, r, nothingHere)
		return nothingHere.Status
	}
	s.refuse(w, r, notYet)
	return notYet.Status
}

// logged writes one debug line per request. It tells nothing about the reader.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		begin := time.Now()
		counted := &countingWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(counted, r)
		s.log.DebugContext(r.Context(), "request", "method", clip(r.Method), "path", clip(r.URL.Path),
			"status", counted.status, "bytes", counted.bytes, "took", time.Since(begin))
	})
}

// clip bounds what a stranger can write into our log by one request.
func clip(s string) string { return s[:min(len(s), 256)] }

// countingWriter remembers what was answered.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
