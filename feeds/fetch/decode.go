package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	mostCodings = 2       // that are undone, one inside the other
	maxWindow   = 8 << 20 // of zstd, RFC 9659 §3; those of the others are bounded by their formats
	ratioFrom   = 1 << 20 // decoded bytes from which the ratio counts
)

// contentCodings reads Content-Encoding (RFC 9110 §8.4), in the order of application. What we cannot undo is an error: the bytes would
// look like a feed that has become garbage.
func contentCodings(h http.Header) ([]string, error) {
	var list []string
	for name := range strings.SplitSeq(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		switch name = strings.ToLower(strings.TrimSpace(name)); name {
		case "", "identity":
		case "x-gzip":
			list = append(list, "gzip")
		case "gzip", "br", "zstd":
			list = append(list, name)
		default:
			return nil, newError(Encoding, "unknown content coding %q", name)
		}
	}
	if len(list) > mostCodings {
		return nil, newError(Encoding, "%d content codings, one inside the other", len(list))
	}
	return list, nil
}

// decode reads w to its end and undoes the codings, and once more when gzip shows that nobody announced:
// a compressed file served as it lies on the disk.
func decode(w *wire, list []string) ([]byte, error) {
	var r io.Reader = w
	for _, coding := range slices.Backward(list) {
		d, err := newDecoder(coding, r, w)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		r = d
	}
	if len(list) < mostCodings {
		const magic = "\x1f\x8b\x08" // RFC 1952 §2.3.1, with the only method there is
		ahead := bufio.NewReader(r)
		start, _ := ahead.Peek(len(magic))
		r = ahead
		if string(start) == magic {
			d, err := newDecoder("gzip", ahead, w)
			if err != nil {
				return nil, err
			}
			defer d.Close()
			r = d
		}
	}
	return readAll(r)
}

// What bodies are read into and gzip is undone with: as big as a body, and used for the next one.
var (
	buffers sync.Pool // of *bytes.Buffer
	gzips   sync.Pool // of *gzip.Reader
)

// longestPooled is the biggest buffer that is kept, in bytes.
const longestPooled = 1 << 20

// readAll is io.ReadAll without the steps in which its buffer grows.
func readAll(r io.Reader) ([]byte, error) {
	b, ok := buffers.Get().(*bytes.Buffer)
	if !ok {
		b = new(bytes.Buffer)
	}
	defer func() {
		if b.Reset(); b.Cap() <= longestPooled {
			buffers.Put(b)
		}
	}()
	_, err := b.ReadFrom(r)
	return bytes.Clone(b.Bytes()), err
}

// pooledGzip gives its reader back when it is closed.
type pooledGzip struct{ *gzip.Reader }

func (z pooledGzip) Close() error {
	defer gzips.Put(z.Reader)
	return z.Reader.Close()
}

func newGzip(r io.Reader) (io.ReadCloser, error) {
	z, ok := gzips.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	if err := z.Reset(r); err != nil {
		gzips.Put(z)
		return nil, err
	}
	return pooledGzip{z}, nil
}

// decoder undoes one coding and keeps the limits on what comes out. Each coding of a chain has its own:
// the first may swell what the second swallows.
type decoder struct {
	io.ReadCloser
	coding string
	wire   *wire
	n      int64 // bytes that came out
}

func newDecoder(coding string, r io.Reader, w *wire) (*decoder, error) {
	d := &decoder{coding: coding, wire: w}
	switch coding {
	case "gzip":
		z, err := newGzip(r)
		if err != nil {
			return nil, d.describe(err)
		}
		d.ReadCloser = z
	case "br":
		d.ReadCloser = io.NopCloser(brotli.NewReader(r))
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, d.describe(err)
		}
		d.ReadCloser = z.IOReadCloser()
	}
	return d, nil
}

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.n += int64(n)
	switch {
	case d.n > MaxDecoded:
		return n, newError(TooBig, "more than %d MiB once decoded", MaxDecoded>>20)
	case d.n > ratioFrom && d.n > MaxRatio*d.wire.n:
		return n, newError(TooBig, "more than %d times its size once decoded", MaxRatio)
	case err == nil, err == io.EOF:
		return n, err
	}
	return n, d.describe(err)
}

// describe names the coding in an error of its data. An Error says more than that and stays as it is.
func (d *decoder) describe(err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return newError(Broken, "the %s data end early", d.coding)
	}
	return newError(Encoding, "decode %s: %w", d.coding, err)
}
