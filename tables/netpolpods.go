package tables

import (
	"maps"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// isolation is what must be remembered of network policies, and of the pod
// specs that they may select.
type isolation struct {
	policies []isolating
	// groups are the pod specs of a namespace that have the same labels: a
	// selector is asked once for all of them.
	groups map[string][]*alike
	byKey  map[string]*alike
}

// isolating is a policy.
type isolating struct {
	*Object
	selector        labels.Selector
	ingress, egress bool
}

type alike struct {
	labels labels.Set
	specs  []selectable
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
	for namespace, groups := range from.groups {
		for _, g := range groups {
			to := into.group(namespace, g.labels)
			to.specs = append(to.specs, g.specs...)
		}
	}
}, nil).local()

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
	g := index.group(p.Meta.Namespace, p.meta.Labels)
	g.specs = append(g.specs, selectable{p.ID(), p.Resource.Kind, p.Meta.Name, string(p.Meta.UID)})
}

func (index *isolation) group(namespace string, set map[string]string) *alike {
	key := labelKey(namespace, set)
	g := index.byKey[key]
	if g == nil {
		if index.groups == nil {
			index.groups, index.byKey = map[string][]*alike{}, map[string]*alike{}
		}
		g = &alike{labels: maps.Clone(set)}
		index.byKey[key] = g
		index.groups[namespace] = append(index.groups[namespace], g)
	}
	return g
}

// selectedPods counts the pods that a policy selects.
func selectedPods(w *World, id string) Value {
	index := get[isolation](w, policyIsolation)
	n := 0
	for _, policy := range index.policies {
		if policy.ID() != id {
			continue
		}
		for _, g := range index.groups[policy.Meta.Namespace] {
			if !policy.selector.Matches(g.labels) {
				continue
			}
			for _, spec := range g.specs {
				if spec.kind == Pods.Kind {
					n++
				}
			}
		}
	}
	return Int(n)
}

// labelKey is the same for equal labels in one namespace, and for no others.
func labelKey(namespace string, set map[string]string) string {
	parts := []string{namespace}
	for _, k := range slices.Sorted(maps.Keys(set)) {
		parts = append(parts, k, set[k])
	}
	return strings.Join(parts, "\x00")
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
			for _, g := range index.groups[policy.Meta.Namespace] {
				if policy.selector.Matches(g.labels) {
					for _, pod := range g.specs {
						emit(policyPodRow{policy, pod})
					}
				}
			}
		}
	},
})
