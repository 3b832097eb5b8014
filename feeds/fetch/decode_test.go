package fetch

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packed applies a content coding.
func packed(t testing.TB, coding, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w, _ = gzip.NewWriterLevel(&b, gzip.BestSpeed)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		w = z
	}
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// coded serves a body with a Content-Encoding, which may be several lines, and gets it.
func coded(t *testing.T, body []byte, encoding ...string) (*Response, error) {
	t.Helper()
	at := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Encoding"] = encoding
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = w.Write(body)
	})
	return local(t).Get(t.Context(), Request{URL: at})
}

func TestCodings(t *testing.T) {
	text := feed + strings.Repeat("<item>news</item>\n", 200)
	gz, br, zs := packed(t, "gzip", text), packed(t, "br", text), packed(t, "zstd", text)
	gzgz := packed(t, "gzip", string(gz))
	brInGzip := packed(t, "gzip", string(br))
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for _, tt := range []struct {
		name     string
		body     []byte
		encoding []string
		kind     Kind // "" for the text
		words    string
	}{
		{"none", []byte(text), nil, "", ""},
		{"identity", []byte(text), []string{"identity"}, "", ""},
		{"empty field", []byte(text), []string{""}, "", ""},
		{"gzip", gz, []string{"gzip"}, "", ""},
		{"GZIP", gz, []string{" GZip "}, "", ""},
		{"x-gzip", gz, []string{"x-gzip"}, "", ""},
		{"br", br, []string{"br"}, "", ""},
		{"zstd", zs, []string{"zstd"}, "", ""},
		{"two members", append(bytes.Clone(packed(t, "gzip", text[:100])), packed(t, "gzip", text[100:])...), []string{"gzip"}, "", ""},
		{"two codings", brInGzip, []string{"br, gzip"}, "", ""},
		{"two codings on two lines", brInGzip, []string{"br", "gzip"}, "", ""},
		{"gzip twice", gzgz, []string{"gzip, gzip"}, "", ""},
		{"gzip that nobody announced", gz, nil, "", ""},
		{"gzip in an announced one", gzgz, []string{"gzip"}, "", ""},

		{"two codings in the wrong order", brInGzip, []string{"gzip, br"}, Encoding, "decode br"},
		{"three codings", gzgz, []string{"gzip, gzip, gzip"}, Encoding, "3 content codings"},
		{"deflate", gz, []string{"deflate"}, Encoding, `unknown content coding "deflate"`},
		{"compress", gz, []string{"compress"}, Encoding, `unknown content coding "compress"`},
		{"unknown", []byte(text), []string{"utf-8"}, Encoding, `unknown content coding "utf-8"`},
		{"unknown inside", gz, []string{"sdch, gzip"}, Encoding, `unknown content coding "sdch"`},
		{"not gzip", []byte(text), []string{"gzip"}, Encoding, "decode gzip"},
		{"not brotli", []byte(text), []string{"br"}, Encoding, "decode br"},
		{"not zstd", []byte(text), []string{"zstd"}, Encoding, "decode zstd"},
		{"bad checksum", flipped, []string{"gzip"}, Encoding, "invalid checksum"},
		{"gzip and then something", append(bytes.Clone(gz), "<html>and then something"...), []string{"gzip"}, Encoding, "decode gzip"},
		{"gzip cut", gz[:len(gz)/2], []string{"gzip"}, Broken, "the gzip data end early"},
		{"gzip without its end", gz[:len(gz)-8], []string{"gzip"}, Broken, "the gzip data end early"},
		{"gzip cut that nobody announced", gz[:len(gz)-1], nil, Broken, "the gzip data end early"},
		{"gzip cut in its header", gz[:5], []string{"gzip"}, Broken, "the gzip data end early"},
		{"brotli cut", br[:len(br)/2], []string{"br"}, Broken, "the br data end early"},
		{"zstd cut", zs[:len(zs)/2], []string{"zstd"}, Broken, "the zstd data end early"},
		{"cut inside", packed(t, "gzip", string(br[:len(br)/2])), []string{"br, gzip"}, Broken, "the br data end early"},
		{"nothing in gzip", nil, []string{"gzip"}, Protocol, "empty body"},
		{"nothing in br", nil, []string{"br"}, Protocol, "empty body"},
		{"white space in gzip", packed(t, "gzip", "\n \n"), []string{"gzip"}, Protocol, "empty body"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := coded(t, tt.body, tt.encoding...)
			if tt.kind != "" {
				wantError(t, err, tt.kind, tt.words)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(res.Body) != text || res.Wire != int64(len(tt.body)) {
				t.Errorf("got %d bytes %.30q, %d on the wire", len(res.Body), res.Body, res.Wire)
			}
		})
	}
}

// Bombs are left long before they have unfolded. The limit of what is allocated on the way includes all
// that the test's origin needs.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", 4<<20)
	gz := packed(t, "gzip", zeros)
	for _, tt := range []struct {
		name, encoding string
		body           []byte
	}{
		{"gzip", "gzip", gz},
		{"br", "br", packed(t, "br", zeros)},
		{"zstd", "zstd", packed(t, "zstd", zeros)},
		{"gzip in gzip", "gzip, gzip", packed(t, "gzip", string(gz))},
		{"gzip in gzip, not announced", "gzip", packed(t, "gzip", string(gz))},
		{"gzip in br", "gzip, br", packed(t, "br", string(gz))},
		{"many members", "gzip", bytes.Repeat(packed(t, "gzip", zeros[:1<<20]), 10)},
		{"nothing but empty members inside", "gzip, gzip", packed(t, "gzip", strings.Repeat(string(packed(t, "gzip", "")), 1<<17))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := coded(t, tt.body, tt.encoding)
			runtime.ReadMemStats(&after)
			wantError(t, err, TooBig, "more than 200 times its size once decoded")
			if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
				t.Errorf("allocated %d MiB", took>>20)
			}
		})
	}
}

// swelling gives text that every coding makes about twenty times smaller.
func swelling(size int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < size {
		block := make([]byte, 512)
		for i := range block {
			block[i] = 'a' + byte(random.IntN(26))
		}
		b.WriteString(strings.Repeat(string(block), 40))
	}
	return b.String()[:size]
}

func TestDecodedLimit(t *testing.T) {
	fits := bytes.Repeat(packed(t, "zstd", swelling(1<<20)), MaxDecoded>>20)
	res, err := coded(t, fits, "zstd")
	if err != nil || len(res.Body) != MaxDecoded {
		t.Errorf("a body of just the limit: %v", err)
	}
	_, err = coded(t, append(fits, packed(t, "zstd", "x")...), "zstd")
	wantError(t, err, TooBig, "more than 25 MiB once decoded")
}

// Small documents may be packed as tightly as they like.
func TestRatioCountsFromTheFirstMiB(t *testing.T) {
	res, err := coded(t, packed(t, "br", strings.Repeat("x", ratioFrom)), "br")
	if err != nil || len(res.Body) != ratioFrom {
		t.Fatal(err)
	}
	_, err = coded(t, packed(t, "br", strings.Repeat("x", ratioFrom+1)), "br")
	wantError(t, err, TooBig, "more than 200 times")
}

func TestZstdWindow(t *testing.T) {
	text := swelling(1 << 20)
	for size, fits := range map[int]bool{maxWindow: true, 2 * maxWindow: false} {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b, zstd.WithWindowSize(size), zstd.WithEncoderConcurrency(1), zstd.WithSingleSegment(false))
		if err != nil {
			t.Fatal(err)
		}
		// Written in two parts, so that the frame does not know its size and must name its window.
		_, _ = io.WriteString(z, text[:1<<19])
		_ = z.Flush()
		_, _ = io.WriteString(z, text[1<<19:])
		_ = z.Close()
		res, err := coded(t, b.Bytes(), "zstd")
		if !fits {
			wantError(t, err, Encoding, "window size exceeded")
		} else if err != nil || string(res.Body) != text {
			t.Errorf("a window of %d: %v", size, err)
		}
	}
}

// FuzzDecode feeds a stranger's bytes to every decoder: whatever they are, the answer is bounded text or
// an *Error.
func FuzzDecode(f *testing.F) {
	for _, coding := range []string{"gzip", "br", "zstd"} {
		good := packed(f, coding, feed)
		for _, list := range []string{coding, coding + ", gzip", "gzip, " + coding, ""} {
			f.Add(list, good)
			f.Add(list, good[:len(good)/2])
		}
	}
	f.Add("gzip", []byte("\x1f\x8b\x08\x1f"))
	f.Add("zstd", []byte("\x28\xb5\x2f\xfd\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		w := newWire(t.Context(), func(error) {}, io.NopCloser(bytes.NewReader(body)))
		defer w.Close()
		answer := &http.Response{StatusCode: 200, ContentLength: -1, Header: http.Header{"Content-Encoding": {encoding}}}
		got, err := readBody(answer, w)
		if err != nil {
			failure(t.Context(), err)
			return
		}
		if len(got) == 0 || len(got) > MaxDecoded || len(got) > ratioFrom && len(got) > MaxRatio*len(body) {
			t.Errorf("%d bytes from %d", len(got), len(body))
		}
	})
}
