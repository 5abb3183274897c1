package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestRbacRules(t *testing.T) {
	builtin := metav1.ObjectMeta{Name: "cluster-admin", Labels: map[string]string{bootstrapping: "rbac-defaults"}}
	spoofed := metav1.ObjectMeta{Name: "my-admin", Labels: map[string]string{bootstrapping: "rbac-defaults"}}
	unlabelled := metav1.ObjectMeta{Name: "cluster-admin"}
	inNamespace := metav1.ObjectMeta{Namespace: "shop", Name: "cluster-admin", Labels: map[string]string{bootstrapping: "rbac-defaults"}}
	all := rbacv1.PolicyRule{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}
	for _, test := range []struct {
		name                    string
		meta                    metav1.ObjectMeta
		rule                    rbacv1.PolicyRule
		wildcard, grants, built int64
	}{
		{"everything", builtin, all, 1, 1, 1},
		{"a label proves nothing", spoofed, all, 1, 1, 0},
		{"nor does a name", unlabelled, all, 1, 1, 0},
		{"a role of the name is another", inNamespace, all, 1, 1, 0},
		{"all verbs, one by one", spoofed, rbacv1.PolicyRule{Verbs: readAndWrite, APIGroups: []string{""}, Resources: []string{"*"}}, 1, 1, 0},
		{"all verbs but delete", spoofed, rbacv1.PolicyRule{Verbs: readAndWrite[:6], APIGroups: []string{""}, Resources: []string{"*"}}, 1, 0, 0},
		{"of one object", spoofed, rbacv1.PolicyRule{Verbs: []string{"*"}, APIGroups: []string{""}, Resources: []string{"*"}, ResourceNames: []string{"x"}}, 1, 0, 0},
		{"of one API group", spoofed, rbacv1.PolicyRule{Verbs: []string{"*"}, APIGroups: []string{"apps"}, Resources: []string{"*"}}, 1, 0, 0},
		{"URLs", spoofed, rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"*"}}, 1, 0, 0},
		{"a part of a name is no wildcard", spoofed, rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz/*"}}, 0, 0, 0},
		{"little", spoofed, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := object(ClusterRoles, &rbacv1.ClusterRole{ObjectMeta: test.meta, Rules: []rbacv1.PolicyRule{test.rule}})
			if test.meta.Namespace != "" {
				o = object(Roles, &rbacv1.Role{ObjectMeta: test.meta, Rules: []rbacv1.PolicyRule{test.rule}})
			}
			got := one(t, rowsOf(t, K8sRbacRules, o), "path", "has_wildcard", "grants_everything", "role_is_builtin")
			if diff := gocmp.Diff([]any{"rules[0]", test.wildcard, test.grants, test.built}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRbacBindings(t *testing.T) {
	o := object(RoleBindings, &rbacv1.RoleBinding{ObjectMeta: meta("b"), RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "edit"}, Subjects: []rbacv1.Subject{
		{Kind: "ServiceAccount", Namespace: "shop", Name: "web"},
		{Kind: "ServiceAccount", Namespace: "shop", Name: "gone"},
		{Kind: "ServiceAccount", Namespace: "kube-system", Name: "coredns"},
		{Kind: "User", Name: "alice"},
		{Kind: "User", Name: "system:kube-scheduler"},
		{Kind: "User", Name: "system:anonymous"},
		{Kind: "User", Name: "system:serviceaccount:shop:web"},
		{Kind: "Group", Name: "system:masters"},
		{Kind: "Group", Name: "system:authenticated"},
		{Kind: "Group", Name: "system:serviceaccounts:shop"},
		{Kind: "Group", Name: "system:bootstrappers:kubeadm"},
	}})
	account := object(ServiceAccounts, &corev1.ServiceAccount{ObjectMeta: meta("web")})
	got := pick(rowsOf(t, K8sRbacBindings, o, account), "path", "subject", "scope", "role_namespace", "subject_is_system", "subject_exists")
	want := [][]any{
		{"subjects[0]", "web", "shop", nil, int64(0), int64(1)},
		{"subjects[1]", "gone", "shop", nil, int64(0), int64(0)},
		{"subjects[2]", "coredns", "shop", nil, int64(1), int64(0)},
		{"subjects[3]", "alice", "shop", nil, int64(0), nil},
		{"subjects[4]", "system:kube-scheduler", "shop", nil, int64(1), nil},
		{"subjects[5]", "system:anonymous", "shop", nil, int64(0), nil},
		{"subjects[6]", "system:serviceaccount:shop:web", "shop", nil, int64(0), int64(1)},
		{"subjects[7]", "system:masters", "shop", nil, int64(1), nil},
		{"subjects[8]", "system:authenticated", "shop", nil, int64(0), nil},
		{"subjects[9]", "system:serviceaccounts:shop", "shop", nil, int64(0), nil},
		{"subjects[10]", "system:bootstrappers:kubeadm", "shop", nil, int64(1), nil},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestServiceAccounts(t *testing.T) {
	account := &corev1.ServiceAccount{ObjectMeta: meta("web"), Secrets: []corev1.ObjectReference{{Name: "web-token"}}}
	account.Annotations = map[string]string{"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/web"}
	named := func(p *corev1.Pod) { p.Spec.ServiceAccountName = "web" }
	unnamed := func(p *corev1.Pod) { p.Spec.ServiceAccountName = "" }
	binding := func(subjects ...rbacv1.Subject) *Object {
		return object(ClusterRoleBindings, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "b"}, Subjects: subjects})
	}
	rows := rowsOf(t, K8sServiceAccounts, object(ServiceAccounts, account), object(ServiceAccounts, &corev1.ServiceAccount{ObjectMeta: meta("default")}),
		with(pod("1", "web:1"), named), with(with(pod("2", "web:1"), named), finished), with(pod("3", "web:1"), unnamed),
		binding(rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}, rbacv1.Subject{Kind: "ServiceAccount", Namespace: "other", Name: "web"}),
		binding(rbacv1.Subject{Kind: "User", Name: "system:serviceaccount:shop:web"}, rbacv1.Subject{Kind: "Group", Name: "system:serviceaccounts"}))
	got := pick(rows, "name", "is_default", "pods_using", "bindings", "secrets", "cloud_identity")
	want := [][]any{{"web", int64(0), int64(1), int64(2), `["web-token"]`, "arn:aws:iam::1:role/web"}, {"default", int64(1), int64(1), int64(0), nil, nil}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
