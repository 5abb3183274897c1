package login

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	rbac "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

const all = "home-payments home-role home-shop other-payments other-role other-shop"

// TestKubernetes asks a real API server: everybody sees what they have the role
// for, and nothing else, on the pages of a server that runs as our own account.
func TestKubernetes(t *testing.T) {
	w := start(t)
	auth, err := newKubernetes(t.Context(), w.home(), nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	auth.keep, auth.rights.keep = time.Second, time.Second
	srv := pages(t, w, auth)

	w.bind(t, "", "kspm-viewer", "kspm-system", "ciso")
	w.bind(t, "shop", "kspm-viewer", "shop", "dev")
	must(t, w.admin.RbacV1().ClusterRoles().Create, &rbac.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "kspm-viewer-other"},
		Rules:      []rbac.PolicyRule{{APIGroups: []string{"kspm.io"}, Resources: []string{"posture"}, Verbs: []string{"get"}, ResourceNames: []string{"other"}}},
	})
	w.bind(t, "", "kspm-viewer-other", "shop", "operator")
	w.bind(t, "shop", "kspm-viewer", "shop", "operator")
	w.bind(t, "", "view", "kspm-system", "reader")
	dev := w.token(t, "shop", "dev")
	for _, tt := range []struct{ who, token, sees string }{
		{"everywhere", w.token(t, "kspm-system", "ciso"), all},
		{"one namespace", dev, "home-shop"},
		{"one namespace, and another cluster by name", w.token(t, "shop", "operator"), "home-shop other-payments other-role other-shop"},
		{"who may read all pods", w.token(t, "kspm-system", "reader"), "403"},
		{"without rights", w.token(t, "payments", "nobody"), "403"},
		{"forged", dev[:len(dev)-4] + "AAAA", "401"},
		{"of another audience", w.token(t, "kspm-system", "ciso", "vault"), "401"},
		{"no token", "", "401"},
	} {
		if got := seen(t, srv, tt.token); got != tt.sees {
			t.Errorf("%s: %s, want %s", tt.who, got, tt.sees)
		}
	}

	t.Run("a right that is taken away", func(t *testing.T) {
		if err := w.admin.RbacV1().RoleBindings("shop").DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
			t.Fatal(err)
		}
		becomes(t, srv, dev, "403")
	})
	t.Run("a token that is revoked", func(t *testing.T) {
		token := w.token(t, "payments", "leaver")
		w.bind(t, "payments", "kspm-viewer", "payments", "leaver")
		becomes(t, srv, token, "home-payments")
		if err := w.admin.CoreV1().ServiceAccounts("payments").Delete(t.Context(), "leaver", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		becomes(t, srv, token, "401")
	})
	t.Run("an audience of its own", func(t *testing.T) {
		own, err := newKubernetes(t.Context(), w.home(), []string{"kspm"}, quiet)
		if err != nil {
			t.Fatal(err)
		}
		srv := pages(t, w, own)
		if got := seen(t, srv, w.token(t, "kspm-system", "ciso", "kspm")); got != all {
			t.Errorf("of the audience: %s", got)
		}
		if got := seen(t, srv, w.token(t, "kspm-system", "ciso")); got != "401" {
			t.Errorf("of the API server's: %s", got)
		}
	})
	t.Run("an account that may not ask", func(t *testing.T) {
		_, err := newKubernetes(t.Context(), Home{Config: w.nobody, Store: w.store}, nil, quiet)
		if err == nil || !strings.Contains(err.Error(), "kspm-auth") {
			t.Errorf("%v, want what role it lacks", err)
		}
	})
}

func pages(t *testing.T, w *world, auth web.Auth) string {
	t.Helper()
	srv := httptest.NewServer(web.New(web.Options{Store: w.store, Auth: auth}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// seen are the names of the findings that somebody is shown, or the status.
func seen(t *testing.T, srv, token string) string {
	t.Helper()
	return seenBy(t, http.DefaultClient, srv, token)
}

func seenBy(t *testing.T, c *http.Client, srv, token string) string {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, srv+"/api/v1/findings", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		return resp.Status[:3]
	}
	var list struct{ Items []struct{ Name string } }
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range list.Items {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// becomes waits for what somebody is shown to be so: the API server itself
// remembers tokens for 10 s.
func becomes(t *testing.T, srv, token, want string) {
	t.Helper()
	got := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if got = seen(t, srv, token); got == want {
			return
		}
	}
	t.Error(cmp.Diff(want, got))
}
