// Package fetch makes one polite conditional GET. It knows HTTP, not feeds, and it is the only place
// that dials: every address is judged at the moment of connecting, every phase has a time limit and
// every size a bound. When to ask again is its caller's business; it only reports what the answer
// says about that.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Time limits of one request; the total is in Options.
const (
	DNSLimit     = 5 * time.Second  // to look a name up
	ConnectLimit = 10 * time.Second // to connect to one of its addresses
	TLSLimit     = 10 * time.Second // for the handshake
	HeaderLimit  = 20 * time.Second // from the request to the end of the answer's header
	SlowLimit    = 15 * time.Second // for which the body may come slower than MinRate, or not at all

	DefaultTimeout = 60 * time.Second // for all of it, redirects included
)

// MinRate is the slowest that a body may come for long, in bytes a second.
const MinRate = 1 << 10

// Size limits of one answer.
const (
	MaxHeader   = 64 << 10 // bytes of header
	MaxWire     = 10 << 20 // bytes of body as transferred
	MaxDecoded  = 25 << 20 // bytes of body with its content codings undone
	MaxRatio    = 200      // decoded bytes for each transferred one, past the first MiB
	MaxRedirect = 5        // redirects followed
)

// What every request says. The list of types prefers feeds but refuses nothing: many publishers label
// theirs wrongly. The codings are exactly those that decode.go undoes.
const (
	accept = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, " +
		"application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
	acceptEncoding = "gzip, br, zstd"
)

// Options are what a Client's owner may choose.
type Options struct {
	UserAgent    string        // sent as it is
	AllowPrivate bool          // connect to any address and port, loopback and private networks included
	Timeout      time.Duration // limit of one Get, redirects included; 0 stands for DefaultTimeout

	// HostGap is the time between the end of a request to a host and the next to it, whichever URL led
	// there. Where it is more than 0, one request at a time goes to a host and four to an address.
	HostGap time.Duration
}

// Client makes requests. It may be used from many goroutines.
type Client struct {
	userAgent string
	timeout   time.Duration
	dialer    *dialer
	transport *http.Transport

	hosts, addresses turns
}

// New gives a client. Nothing happens before its first Get.
func New(o Options) *Client {
	d := newDialer(o.AllowPrivate)
	c := &Client{
		userAgent: o.UserAgent,
		timeout:   cmp.Or(o.Timeout, DefaultTimeout),
		dialer:    d,
		transport: newTransport(d),
	}
	if o.HostGap > 0 {
		c.hosts.limit, c.hosts.gap = 1, o.HostGap
		c.addresses.limit = perAddress
	}
	return c
}

// Close closes the connections that are kept for reuse. It does not wait for a Get that is under way.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Request says what to ask for, and what is known already. A validator is sent back byte for byte, and
// only to the URL that issued it (RFC 9110 §8.8, §13.1).
type Request struct {
	URL          string // http or https; a user name, password or fragment in it is not sent
	ETag         string
	LastModified string
	ValidatorURL string // Response.URL of the answer that the validators came with
}

// Response is a usable answer: a whole body, or the news that nothing has changed.
type Response struct {
	Status int    // 200, 203 or 304
	URL    string // where the answer came from in the end, without user name, password and fragment
	Moved  string // where the leading unbroken run of 301 and 308 led to; "" when there was none

	ETag            string // as sent; "" when there was none or none fit to be kept
	LastModified    string
	ContentType     string // as sent: a hint, often wrong
	ContentLocation string // as sent: where else this body may live (RFC 9110 §8.7)

	Body        []byte // complete and decoded; nil after a 304
	NotModified bool   // 304: what the validators stand for is current

	Fresh time.Duration // how long the answer says it stays fresh (RFC 9111 §4.2); 0 when it does not say
	Wire  int64         // bytes of body transferred
}

// Get asks once, follows redirects and gives the complete answer. Its error is an *Error when it tells
// something about the publisher; when the caller's context ended, it is that context's error instead.
// Nothing is tried twice, but for a kept connection that turns out to be dead (RFC 9110 §9.2.2) and an
// answer 421, which asks for another connection (§15.5.20).
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	limited, cancel := context.WithTimeoutCause(ctx, c.timeout,
		newError(Timeout, "the answer was not complete within %v", c.timeout))
	defer cancel()
	res, err := c.follow(limited, r)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("finish request: %w", context.Cause(ctx))
	}
	return res, err
}

// step makes one request of a chain, whose turn it moves to the request's host. It gives the usable answer, or the URL to go on with: exactly one
// of them is not nil unless there is an error.
func (c *Client) step(ctx context.Context, at *stay, u *url.URL, r Request) (res *Response, next *redirect, err error) {
	if err := at.enter(ctx, strings.ToLower(u.Hostname())); err != nil {
		return nil, nil, failure(ctx, err)
	}
	asking, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	asking, tries := watch(asking, cancel, &c.addresses)
	defer tries.leave()
	req := c.request(asking, u, r)
	answer, err := c.roundTrip(req)
	if err != nil {
		tries.drop()
		return nil, nil, failure(asking, err)
	}
	body := newWire(asking, cancel, answer.Body)
	defer func() {
		if body.Close(); !body.whole {
			tries.drop()
		}
	}()
	now := time.Now()
	fresh, wait := freshness(answer.Header, now), retryAfter(answer.Header, now)
	if answer.StatusCode == http.StatusTooManyRequests { // means all of us (RFC 6585 §4)
		at.pause = wait
	}

	if isRedirect(answer.StatusCode) {
		body.discard()
		next, err = c.target(ctx, u, answer, wait)
	} else {
		res, err = accepted(req, answer, body)
	}
	if err != nil {
		e := failure(asking, err)
		e.Status, e.Fresh, e.RetryAfter = answer.StatusCode, fresh, wait
		return nil, nil, e
	}
	if res != nil {
		res.URL, res.Fresh = u.String(), fresh
	}
	return res, next, nil
}

// request is the same for every hop but for the validators, which go only where they come from.
func (c *Client) request(ctx context.Context, u *url.URL, r Request) *http.Request {
	h := http.Header{
		"User-Agent":      {c.userAgent},
		"Accept":          {accept},
		"Accept-Encoding": {acceptEncoding},
	}
	if u.String() == r.ValidatorURL {
		if v := validator(r.ETag); v != "" {
			h.Set("If-None-Match", v)
		}
		if v := validator(r.LastModified); v != "" {
			h.Set("If-Modified-Since", v)
		}
	}
	return (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: h}).WithContext(ctx)
}

func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.transport.RoundTrip(req)
	if errors.Is(err, net.ErrClosed) && req.Context().Err() == nil {
		res, err = c.transport.RoundTrip(req) // net/http had not noticed yet that we dropped a connection
	}
	if err != nil || res.StatusCode != http.StatusMisdirectedRequest {
		return res, err
	}
	res.Body.Close()
	once := newTransport(c.dialer)
	once.DisableKeepAlives = true
	return once.RoundTrip(req)
}

// accepted gives the answer when it is one to build on.
func accepted(req *http.Request, answer *http.Response, body *wire) (*Response, error) {
	res := &Response{
		Status:          answer.StatusCode,
		ETag:            validator(answer.Header.Get("ETag")),
		LastModified:    validator(answer.Header.Get("Last-Modified")),
		ContentType:     answer.Header.Get("Content-Type"),
		ContentLocation: answer.Header.Get("Content-Location"),
	}
	switch code := answer.StatusCode; {
	case code == http.StatusNotModified:
		if req.Header.Get("If-None-Match") == "" && req.Header.Get("If-Modified-Since") == "" {
			return nil, newError(Protocol, "%s to a request without validators", statusText(code))
		}
		body.discard()
		res.NotModified = true
		return res, nil
	case code == http.StatusOK, code == http.StatusNonAuthoritativeInfo:
		var err error
		res.Body, err = readBody(answer, body)
		res.Wire = body.n
		return res, err
	case code < 300:
		return nil, newError(Protocol, "%s does not answer a plain request", statusText(code))
	case strings.EqualFold(answer.Header.Get("Cf-Mitigated"), "challenge"):
		body.discard()
		return nil, newError(Status, "%s: a challenge that only a browser can pass", statusText(code))
	default:
		body.discard()
		return nil, newError(Status, "%s", statusText(code))
	}
}

// validator gives v when it may be kept and sent back, or "": a long one is a burden on every request,
// a control byte has no place in a header, and a cut one would be an invention.
func validator(v string) string {
	const longest = 1 << 10
	if len(v) > longest || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	return v
}
