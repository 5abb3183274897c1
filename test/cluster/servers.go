//go:build unix

package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// errPort means that a server lost the race for its port.
var errPort = errors.New("port taken by another process")

// etcdArgs: plain HTTP on loopback, as everything in it is made up.
func etcdArgs(port int) []string {
	client := "http://127.0.0.1:" + strconv.Itoa(port)
	return []string{
		"--data-dir=etcd",
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=http://127.0.0.1:0",
		"--unsafe-no-fsync",
		"--quota-backend-bytes=8589934592",
		"--log-level=warn",
	}
}

// apiserverArgs follow kubeadm's manifest where it matters to a reader of the cluster; paths are
// relative to the cluster's folder.
func apiserverArgs(port, etcdPort int) []string {
	return []string{
		"--etcd-servers=http://127.0.0.1:" + strconv.Itoa(etcdPort),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port=" + strconv.Itoa(port),
		"--endpoint-reconciler-type=none", // it rejects loopback addresses
		"--tls-cert-file=pki/apiserver.crt",
		"--tls-private-key-file=pki/apiserver.key",
		"--client-ca-file=pki/ca.crt",
		"--authorization-mode=Node,RBAC",
		"--allow-privileged=true",
		"--service-cluster-ip-range=10.96.0.0/12",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=pki/sa.key",
		"--service-account-signing-key-file=pki/sa.key",
		"--requestheader-client-ca-file=pki/front-proxy-ca.crt",
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=pki/front-proxy-client.crt",
		"--proxy-client-key-file=pki/front-proxy-client.key",
	}
}

// writePKI keeps the authorities and the service account key, and issues the rest afresh.
func writePKI(dir string) (*authority, error) {
	ca, err := openAuthority(dir, "ca")
	if err != nil {
		return nil, err
	}
	front, err := openAuthority(dir, "front-proxy-ca")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "sa.key")); err != nil {
		_, key, err := newKey()
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, "sa.key"), key, 0o600); err != nil {
			return nil, err
		}
	}
	cert, key, err := ca.server("kube-apiserver",
		[]string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
		net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1))
	if err != nil {
		return nil, err
	}
	if err := writePair(dir, "apiserver", cert, key); err != nil {
		return nil, err
	}
	if cert, key, err = front.client("front-proxy-client"); err != nil {
		return nil, err
	}
	return ca, writePair(dir, "front-proxy-client", cert, key)
}

func writePair(dir, name string, cert, key []byte) error {
	if err := os.WriteFile(filepath.Join(dir, name+".crt"), cert, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name+".key"), key, 0o600)
}

func freePort() (int, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitReady returns once /readyz is ok and the namespaces and the service that the server itself
// makes, shortly after it says it is ready, are there.
func (c *Cluster) waitReady(ctx context.Context, ca *authority, server string) error {
	client, err := adminClient(ca)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	paths := []string{
		"/readyz",
		"/api/v1/namespaces/kube-system",
		"/api/v1/namespaces/kube-public",
		"/api/v1/namespaces/kube-node-lease",
		"/api/v1/namespaces/default/services/kubernetes",
	}
	for len(paths) > 0 {
		if ok(ctx, client, server+paths[0]) {
			paths = paths[1:]
			continue
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return fmt.Errorf("wait for %s: %w: %s", paths[0], ctx.Err(), c.apiserver.tail())
		case <-c.etcd.done:
			return c.etcd.ended()
		case <-c.apiserver.done:
			return c.apiserver.ended()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

func adminClient(ca *authority) (*http.Client, error) {
	certPEM, keyPEM, err := ca.client(Admin, "system:masters")
	if err != nil {
		return nil, err
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	return &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: roots}},
		Timeout:   5 * time.Second,
	}, nil
}

func ok(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// ended explains why a server that should run does not.
func (p *process) ended() error {
	if p.portTaken() {
		return fmt.Errorf("%s: %w", p.name, errPort)
	}
	if p.err == nil {
		return fmt.Errorf("%s ended: %s", p.name, p.tail())
	}
	return fmt.Errorf("%s ended: %w: %s", p.name, p.err, p.tail())
}
