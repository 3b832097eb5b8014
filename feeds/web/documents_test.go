package web

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// unpack undoes a content coding.
func unpack(t *testing.T, coding string, packed []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(packed)
	var err error
	switch coding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("unpack %s: %v", coding, err)
	}
	return plain
}

func TestEveryCodingHoldsTheDocumentAndTheHashOfItsBytes(t *testing.T) {
	contents := map[string][]byte{"nothing": nil, "short": []byte("x"), "long": bytes.Repeat([]byte("<item>Mexico</item>"), 100_000)}
	for name, content := range contents {
		d := newDocument(content, time.Time{}, http.Header{}, http.Header{})
		seen := map[string]bool{}
		for i, c := range codings {
			v := d.variant(i)
			if !bytes.Equal(unpack(t, c.name, v.bytes), content) {
				t.Errorf("%s: %s does not hold the document", name, c.name)
			}
			sum := sha256.Sum256(v.bytes)
			if want := `"` + hex.EncodeToString(sum[:16]) + `"`; v.etag != want {
				t.Errorf("%s: tag of %s is %s, want %s", name, c.name, v.etag, want)
			}
			seen[v.etag] = true
			if name == "long" && i != identity && len(v.bytes) > len(content)/100 {
				t.Errorf("%s leaves %d of %d bytes", c.name, len(v.bytes), len(content))
			}
		}
		if len(seen) != len(codings) {
			t.Errorf("%s: %d tags for %d codings", name, len(seen), len(codings))
		}
	}
}

func TestBytesAreAFunctionOfState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first map[string]string
		for n := range 5 {
			time.Sleep(71 * time.Hour)
			s := newServer(newStore(), site()) // another node, or a restart
			got := map[string]string{}
			for _, path := range []string{"/topics/latin-america.rss", "/topics/latin-america.atom", "/topics/latin-america.json", "/topics/latin-america", "/about", "/style.css"} {
				for _, c := range codings {
					a, _ := do(s.Handler(), "GET "+path+"\nAccept-Encoding: "+c.name)
					got[path+" "+c.name] = a.Header.Get("Etag") + a.Header.Get("Last-Modified")
				}
			}
			if n == 0 {
				first = got
			} else if !maps.Equal(first, got) {
				t.Fatalf("server %d:\n%v\nand the first:\n%v", n, got, first)
			}
		}
	})
}

// TestOnTheWire talks to a real server: what a recorder shows is not all that is sent.
func TestOnTheWire(t *testing.T) {
	server := httptest.NewServer(newServer(newStore(), site()).Handler())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := bufio.NewReader(conn) // one connection for all requests: it stays usable after each
	send := func(method, fields string) (*http.Response, []byte) {
		t.Helper()
		fmt.Fprintf(conn, "%s /topics/latin-america.rss HTTP/1.1\r\nHost: x\r\n%s\r\n", method, fields)
		answer, err := http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, body
	}
	names := func(h http.Header) string { return strings.Join(slices.Sorted(maps.Keys(h)), " ") }

	for _, c := range codings {
		accept := "Accept-Encoding: " + c.name + "\r\n"
		get, body := send("GET", accept)
		head, none := send("HEAD", accept)
		if len(none) != 0 || head.ContentLength != int64(len(body)) || get.ContentLength != int64(len(body)) {
			t.Errorf("%s: HEAD says %d bytes and sends %d, GET says %d and sends %d", c.name, head.ContentLength, len(none), get.ContentLength, len(body))
		}
		get.Header.Del("Date")
		head.Header.Del("Date")
		if fmt.Sprint(get.Header) != fmt.Sprint(head.Header) {
			t.Errorf("%s: HEAD has the fields\n%v\nand GET\n%v", c.name, head.Header, get.Header)
		}
		for _, method := range []string{"GET", "HEAD"} {
			held, none := send(method, accept+"If-None-Match: "+get.Header.Get("Etag")+"\r\n")
			if held.StatusCode != http.StatusNotModified || len(none) != 0 {
				t.Errorf("%s: status %d with %d bytes", c.name, held.StatusCode, len(none))
			}
			if got, want := names(held.Header), "Cache-Control Date Etag Link Vary"; got != want {
				t.Errorf("%s: the 304 has the fields %s, want %s", c.name, got, want)
			}
		}
	}
}

// TestCodingsAreMadeWhenTheyAreAskedFor: what nobody takes costs nothing, and who holds a coding that this
// process has not made yet gets a 304 all the same.
func TestCodingsAreMadeWhenTheyAreAskedFor(t *testing.T) {
	store := newStore()
	first := newServer(store, site())
	a, _ := do(first.Handler(), feedPath+"\nAccept-Encoding: br")
	again := newServer(store, site())
	do(again.Handler(), feedPath+"\nAccept-Encoding: gzip")
	made := func() (names []string) {
		d := again.view.Load().topics["latin-america"].shown.Load().documents[1]
		for i, c := range codings {
			if d.variants[i].Load() != nil {
				names = append(names, c.name)
			}
		}
		return names
	}
	if got := made(); !slices.Equal(got, []string{"gzip"}) {
		t.Errorf("%v were made, and only gzip was asked for", got)
	}
	if held, _ := do(again.Handler(), feedPath+"\nAccept-Encoding: gzip, br\nIf-None-Match: "+a.Header.Get("Etag")); held.StatusCode != http.StatusNotModified || held.Header.Get("Etag") != a.Header.Get("Etag") {
		t.Errorf("status %d with tag %s, want 304 with %s", held.StatusCode, held.Header.Get("Etag"), a.Header.Get("Etag"))
	}
	if got := made(); !slices.Equal(got, []string{"br", "gzip"}) {
		t.Errorf("%v were made", got)
	}
}
