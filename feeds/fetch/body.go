package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// wire reads a body as it comes over the network. It counts, keeps the size limit and ends the request
// when nothing comes for too long.
type wire struct {
	body    io.ReadCloser
	n       int64       // bytes read so far
	err     error       // the first that is not io.EOF: a decoder may report it as something else
	silence *time.Timer // cancels the request
}

func newWire(body io.ReadCloser, cancel context.CancelCauseFunc) *wire {
	return &wire{body: body, silence: time.AfterFunc(SilenceLimit, func() {
		cancel(newError(Timeout, "nothing more of the body came for %v", SilenceLimit))
	})}
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.n += int64(n)
	if n > 0 {
		w.silence.Reset(SilenceLimit)
	}
	if w.n > MaxWire {
		err = tooBigOnWire()
	}
	if err != nil && err != io.EOF && w.err == nil {
		w.err = err
	}
	return n, err
}

func tooBigOnWire() *Error { return newError(TooBig, "more than %d MiB to transfer", MaxWire>>20) }

// Close ends the transfer. The connection is kept when all has been read, and closed otherwise.
func (w *wire) Close() error {
	w.silence.Stop()
	return w.body.Close()
}

// discard reads a body that nobody wants, so that its connection may be kept; not more than is cheaper
// than a new connection.
func (w *wire) discard() {
	const cheap = 64 << 10
	_, _ = io.CopyN(io.Discard, w, cheap) // a failure closes the connection, which is all it can do
}

// readBody gives the whole body, decoded. A body of nothing but white space is no answer.
func readBody(answer *http.Response, w *wire) ([]byte, error) {
	list, err := contentCodings(answer.Header)
	if err != nil {
		return nil, err
	}
	if answer.ContentLength > MaxWire {
		return nil, tooBigOnWire()
	}
	body, err := decode(w, list)
	if err == nil {
		_, err = io.Copy(io.Discard, w) // a decoder stops at the end of its data, the transfer may not
	}
	switch {
	case w.err != nil:
		return nil, w.err
	case w.n > 0 && err != nil:
		return nil, err
	case len(bytes.TrimSpace(body)) == 0:
		return nil, newError(Protocol, "%s with an empty body", statusText(answer.StatusCode))
	}
	return body, nil
}
