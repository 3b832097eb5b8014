package fetch

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// peer is a publisher's end of an HTTP/2 connection whose first request, stream 1, has come.
type peer struct {
	*pipe
	*http2.Framer
}

// peers gives a publisher that plays once a request is there, and answers well as soon as it is healed.
func peers(play func(*peer)) func(*pipe) {
	return func(p *pipe) {
		preface := make([]byte, len(http2.ClientPreface))
		if _, err := io.ReadFull(p.in, preface); err != nil {
			return
		}
		h := &peer{p, http2.NewFramer(p, p.in)}
		_ = h.WriteSettings()
		if _, ok := h.next(); ok {
			play(h)
		}
		for stream, ok := h.next(); ok; stream, ok = h.next() {
			if p.healed.Load() {
				h.header(stream, false, ":status", "200")
				_ = h.WriteData(stream, true, []byte(feed))
			}
		}
	}
}

// next gives the stream of the next request, and answers what a living connection answers until then.
func (p *peer) next() (stream uint32, ok bool) {
	for {
		frame, err := p.ReadFrame()
		if err != nil {
			return 0, false
		}
		switch f := frame.(type) {
		case *http2.HeadersFrame:
			return f.StreamID, true
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = p.WritePing(true, f.Data)
			}
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = p.WriteSettingsAck()
			}
		}
	}
}

// fields packs a header, given as names and values in turn.
func fields(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return b.Bytes()
}

func (p *peer) header(stream uint32, end bool, pairs ...string) {
	_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: fields(pairs...), EndStream: end, EndHeaders: true})
}

// plays answers with some header, and then does something more.
func plays(then func(*peer), pairs ...string) func(*pipe) {
	return peers(func(p *peer) {
		p.header(1, false, pairs...)
		then(p)
	})
}

// floods writes a frame again and again, every so often, and reads nothing.
func floods(write func(*peer) error, every time.Duration) func(*peer) {
	return func(p *peer) {
		for write(p) == nil {
			time.Sleep(every)
		}
	}
}

func closes(p *peer)        { p.pipe.Close() }
func crashes(p *peer)       { p.reset() }
func dies(p *peer)          { silent(p.pipe) }
func does(*peer)            {} // nothing more; the connection lives
func half(p *peer)          { _ = p.WriteData(1, false, []byte(feed[:30])) }
func whole(p *peer)         { _ = p.WriteData(1, true, []byte(feed)) }
func raw(p *peer, b string) { _, _ = io.WriteString(p.pipe, b) }

// with does one thing after the other.
func with(steps ...func(*peer)) func(*peer) {
	return func(p *peer) {
		for _, step := range steps {
			step(p)
		}
	}
}

func away(last uint32, code http2.ErrCode) func(*peer) {
	return func(p *peer) { _ = p.WriteGoAway(last, code, []byte("go\naway")) }
}

func cancels(code http2.ErrCode) func(*peer) {
	return func(p *peer) { _ = p.WriteRSTStream(1, code) }
}

// refuses ends every stream as if it had not been seen.
func refuses(p *peer) {
	for stream, ok := uint32(1), true; ok && !p.healed.Load(); stream, ok = p.next() {
		_ = p.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
	}
}

var faultsOfHTTP2 = []fault{
	// connection
	{"closed before the settings", func(p *pipe) {}, Broken, early, 0},
	{"silence before the settings", silent, Timeout, "no header within 20s", HeaderLimit},
	{"HTTP/1.1 all the same", peers(func(p *peer) { raw(p, lines(good)); dies(p) }), Protocol, "looked like an HTTP/1.1 header", 0},
	{"closed after the request", peers(closes), Broken, early, 0},
	{"reset after the request", peers(crashes), Broken, early, 0},
	{"silence, alive", peers(does), Timeout, "no header within 20s", HeaderLimit},
	{"silence, dead", peers(dies), Timeout, "no header within 20s", HeaderLimit},
	{"noise", peers(func(p *peer) { raw(p, strings.Repeat("\xff", 100)); closes(p) }), Protocol, "frame too large", 0},
	{"end of data in a frame's head", peers(func(p *peer) { raw(p, "\x00\x00"); closes(p) }), Broken, early, 0},
	{"end of data in a frame", peers(func(p *peer) { raw(p, "\x00\x00\x09\x00\x00\x00\x00\x00\x01abc"); closes(p) }), Broken, early, 0},
	{"silence in a frame", peers(func(p *peer) { raw(p, "\x00\x00\x09\x01\x04\x00\x00\x00\x01abc"); dies(p) }), Timeout, "no header within 20s", HeaderLimit},
	{"a frame that is too large", peers(func(p *peer) { raw(p, "\xff\xff\xff\x00\x00\x00\x00\x00\x01"); dies(p) }), Protocol, "frame too large", 0},

	// going away
	{"going away, always", peers(away(0, http2.ErrCodeNo)), Broken, "each of 3 attempts ended", 0},
	{"going away over an error", peers(with(away(0, http2.ErrCodeProtocol), closes)), Broken, "GOAWAY from server ErrCode:PROTOCOL_ERROR", 0},
	{"going away, too much asked", peers(with(away(1, http2.ErrCodeEnhanceYourCalm), closes)), Broken, "ENHANCE_YOUR_CALM", 0},
	{"going away in the body", plays(with(half, away(1, http2.ErrCodeNo), closes), ":status", "200"), Broken, "GOAWAY", 0},
	{"going away in the body and silence", plays(with(half, away(1, http2.ErrCodeNo)), ":status", "200"), Timeout, "the body stopped", SlowLimit},

	// streams that end
	{"stream refused, always", peers(refuses), Broken, "each of 3 attempts", 3 * time.Second},
	{"stream cancelled", peers(cancels(http2.ErrCodeCancel)), Broken, "CANCEL; received from peer", 0},
	{"stream ended by a fault of theirs", peers(cancels(http2.ErrCodeInternal)), Broken, "INTERNAL_ERROR; received from peer", 0},
	{"stream that wants HTTP/1.1", peers(cancels(http2.ErrCodeHTTP11Required)), Broken, "HTTP_1_1_REQUIRED; received from peer", 0},
	{"stream ended with an unknown code", peers(cancels(999)), Broken, "unknown error code 0x3e7", 0},
	{"stream ended in the body", plays(with(half, cancels(http2.ErrCodeInternal)), ":status", "200"), Broken, "INTERNAL_ERROR; received from peer", 0},
	{"stream ended in the body without an error", plays(with(half, cancels(http2.ErrCodeNo)), ":status", "200"), Broken, "NO_ERROR; received from peer", 0},
	{"closed in the body", plays(with(half, closes), ":status", "200"), Broken, early, 0},
	{"reset in the body", plays(with(half, crashes), ":status", "200"), Broken, early, 0},

	// header
	{"no status", plays(whole, "content-type", "text/xml"), Protocol, "missing status pseudo header", 0},
	{"status of words", plays(whole, ":status", "fine"), Protocol, "malformed non-numeric status", 0},
	{"status twice", plays(whole, ":status", "200", ":status", "200"), Protocol, "duplicate pseudo-header", 0},
	{"name in capitals", plays(whole, ":status", "200", "ETag", "1"), Protocol, "invalid header field name", 0},
	{"line end in a value", plays(whole, ":status", "200", "etag", "1\r\nx: 2"), Protocol, "invalid header field value", 0},
	{"a request's field", plays(whole, ":status", "200", ":path", "/"), Protocol, "mix of request and response", 0},
	{"header that does not unpack", peers(func(p *peer) {
		_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte("\xff\xff\xff\xff\xff\xff"), EndHeaders: true})
	}), Protocol, "COMPRESSION_ERROR", 0},
	{"header of no stream", peers(func(p *peer) { raw(p, "\x00\x00\x00\x01\x04\x00\x00\x00\x00"); dies(p) }), Protocol, "PROTOCOL_ERROR", 0},
	{"header of a stream that nobody opened", peers(func(p *peer) { p.header(7, true, ":status", "200") }), Timeout, "no header within 20s", HeaderLimit},
	{"header of 100 KiB in one frame", plays(whole, ":status", "200", "x", strings.Repeat("\x01x", 50<<10)), Protocol, "frame too large", 0},
	{"header without end", peers(func(p *peer) {
		_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200")})
		floods(func(p *peer) error { return p.WriteContinuation(1, false, fields("x", strings.Repeat("x", 8<<10))) }, 0)(p)
	}), Protocol, "PROTOCOL_ERROR", 0},
	{"header that never ends", peers(func(p *peer) {
		_ = p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200")})
		floods(func(p *peer) error { return p.WriteContinuation(1, false, nil) }, time.Second)(p)
	}), Timeout, "no header within 20s", HeaderLimit},
	{"early hints without end", peers(floods(func(p *peer) error {
		return p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "103"), EndHeaders: true})
	}, 0)), TooBig, "more than 64 KiB of header", 0},
	{"switching protocols", plays(whole, ":status", "101"), Protocol, "PROTOCOL_ERROR", 0},
	{"a push that nobody wants", peers(func(p *peer) {
		_ = p.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: fields(":path", "/"), EndHeaders: true})
	}), Protocol, "PROTOCOL_ERROR", 0},
	{"continuation of nothing", peers(func(p *peer) { raw(p, "\x00\x00\x00\x09\x04\x00\x00\x00\x01"); dies(p) }), Protocol, "PROTOCOL_ERROR", 0},

	// body
	{"body before the header", peers(whole), Protocol, "PROTOCOL_ERROR", 0},
	{"body of no stream", plays(func(p *peer) { raw(p, "\x00\x00\x01\x00\x00\x00\x00\x00\x00x") }, ":status", "200"), Protocol, "PROTOCOL_ERROR", 0},
	{"silence instead of a body", plays(does, ":status", "200"), Timeout, "the body stopped", SlowLimit},
	{"silence in the body, dead", plays(with(half, dies), ":status", "200"), Timeout, "the body stopped", SlowLimit},
	{"nothing, again and again", plays(floods(func(p *peer) error { return p.WriteData(1, false, nil) }, time.Second), ":status", "200"), Timeout, "the body stopped", SlowLimit},
	{"shorter than its length", plays(func(p *peer) { _ = p.WriteData(1, true, []byte("<a>")) }, ":status", "200", "content-length", "9"), Broken, early, 0},
	{"longer than its length", plays(whole, ":status", "200", "content-length", "9"), Protocol, "more than declared Content-Length", 0},
	{"empty", plays(func(p *peer) { _ = p.WriteData(1, true, nil) }, ":status", "200"), Protocol, "empty body", 0},
	{"length of words", plays(does, ":status", "200", "content-length", "many"), Timeout, "the body stopped", SlowLimit},
	{"text without end", plays(floods(func(p *peer) error {
		return p.WriteData(1, false, bytes.Repeat([]byte("x"), 16<<10))
	}, time.Millisecond), ":status", "200"), TooBig, "more than 10 MiB to transfer", 640 * time.Millisecond},

	// settings and other floods
	{"flood of settings", peers(floods(func(p *peer) error { return p.WriteSettings() }, time.Second)), Timeout, "no header within 20s", HeaderLimit},
	{"flood of pings", peers(floods(func(p *peer) error { return p.WritePing(false, [8]byte{}) }, time.Second)), Timeout, "no header within 20s", HeaderLimit},
	{"flood of room", peers(floods(func(p *peer) error { return p.WriteWindowUpdate(0, 1) }, time.Second)), Timeout, "no header within 20s", HeaderLimit},
	{"no room", peers(func(p *peer) { raw(p, "\x00\x00\x04\x08\x00\x00\x00\x00\x01\x00\x00\x00\x00") }), Protocol, "PROTOCOL_ERROR", 0},
	{"more room than there can be", peers(func(p *peer) { _ = p.WriteWindowUpdate(0, 1<<31-1) }), Protocol, "FLOW_CONTROL_ERROR", 0},
	{"settings out of range", peers(func(p *peer) {
		_ = p.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31})
	}), Protocol, "FLOW_CONTROL_ERROR", 0},
	{"settings of a stream", peers(func(p *peer) { raw(p, "\x00\x00\x00\x04\x00\x00\x00\x00\x01") }), Protocol, "PROTOCOL_ERROR", 0},
	{"settings of five bytes", peers(func(p *peer) { raw(p, "\x00\x00\x05\x04\x00\x00\x00\x00\x00abcde") }), Protocol, "FRAME_SIZE_ERROR", 0},
	{"agreement with settings that nobody sent", peers(func(p *peer) { _ = p.WriteSettingsAck(); _ = p.WriteSettingsAck() }), Protocol, "PROTOCOL_ERROR", 0},
	{"ping of two bytes", peers(func(p *peer) { raw(p, "\x00\x00\x02\x06\x00\x00\x00\x00\x00ab") }), Protocol, "FRAME_SIZE_ERROR", 0},

	// refusals
	{"not found", plays(whole, ":status", "404"), Status, "404 Not Found", 0},
	{"nothing there", plays(closes, ":status", "204"), Protocol, "204 No Content", 0},
	{"to itself", plays(whole, ":status", "302", "location", "/"), Blocked, "go round in a circle", 0},
	{"to plain HTTP", plays(whole, ":status", "302", "location", "http://feeds.example/"), Blocked, "302 Found from https to http", 0},
	{"unknown coding", plays(whole, ":status", "200", "content-encoding", "lzma"), Encoding, `unknown content coding "lzma"`, 0},
}

func TestFaultsOfHTTP2(t *testing.T) {
	for _, f := range faultsOfHTTP2 {
		f.play = overTLS("h2", f.play)
		t.Run(f.name, func(t *testing.T) { f.run(t, secureURL, overTLS("http/1.1", well)) })
	}
}
