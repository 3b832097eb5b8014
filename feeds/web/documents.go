package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// document is the answer to a GET of one URL, in every content coding. It never changes.
type document struct {
	modified time.Time // whole seconds; zero when Last-Modified is not sent
	variants [len(codings)]variant
}

// variant is a document in one content coding. Answers share the slices of its header fields.
type variant struct {
	bytes  []byte
	etag   string      // strong, the hash of the bytes (RFC 9110 §8.8.3.3)
	always http.Header // fields of a 200 and of a 304 (RFC 9110 §15.4.5)
	body   http.Header // fields of a 200 only: they tell about the body
}

// coding is a content coding (RFC 9110 §8.4.1).
type coding struct {
	name    string
	alias   string
	packers *sync.Pool // of packers, which are large; nil for identity
}

// packer compresses what is written between Reset and Close.
type packer interface {
	io.WriteCloser
	Reset(w io.Writer)
}

// codings are those that we send; among equally welcome ones the first is taken. Level 4 of the V2
// writer is where brotli costs as little as gzip and is still the smallest. The window of zstd is
// far below the 8 MB that a decoder must allow (RFC 9659).
var codings = [...]coding{
	{"br", "", &sync.Pool{New: func() any { return brotli.NewWriterV2(nil, 4) }}},
	{"zstd", "", &sync.Pool{New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
		if err != nil {
			panic(err) // cannot happen: the options are constants
		}
		return e
	}}},
	{"gzip", "x-gzip", &sync.Pool{New: func() any { return gzip.NewWriter(nil) }}},
	{"identity", "", nil},
}

// identity is the last of the codings.
const identity = len(codings) - 1

// newDocument compresses the bytes in every coding. Of the header fields, always go with a 200 and
// with a 304, and body with a 200 only. A zero time is not sent as Last-Modified.
func newDocument(content []byte, modified time.Time, body, always http.Header) *document {
	d := &document{modified: modified}
	for i, c := range codings {
		v := variant{bytes: c.pack(content), always: maps.Clone(always), body: maps.Clone(body)}
		sum := sha256.Sum256(v.bytes)
		v.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
		v.always.Set("ETag", v.etag)
		v.body.Set("Content-Length", strconv.Itoa(len(v.bytes)))
		if i != identity {
			v.body.Set("Content-Encoding", c.name)
		}
		if !modified.IsZero() {
			v.body.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
		}
		d.variants[i] = v
	}
	return d
}

// pack gives the content in the coding, in a slice without slack: documents live long.
func (c coding) pack(content []byte) []byte {
	if c.packers == nil {
		return bytes.Clone(content)
	}
	p := c.packers.Get().(packer)
	defer c.packers.Put(p)
	var b bytes.Buffer
	p.Reset(&b)
	_, err := p.Write(content)
	if err = cmp.Or(err, p.Close()); err != nil {
		panic(err) // cannot happen: a bytes.Buffer takes everything
	}
	return bytes.Clone(b.Bytes())
}

// ServeHTTP answers GET and HEAD with the document or, when the reader has it, with a 304.
func (d *document) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	accepted, ok := negotiate(r.Header.Values("Accept-Encoding"))
	if held := d.held(r, accepted, time.Now()); held != nil {
		if r.Header.Get("Origin") == "" { // only a script needs its leave a second time
			maps.DeleteFunc(h, func(name string, _ []string) bool { return openToScripts[name] != nil })
		}
		maps.Copy(h, held.always)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if !ok {
		say(w, http.StatusNotAcceptable, "none of the acceptable content codings is offered here")
		return
	}
	v := &d.variants[accepted]
	maps.Copy(h, v.always)
	maps.Copy(h, v.body)
	if r.Method != http.MethodHead {
		_, _ = w.Write(v.bytes) // a reader that has gone needs no answer
	}
}
