package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// serveRedirect leads those who ask on l to the site, which is reached by https, until ctx ends.
func serveRedirect(ctx context.Context, l net.Listener, c *certificates, site string, log *slog.Logger) error {
	server := &http.Server{
		Handler: c.redirect(redirectTo(site)), ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("lead to https: %w", err)
	}
	return nil
}

// redirectTo answers with the same address on the site's host, whatever host was asked for: readers keep
// what a 301 says.
func redirectTo(site string) http.Handler {
	u, err := url.Parse(site)
	if err != nil {
		panic(err) // cannot happen: the plan is checked
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.URL.RequestURI()
		if !strings.HasPrefix(target, "/") {
			http.Error(w, "ask for a path", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "https://"+u.Host+target, http.StatusMovedPermanently)
	})
}
