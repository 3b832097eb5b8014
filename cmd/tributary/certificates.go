package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// How often certificates are looked at.
const (
	lookForFiles  = time.Minute      // for new files of certificate and key
	lookAtAll     = 12 * time.Hour   // whether each will be valid for a while
	afterNoAnswer = 15 * time.Minute // authorities allow five failures an hour
)

// certificates is what the web server proves its name with: its config holds what TLS needs.
type certificates struct {
	config   *tls.Config
	redirect func(http.Handler) http.Handler // lets the authority ask in plain HTTP, too
	names    []string                        // of each certificate
	renew    func() error                    // called every lookForFiles
	log      *slog.Logger
}

// openCertificates gets ready what the config says, and reads the files that it names. Certificates of
// an authority come later. It is nil when the web server does not encrypt.
func openCertificates(cfg tlsConfig, log *slog.Logger) (*certificates, error) {
	switch {
	case !cfg.encrypts():
		return nil, nil
	case cfg.Certificate != "":
		return fileCertificates(cfg.Certificate, cfg.Key, log)
	}
	if err := os.MkdirAll(cfg.Cache, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of tls.cache: %w; name one that can be written", err)
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(cfg.Cache), Email: cfg.Email,
		HostPolicy: autocert.HostWhitelist(cfg.Domains...),
		Client:     &acme.Client{DirectoryURL: cfg.Authority, UserAgent: "Tributary/" + version()},
	}
	c := &certificates{config: m.TLSConfig(), redirect: m.HTTPHandler, names: cfg.Domains, renew: func() error { return nil }, log: log}
	c.config.MinVersion = tls.VersionTLS12
	return c, nil
}

// fileCertificates shows the certificate of a file, and the new one when the file changes.
func fileCertificates(file, key string, log *slog.Logger) (*certificates, error) {
	var current atomic.Pointer[tls.Certificate]
	var read [2]time.Time // when the files were changed that current is of
	renew := func() error {
		var changed [2]time.Time
		for i, name := range []string{file, key} {
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			changed[i] = info.ModTime()
		}
		if changed == read {
			return nil
		}
		pair, err := tls.LoadX509KeyPair(file, key)
		if err != nil {
			return fmt.Errorf("%s and %s: %w", file, key, err)
		}
		if read[0] != (time.Time{}) {
			log.Info("certificate read anew", "file", file, "until", pair.Leaf.NotAfter)
		}
		current.Store(&pair)
		read = changed
		return nil
	}
	if err := renew(); err != nil {
		return nil, fmt.Errorf("read the certificate: %w; both are PEM files, which tls.certificate and tls.key name", err)
	}
	return &certificates{
		config: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return current.Load(), nil
		}},
		redirect: func(h http.Handler) http.Handler { return h },
		names:    []string{""}, renew: renew, log: log,
	}, nil
}

// watch gets each certificate before somebody waits for it, and warns of those that will end, until ctx
// ends.
func (c *certificates) watch(ctx context.Context) error {
	files := time.NewTicker(lookForFiles)
	defer files.Stop()
	all := time.NewTimer(0)
	defer all.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-files.C:
			if err := c.renew(); err != nil {
				c.log.Error("the new certificate cannot be read, the one before stays", "err", err)
			}
		case <-all.C:
			all.Reset(c.look(ctx))
		}
	}
}

// look asks for each certificate and gives the time until the next look. An authority may take minutes,
// for which nobody waits when ctx ends.
func (c *certificates) look(ctx context.Context) (next time.Duration) {
	next = lookAtAll
	for _, name := range c.names {
		failed := make(chan error, 1)
		go func() { failed <- c.check(name) }()
		select {
		case <-ctx.Done():
			return next
		case err := <-failed:
			if err != nil {
				next = afterNoAnswer
				c.log.Error("no good certificate", "domain", name, "err", err)
			}
		}
	}
	return next
}

// check is an error when there is no certificate for name, or it should have been renewed.
func (c *certificates) check(name string) error {
	shown, err := c.config.GetCertificate(&tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
	if err != nil {
		return err
	}
	if shown.Leaf == nil {
		return errors.New("the certificate cannot be read")
	}
	left := time.Until(shown.Leaf.NotAfter)
	if left < enough(shown.Leaf.NotAfter.Sub(shown.Leaf.NotBefore)) {
		return fmt.Errorf("it ends in %d days and has not been renewed", int(left/(24*time.Hour)))
	}
	return nil
}

// enough is how long a certificate should still be valid: three weeks of three months, as others would
// have renewed it after two, and less of a shorter one.
func enough(life time.Duration) time.Duration { return min(21*24*time.Hour, life*21/90) }
