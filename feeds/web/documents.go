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
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// document is the answer to a GET of one URL, in every content coding. What it answers never changes.
//
// It is held in one coding, for there may be thousands of large ones; the others are made when somebody first
// asks for them, and stay.
type document struct {
	status       int         // with the body: 200 or, for a part of a feed, 226
	modified     time.Time   // whole seconds; zero when Last-Modified is not sent
	body, always http.Header // fields of a 200, and of a 200 and a 304
	whole        *document   // whose tags the part of a feed has; nil when this is whole
	weight       int         // bytes that it may come to take in memory, about

	making   sync.Mutex
	variants [len(codings)]atomic.Pointer[variant]
}

// variant is a document in one content coding. Answers share the slices of its header fields.
type variant struct {
	bytes []byte
	etag  string      // strong, the hash of the bytes (RFC 9110 §8.8.3.3)
	whole http.Header // fields that come with the bytes
	held  http.Header // fields of a 304 (RFC 9110 §15.4.5)

	// The same as they go over the wire, with what net/http must know of them beside them.
	wholeFields, heldFields []byte
	framing                 http.Header
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

// identity is the last of the codings, and stored, which is gzip, that in which documents are held.
const (
	identity = len(codings) - 1
	stored   = identity - 1
)

// newDocument compresses the bytes. Of the header fields, always go with a 200 and with a 304, and body
// with a 200 only. A zero time is not sent as Last-Modified.
func newDocument(content []byte, modified time.Time, body, always http.Header) *document {
	d := &document{status: http.StatusOK, modified: modified, body: body, always: always}
	v := d.produce(stored, content)
	d.variants[stored].Store(v)
	d.weight = 4<<10 + len(content) + 3*len(v.bytes)
	return d
}

// variant gives the document in a coding.
func (d *document) variant(i int) *variant {
	if v := d.variants[i].Load(); v != nil {
		return v
	}
	d.making.Lock()
	defer d.making.Unlock()
	if v := d.variants[i].Load(); v != nil {
		return v
	}
	v := d.produce(i, d.content())
	d.variants[i].Store(v)
	return v
}

// content gives the document's bytes.
func (d *document) content() []byte {
	r, err := gzip.NewReader(bytes.NewReader(d.variants[stored].Load().bytes))
	if err != nil {
		panic(err) // cannot happen: we have written it
	}
	content, err := io.ReadAll(r)
	if err != nil {
		panic(err) // cannot happen, likewise
	}
	return content
}

// produce makes the variant in a coding.
func (d *document) produce(i int, content []byte) *variant {
	c := codings[i]
	v := &variant{bytes: c.pack(content), held: maps.Clone(d.always), whole: maps.Clone(d.always)}
	if d.whole != nil {
		v.etag = d.whole.variant(i).etag
	} else {
		sum := sha256.Sum256(v.bytes)
		v.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	}
	v.held.Set("ETag", v.etag)
	maps.Copy(v.whole, d.body)
	v.whole.Set("ETag", v.etag)
	v.whole.Set("Content-Length", strconv.Itoa(len(v.bytes)))
	if i != identity {
		v.whole.Set("Content-Encoding", c.name)
	}
	if !d.modified.IsZero() {
		v.whole.Set("Last-Modified", d.modified.UTC().Format(http.TimeFormat))
	}
	v.seal()
	return v
}

// partOf makes the document a part of another, which a reader has once it has applied the part.
func (d *document) partOf(whole *document) {
	d.status, d.whole, d.modified = http.StatusIMUsed, whole, whole.modified
	d.variants[stored].Store(d.produce(stored, d.content()))
}

// seal ends the making of a variant.
func (v *variant) seal() {
	v.wholeFields, v.heldFields = onWire(v.whole, "Content-Length"), onWire(v.held, "")
	v.framing = http.Header{"Content-Length": v.whole["Content-Length"], "Content-Type": nil} // nil: no guess is added
}

// onWire writes the fields but one.
func onWire(h http.Header, but string) []byte {
	var b bytes.Buffer
	_ = h.WriteSubset(&b, map[string]bool{but: true}) // a buffer takes everything
	return bytes.Clone(b.Bytes())
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
	d.answer(w, r, nil, time.Now())
}

// answer does the same, over a connection of ours when there is one, and gives the status and the length of
// the body.
func (d *document) answer(w http.ResponseWriter, r *http.Request, c *conn, now time.Time) (status, length int) {
	accepted, ok := negotiate(r.Header["Accept-Encoding"])
	if held := d.held(r, accepted, now); held != nil {
		held.notModified(w, r, c)
		return http.StatusNotModified, 0
	}
	if !ok {
		say(w, r, http.StatusNotAcceptable, "none of the acceptable content codings is offered here")
		return http.StatusNotAcceptable, 0
	}
	v, h := d.variant(accepted), w.Header()
	if c != nil {
		c.fields = v.wholeFields
		maps.Copy(h, v.framing)
	} else {
		maps.Copy(h, v.whole)
	}
	if d.status != http.StatusOK {
		w.WriteHeader(d.status)
	}
	if r.Method == http.MethodHead {
		return d.status, 0
	}
	if c != nil {
		c.hold = true
		defer func() { c.hold = false }()
	}
	n, _ := w.Write(v.bytes) // a reader that has gone needs no answer
	return d.status, n
}

// notModified answers a reader that holds the variant.
func (v *variant) notModified(w http.ResponseWriter, r *http.Request, c *conn) {
	h := w.Header()
	if c != nil {
		c.fields = v.heldFields
	} else {
		maps.Copy(h, v.held)
	}
	if len(r.Header["Origin"]) > 0 && v.whole["Access-Control-Allow-Origin"] != nil { // only a script needs its leave a second time
		maps.Copy(h, openToScripts)
	}
	w.WriteHeader(http.StatusNotModified)
}
