package web

import (
	"cmp"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"path"
	"strings"
	"time"

	"tributary/feeds"
	"tributary/feeds/render"
)

// Handler answers all public requests. No request changes anything, none redirects, and no byte of
// an answer depends on Host, on forwarding headers or on the query.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", readOnly(s.serveIndex))
	mux.Handle("/topics/{file}", readOnly(s.serveStream))
	mux.Handle("/{file}", readOnly(s.serveStream)) // /all.rss
	mux.Handle("/about", readOnly(s.serveAbout))
	mux.Handle("/robots.txt", readOnly(s.serveRobots))
	mux.Handle("/style.css", readOnly(serveStyle))
	mux.Handle("/script.js", readOnly(serveScript))
	mux.Handle("/icon.svg", readOnly(serveIcon))
	mux.Handle("/healthz", readOnly(serveHealth))
	mux.Handle("/readyz", readOnly(s.serveReady))
	mux.Handle("/", readOnly(s.serveNothing))
	return s.logged(s.rooted(mux))
}

// rooted takes the path prefix of Site.URL off: a proxy in front may do so or not. A path that is
// not clean names nothing; ServeMux would redirect to a path made of the request.
func (s *Server) rooted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.Path
		if rest, ok := strings.CutPrefix(p, s.view.Load().prefix); ok && (rest == "" || rest[0] == '/') {
			p = cmp.Or(rest, "/")
		}
		if path.Clean("/"+p) != p {
			s.serveNothing(w, r)
			return
		}
		inner, u := *r, *r.URL
		u.Path = p
		inner.URL = &u
		next.ServeHTTP(w, &inner)
	})
}

// readOnly lets GET and HEAD through and answers every other method.
func readOnly(next http.HandlerFunc) http.Handler {
	const methods = "GET, HEAD, OPTIONS"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if _, ok := render.ByExt(extension(r)); ok {
			maps.Copy(h, openToScripts)
		}
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			next(w, r)
		case http.MethodOptions:
			h.Set("Allow", methods)
			if h.Get("Access-Control-Allow-Origin") != "" {
				h.Set("Access-Control-Allow-Methods", methods)
				h.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since")
				h.Set("Access-Control-Max-Age", "86400")
			}
			w.WriteHeader(http.StatusNoContent)
		default:
			h.Set("Allow", methods)
			say(w, http.StatusMethodNotAllowed, "this can only be read")
		}
	})
}

// extension gives what follows the last dot of the path, "" when there is none.
func extension(r *http.Request) string { return strings.TrimPrefix(path.Ext(r.URL.Path), ".") }

// serveStream answers with a document of a stream, which is made first when there is none yet.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	found, ok := s.view.Load().routes[r.URL.Path]
	if !ok {
		s.serveNothing(w, r)
		return
	}
	found.stream.touch(time.Now())
	shown := found.stream.shown.Load()
	if shown == nil {
		var err error
		if shown, err = s.renew(r.Context(), found.stream); err != nil {
			s.serveFailure(w, r, err)
			return
		}
	}
	shown.documents[found.kind].ServeHTTP(w, r)
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
func serveHealth(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") }

// serveReady says whether the documents of all topics have been made once, so that a load balancer
// may send readers here. Later failures do not matter: the last good documents are served.
func (s *Server) serveReady(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		say(w, http.StatusServiceUnavailable, "starting")
		return
	}
	say(w, http.StatusOK, "ready")
}

func (s *Server) serveNothing(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, nothingHere) }

// serveFailure answers when there is no document yet and none could be made. The cause is in the
// log, once.
func (s *Server) serveFailure(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, feeds.ErrNotFound) {
		s.refuse(w, r, nothingHere)
		return
	}
	s.refuse(w, r, notYet)
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
