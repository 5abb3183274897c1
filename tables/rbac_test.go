package tables

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The names of the ways to more rights, and what does not lead there.
func TestDanger(t *testing.T) {
	for _, test := range []struct {
		verb, group, resource string
		named, inNamespace    bool
		want                  string
	}{
		{"*", "*", "*", false, false, "cluster-admin"},
		{"*", "*", "*", false, true, "namespace-admin"},
		{"*", "*", "*", true, false, "escalate"},
		{"*", "", "*", false, false, "impersonate"},
		{"*", "", "*", false, true, "impersonate"},
		{"*", "rbac.authorization.k8s.io", "roles", false, true, "escalate"},
		{"escalate", "rbac.authorization.k8s.io", "clusterroles", false, true, ""},
		{"bind", "*", "clusterroles", false, true, "bind"},
		{"create", "rbac.authorization.k8s.io", "rolebindings", false, false, ""}, // checked by the API server
		{"impersonate", "", "users", true, false, "impersonate"},
		{"impersonate", "", "serviceaccounts", false, true, "impersonate"},
		{"impersonate", "authentication.k8s.io", "userextras/scopes", false, false, ""},
		{"get", "", "nodes/proxy", false, false, "kubelet-api"},
		{"get", "", "nodes/proxy", false, true, ""},
		{"get", "", "*/proxy", false, false, "kubelet-api"},
		{"create", "", "serviceaccounts/token", true, true, "issue-tokens"},
		{"list", "*", "secrets", false, true, "read-secrets"},
		{"get", "", "secrets", true, true, "read-secrets"},
		{"delete", "", "secrets", false, false, ""},
		{"get", "", "secrets/*", false, false, ""},
		{"get", "other.io", "secrets", false, false, ""},
		{"create", "", "pods", false, true, "create-workloads"},
		{"create", "", "pods", true, true, ""},
		{"patch", "apps", "deployments", true, true, "create-workloads"},
		{"update", "", "pods/ephemeralcontainers", false, true, "debug-pods"},
		{"get", "", "pods/exec", false, true, "exec"},
		{"get", "", "pods/log", false, true, ""},
		{"approve", "certificates.k8s.io", "signers", true, false, "approve-certificates"},
		{"deletecollection", "admissionregistration.k8s.io", "validatingwebhookconfigurations", false, false, "change-admission"},
		{"patch", "", "namespaces", false, true, "relax-pod-security"},
		{"create", "", "persistentvolumes", false, true, ""},
		{"create", "", "pods/portforward", false, true, "port-forward"},
	} {
		if got := danger(test.verb, test.group, test.resource, test.named, test.inNamespace); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}

func rbacObjects(file string) []*Object {
	rule := func(verb, resource string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{Verbs: words(verb), APIGroups: []string{""}, Resources: words(resource)}
	}
	objects := []*Object{
		object(ClusterRoles, &rbacv1.ClusterRole{
			ObjectMeta: metav1.ObjectMeta{Name: "part", Labels: map[string]string{aggregateTo + "whole": "true"}},
			Rules:      []rbacv1.PolicyRule{rule("get list", "pods secrets"), {Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}}},
		}),
		object(ClusterRoles, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "whole"}, AggregationRule: &rbacv1.AggregationRule{
			ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{aggregateTo + "whole": "true"}}},
		}}),
		object(Roles, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "idle"}, Rules: []rbacv1.PolicyRule{rule("*", "*")}}),
		object(RoleBindings, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "b"}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "whole"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "web"}, {Kind: "User", Name: "system:serviceaccount:shop:web"}},
		}),
		object(RoleBindings, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "dangling"}, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "gone"},
			Subjects: []rbacv1.Subject{{Kind: "User", Name: "alice"}},
		}),
		object(RoleBindings, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "empty"}, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "idle"}}),
		object(ClusterRoleBindings, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "b"}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "part"},
			Subjects: []rbacv1.Subject{{Kind: "Group", Name: "system:serviceaccounts:shop"}},
		}),
		object(ServiceAccounts, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}}),
		object(ServiceAccounts, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "bank", Name: "web"}}),
	}
	for i, o := range objects {
		if file != "" {
			o.File, o.Line = file, i+1
		}
	}
	return objects
}

func TestRbacGrants(t *testing.T) {
	columns := []string{"role_kind", "role", "rule_index", "bound", "binding_kind", "binding", "subject_kind", "subject_namespace", "subject", "subject_exists", "scope", "role_line", "binding_line"}
	yes, no := int64(1), int64(0)
	want := [][]any{ // of a cluster: the controller manager has not filled in the aggregated role yet
		{"ClusterRole", "part", no, yes, "ClusterRoleBinding", "b", "Group", nil, "system:serviceaccounts:shop", nil, "cluster", nil, nil},
		{"ClusterRole", "part", yes, yes, "ClusterRoleBinding", "b", "Group", nil, "system:serviceaccounts:shop", nil, "cluster", nil, nil},
		{"Role", "idle", no, no, nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
	if diff := gocmp.Diff(want, pick(rowsOf(t, K8sRbacGrants, rbacObjects("")...), columns...)); diff != "" {
		t.Error(diff)
	}
	var aggregated [][]any
	for _, subject := range [][]any{{"ServiceAccount", "shop", "web"}, {"User", nil, "system:serviceaccount:shop:web"}} {
		for range 2 {
			aggregated = append(aggregated, []any{"ClusterRole", "whole", nil, yes, "RoleBinding", "b", subject[0], subject[1], subject[2], yes, "shop", int64(2), int64(4)})
		}
	}
	got := pick(rowsOf(t, K8sRbacGrants, rbacObjects("rbac.yaml")...), columns...)
	if diff := gocmp.Diff(aggregated, got[2:6]); diff != "" {
		t.Error(diff)
	}
}

func TestRbacEffectiveRows(t *testing.T) {
	rows := pick(rowsOf(t, K8sRbacEffective, rbacObjects("rbac.yaml")...), "subject_kind", "subject_namespace", "subject", "via_group", "verb", "resource", "non_resource_url", "namespace", "scope", "dangerous", "binding_kind")
	var got []string
	for _, row := range rows {
		got = append(got, strings.ReplaceAll(fmt.Sprint(row...), " ", ""))
	}
	// The service account once, however often the binding names it; a URL is in no namespace.
	var want []string
	for _, subject := range []string{"Group<nil>system:serviceaccounts:shop<nil>", "ServiceAccountshopwebsystem:serviceaccounts:shop"} {
		for _, permission := range []string{
			"getpods<nil><nil>cluster<nil>", "getsecrets<nil><nil>clusterread-secrets", "listpods<nil><nil>cluster<nil>",
			"listsecrets<nil><nil>clusterread-secrets", "get<nil>/metrics<nil>cluster<nil>",
		} {
			want = append(want, subject+permission+"ClusterRoleBinding")
		}
	}
	for _, permission := range []string{"getpods<nil>shopshop<nil>", "getsecrets<nil>shopshopread-secrets", "listpods<nil>shopshop<nil>", "listsecrets<nil>shopshopread-secrets"} {
		want = append(want, "ServiceAccountshopweb<nil>"+permission+"RoleBinding")
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRoleTables(t *testing.T) {
	objects := rbacObjects("")
	no, yes := int64(0), int64(1)
	if diff := gocmp.Diff([][]any{{"part", int64(2), yes, yes, nil, `["whole"]`}, {"whole", no, yes, yes, `[{"matchLabels":{"` + aggregateTo + `whole":"true"}}]`, nil}},
		pick(rowsOf(t, K8sClusterRoles, objects...), "name", "rules", "bound", "bindings", "aggregation", "aggregate_to")); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([][]any{{"idle", yes, yes, yes}}, pick(rowsOf(t, K8sRoles, objects...), "name", "rules", "bound", "bindings")); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([][]any{{"b", yes, int64(2)}, {"dangling", no, yes}, {"empty", yes, no}}, pick(rowsOf(t, K8sRoleBindings, objects...), "name", "role_exists", "subjects")); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([][]any{{"b", yes, yes}}, pick(rowsOf(t, K8sClusterRoleBindings, objects...), "name", "role_exists", "subjects")); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]any{"shop", "web", yes}, pick(rowsOf(t, K8sRbacBindings, objects...), "subject_namespace", "subject", "subject_exists")[1]); diff != "" {
		t.Error(diff)
	}
}
