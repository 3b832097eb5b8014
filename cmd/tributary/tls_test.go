package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// clientOf makes a client that finds every name at address, trusts root and follows no redirect.
func clientOf(root *x509.Certificate, address string) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, network, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// startSecure runs the program on a site by https, and gives its config.
func startSecure(t *testing.T, site, listen, more string) (config string) {
	t.Helper()
	config = writeConfig(t, listen, eager+"\n"+more, "http://127.0.0.1:1/feed")
	text := strings.Replace(string(read(t, config)), "http://"+listen, site, 1)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	restart(t, config)
	return config
}

func restart(t *testing.T, config string) {
	t.Helper()
	cmd := tributary(t, "serve", "--role", "web", "--config", config)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endWell(t, cmd)
}

func healthy(t *testing.T, config string) func() bool {
	return func() bool {
		code, _, _ := finish(t, tributary(t, "healthcheck", "--config", config))
		return code == exitFine
	}
}

// TestCertificateFiles: the program speaks https with a certificate of ours, and leads plain HTTP there.
func TestCertificateFiles(t *testing.T) {
	dir, secure, plain := t.TempDir(), freeAddress(t), freeAddress(t)
	root := writeCertificate(t, dir, "news.example", time.Hour)
	config := startSecure(t, "https://news.example", secure, fmt.Sprintf("tls: {certificate: '%s/chain.pem', key: '%[1]s/key.pem', redirect: '%s'}", dir, plain))
	eventually(t, "it is healthy", healthy(t, config))

	res, err := clientOf(root, secure).Get("https://news.example/topics/latin-america.rss")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Proto != "HTTP/2.0" || res.Header.Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Errorf("%s %s %v", res.Status, res.Proto, res.Header)
	}
	for path, want := range map[string]string{"/topics/x.rss?a=b": "https://news.example/topics/x.rss?a=b", "//elsewhere.example/": "https://news.example//elsewhere.example/"} {
		request, err := http.NewRequest(http.MethodGet, "http://elsewhere.example"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := clientOf(root, plain).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusMovedPermanently || got != want {
			t.Errorf("%s leads by %s to %s, want %s", path, res.Status, got, want)
		}
	}
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}
	if c, err := tls.Dial("tcp", secure, old); err == nil {
		c.Close()
		t.Error("it speaks TLS 1.1")
	}
	missing := writeConfig(t, freeAddress(t), "tls: {certificate: /nowhere/chain.pem, key: /nowhere/key.pem}", "http://127.0.0.1:1/feed")
	text := strings.Replace(string(read(t, missing)), "http://127", "https://127", 1)
	if err := os.WriteFile(missing, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := finish(t, tributary(t, "serve", "--config", missing))
	if code != exitCouldNot || !strings.Contains(stderr, "read the certificate: stat /nowhere/chain.pem: no such file or directory; ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestNotHealthy: where nobody answers, the answer is no.
func TestNotHealthy(t *testing.T) {
	code, stdout, _ := finish(t, tributary(t, "healthcheck", "--config", writeConfig(t, freeAddress(t), "", "http://127.0.0.1:1/feed")))
	if code != exitNo || !strings.Contains(stdout, "not ready: dial tcp 127.0.0.1:") {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}

// TestACME: the program gets a certificate by either way to prove its name, before anybody asks for it,
// and keeps it in a file. Names that are not its own get none.
func TestACME(t *testing.T) {
	for _, over := range []string{"TLS-ALPN-01", "HTTP-01"} {
		t.Run(over, func(t *testing.T) {
			secure, plain, cache := freeAddress(t), "", filepath.Join(t.TempDir(), "cache")
			at := secure
			if over == "HTTP-01" {
				at, plain = "", freeAddress(t)
			}
			a := newAuthority(t, at, plain)
			config := startSecure(t, "https://news.example", secure, fmt.Sprintf("tls: {domains: [news.example], cache: '%s', authority: '%s/directory', redirect: '%s'}", cache, a.URL, plain))
			eventually(t, "a certificate is kept", func() bool {
				_, err := os.Stat(filepath.Join(cache, "news.example"))
				return err == nil
			})
			eventually(t, "it is healthy", healthy(t, config))
			res, err := clientOf(a.root, secure).Get("https://news.example/readyz")
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if left := time.Until(res.TLS.PeerCertificates[0].NotAfter); res.StatusCode != http.StatusOK || left < 89*24*time.Hour {
				t.Errorf("%s, %s left", res.Status, left)
			}
			if _, err := clientOf(a.root, secure).Get("https://elsewhere.example/"); err == nil {
				t.Error("there is a certificate for another name")
			}
			for _, file := range []string{"news.example", "acme_account+key"} {
				if info, err := os.Stat(filepath.Join(cache, file)); err != nil || info.Mode() != 0o600 {
					t.Errorf("%s: %v, %v", file, info, err)
				}
			}
			if n := a.orders.Load(); n != 1 {
				t.Errorf("%d orders, want 1", n)
			}
		})
	}
}

// writeCertificate writes chain.pem and key.pem into dir.
func writeCertificate(t *testing.T, dir, name string, life time.Duration) *x509.Certificate {
	t.Helper()
	c, key := selfSigned(t, name, life)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"chain.pem": {Type: "CERTIFICATE", Bytes: c.Raw}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestNewCertificate: a certificate that was renewed is shown without a restart; one that cannot be read is
// not, nor is it forgotten that one ends.
func TestNewCertificate(t *testing.T) {
	dir := t.TempDir()
	file, key := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	age := func(by time.Duration) { // files that are written within a moment may have one time
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-by)); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		writeCertificate(t, dir, "first.example", 90*24*time.Hour)
		age(time.Hour)
		var log syncBuffer
		c, err := openCertificates(tlsConfig{Certificate: file, Key: key}, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		shown := func() string {
			synctest.Wait()
			pair, err := c.config.GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.DNSNames[0]
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- c.watch(ctx) }()

		writeCertificate(t, dir, "second.example", 90*24*time.Hour)
		age(time.Minute)
		if got := shown(); got != "first.example" {
			t.Errorf("at first it shows %s", got)
		}
		time.Sleep(lookForFiles)
		if got := shown(); got != "second.example" {
			t.Errorf("then it shows %s", got)
		}
		if err := os.WriteFile(file, []byte("half a"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookForFiles)
		if got := shown(); got != "second.example" || !strings.Contains(log.String(), "the one before stays") {
			t.Errorf("while a file cannot be read it shows %s and says %q", got, log.String())
		}
		before := len(log.String())
		time.Sleep(68 * 24 * time.Hour)
		synctest.Wait()
		if strings.Contains(log.String()[before:], "it ends") {
			t.Error("with 22 days left it warns")
		}
		time.Sleep(2 * 24 * time.Hour)
		synctest.Wait()
		if !strings.Contains(log.String(), `err="it ends in 20 days and has not been renewed"`) {
			t.Error("with 20 days left it does not warn")
		}
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
