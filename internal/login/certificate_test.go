package login

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// pair makes a certificate for localhost, and its key.
func pair(t *testing.T, name string, until time.Time) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

// secret is a folder as Kubernetes mounts a Secret: the files are symlinks into
// a folder that is exchanged as a whole.
type secret struct {
	dir string
	n   int
}

func (s *secret) put(t *testing.T, cert, key []byte) {
	t.Helper()
	s.n++
	data := filepath.Join(s.dir, "..", filepath.Base(s.dir)+"-"+strings.Repeat("i", s.n))
	for name, text := range map[string][]byte{"tls.crt": cert, "tls.key": key} {
		if err := os.MkdirAll(data, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(data, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(data, s.dir+".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.dir+".new", s.dir); err != nil {
		t.Fatal(err)
	}
}

// logged is what was logged, read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

// TestCertificate: a server takes in a new certificate while it runs; what is
// wrong with one is logged once, and the old one stays until it is right.
func TestCertificate(t *testing.T) {
	year := time.Now().Add(365 * 24 * time.Hour)
	files, log := &secret{dir: filepath.Join(t.TempDir(), "tls")}, &logged{}
	first, firstKey := pair(t, "first", year)
	files.put(t, first, firstKey)
	config, err := serverTLS(filepath.Join(files.dir, "tls.crt"), filepath.Join(files.dir, "tls.key"), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{TLSConfig: config, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.ServeTLS(listener, "", "") // ends when it is closed
	}()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	shown := func() string {
		t.Helper()
		conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	becomes := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	if got := shown(); got != "first" {
		t.Fatalf("at first %s is shown", got)
	}
	second, secondKey := pair(t, "second", year)
	wrong := 0
	for name, now := range map[string][2][]byte{
		"the key of another": {second, firstKey},
		"no certificate":     {[]byte("-----BEGIN CERTIFICATE-----\n"), secondKey},
	} {
		files.put(t, now[0], now[1])
		wrong++
		becomes(name+" is not told of", func() bool { return shown() == "first" && log.count("new certificate is wrong") == wrong })
	}
	old, oldKey := pair(t, "ended", time.Now().Add(-time.Hour))
	files.put(t, old, oldKey)
	becomes("that it has ended is not told of", func() bool { return shown() == "first" && log.count("not of now") > 0 })
	files.put(t, second, secondKey)
	becomes("the second certificate is not shown", func() bool { return shown() == "second" })

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(second)
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err := client.Get("https://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if proto, _ := io.ReadAll(resp.Body); string(proto) != "HTTP/2.0" {
		t.Errorf("%s, want HTTP/2.0", proto)
	}
	if _, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

// A server does not begin with a certificate that is wrong.
func TestCertificateAtStart(t *testing.T) {
	dir := t.TempDir()
	if _, err := serverTLS(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), quiet); err == nil || !strings.Contains(err.Error(), "tls.crt") {
		t.Errorf("%v, want which file is not there", err)
	}
}
