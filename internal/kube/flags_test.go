package kube

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// kubeconfig writes a file whose contexts all lead to one server.
func kubeconfig(t *testing.T, server, current string, contexts ...string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: Config\ncurrent-context: " + current + "\nclusters:\n- name: c\n  cluster: {server: '" + server + "'}\n")
	b.WriteString("users:\n- name: u\n  user: {token: secret-token}\n")
	b.WriteString("- name: plugin\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never}}\n")
	b.WriteString("contexts:\n")
	for _, name := range contexts {
		user := "u"
		if name == "plugin" {
			user = "plugin"
		}
		b.WriteString("- name: " + name + "\n  context: {cluster: c, user: " + user + ", namespace: team}\n")
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func version(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, 200, `{"gitVersion":"v1.36.1-eks-5e0fdde"}`)
}

func TestConnect(t *testing.T) {
	var mu sync.Mutex // requests come at once
	var as, token string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		as, token = r.Header.Get("Impersonate-User"), r.Header.Get("Authorization")
		mu.Unlock()
		version(w, r)
	}))
	defer srv.Close()
	t.Setenv("KUBECONFIG", kubeconfig(t, "https://nowhere.invalid", "", "other")+string(os.PathListSeparator)+kubeconfig(t, srv.URL, "prod", "prod"))
	c, err := connect(t, "--server", srv.URL, "--as", "jane")
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	if c.Name() != "prod" || as != "jane" || token != "" { // no token over HTTP
		t.Errorf("%s as %q with %q", c.Name(), as, token)
	}
	mu.Unlock()
	if i := c.Info(t.Context()); i.Context != "prod" || i.Version != "v1.36.1-eks-5e0fdde" || i.Provider != "eks" || "http://"+i.Server != srv.URL {
		t.Errorf("%+v", i)
	}
}

func TestConnectErrors(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(version))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	srv.StartTLS()
	defer srv.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	page := httptest.NewServer(body("application/json", `{"hello":"world"}`))
	defer page.Close()
	refuses := httptest.NewServer(code(401, "Unauthorized"))
	defer refuses.Close()
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("clusters: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := kubeconfig(t, srv.URL, "prod", "prod", "plugin", "stage")
	tests := []struct {
		name string
		args []string
		want Fault
		says string
	}{
		{"nothing", nil, NoCluster, "no cluster: no kubeconfig found (set KUBECONFIG or --kubeconfig), or judge files with -f DIR"},
		{"unknown context without a kubeconfig", []string{"--context", "x"}, NoCluster, "no kubeconfig found"},
		{"missing file", []string{"--kubeconfig", "/no/such/file"}, NoCluster, "kubeconfig: stat /no/such/file: no such file or directory"},
		{"broken file", []string{"--kubeconfig", broken}, NoCluster, "kubeconfig: error loading config file"},
		{"unknown context", []string{"--kubeconfig", good, "--context", "pord"}, NoCluster, `no context "pord": contexts are plugin, prod, stage`},
		{"no current context", []string{"--kubeconfig", kubeconfig(t, srv.URL, "", "a", "b")}, NoCluster, "no current context: choose one with --context; contexts are a, b"},
		{"unknown user", []string{"--kubeconfig", good, "--user", "x"}, NoCluster, `auth info "x" does not exist`},
		{"unknown authority", []string{"--kubeconfig", good}, Untrusted, "is not signed by an authority that the kubeconfig trusts"},
		{"other host", []string{"--kubeconfig", good, "--tls-server-name", "x.invalid", "--insecure-skip-tls-verify=false"}, Untrusted, "certificate of"},
		{"plugin", []string{"--kubeconfig", good, "--context", "plugin", "--insecure-skip-tls-verify"}, Unauthorized, "cluster plugin: getting credentials: exec: executable no-such-plugin not found (the kubeconfig names"},
		{"refused", []string{"--server", closed.URL}, Unavailable, "refuses connections: is the API server running, and the address right?"},
		{"no such host", []string{"--server", "https://nowhere.invalid"}, Unavailable, "no such host nowhere.invalid"},
		{"not Kubernetes", []string{"--server", page.URL}, BadReply, "is not a Kubernetes API server"},
		{"TLS to HTTP", []string{"--server", strings.Replace(page.URL, "http", "https", 1)}, Unavailable, "does not speak TLS"},
		{"credentials", []string{"--server", refuses.URL}, Unauthorized, "refuses the credentials (401)"},
		{"timeout", []string{"--server", srv.URL, "--request-timeout", "soon"}, NoCluster, `--request-timeout "soon" is no duration`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
			_, err := connect(t, tt.args...)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("%v", err)
			}
			if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "/version") {
				t.Errorf("%q", err)
			}
			t.Log(err)
		})
	}
}

func TestContexts(t *testing.T) {
	f := NewFlags()
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.AddFlags(fs)
	path := kubeconfig(t, "https://x.invalid", "", "prod-eu", "prod-us", "stage", "arn:aws:eks:eu-west-1:1:cluster/prod-3")
	if err := fs.Parse([]string{"--kubeconfig", path, "-n", "ns/shop"}); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string][]string{
		"prod-*":  {"prod-eu", "prod-us"},
		"*":       {"arn:aws:eks:eu-west-1:1:cluster/prod-3", "prod-eu", "prod-us", "stage"},
		"*/prod*": {"arn:aws:eks:eu-west-1:1:cluster/prod-3"},
	} {
		got, err := f.Contexts(pattern)
		if diff := gocmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", pattern, err, diff)
		}
	}
	if _, err := f.Contexts("x*"); !errors.Is(err, NoCluster) {
		t.Error(err)
	}
	if _, err := f.Contexts("["); err == nil {
		t.Error("[ is a pattern")
	}
	if f.Namespace() != "shop" || f.ForContext("stage").Namespace() != "shop" {
		t.Error(f.Namespace())
	}
}

func TestScope(t *testing.T) {
	tests := []struct {
		r     *tables.Resource
		scope rows.Scope
		want  string
	}{
		{tables.Pods, rows.Scope{}, "/api/v1/pods?"},
		{tables.Deployments, rows.Scope{Namespace: "shop", Name: "a,b"}, `/apis/apps/v1/namespaces/shop/deployments?fieldSelector=metadata.name%3Da%5C%2Cb`},
		{tables.Nodes, rows.Scope{Namespace: "shop"}, "/api/v1/nodes?"},
		{tables.Namespaces, rows.Scope{Namespace: "shop"}, "/api/v1/namespaces?fieldSelector=metadata.name%3Dshop"},
		{tables.Secrets, rows.Scope{}, "/api/v1/secrets?includeObject=Metadata"},
	}
	for _, tt := range tests {
		if got := listPath(tt.r, tt.scope) + "?" + listQuery(tt.r, tt.scope).Encode(); got != tt.want {
			t.Errorf("%s: %s", tt.r, got)
		}
	}
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	if err := c.Each(t.Context(), tables.Pods, rows.Scope{Namespace: "../nodes"}, nil); err != nil {
		t.Error(err)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"a\n\tb\x1b[31m": `a b\u001b[31m`,
		`Get "https://user:pw@host:6443/api/v1?token=x&a=b": refused`: `Get "https://host:6443": refused`,
		strings.Repeat("x", 500): strings.Repeat("x", 400) + "…",
	} {
		if got := plain(errors.New(in)); got != want {
			t.Errorf("%q", got)
		}
	}
}

func TestProvider(t *testing.T) {
	for _, tt := range []struct{ version, host, want string }{
		{"v1.35.3-eks-5e0fdde", "x:443", "eks"},
		{"v1.35.1-gke.1187000", "10.0.0.1", "gke"},
		{"v1.35.1", "prod-dns-1a2b.hcp.westeurope.azmk8s.io:443", "aks"},
		{"v1.35.1+k3s1", "127.0.0.1:6443", "k3s"},
		{"v1.35.1+rke2r1", "127.0.0.1:6443", "rke2"},
		{"v1.37.2", "127.0.0.1:6443", ""},
	} {
		if got := provider(tt.version, tt.host); got != tt.want {
			t.Errorf("%s on %s: %q", tt.version, tt.host, got)
		}
	}
}

func TestOldServerCannotBeDiscovered(t *testing.T) {
	for _, answer := range []http.HandlerFunc{code(406, "only the following media types are accepted"), body("application/json", `{"kind":"APIGroupList"}`)} {
		if _, err := serve(t, answer).Discover(t.Context()); !errors.Is(err, NotServed) || !strings.Contains(err.Error(), "older than v1.27") {
			t.Error(err)
		}
	}
}

func TestDiscoverNamesWhatIsDown(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api" {
			sendJSON(w, 200, `{"kind":"APIGroupDiscoveryList","items":[{"versions":[{"version":"v1","resources":[
				{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","verbs":["list"]},
				{"resource":"bindings","responseKind":{"kind":"Binding"},"verbs":["create"]}]}]}]}`)
			return
		}
		sendJSON(w, 200, `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}`)
	})
	found, err := c.Discover(t.Context())
	if len(found) != 1 || found[0] != tables.Pods || !errors.Is(err, Unavailable) || !strings.Contains(err.Error(), "metrics.k8s.io/v1beta1") {
		t.Errorf("%v, %v", found, err)
	}
}

func TestReason(t *testing.T) {
	if reason, grant := Reason(nil); reason != "" || grant != "" {
		t.Error(reason, grant)
	}
	if reason, _ := Reason(errors.New("x")); reason != "error" {
		t.Error(reason)
	}
	if _, err := NewCluster("x", &rest.Config{Host: "https://a b"}); err == nil {
		t.Error("a host with a blank")
	}
}

// A plugin that hangs, or takes its time for a login, is neither a silent
// server nor in the way of Ctrl-C.
func TestSlowCredentialPlugin(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(version))
	defer srv.Close()
	cfg := &rest.Config{Host: srv.URL, TLSClientConfig: rest.TLSClientConfig{Insecure: true}, ExecProvider: &api.ExecConfig{
		Command: "sh", APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: api.NeverExecInteractiveMode,
		Args: []string{"-c", `sleep 1; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"x"}}'`},
	}}
	c, err := NewCluster("test", cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := c.probe(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 900*time.Millisecond {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	c.idle = 800 * time.Millisecond
	if err := c.probe(t.Context()); err != nil {
		t.Error(err)
	}
}
