package fetch

import (
	"bytes"
	"crypto/x509"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// TestRequests holds what a publisher sees of us, to the byte: who asks and for what, and no cookie, referrer,
// date, language or cache directive, whatever the answer before set.
func TestRequests(t *testing.T) {
	want, err := os.ReadFile("testdata/requests.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, tt := range []struct {
		name    string
		request Request
	}{
		{"the first visit", Request{URL: "http://user:secret@feeds.example/news?a=1#top"}},
		{"a visit with both validators", Request{URL: "http://feeds.example/news?a=1", ETag: `W/"a b"`,
			LastModified: "Tue, 1 Jan 2030 0:0:0 gmt+1", ValidatorURL: "http://feeds.example/news?a=1"}},
		{"after a redirect, the validators' own URL", Request{URL: "http://feeds.example:8080/moved", ETag: `"1"`,
			ValidatorURL: "http://feeds.example:8080/new"}},
		{"over HTTP/2", Request{URL: "https://feeds.example/news", ETag: `"1"`, ValidatorURL: "https://feeds.example/news"}},
	} {
		synctest.Test(t, func(t *testing.T) { got = append(got, "# "+tt.name+"\n"+sent(t, tt.request)) })
	}
	_, text, _ := strings.Cut(string(want), "\n\n")
	if all := strings.Join(got, ""); all != text {
		t.Errorf("sent\n%s\nwant\n%s", all, text)
	}
}

// sent gives all that a publisher gets to read of a request, made twice: the second time is like the first.
func sent(t *testing.T, r Request) string {
	var seen strings.Builder
	serve := func(p *pipe) { records(p, &seen) }
	if strings.HasPrefix(r.URL, "https:") {
		serve = overTLS("h2", func(p *pipe) { recordsHTTP2(p, &seen) })
	}
	c := piped(t, serve)
	c.userAgent = "Tributary/1.0 (+https://example.org/about)"
	c.dialer.roots = x509.NewCertPool()
	c.dialer.roots.AddCert(certificates()["good"].Leaf)
	for range 2 {
		seen.Reset()
		if _, err := c.Get(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	return seen.String()
}

// records writes requests down as they stand.
func records(p *pipe, seen *strings.Builder) {
	for {
		var request []byte
		for !bytes.HasSuffix(request, []byte("\r\n\r\n")) {
			b, err := p.in.ReadByte()
			if err != nil {
				return
			}
			request = append(request, b)
		}
		seen.WriteString(strings.ReplaceAll(string(request), "\r\n", "\n"))
		if bytes.HasPrefix(request, []byte("GET /moved ")) {
			p.answer(lines("HTTP/1.1 302 Found\nSet-Cookie: a=b\nLocation: /new\nContent-Length: 0\n\n"))
		} else {
			p.answer(lines(good))
		}
	}
}

// recordsHTTP2 writes the fields of requests down, sorted.
func recordsHTTP2(p *pipe, seen *strings.Builder) {
	if _, err := io.ReadFull(p.in, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	h := &peer{p, http2.NewFramer(p, p.in)}
	h.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = h.WriteSettings()
	for {
		frame, err := h.ReadFrame()
		if err != nil {
			return
		}
		if header, ok := frame.(*http2.MetaHeadersFrame); ok {
			var fields []string
			for _, f := range header.Fields {
				fields = append(fields, f.Name+": "+f.Value+"\n")
			}
			slices.Sort(fields)
			seen.WriteString(strings.Join(fields, "") + "\n")
			h.header(header.StreamID, false, ":status", "200", "set-cookie", "a=b")
			_ = h.WriteData(header.StreamID, true, []byte(feed))
		}
	}
}
