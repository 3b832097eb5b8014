package main

import (
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// encrypts says whether the web server speaks TLS by itself.
func (cfg tlsConfig) encrypts() bool { return len(cfg.Domains) > 0 || cfg.Certificate != "" }

// tls reports what is wrong with the part of the config that says how the web server encrypts.
func (c *checker) tls(cfg config) {
	path := func(keys ...any) []any { return append([]any{"tls"}, keys...) }
	for i, name := range cfg.TLS.Domains {
		if !publicName(name) {
			c.wrong(path("domains", i), "%q is not a name that an authority gives a certificate for; write it like news.example.org, without *, port or path", name)
		}
	}
	switch secret, chain := cfg.TLS.Key, cfg.TLS.Certificate; {
	case secret != "" && chain == "":
		c.wrong(path("key"), "the certificate that this key is for is missing; name its file under certificate")
	case secret == "" && chain != "":
		c.wrong(path("certificate"), "the key of this certificate is missing; name its file under key")
	case chain != "" && len(cfg.TLS.Domains) > 0:
		c.wrong(path("certificate"), "domains gets certificates from an authority; keep one of the two")
	}
	if _, err := mail.ParseAddress(cfg.TLS.Email); cfg.TLS.Email != "" && err != nil {
		c.wrong(path("email"), "%q is not a mail address", cfg.TLS.Email)
	}
	if strings.TrimSpace(cfg.TLS.Cache) == "" && len(cfg.TLS.Domains) > 0 {
		c.wrong(path("cache"), "the cache is empty; name a folder, or every start asks for new certificates until the authority refuses")
	}
	_, err := webAddress(cfg.TLS.Authority)
	c.check(err, path("authority")...)
	if cfg.TLS.Redirect != "" {
		if !listenable(cfg.TLS.Redirect) {
			c.wrong(path("redirect"), notListenable, cfg.TLS.Redirect)
		} else if !cfg.TLS.encrypts() {
			c.wrong(path("redirect"), "there is no https to lead to; give domains or a certificate")
		}
	}
	if cfg.TLS.encrypts() {
		c.encryptedSite(cfg)
	}
}

// encryptedSite reports an address of the site under which the web server, which encrypts, is not found.
func (c *checker) encryptedSite(cfg config) {
	u, err := url.Parse(cfg.Site.URL)
	if err != nil || u.Host == "" {
		return // has been reported
	}
	if u.Scheme != "https" {
		c.wrong([]any{"site", "url"}, "%q does not begin with https://, and tls makes the server speak nothing else", cfg.Site.URL)
	} else if len(cfg.TLS.Domains) > 0 && !slices.ContainsFunc(cfg.TLS.Domains, func(name string) bool { return strings.EqualFold(name, u.Hostname()) }) {
		c.wrong([]any{"site", "url"}, "%q is none of tls.domains, so it would have no certificate", u.Hostname())
	}
}

const notListenable = "%q is not an address to listen on; write it like localhost:8080 or :8080"

// listenable says whether address has the form of one to listen on.
func listenable(address string) bool {
	_, port, err := net.SplitHostPort(address)
	_, unknown := net.LookupPort("tcp", port)
	return err == nil && port != "" && unknown == nil
}

// publicName says whether an authority could give a certificate for a name.
func publicName(name string) bool {
	ascii, err := idna.Lookup.ToASCII(name)
	return err == nil && net.ParseIP(name) == nil && len(ascii) <= 253 && strings.Contains(ascii, ".") &&
		!strings.HasSuffix(ascii, ".") && !strings.ContainsAny(ascii, "*:/@ ")
}
