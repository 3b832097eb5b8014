package fetch

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// longestPause is how long a redirect, or the gap of a host that redirects to itself, may make us wait before
// we follow it.
const longestPause = 5 * time.Second

// redirect is the way to the next request.
type redirect struct {
	to        *url.URL
	permanent bool // 301 or 308
}

// isRedirect says whether a status sends us on: 300 offers a choice that nobody can make here, and 304 to
// 306 mean something else (RFC 9110 §15.4).
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow makes requests from r.URL on until one brings something other than a redirect.
func (c *Client) follow(ctx context.Context, r Request) (*Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, newError(Blocked, "not a URL: %w", err)
	}
	if u, err = c.dialer.reachable(u); err != nil {
		return nil, err
	}
	at := &stay{hosts: &c.hosts}
	defer at.leave()
	var moved string
	permanent := true
	seen := map[string]bool{u.String(): true}
	for {
		res, next, err := c.step(ctx, at, u, r)
		if err != nil {
			if e := failure(ctx, err); len(seen) > 1 {
				e.URL = u.String()
			}
			return nil, err
		}
		if res != nil {
			res.Moved = moved
			return res, nil
		}
		u = next.to
		if permanent = permanent && next.permanent; permanent {
			moved = u.String()
		}
		switch {
		case seen[u.String()]:
			return nil, newError(Blocked, "the redirects go round in a circle")
		case len(seen) > MaxRedirect:
			return nil, newError(Blocked, "more than %d redirects", MaxRedirect)
		}
		seen[u.String()] = true
	}
}

// target says where an answer sends us, after the pause that it asks for (RFC 9110 §10.2.3).
func (c *Client) target(ctx context.Context, from *url.URL, answer *http.Response, pause time.Duration) (*redirect, error) {
	status := statusText(answer.StatusCode)
	location := answer.Header.Get("Location")
	if location == "" {
		return nil, newError(Blocked, "%s without a target", status)
	}
	to, err := from.Parse(location)
	if err != nil {
		return nil, newError(Blocked, "%s to no URL: %w", status, err)
	}
	if from.Scheme == "https" && to.Scheme == "http" {
		return nil, newError(Blocked, "%s from https to http", status)
	}
	if to, err = c.dialer.reachable(to); err != nil {
		return nil, err
	}
	if pause > longestPause {
		return nil, newError(Status, "%s asks to wait %v first", status, pause)
	}
	if err := rest(ctx, pause); err != nil {
		return nil, err
	}
	permanent := answer.StatusCode == http.StatusMovedPermanently || answer.StatusCode == http.StatusPermanentRedirect
	return &redirect{to: to, permanent: permanent}, nil
}

// rest waits, and fails when ctx ends before.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// reachable gives the URL as it is requested, without user name, password and fragment, or says why it
// never is.
func (d *dialer) reachable(u *url.URL) (*url.URL, error) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, newError(Blocked, "scheme %q is not http or https", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, newError(Blocked, "a URL without a host")
	}
	if p := u.Port(); p != "" {
		port, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, newError(Blocked, "%s is not a port", p)
		}
		if err := d.guard.port(uint16(port)); err != nil {
			return nil, err
		}
	}
	clean := *u
	clean.User, clean.Fragment, clean.RawFragment = nil, "", ""
	if _, err := url.Parse(clean.String()); err != nil { // "//::" has a host that cannot be written
		return nil, newError(Blocked, "not a URL: %w", err)
	}
	return &clean, nil
}
