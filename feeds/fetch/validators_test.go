package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestValidatorsAreSentBack(t *testing.T) {
	const tag, date = `W/"a b` + "\x80" + `"`, "Tue, 1 Jan 2030 0:0:0 gmt+1"
	for _, tt := range []struct {
		name                       string
		etag, modified             string
		wantNoneMatch, wantIfSince string
	}{
		{"both", tag, date, tag, date},
		{"only the tag", tag, "", tag, ""},
		{"only the date", "", date, "", date},
		{"unquoted", "abc", "", "abc", ""},
		{"longest", strings.Repeat("x", 1024), "", strings.Repeat("x", 1024), ""},
		{"too long", strings.Repeat("x", 1025), date, "", date},
		{"control byte", "\"a\tb\"", "now\x7f", "", ""},
		{"line break", "\"a\r\nX-Evil: 1\"", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got http.Header
			at := origin(t, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				_, _ = io.WriteString(w, feed)
			})
			_, err := local(t).Get(t.Context(), Request{URL: at, ETag: tt.etag, LastModified: tt.modified, ValidatorURL: at})
			if err != nil {
				t.Fatal(err)
			}
			if g := got.Get("If-None-Match"); g != tt.wantNoneMatch {
				t.Errorf("If-None-Match %q, want %q", g, tt.wantNoneMatch)
			}
			if g := got.Get("If-Modified-Since"); g != tt.wantIfSince {
				t.Errorf("If-Modified-Since %q, want %q", g, tt.wantIfSince)
			}
		})
	}
}

func TestValidatorsThatAreNotKept(t *testing.T) {
	for _, v := range []string{`"` + strings.Repeat("x", 4096) + `"`, "\"a\tb\""} {
		at, _ := rawOrigin(t, "HTTP/1.1 200 OK\r\nETag: "+v+"\r\nLast-Modified: "+v+"\r\nContent-Length: 3\r\n\r\n<a>")
		res, err := local(t).Get(t.Context(), Request{URL: at})
		if err != nil {
			t.Fatal(err)
		}
		if res.ETag != "" || res.LastModified != "" {
			t.Errorf("kept %.20q and %.20q", res.ETag, res.LastModified)
		}
	}
}

// Validators belong to the URL that issued them, whichever hop of a chain it is.
func TestValidatorsAreBoundToTheirURL(t *testing.T) {
	seen := map[string]string{}
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		seen[r.URL.Path] = r.Header.Get("If-None-Match") + r.Header.Get("If-Modified-Since")
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(w, feed)
	})
	for _, tt := range []struct{ issuer, wantA, wantB string }{
		{at + "/a", "tagdate", ""},
		{at + "/b", "", "tagdate"},
		{at + "/c", "", ""},
		{"", "", ""},
	} {
		_, err := local(t).Get(t.Context(), Request{URL: at + "/a", ETag: "tag", LastModified: "date", ValidatorURL: tt.issuer})
		if err != nil {
			t.Fatal(err)
		}
		if seen["/a"] != tt.wantA || seen["/b"] != tt.wantB {
			t.Errorf("issued by %q: /a got %q and /b got %q", tt.issuer, seen["/a"], seen["/b"])
		}
	}
}

func TestNotModified(t *testing.T) {
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"2"`)
		w.Header().Set("Cache-Control", "max-age=7200")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusNotModified)
	})
	res, err := local(t).Get(t.Context(), Request{URL: at, ETag: `"1"`, ValidatorURL: at})
	if err != nil {
		t.Fatal(err)
	}
	if !res.NotModified || res.Status != 304 || res.Body != nil || res.ETag != `"2"` || res.LastModified != "" ||
		res.Fresh != 2*time.Hour || res.URL != at {
		t.Errorf("got %+v", res)
	}

	_, err = local(t).Get(t.Context(), Request{URL: at, ETag: `"1"`, ValidatorURL: at + "/other"})
	e := wantError(t, err, Protocol, "304 Not Modified to a request without validators")
	if e.Status != 304 || e.Fresh != 2*time.Hour {
		t.Errorf("status %d, fresh %v", e.Status, e.Fresh)
	}
}
