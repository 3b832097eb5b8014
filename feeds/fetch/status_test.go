package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// An error says which status it is about, and what the header says about the next request.
func TestStatuses(t *testing.T) {
	for status, words := range map[int]string{
		201: "201 Created does not answer a plain request", 299: "status 299 does not answer", 300: "300 Multiple Choices",
		306: "status 306", 404: "404 Not Found", 429: "429 Too Many Requests", 451: "451 Unavailable For Legal Reasons", 599: "status 599",
	} {
		at := origin(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.Header().Set("Cache-Control", "max-age=172800")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, feed)
		})
		kind := Status
		if status < 300 {
			kind = Protocol
		}
		_, err := local(t).Get(t.Context(), Request{URL: at})
		e := wantError(t, err, kind, words)
		if e.Status != status || e.RetryAfter != 2*time.Hour || e.Fresh != 48*time.Hour || e.URL != "" {
			t.Errorf("got %+v", e)
		}
	}
}

func TestEmptyBodies(t *testing.T) {
	for _, body := range []string{"", " ", "\r\n\t \n"} {
		at := origin(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) })
		_, err := local(t).Get(t.Context(), Request{URL: at})
		wantError(t, err, Protocol, "200 OK with an empty body")
	}
}

func TestChallenge(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("cf-mitigated", "challenge")
		w.WriteHeader(http.StatusForbidden)
	})
	_, err := local(t).Get(t.Context(), Request{URL: at})
	wantError(t, err, Status, "403 Forbidden: a challenge that only a browser can pass")
}

// 421 says that the connection was the wrong one: another is tried, once.
func TestMisdirected(t *testing.T) {
	for _, cures := range []bool{true, false} {
		var peers []string
		at := origin(t, func(w http.ResponseWriter, r *http.Request) {
			peers = append(peers, r.RemoteAddr)
			if again := len(peers) == 2; r.Close != again {
				t.Errorf("request %d: the connection is to be closed: %v", len(peers), r.Close)
			}
			if len(peers) == 1 || !cures {
				w.WriteHeader(http.StatusMisdirectedRequest)
				return
			}
			_, _ = io.WriteString(w, feed)
		})
		_, err := local(t).Get(t.Context(), Request{URL: at})
		if cures && err != nil {
			t.Error(err)
		} else if !cures {
			wantError(t, err, Status, "421 Misdirected Request")
		}
		if len(peers) != 2 || peers[0] == peers[1] {
			t.Errorf("requests from %v, want two connections", peers)
		}
	}
}

// What strangers write into an answer cannot break the one line that people read.
func TestErrorIsOneLine(t *testing.T) {
	for _, err := range []*Error{
		newError(TLS, "%s", strings.Repeat("é", 1000)),
		newError(TLS, "x%s", strings.Repeat("é", 1000)),
		newError(TLS, "a\nb\x1b[31m\x00c\u202e %s", strings.Repeat("é", 1000)),
		{Kind: DNS, URL: "http://x/\r\n", Err: io.EOF},
	} {
		text := err.Error()
		if strings.ContainsAny(text, "\n\r\x1b\x00\u202e") || len(text) > 510 || !strings.ContainsAny(text, "é/") {
			t.Errorf("text %q", text)
		}
		if strings.ToValidUTF8(text, "") != text {
			t.Errorf("a rune of %q is cut", text)
		}
	}
}
