package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"sync"
	"time"
)

// certificates gives the origins' certificates by name, each signed by itself and for feeds.example but
// for one thing. Made once: fake time begins in 2000, and they hold around it.
var certificates = sync.OnceValue(func() map[string]tls.Certificate {
	const day = 24 * time.Hour
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	always := start.Add(1e5 * day)
	all := map[string]tls.Certificate{}
	for name, c := range map[string]x509.Certificate{
		"good":         {DNSNames: []string{"feeds.example"}, NotBefore: start.Add(-day), NotAfter: always},
		"expired":      {DNSNames: []string{"feeds.example"}, NotBefore: start.Add(-2 * day), NotAfter: start.Add(-day)},
		"not yet":      {DNSNames: []string{"feeds.example"}, NotBefore: always.Add(-day), NotAfter: always},
		"other host":   {DNSNames: []string{"other.example"}, NotBefore: start.Add(-day), NotAfter: always},
		"no host":      {NotBefore: start.Add(-day), NotAfter: always},
		"for a client": {DNSNames: []string{"feeds.example"}, NotBefore: start.Add(-day), NotAfter: always, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}},
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		c.SerialNumber = big.NewInt(1)
		der, err := x509.CreateCertificate(rand.Reader, &c, &c, &key.PublicKey, key)
		if err != nil {
			panic(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		all[name] = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	}
	return all
})
