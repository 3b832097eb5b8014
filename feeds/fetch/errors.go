package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind says what kept us from a usable answer.
type Kind string

// Every kind of failure.
const (
	DNS      Kind = "dns"      // the host's name has no address, or nobody tells it
	Connect  Kind = "connect"  // no address of the host takes the connection
	TLS      Kind = "tls"      // the handshake failed, or the certificate is not one to trust
	Timeout  Kind = "timeout"  // a phase took longer than its limit; the text tells which
	Broken   Kind = "broken"   // the connection or the data ended before the answer was complete
	Status   Kind = "status"   // a status that is not a success
	TooBig   Kind = "too big"  // over a size limit; the text tells which
	Encoding Kind = "encoding" // a content coding that is unknown, or data that do not keep to it
	Blocked  Kind = "blocked"  // a URL, port, address or redirect that we do not follow
	Busy     Kind = "busy"     // it is not our turn: nothing was learned about the publisher
	Protocol Kind = "protocol" // an answer that makes no sense: not HTTP, an empty body, a 206
)

// Error is why there is no usable answer.
type Error struct {
	Kind       Kind
	URL        string        // where it happened, when that was after a redirect; "" otherwise
	Status     int           // of the answer; 0 when none came
	RetryAfter time.Duration // how long the answer asks us to stay away (RFC 9110 §10.2.3), at most MaxRetryAfter; 0 when it does not
	Fresh      time.Duration // how long it says it stays fresh, as in Response
	Err        error
}

// newError makes an Error of a kind; the format is that of fmt.Errorf.
func newError(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// Error gives the reason in one line for people, without control characters and of bounded length
// whatever a stranger's answer put into it.
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.URL != "" {
		text = "after a redirect to " + e.URL + ": " + text
	}
	return oneLine(text)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func oneLine(s string) string {
	const longest = 500
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) <= longest {
		return s
	}
	cut := longest
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// endings are the words of errors of an early end that net/http has no type for.
var endings = []string{
	"unexpected EOF", "server closed idle connection", // of HTTP/1.1
	"GOAWAY", "received from peer", "client conn could not be established", // of HTTP/2
}

// failure finds the Error in err, or in what cancelled ctx, or makes the one that describes err.
func failure(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*Error](context.Cause(ctx)); ok {
		return e
	}
	text := err.Error()
	ne, ok := errors.AsType[net.Error](err)
	switch {
	case isTLS(err):
		return newError(TLS, "read answer: %w", err)
	case ok && ne.Timeout():
		return newError(Timeout, "no header within %v of the request", HeaderLimit)
	case strings.Contains(text, "headers exceeded"), strings.Contains(text, "header list"): // net/http has no type for either
		return newError(TooBig, "more than %d KiB of header", MaxHeader>>10)
	case ok, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		slices.ContainsFunc(endings, func(s string) bool { return strings.Contains(text, s) }):
		return newError(Broken, "the connection ended before the answer was complete: %w", err)
	default:
		return newError(Protocol, "read answer: %w", err)
	}
}

// isTLS says whether the layer of TLS failed after its handshake: by an alert, theirs or ours, or a record
// that is none.
func isTLS(err error) bool {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "remote error" || op.Op == "local error") // as crypto/tls names alerts
}

// statusText gives a status as people know it. The words that came with it are a stranger's.
func statusText(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return fmt.Sprintf("status %d", code)
}
