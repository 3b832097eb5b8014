package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// How long a client may take, and what it may send: a slow one must not keep others away.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = time.Minute
	idleTime   = 2 * time.Minute
	mostHeader = 16 << 10 // bytes
	drainTime  = 20 * time.Second

	mostStreams = 100 // of one HTTP/2 connection
)

// Serve answers on l until the context ends and the requests under way have been answered. It returns nil
// then, and an error when l fails before. With secure, which has GetCertificate, it speaks https.
func (s *Server) Serve(ctx context.Context, l net.Listener, secure *tls.Config) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: mostHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), ConnContext: withConn,
	}
	failed := make(chan error, 1)
	if secure == nil {
		go func() { failed <- server.Serve(listener{l}) }()
	} else {
		server.Handler, server.TLSConfig = strict(server.Handler), secure
		server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: mostStreams}
		go func() { failed <- server.ServeTLS(l, "", "") }()
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		s.log.Warn("some readers did not finish and were cut off")
		err = server.Close()
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// strict tells browsers to ask by https alone for a year (RFC 6797).
func strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}
