package testcluster

import (
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an API server")
	}
	c, err := Start("", "--apiserver-arg=--anonymous-auth=false")
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	t.Cleanup(func() {
		if !stopped {
			_ = c.Stop()
		}
	})
	auditor, err := c.Kubeconfig("jane@example.com", "auditors")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Load(30, 1); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		user, kubeconfig, path string
		want                   int
	}{
		{"admin", c.AdminKubeconfig, "/api/v1/secrets", http.StatusOK},
		{"view", c.ViewKubeconfig, "/api/v1/pods", http.StatusOK},
		{"view", c.ViewKubeconfig, "/api/v1/secrets", http.StatusForbidden},
		{"nobody", c.NobodyKubeconfig, "/api/v1/pods", http.StatusForbidden},
		{"a group that load binds to view", auditor, "/api/v1/pods", http.StatusOK},
		{"anonymous", "", "/version", http.StatusUnauthorized},
	} {
		resp, err := client(t, test.kubeconfig).Get(c.Server + test.path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != test.want {
			t.Errorf("%s %s: got %d, want %d", test.user, test.path, resp.StatusCode, test.want)
		}
	}
	stopped = true
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if resp, err := client(t, "").Get(c.Server + "/version"); err == nil {
		resp.Body.Close()
		t.Error("the server still answers after Stop")
	}
	if _, err := os.Stat(c.Dir); !os.IsNotExist(err) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an API server")
	}
	dir := filepath.Join(t.TempDir(), "c")
	if c, err := Start(dir, "--apiserver-arg=--no-such-flag"); err == nil {
		_ = c.Stop()
		t.Fatal("an unknown flag was accepted")
	}
	log, err := os.ReadFile(filepath.Join(dir, "kube-apiserver.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`unknown flag: --no-such-flag`).Match(log) {
		t.Errorf("kube-apiserver.log does not say why: %s", log)
	}
}

// client answers with the certificate in a kubeconfig, or with none; it trusts any server.
func client(t *testing.T, kubeconfig string) *http.Client {
	t.Helper()
	config := &tls.Config{InsecureSkipVerify: true}
	if kubeconfig != "" {
		text, err := os.ReadFile(kubeconfig)
		if err != nil {
			t.Fatal(err)
		}
		field := func(name string) []byte {
			m := regexp.MustCompile(name + `: (\S+)`).FindSubmatch(text)
			if m == nil {
				t.Fatalf("%s has no %s", kubeconfig, name)
			}
			b, err := base64.StdEncoding.DecodeString(string(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		cert, err := tls.X509KeyPair(field("client-certificate-data"), field("client-key-data"))
		if err != nil {
			t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
}
