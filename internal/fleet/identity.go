package fleet

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Identity is what an agent is known by, and what it knows its hub by. JSON is
// how it is kept.
type Identity struct {
	Cluster     string `json:"cluster"`
	Certificate string `json:"certificate"` // PEM
	Key         string `json:"key"`         // PEM
	Authority   string `json:"authority"`   // PEM, of the hub
}

// Keeper keeps an identity where a restarted agent finds it.
type Keeper interface {
	// Load returns nil where there is none yet.
	Load(ctx context.Context) (*Identity, error)
	Save(ctx context.Context, id *Identity) error
}

// File keeps an identity in a file for its owner's eyes.
type File string

// Load implements Keeper.
func (f File) Load(context.Context) (*Identity, error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	id := &Identity{}
	if err := json.Unmarshal(data, id); err != nil {
		return nil, fmt.Errorf("%s: not an agent's identity: %w", f, err)
	}
	return id, nil
}

// Save implements Keeper.
func (f File) Save(_ context.Context, id *Identity) error {
	data, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
		return err
	}
	return writeSecret(string(f), data)
}

// Enrol gets an identity for a cluster with a token. The hub is told the token
// only if its certificate is of the authority that the token names.
func Enrol(ctx context.Context, hub, token, cluster, name string) (*Identity, error) {
	_, authority, err := parseToken(token)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{
		MinVersion:         tls.VersionTLS13,
		InsecureSkipVerify: true, // VerifyConnection verifies, by the pin of the token
		VerifyConnection: func(s tls.ConnectionState) error {
			return verifyPinned(s, authority)
		},
	}
	c := &client{hub: hub, http: httpClient(config)}
	return c.identity(ctx, pathEnrol, enrolment{Token: token, Cluster: cluster, Name: name})
}

// verifyPinned verifies a hub's certificate by the authority that it sends
// along, if that is the one of the pin.
func verifyPinned(s tls.ConnectionState, authority string) error {
	for _, cert := range s.PeerCertificates[1:] {
		if pin(cert) != authority {
			continue
		}
		roots := x509.NewCertPool()
		roots.AddCert(cert)
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: s.ServerName})
		return err
	}
	return errors.New("the server is not the hub that the token is of")
}

// identity asks for a certificate for a new key.
func (c *client) identity(ctx context.Context, path string, e enrolment) (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	e.Request = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	var a admission
	if err := c.post(ctx, path, e, &a); err != nil {
		return nil, err
	}
	id := &Identity{Cluster: e.Cluster, Certificate: a.Certificate, Key: string(keyPEM), Authority: a.Authority}
	_, err = id.config()
	return id, err
}

// config is how an agent connects.
func (id *Identity) config() (*tls.Config, error) {
	pair, err := tls.X509KeyPair([]byte(id.Certificate), []byte(id.Key))
	if err != nil {
		return nil, fmt.Errorf("the agent's identity: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(id.Authority)) {
		return nil, errors.New("the agent's identity has no authority")
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, RootCAs: roots}, nil
}

// due tells whether the certificate is to be renewed.
func (id *Identity) due(now time.Time) bool {
	block, _ := pem.Decode([]byte(id.Certificate))
	if block == nil {
		return true
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	return err != nil || now.After(cert.NotAfter.Add(-certificateLife/3))
}

// client posts to a hub.
type client struct {
	hub  string // https://host:port
	http *http.Client
}

func httpClient(config *tls.Config) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = config
	transport.ForceAttemptHTTP2 = true
	return &http.Client{Transport: transport, Timeout: 2 * time.Minute}
}

// Refusal is a hub's no, which trying again does not change.
type Refusal struct {
	Status  int
	Message string
}

// Error is what the hub said.
func (r *Refusal) Error() string { return "hub: " + r.Message }

// post sends a value and reads the answer. What the hub refuses is a *Refusal.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	var body bytes.Buffer
	if err := encode(&body, in); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.hub+path, &body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "zstd")
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return decode(res.Body, "", out)
	}
	f := failure{}
	if decode(res.Body, "", &f) != nil || f.Error == "" {
		f.Error = res.Status
	}
	if res.StatusCode >= 500 {
		return fmt.Errorf("hub: %s", f.Error)
	}
	return &Refusal{res.StatusCode, f.Error}
}
