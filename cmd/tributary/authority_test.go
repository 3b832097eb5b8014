package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// authority is a certificate authority that speaks as much of ACME (RFC 8555) as one name needs, and
// believes who asks. It looks whether the name is theirs by TLS-ALPN-01 at secure, or by HTTP-01 at plain.
type authority struct {
	*httptest.Server
	sync.Mutex
	t             *testing.T
	secure, plain string // addresses; one of them is ""
	orders        atomic.Int32

	root   *x509.Certificate
	key    *ecdsa.PrivateKey
	name   string // of the order
	state  string // of the order and its authorization
	issued []byte // PEM
}

func newAuthority(t *testing.T, secure, plain string) *authority {
	t.Helper()
	a := &authority{t: t, secure: secure, plain: plain}
	a.root, a.key = selfSigned(t, "authority", time.Hour)
	a.Server = httptest.NewServer(http.HandlerFunc(a.answer))
	t.Cleanup(a.Close)
	return a
}

// selfSigned makes a certificate that may sign others.
func selfSigned(t *testing.T, name string, life time.Duration) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(life), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c, key
}

// answer takes one request at a time, as a client sends them.
func (a *authority) answer(w http.ResponseWriter, r *http.Request) {
	a.Lock()
	defer a.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	var request struct{ Payload string }
	var payload struct {
		Identifiers []struct{ Value string }
		CSR         string
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			a.fail(w, err)
			return
		}
		inner, _ := base64.RawURLEncoding.DecodeString(request.Payload)
		if err := json.Unmarshal(inner, &payload); len(inner) > 0 && err != nil {
			a.fail(w, err)
			return
		}
	}
	switch r.URL.Path {
	case "/directory":
		a.say(w, map[string]any{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/new"})
	case "/nonce":
	case "/account":
		w.Header().Set("Location", a.URL+"/account/1")
		w.WriteHeader(http.StatusCreated)
		a.say(w, map[string]any{"status": "valid"})
	case "/new":
		a.orders.Add(1)
		a.name, a.state = payload.Identifiers[0].Value, "pending"
		w.Header().Set("Location", a.URL+"/order")
		w.WriteHeader(http.StatusCreated)
		a.say(w, a.order())
	case "/order":
		w.Header().Set("Location", a.URL+"/order")
		a.say(w, a.order())
	case "/authorization":
		a.say(w, map[string]any{"status": a.state, "identifier": map[string]string{"type": "dns", "value": a.name},
			"challenges": []any{a.challenge()}})
	case "/challenge":
		if err := a.look(); err != nil {
			a.fail(w, err)
			return
		}
		a.state = "valid"
		a.say(w, a.challenge())
	case "/finalize":
		if err := a.issue(payload.CSR); err != nil {
			a.fail(w, err)
			return
		}
		w.Header().Set("Location", a.URL+"/order")
		a.say(w, a.order())
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		w.Write(a.issued)
	default:
		a.fail(w, fmt.Errorf("%s %s", r.Method, r.URL))
	}
}

func (a *authority) order() map[string]any {
	order := map[string]any{"status": a.state, "authorizations": []string{a.URL + "/authorization"}, "finalize": a.URL + "/finalize",
		"identifiers": []any{map[string]string{"type": "dns", "value": a.name}}}
	if a.state == "valid" {
		order["status"] = "ready"
	}
	if a.issued != nil {
		order["status"], order["certificate"] = "valid", a.URL+"/certificate"
	}
	return order
}

const proofName = "a-token"

func (a *authority) challenge() map[string]any {
	kind := "tls-alpn-01"
	if a.plain != "" {
		kind = "http-01"
	}
	return map[string]any{"type": kind, "url": a.URL + "/challenge", "token": proofName, "status": a.state}
}

// look asks the server of the name for the proof.
func (a *authority) look() error {
	if a.plain != "" {
		request, err := http.NewRequest(http.MethodGet, "http://"+a.plain+"/.well-known/acme-challenge/"+proofName, nil)
		if err != nil {
			return err
		}
		request.Host = a.name
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if body, _ := io.ReadAll(answer.Body); !strings.HasPrefix(string(body), proofName+".") {
			return fmt.Errorf("%s and %q over http", answer.Status, body)
		}
		return nil
	}
	c, err := tls.Dial("tcp", a.secure, &tls.Config{ServerName: a.name, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer c.Close()
	for _, e := range c.ConnectionState().PeerCertificates[0].Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}) {
			return nil
		}
	}
	return errors.New("no acmeIdentifier in the certificate (RFC 8737)")
}

// issue signs what a client asked for.
func (a *authority) issue(request string) error {
	der, err := base64.RawURLEncoding.DecodeString(request)
	if err != nil {
		return err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: csr.DNSNames, NotBefore: a.root.NotBefore,
		NotAfter: time.Now().Add(90 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	signed, err := x509.CreateCertificate(rand.Reader, c, a.root, csr.PublicKey, a.key)
	a.issued = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	return err
}

func (a *authority) say(w http.ResponseWriter, content any) {
	if err := json.NewEncoder(w).Encode(content); err != nil {
		a.t.Error(err)
	}
}

func (a *authority) fail(w http.ResponseWriter, err error) {
	a.t.Errorf("authority: %v", err)
	http.Error(w, `{"type": "urn:ietf:params:acme:error:malformed"}`, http.StatusBadRequest)
}
