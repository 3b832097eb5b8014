package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// wire reads a body as it comes over the network. It counts, keeps the size limit and ends the request
// when the body comes too slowly: every KiB buys a second, and no more than SlowLimit can be in hand.
type wire struct {
	ctx      context.Context // of the request
	body     io.ReadCloser
	n        int64       // bytes read so far
	whole    bool        // read to its end
	err      error       // the first that is not io.EOF: a decoder may report it as something else
	until    time.Time   // when patience ends
	patience *time.Timer // cancels the request
}

func newWire(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser) *wire {
	return &wire{ctx: ctx, body: body, until: time.Now().Add(SlowLimit), patience: time.AfterFunc(SlowLimit, func() {
		cancel(newError(Timeout, "the body stopped or came slower than %d KiB/s for %v", MinRate>>10, SlowLimit))
	})}
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.n += int64(n)
	if n > 0 {
		w.earn(n)
	}
	switch {
	case w.n > MaxWire:
		err = tooBigOnWire()
	case err == io.EOF && w.ctx.Err() != nil: // an end that our own leaving brought about, as TLS can
		err = context.Cause(w.ctx)
	case err == io.EOF:
		w.whole = true
	}
	if err != nil && err != io.EOF && w.err == nil {
		w.err = err
	}
	return n, err
}

// earn puts the end of patience off by the time that n bytes may take.
func (w *wire) earn(n int) {
	now := time.Now()
	w.until = w.until.Add(time.Duration(n) * time.Second / MinRate)
	if latest := now.Add(SlowLimit); w.until.After(latest) {
		w.until = latest
	}
	w.patience.Reset(w.until.Sub(now))
}

func tooBigOnWire() *Error { return newError(TooBig, "more than %d MiB to transfer", MaxWire>>20) }

// Close ends the transfer. The connection is kept when all has been read, and closed otherwise.
func (w *wire) Close() error {
	w.patience.Stop()
	return w.body.Close()
}

// discardLimit is how long a body that nobody wants may take.
const discardLimit = time.Second

// discard reads such a body, so that its connection may be kept; not more than is cheaper than a new
// connection.
func (w *wire) discard() {
	const cheap = 64 << 10
	w.until = time.Now().Add(discardLimit)
	w.patience.Reset(discardLimit)
	_, _ = io.CopyN(io.Discard, w, cheap) // a failure closes the connection, which is all it can do
	w.patience.Stop()
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
