package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// healthcheckCommand says whether the service that runs with this config is ready, for containers that
// have no other program.
type healthcheckCommand struct{}

func (healthcheckCommand) Run(ctx context.Context, all *commands, t terminal) error {
	p, err := readPlan(all.Config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := askOurselves(ctx, p, "tcp", p.Listen, "/readyz"); err != nil {
		fmt.Fprintf(t.out, "not ready: %v\n", err)
		return errNo
	}
	fmt.Fprintln(t.out, "ready")
	return nil
}

// askOurselves asks our own web server for a path, as anybody would; an error says that the answer was not good.
func askOurselves(ctx context.Context, p *plan, network, address, path string) error {
	u, err := url.Parse(p.Site.URL)
	if err != nil {
		return err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // it is ourselves, maybe before the certificate has come
	}
	u.Scheme, u.Path = "http", path
	if p.TLS.encrypts() {
		u.Scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "Tributary/"+version()+" healthcheck")
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, answer.Status)
	}
	return nil
}
