package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	authn "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

const viewer = `{"metadata": {"name": "kspm-viewer"}, "rules": [{"apiGroups": ["kspm.io"], "resources": ["posture"], "verbs": ["get"]}]}`

func bound(kind, account string) string {
	return `{"metadata": {"name": "` + account + `"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "` + kind + `"},
		"subjects": [{"kind": "ServiceAccount", "namespace": "shop", "name": "` + account + `"}]}`
}

// Whom the cluster lets see one namespace sees its findings and its rows, and
// nothing of another.
func TestServeLogin(t *testing.T) {
	c := ownCluster(t)
	for _, ns := range []string{"shop", "payments"} {
		create(t, c, "/api/v1/namespaces", `{"metadata": {"name": "`+ns+`"}}`)
		create(t, c, "/api/v1/namespaces/"+ns+"/serviceaccounts", `{"metadata": {"name": "default"}}`)
		create(t, c, "/api/v1/namespaces/"+ns+"/pods", hostile(ns+"-pod"))
	}
	create(t, c, "/apis/rbac.authorization.k8s.io/v1/clusterroles", viewer)
	tokens := map[string]string{}
	for _, account := range []string{"dev", "ciso", "nobody"} {
		create(t, c, "/api/v1/namespaces/shop/serviceaccounts", `{"metadata": {"name": "`+account+`"}}`)
		tokens[account] = token(t, c, "shop", account)
	}
	create(t, c, "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings", bound("kspm-viewer", "dev"))
	create(t, c, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", bound("kspm-viewer", "ciso"))

	s := startServe(t, t.TempDir(), "serve", "--kubeconfig", c.AdminKubeconfig, "--listen", "127.0.0.1:0", "--auth", "kubernetes")
	s.wait("complete=true")
	sql := "/api/v1/sql?sql=" + url.QueryEscape("SELECT name FROM k8s_pods UNION SELECT name FROM k8s_namespaces UNION SELECT name FROM kspm_findings")
	for _, tt := range []struct {
		who, path string
		code      int
		has, not  string
	}{
		{"ciso", "/api/v1/findings?limit=1000", http.StatusOK, "payments-pod", "nothing of the kind"},
		{"ciso", sql, http.StatusOK, "payments-pod", "nothing of the kind"},
		{"ciso", "/api/v1/sql?sql=SELECT+name+FROM+k8s_cluster_roles", http.StatusOK, "cluster-admin", "nothing of the kind"},
		{"dev", "/api/v1/findings?limit=1000", http.StatusOK, "shop-pod", "payments"},
		{"dev", "/findings", http.StatusOK, "shop-pod", "payments"},
		{"dev", "/api/v1/facets", http.StatusOK, "shop", "payments"},
		{"dev", sql, http.StatusOK, "shop-pod", "payments"},
		{"dev", "/api/v1/sql?sql=SELECT+name+FROM+k8s_cluster_roles", http.StatusBadRequest, "your rights are to some namespaces", "cluster-admin"},
		{"nobody", "/api/v1/findings", http.StatusForbidden, "may see nothing", "shop"},
		{"nobody", sql, http.StatusForbidden, "may see nothing", "shop-pod"},
		{"", "/api/v1/findings", http.StatusUnauthorized, "Log in first", "shop"},
	} {
		code, text := asked(t, s.pages+tt.path, tokens[tt.who])
		if code != tt.code || !strings.Contains(text, tt.has) || strings.Contains(text, tt.not) {
			t.Errorf("%s for %q: %d %.2000s\nwant %d with %q and without %q", tt.path, tt.who, code, text, tt.code, tt.has, tt.not)
		}
	}
	s.stop()
}

func token(t *testing.T, c *testcluster.Cluster, namespace, account string) string {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), account, &authn.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made.Status.Token
}

// asked is what somebody with a token is answered.
func asked(t *testing.T, address, token string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}
