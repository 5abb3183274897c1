//go:build unix

package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
)

// The API server refuses nodes on loopback, and nothing here is to listen elsewhere. So nodes have
// addresses that exist nowhere, and the API server reaches them, as it reaches nodes in another
// network, through an egress proxy: this one, which knows that they are here.
var (
	hollowNet = netip.MustParsePrefix("10.250.0.0/16")
	// silentNet is of nodes that take every packet and never answer.
	silentNet = netip.MustParsePrefix("10.251.0.0/16")
)

const egressConfig = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport: {uds: {udsName: %q}}
`

// egress is the proxy. It ends with its listener.
type egress struct {
	net.Listener
	dir string // of the socket, whose path must be short
}

func startEgress(clusterDir string) (*egress, error) {
	dir, err := os.MkdirTemp("", "kspm-egress-")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "s")
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", socket)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	e := &egress{l, dir}
	if err := os.WriteFile(filepath.Join(clusterDir, "egress.yaml"), fmt.Appendf(nil, egressConfig, socket), 0o600); err != nil {
		e.stop()
		return nil, err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go connect(conn)
		}
	}()
	return e, nil
}

func (e *egress) stop() {
	if e != nil {
		e.Close()
		os.RemoveAll(e.dir)
	}
}

// connect serves one CONNECT.
func connect(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil || req.Method != http.MethodConnect {
		return
	}
	target := req.Host
	if to, err := netip.ParseAddrPort(target); err == nil {
		switch {
		case hollowNet.Contains(to.Addr()):
			target = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), to.Port()).String()
		case silentNet.Contains(to.Addr()):
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
			_, _ = io.Copy(io.Discard, in) // until the other side has enough
			return
		}
	}
	out, err := new(net.Dialer).DialContext(req.Context(), "tcp", target)
	if err != nil {
		_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
		return
	}
	defer out.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	pipe := func(to io.Writer, from io.Reader) {
		_, _ = io.Copy(to, from)
		done <- struct{}{}
	}
	go pipe(out, in)
	go pipe(conn, out)
	<-done
}
