package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	"golang.org/x/sync/errgroup"
)

// door is where the web server is reached.
type door struct {
	pages        net.Listener
	redirect     net.Listener  // leads plain HTTP to pages; nil for none
	certificates *certificates // nil for plain HTTP
}

// openDoor takes the sockets that systemd hands over (sd_listen_fds(3)), and opens those that the config
// asks for and it did not.
func openDoor(p *plan, log *slog.Logger) (*door, error) {
	c, err := openCertificates(p.TLS, log)
	if err != nil {
		return nil, err
	}
	d := &door{certificates: c}
	if err := d.open(p); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *door) open(p *plan) error {
	passed, err := activation.ListenersWithNames()
	if err != nil {
		return fmt.Errorf("take the sockets of systemd: %w", err)
	}
	if err := d.take(passed); err != nil {
		return err
	}
	if d.pages == nil {
		if d.pages, err = listen(p.Listen); err != nil {
			return err
		}
	}
	if d.redirect == nil && p.TLS.Redirect != "" {
		if d.redirect, err = listen(p.TLS.Redirect); err != nil {
			return err
		}
	}
	if d.redirect != nil && d.certificates == nil {
		return errors.New("systemd passed a socket named redirect, but there is no https to lead to; give tls.domains or tls.certificate in the config")
	}
	return nil
}

// take keeps what systemd passed, by the names that FileDescriptorName= gave.
func (d *door) take(passed map[string][]net.Listener) error {
	for name, all := range passed {
		for _, l := range all {
			to := &d.pages
			if name == "redirect" {
				to = &d.redirect
			}
			if *to != nil {
				return fmt.Errorf("systemd passed %s beside %s; one socket is for the pages, and one with FileDescriptorName=redirect leads to it", l.Addr(), (*to).Addr())
			}
			*to = l
		}
	}
	return nil
}

// serve adds to group what answers at the door.
func (d *door) serve(ctx context.Context, group *errgroup.Group, s *service) {
	var secure *tls.Config
	if c := d.certificates; c != nil {
		secure = c.config
		group.Go(func() error { return c.watch(ctx) })
	}
	group.Go(func() error { return s.web(ctx, d.pages, secure) })
	if d.redirect != nil {
		group.Go(func() error { return serveRedirect(ctx, d.redirect, d.certificates, s.plan.Site.URL, s.log) })
	}
}

// ask asks at the door for a path; nobody answers where there is none, and that is well.
func (d *door) ask(ctx context.Context, p *plan, path string) error {
	if d == nil {
		return nil
	}
	return askOurselves(ctx, p, d.pages.Addr().Network(), d.pages.Addr().String(), path)
}

func (d *door) close() {
	for _, l := range []net.Listener{d.pages, d.redirect} {
		if l != nil {
			l.Close()
		}
	}
}

// listen takes the address, or says in one line why not.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		advice := "give an address of this machine and a port, such as localhost:8080"
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			advice = "stop what uses it, or give another address: listen in the config, --listen of the demo"
		case errors.Is(err, syscall.EACCES):
			advice = "ports below 1024 are not for everybody: let systemd open it, or give CAP_NET_BIND_SERVICE"
		}
		var oe *net.OpError
		if errors.As(err, &oe) {
			err = oe.Err
		}
		return nil, fmt.Errorf("listen on %s: %w; %s", address, err, advice)
	}
	return l, nil
}
