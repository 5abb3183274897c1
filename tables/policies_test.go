package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestNetworkPolicies(t *testing.T) {
	ingress, egress := networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress
	some := metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	for _, test := range []struct {
		name                                string
		spec                                networkingv1.NetworkPolicySpec
		types                               string
		selectsAll, deniesIngress, deniesEg int64
	}{
		{"nothing said", networkingv1.NetworkPolicySpec{}, `["Ingress"]`, 1, 1, 0},
		{"both denied", networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{ingress, egress}}, `["Ingress","Egress"]`, 1, 1, 1},
		{"egress denied", networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{egress}}, `["Egress"]`, 1, 0, 1},
		{"of some pods", networkingv1.NetworkPolicySpec{PodSelector: some, PolicyTypes: []networkingv1.PolicyType{ingress}}, `["Ingress"]`, 0, 0, 0},
		{"of pods by expression", networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "app", Operator: "Exists"}}}}, `["Ingress"]`, 0, 0, 0},
		{"one rule that allows all", networkingv1.NetworkPolicySpec{Ingress: []networkingv1.NetworkPolicyIngressRule{{}}}, `["Ingress"]`, 1, 0, 0},
		{"egress rules imply the type", networkingv1.NetworkPolicySpec{Egress: []networkingv1.NetworkPolicyEgressRule{{}}}, `["Ingress","Egress"]`, 1, 1, 0},
		{"a type of its own with rules of the other", networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{ingress}, Egress: []networkingv1.NetworkPolicyEgressRule{{}}}, `["Ingress"]`, 1, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows := rowsOf(t, K8sNetworkPolicies, object(NetworkPolicies, &networkingv1.NetworkPolicy{ObjectMeta: meta("p"), Spec: test.spec}))
			got := one(t, rows, "policy_types", "selects_all_pods", "denies_all_ingress", "denies_all_egress")
			if diff := gocmp.Diff([]any{test.types, test.selectsAll, test.deniesIngress, test.deniesEg}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamespaces(t *testing.T) {
	shop := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{psaLabel + "enforce": "restricted", psaLabel + "warn-version": "v1.30", psaLabel + "audit": ""}}}
	typo := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "typo", Labels: map[string]string{psaLabel + "enforce": "restrictive"}}}
	implied := object(Namespaces, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "implied"}})
	implied.Implied = true
	system := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system"}}
	lookalike := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-flannel"}}
	rows := rowsOf(t, K8sNamespaces, object(Namespaces, shop), object(Namespaces, typo), implied, object(Namespaces, system), object(Namespaces, lookalike),
		deployment("web", "web:1"), replicaSet("web-1", "web:1", 1, "Deployment", "web"), pod("1", "web:1", "ReplicaSet", "web-1"), with(pod("2", "web:1"), finished))
	got := pick(rows, "name", "psa_enforce", "psa_warn_version", "psa_audit", "psa_valid", "implied", "is_system", "exempt", "pod_count", "workload_count")
	want := [][]any{
		{"shop", "restricted", "v1.30", "", int64(1), int64(0), int64(0), nil, int64(1), int64(1)},
		{"typo", "restrictive", nil, nil, int64(0), int64(0), int64(0), nil, int64(0), int64(0)},
		{"implied", nil, nil, nil, nil, int64(1), int64(0), nil, int64(0), int64(0)},
		{"kube-system", nil, nil, nil, nil, int64(0), int64(1), "system", int64(0), int64(0)},
		{"kube-flannel", nil, nil, nil, nil, int64(0), int64(0), nil, int64(0), int64(0)},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestQuotasAndLimits(t *testing.T) {
	quota := &corev1.ResourceQuota{
		ObjectMeta: meta("q"), Spec: corev1.ResourceQuotaSpec{
			Hard: corev1.ResourceList{"pods": resource.MustParse("10"), "limits.memory": resource.MustParse("4Gi")}, Scopes: []corev1.ResourceQuotaScope{"Terminating"},
		},
		Status: corev1.ResourceQuotaStatus{Used: corev1.ResourceList{"pods": resource.MustParse("9")}},
	}
	empty := &corev1.ResourceQuota{ObjectMeta: meta("empty")}
	got := pick(rowsOf(t, K8sResourceQuotas, object(ResourceQuotas, quota), object(ResourceQuotas, empty)), "name", "resource", "hard", "used", "hard_value", "scopes")
	want := [][]any{
		{"q", "limits.memory", "4Gi", nil, float64(4 << 30), `["Terminating"]`},
		{"q", "pods", "10", "9", float64(10), `["Terminating"]`},
		{"empty", nil, nil, nil, nil, nil},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	limits := &corev1.LimitRange{ObjectMeta: meta("l"), Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{"memory": resource.MustParse("1Gi")}, Max: corev1.ResourceList{"cpu": resource.MustParse("2")}},
		{Type: corev1.LimitTypePod},
	}}}
	got = pick(rowsOf(t, K8sLimitRanges, object(LimitRanges, limits)), "limit_type", "resource", "default_limit", "max")
	want = [][]any{{"Container", "cpu", nil, "2"}, {"Container", "memory", "1Gi", nil}, {"Pod", nil, nil, nil}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
