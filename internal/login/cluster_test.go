package login

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	authn "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

var quiet = slog.New(slog.DiscardHandler)

// world is a real API server with kspm's own roles, two namespaces, and a store
// that knows this cluster and another.
type world struct {
	admin  *kubernetes.Clientset
	own    *rest.Config // of the account that serve runs as in a cluster
	nobody *rest.Config
	uid    string
	store  store.Store
}

func start(t *testing.T) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	w := &world{nobody: config(t, c.NobodyKubeconfig)}
	admin := config(t, c.AdminKubeconfig)
	if w.admin, err = kubernetes.NewForConfig(admin); err != nil {
		t.Fatal(err)
	}
	for _, ns := range []string{"kspm-system", "shop", "payments"} {
		must(t, w.admin.CoreV1().Namespaces().Create, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})
	}
	w.deploy(t, "auth.yaml", "viewer.yaml")
	must(t, w.admin.RbacV1().ClusterRoles().Create, &rbac.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "kspm-scanner"}, // of what it may read, this is needed here
		Rules:      []rbac.PolicyRule{{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"list"}}},
	})
	w.bind(t, "", "kspm-scanner", "kspm-system", "kspm")
	w.own = rest.AnonymousClientConfig(admin)
	w.own.BearerToken = w.token(t, "kspm-system", "kspm")
	system, err := w.admin.CoreV1().Namespaces().Get(t.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.uid = string(system.UID)
	w.fill(t)
	return w
}

func config(t *testing.T, kubeconfig string) *rest.Config {
	t.Helper()
	c, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func must[T any](t *testing.T, create func(context.Context, T, metav1.CreateOptions) (T, error), object T) T {
	t.Helper()
	made, err := create(t.Context(), object, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// deploy creates the roles that we ship.
func (w *world) deploy(t *testing.T, files ...string) {
	t.Helper()
	for _, name := range files {
		f, err := os.Open("../../deploy/kustomize/web/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for d := yaml.NewYAMLOrJSONDecoder(f, 1024); ; {
			var o struct {
				Kind string `json:"kind"`
				rbac.ClusterRole
				RoleRef  rbac.RoleRef   `json:"roleRef"`
				Subjects []rbac.Subject `json:"subjects"`
			}
			if err := d.Decode(&o); err != nil {
				break // the end
			}
			if o.Kind == "ClusterRole" {
				must(t, w.admin.RbacV1().ClusterRoles().Create, &o.ClusterRole)
			} else {
				must(t, w.admin.RbacV1().ClusterRoleBindings().Create, &rbac.ClusterRoleBinding{ObjectMeta: o.ObjectMeta, RoleRef: o.RoleRef, Subjects: o.Subjects})
			}
		}
	}
}

// bind gives a role to a service account, in a namespace or everywhere.
func (w *world) bind(t *testing.T, in, role, namespace, account string) {
	t.Helper()
	w.bindTo(t, in, role, rbac.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: account})
}

func (w *world) bindTo(t *testing.T, in, role string, s rbac.Subject) {
	t.Helper()
	meta := metav1.ObjectMeta{GenerateName: "test-", Namespace: in}
	ref := rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "ClusterRole", Name: role}
	if in == "" {
		must(t, w.admin.RbacV1().ClusterRoleBindings().Create, &rbac.ClusterRoleBinding{ObjectMeta: meta, RoleRef: ref, Subjects: []rbac.Subject{s}})
	} else {
		must(t, w.admin.RbacV1().RoleBindings(in).Create, &rbac.RoleBinding{ObjectMeta: meta, RoleRef: ref, Subjects: []rbac.Subject{s}})
	}
}

// token makes an account, and a token of it.
func (w *world) token(t *testing.T, namespace, account string, audiences ...string) string {
	t.Helper()
	accounts := w.admin.CoreV1().ServiceAccounts(namespace)
	if _, err := accounts.Get(t.Context(), account, metav1.GetOptions{}); err != nil {
		must(t, accounts.Create, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: account, Namespace: namespace}})
	}
	made, err := accounts.CreateToken(t.Context(), account, &authn.TokenRequest{Spec: authn.TokenRequestSpec{Audiences: audiences}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return made.Status.Token
}

// fill has a finding in each namespace and one of the cluster itself, here and
// in another cluster.
func (w *world) fill(t *testing.T) {
	t.Helper()
	var err error
	if w.store, err = store.Open(t.Context(), ":memory:"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	for uid, name := range map[string]string{w.uid: "home", "uid-other": "other"} {
		result := posture.RuleResult{ID: "A-1", Title: "A rule", Section: "Pods", Severity: posture.High, Status: posture.Fail}
		for _, a := range []posture.Asset{
			{Kind: "Pod", Namespace: "shop", Name: name + "-shop"}, {Kind: "Pod", Namespace: "payments", Name: name + "-payments"}, {Kind: "ClusterRole", Name: name + "-role"},
		} {
			result.Judged = append(result.Judged, a)
			result.Findings = append(result.Findings, posture.Finding{Asset: a, Severity: posture.High, Evidence: []posture.Evidence{{Path: "spec"}}})
		}
		r := &posture.Report{Source: posture.Source{Type: "cluster", Name: name, ClusterUID: uid}, FinishedAt: time.Now(), Rules: []posture.RuleResult{result}}
		r.Finish()
		d := posture.Delta{Source: r.Source, At: r.FinishedAt, Complete: true, Summary: r.Summary, Sections: r.Sections, Assets: result.Judged}
		for _, result := range r.Rules {
			d.Rules = append(d.Rules, posture.RuleDelta{RuleResult: result, Benchmark: "nsa", Text: &result.Rule, Whole: true})
		}
		if _, err := w.store.Apply(t.Context(), d, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) home() Home { return Home{Config: w.own, Store: w.store} }
