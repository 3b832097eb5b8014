package fetch

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		status int
		kind   Kind // "" for an answer
		words  string
	}{
		{200, "", ""},
		{203, "", ""},
		{201, Protocol, "201 Created does not answer a plain request"},
		{202, Protocol, "202 Accepted"},
		{204, Protocol, "204 No Content"},
		{205, Protocol, "205 Reset Content"},
		{206, Protocol, "206 Partial Content"},
		{226, Protocol, "226 IM Used"},
		{299, Protocol, "status 299"},
		{300, Status, "300 Multiple Choices"},
		{305, Status, "305 Use Proxy"},
		{306, Status, "306"},
		{400, Status, "400 Bad Request"},
		{401, Status, "401 Unauthorized"},
		{403, Status, "403 Forbidden"},
		{404, Status, "404 Not Found"},
		{410, Status, "410 Gone"},
		{425, Status, "425 Too Early"},
		{429, Status, "429 Too Many Requests"},
		{451, Status, "451 Unavailable For Legal Reasons"},
		{500, Status, "500 Internal Server Error"},
		{503, Status, "503 Service Unavailable"},
		{599, Status, "status 599"},
		{999, Status, "status 999"},
	} {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			at := origin(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere") // not for these
				w.Header().Set("Retry-After", "7200")
				w.Header().Set("Cache-Control", "max-age=172800")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, feed)
			})
			res, err := local(t).Get(t.Context(), Request{URL: at})
			if tt.kind == "" {
				if err != nil || res.Status != tt.status || string(res.Body) != feed {
					t.Fatalf("got %+v, %v", res, err)
				}
				return
			}
			e := wantError(t, err, tt.kind, tt.words)
			if e.Status != tt.status || e.RetryAfter != 2*time.Hour || e.Fresh != 48*time.Hour || e.URL != "" {
				t.Errorf("got %+v", e)
			}
		})
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

func TestNotHTTP(t *testing.T) {
	for _, answer := range []string{
		"SSH-2.0-OpenSSH_9.6\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
	} {
		at, _ := rawOrigin(t, answer)
		_, err := local(t).Get(t.Context(), Request{URL: at})
		wantError(t, err, Protocol, "read answer")
	}
}
