package cluster

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Users that every cluster has a kubeconfig for.
const (
	Admin  = "admin"  // in system:masters
	View   = "view"   // bound to the ClusterRole view once load.Bootstrap has run
	Nobody = "nobody" // bound to nothing
)

// Info is what a caller needs to reach a running cluster; it is kept in the folder as cluster.json.
type Info struct {
	Name             string `json:"name"`
	Server           string `json:"server"`
	Version          string `json:"version"`
	AdminKubeconfig  string `json:"adminKubeconfig"`
	ViewKubeconfig   string `json:"viewKubeconfig"`
	NobodyKubeconfig string `json:"nobodyKubeconfig"`
}

// ReadInfo tells of the cluster that runs, or last ran, in dir.
func ReadInfo(dir string) (Info, error) {
	var info Info
	b, err := os.ReadFile(filepath.Join(dir, "cluster.json"))
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(b, &info); err != nil {
		return info, fmt.Errorf("read cluster.json: %w", err)
	}
	return info, nil
}

func (i Info) write(dir string) error {
	b, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "cluster.json"), b, 0o600)
}

// Kubeconfig writes a kubeconfig with a fresh client certificate for any user and groups of the
// cluster in dir, and returns its absolute path. The same user gets the same path.
func Kubeconfig(dir, user string, groups ...string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := ReadInfo(dir)
	if err != nil {
		return "", fmt.Errorf("kubeconfig for %s: %w", user, err)
	}
	ca, err := openAuthority(filepath.Join(dir, "pki"), "ca")
	if err != nil {
		return "", fmt.Errorf("kubeconfig for %s: %w", user, err)
	}
	users := filepath.Join(dir, "users")
	if err := os.MkdirAll(users, 0o700); err != nil {
		return "", err
	}
	return writeKubeconfig(users, ca, info.Name, info.Server, user, groups...)
}

func writeKubeconfig(dir string, ca *authority, cluster, server, user string, groups ...string) (string, error) {
	cert, key, err := ca.client(user, groups...)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: %[1]q
  cluster:
    server: %[2]s
    certificate-authority-data: %[3]s
users:
- name: %[4]q
  user:
    client-certificate-data: %[5]s
    client-key-data: %[6]s
contexts:
- name: %[7]q
  context:
    cluster: %[1]q
    user: %[4]q
current-context: %[7]q
`, cluster, server, encode(ca.certPEM), user, encode(cert), encode(key), user+"@"+cluster)
	path := filepath.Join(dir, url.QueryEscape(user)+".kubeconfig") // a colon would split a KUBECONFIG list
	return path, os.WriteFile(path, []byte(text), 0o600)
}

func encode(pem []byte) string { return base64.StdEncoding.EncodeToString(pem) }
