package tables

import (
	"cmp"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// isolation is what must be remembered of network policies, and of the pod
// specs that they may select.
type isolation struct {
	policies []isolating
	// groups are the pod specs that have the same namespace and labels: a
	// selector is asked once for all of them. Keys are packed labels.
	groups      map[spot]*alike
	byNamespace map[string][]spot
	byID        map[string]isolating
	// keys and packed are used again for every pod spec.
	keys   []string
	packed []byte
}

// spot is where a pod spec stands with policies.
type spot struct {
	namespace string
	labels    packedLabels
}

type alike struct{ specs []selectable }

// isolating is a policy.
type isolating struct {
	*Object
	selector        labels.Selector
	ingress, egress bool
}

// selectable is a pod spec.
type selectable struct{ id, kind, name, uid string }

var policyIsolation = fact("pods that network policies select", append(podSpecResources(), NetworkPolicies), func(index *isolation, o *Object) {
	if policy, ok := o.Value.(*networkingv1.NetworkPolicy); ok {
		index.addPolicy(o, policy)
		return
	}
	for _, s := range specRows {
		if s.resource == o.Resource {
			s.rows(o, index.addSpec)
		}
	}
}, func(into, from *isolation) {
	into.policies = append(into.policies, from.policies...)
	if into.groups == nil {
		into.groups = from.groups
		return
	}
	for at, g := range from.groups {
		if to := into.groups[at]; to != nil {
			to.specs = append(to.specs, g.specs...)
		} else {
			into.groups[at] = g
		}
	}
}, (*isolation).finish).local()

func (index *isolation) addPolicy(o *Object, policy *networkingv1.NetworkPolicy) {
	// An empty selector selects everything here, as the API has it.
	selector, err := metav1.LabelSelectorAsSelector(&policy.Spec.PodSelector)
	if err != nil {
		return // the API server would not take it
	}
	types := policyRow{o, policy}.types()
	kept := *o
	kept.Value, kept.Meta = nil, o.Meta.DeepCopy()
	index.policies = append(index.policies, isolating{
		&kept, selector,
		slices.Contains(types, networkingv1.PolicyTypeIngress), slices.Contains(types, networkingv1.PolicyTypeEgress),
	})
}

// addSpec keeps a pod spec. Pods in their node's network are beyond network
// policies, and finished ones have no traffic.
func (index *isolation) addSpec(p podSpecRow) {
	if p.spec.HostNetwork || p.terminated() {
		return
	}
	index.packed, index.keys = packLabels(index.packed[:0], index.keys[:0], p.meta.Labels)
	g := index.groups[spot{p.Meta.Namespace, packedLabels(index.packed)}]
	if g == nil {
		if index.groups == nil {
			index.groups = map[spot]*alike{}
		}
		g = &alike{}
		index.groups[spot{p.Meta.Namespace, packedLabels(index.packed)}] = g
	}
	g.specs = append(g.specs, selectable{p.ID(), p.Resource.Kind, p.Meta.Name, string(p.Meta.UID)})
}

// finish sorts the groups, so that rows have an order.
func (index *isolation) finish() {
	index.byNamespace, index.byID = map[string][]spot{}, map[string]isolating{}
	for at := range index.groups {
		index.byNamespace[at.namespace] = append(index.byNamespace[at.namespace], at)
	}
	for _, all := range index.byNamespace {
		slices.SortFunc(all, func(a, b spot) int { return cmp.Compare(a.labels, b.labels) })
	}
	for _, policy := range index.policies {
		index.byID[policy.ID()] = policy
	}
}

// selected calls f for every pod spec that a policy selects.
func (index *isolation) selected(policy isolating, f func(selectable)) {
	for _, at := range index.byNamespace[policy.Meta.Namespace] {
		if policy.selector.Matches(at.labels) {
			for _, spec := range index.groups[at].specs {
				f(spec)
			}
		}
	}
}

// selectedPods counts the pods that a policy selects.
func selectedPods(w *World, id string) Value {
	index := get[isolation](w, policyIsolation)
	n := 0
	if policy, ok := index.byID[id]; ok {
		index.selected(policy, func(spec selectable) {
			if spec.kind == Pods.Kind {
				n++
			}
		})
	}
	return Int(n)
}

// policyPodRow is a policy and a pod spec that it selects.
type policyPodRow struct {
	isolating
	pod selectable
}

// K8sNetworkPolicyPods has one row per policy and pod that it selects.
var K8sNetworkPolicyPods = define(spec[policyPodRow]{
	Name: "k8s_network_policy_pods",
	Row:  "network policy and a pod, or pod template, that it selects",
	Doc: `Which NetworkPolicy selects which pods, by the API server's rules for
selectors: a pod is isolated in a direction as soon as one policy with that
direction selects it. Templates are matched by their labels, so that it works
for manifests too; kind = 'Pod' leaves the pods themselves. Pods in their node's network
are outside of network policies and never here; nor are finished ones.`,
	Examples: []string{
		"SELECT s.namespace, s.asset_kind, s.asset_name FROM k8s_pod_specs s WHERE s.judged AND s.host_network IS NULL AND NOT EXISTS (SELECT 1 FROM k8s_network_policy_pods p WHERE p.spec_id = s.spec_id AND p.ingress)",
		"SELECT namespace, policy, count(*) AS pods FROM k8s_network_policy_pods WHERE kind = 'Pod' GROUP BY namespace, policy",
		"SELECT n.namespace, n.name FROM k8s_network_policies n WHERE NOT EXISTS (SELECT 1 FROM k8s_network_policy_pods p WHERE p.namespace = n.namespace AND p.policy = n.name)",
	},
	Columns: [][]column[policyPodRow]{
		common[policyPodRow](),
		{
			text("policy", "name of the policy", func(r policyPodRow) Value { return Str(r.Meta.Name) }).key(),
			text("kind", "Pod, or the kind of the workload whose template it is", func(r policyPodRow) Value { return Str(r.pod.kind) }),
			text("pod", "name of the pod or workload, in the policy's namespace", func(r policyPodRow) Value { return Str(r.pod.name) }).key(),
			text("pod_uid", "its uid; NULL in manifests", func(r policyPodRow) Value { return Str(r.pod.uid) }).key(),
			text("spec_id", "key of the pod spec, as in k8s_pod_specs and k8s_containers", func(r policyPodRow) Value { return Str(r.pod.id) }).key(),
			integer("ingress", "1 when the policy isolates it for ingress", func(r policyPodRow) Value { return Bool(r.ingress) }),
			integer("egress", "1 when the policy isolates it for egress", func(r policyPodRow) Value { return Bool(r.egress) }),
			text("exempt", "system for the cluster's own parts", func(r policyPodRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[policyPodRow](),
	},
	Facts: []*Fact{policyIsolation},
	Derive: func(w *World, emit func(policyPodRow)) {
		index := get[isolation](w, policyIsolation)
		for _, policy := range index.policies {
			index.selected(policy, func(pod selectable) { emit(policyPodRow{policy, pod}) })
		}
	},
})
