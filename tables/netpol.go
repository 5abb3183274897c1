package tables

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type policyRow struct {
	*Object
	policy *networkingv1.NetworkPolicy
}

// types are the policy types after the API server's defaulting: Ingress
// always, Egress only when there are egress rules.
func (r policyRow) types() []networkingv1.PolicyType {
	if len(r.policy.Spec.PolicyTypes) > 0 {
		return r.policy.Spec.PolicyTypes
	}
	if len(r.policy.Spec.Egress) > 0 {
		return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	}
	return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
}

func (r policyRow) selectsAll() bool { return selectsEverything(&r.policy.Spec.PodSelector) }

func (r policyRow) deniesAll(t networkingv1.PolicyType, rules int) bool {
	return r.selectsAll() && rules == 0 && slices.Contains(r.types(), t)
}

func selectsEverything(s *metav1.LabelSelector) bool {
	return s != nil && len(s.MatchLabels) == 0 && len(s.MatchExpressions) == 0
}

// K8sNetworkPolicies has one row per NetworkPolicy.
var K8sNetworkPolicies = define(spec[policyRow]{
	Name: "k8s_network_policies",
	Row:  "network policy",
	Doc:  "Every NetworkPolicy, its types as the API server fills them in.",
	Examples: []string{
		"SELECT namespace, name FROM k8s_network_policies WHERE denies_all_ingress AND denies_all_egress",
		"SELECT n.name FROM k8s_namespaces n WHERE NOT EXISTS (SELECT 1 FROM k8s_network_policies p WHERE p.namespace = n.name)",
		"SELECT namespace, name, egress_rule_count FROM k8s_network_policies WHERE selects_all_pods AND egress_rule_count > 0",
	},
	Columns: [][]column[policyRow]{
		common[policyRow](),
		{
			jsonCol("pod_selector", "spec.podSelector", func(r policyRow) Value { return JSON(&r.policy.Spec.PodSelector) }),
			integer("selects_all_pods", "1 when the selector is empty", func(r policyRow) Value { return Bool(r.selectsAll()) }),
			jsonCol("policy_types", "spec.policyTypes, after defaulting", func(r policyRow) Value { return JSON(r.types()) }),
			integer("ingress_rule_count", "number of spec.ingress rules", func(r policyRow) Value { return Int(len(r.policy.Spec.Ingress)) }),
			integer("egress_rule_count", "number of spec.egress rules", func(r policyRow) Value { return Int(len(r.policy.Spec.Egress)) }),
			integer("denies_all_ingress", "1 when the policy selects every pod and allows no ingress", func(r policyRow) Value {
				return Bool(r.deniesAll(networkingv1.PolicyTypeIngress, len(r.policy.Spec.Ingress)))
			}),
			integer("denies_all_egress", "1 when the policy selects every pod and allows no egress", func(r policyRow) Value {
				return Bool(r.deniesAll(networkingv1.PolicyTypeEgress, len(r.policy.Spec.Egress)))
			}),
			late("selected_pods", TypeInteger, "pods that it selects, finished ones and those in their node's network left out; the templates of workloads are not counted",
				func(r policyRow) string { return r.ID() }, selectedPods, policyIsolation),
		},
		where[policyRow](),
	},
	Sources: []source[policyRow]{from(NetworkPolicies, func(o *Object, v *networkingv1.NetworkPolicy, emit func(policyRow)) {
		emit(policyRow{o, v})
	})},
})
