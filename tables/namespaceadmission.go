package tables

import (
	"cmp"
	"maps"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// admissionHook is a webhook, or the binding of an admission policy, that is
// about the creation of pods.
type admissionHook struct {
	origin
	kind, hook, product string
	failurePolicy       Value
	mutating            bool
	denies, all         bool
	namespaces          []labels.Selector // each of which must match
}

type hookList struct{ hooks []admissionHook }

var podWebhooks = fact("webhooks for pods", []*Resource{ValidatingWebhookConfigurations, MutatingWebhookConfigurations},
	func(list *hookList, o *Object) {
		add := func(r webhookRow) {
			if !matchesPods(r.rule) || slices.ContainsFunc(list.hooks, func(h admissionHook) bool {
				return h.kind == o.Resource.Kind && h.name == o.Meta.Name && h.hook == r.Name // by another rule
			}) {
				return
			}
			mutating := o.Resource == MutatingWebhookConfigurations
			list.hooks = append(list.hooks, admissionHook{
				origin: originOf(o), kind: o.Resource.Kind, hook: r.Name, product: r.product(), failurePolicy: StrPtr(r.FailurePolicy),
				mutating: mutating, denies: !mutating, all: seesAll(r.ObjectSelector, len(r.MatchConditions)),
				namespaces: []labels.Selector{namespacesOf(r.NamespaceSelector)},
			})
		}
		switch v := o.Value.(type) {
		case *admissionv1.ValidatingWebhookConfiguration:
			validatingRows(o, v, add)
		case *admissionv1.MutatingWebhookConfiguration:
			mutatingRows(o, v, add)
		}
	},
	func(into, from *hookList) { into.hooks = append(into.hooks, from.hooks...) }, nil)

func seesAll(objects *metav1.LabelSelector, conditions int) bool {
	return (objects == nil || selectsEverything(objects)) && conditions == 0
}

// labelledNamespace is a namespace with its labels.
type labelledNamespace struct {
	origin
	labels labels.Set
}

type namespaceLabels struct{ all []labelledNamespace }

var labelsOfNamespaces = fact("labels of namespaces", []*Resource{Namespaces}, func(list *namespaceLabels, o *Object) {
	ns, ok := o.Value.(*corev1.Namespace)
	if !ok || o.Implied {
		return
	}
	set := labels.Set(maps.Clone(ns.Labels))
	if set == nil {
		set = labels.Set{}
	}
	set[corev1.LabelMetadataName] = ns.Name // as the API server has it
	list.all = append(list.all, labelledNamespace{originOf(o), set})
}, func(into, from *namespaceLabels) { into.all = append(into.all, from.all...) }, nil)

type namespaceAdmissionRow struct {
	admissionHook
	in labelledNamespace
}

// K8sNamespaceAdmission has one row per namespace and hook.
var K8sNamespaceAdmission = define(spec[namespaceAdmissionRow]{
	Name: "k8s_namespace_admission",
	Row:  "namespace, and a webhook or admission policy that sees pods there",
	Doc: `What is asked before a pod is taken, by namespace: webhooks, and policies of the
API server with a binding, whose rules are about the creation of pods and whose
namespace selectors match, by the API server's rules. Whether it looks at the
security of pods, and what it allows, is not in the API. Pod Security Admission
is not among them: see k8s_namespaces.`,
	Examples: []string{
		"SELECT namespace, group_concat(DISTINCT product) AS products FROM k8s_namespace_admission WHERE denies AND all_pods GROUP BY namespace",
		"SELECT n.name FROM k8s_namespaces n WHERE n.psa_enforce IS NULL AND NOT EXISTS (SELECT 1 FROM k8s_namespace_admission a WHERE a.namespace = n.name AND a.denies)",
		"SELECT namespace, name, hook FROM k8s_namespace_admission WHERE failure_policy = 'Ignore'",
	},
	Columns: [][]column[namespaceAdmissionRow]{{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r namespaceAdmissionRow) Value { return Str(r.cluster) }),
		text("namespace", "name of the namespace", func(r namespaceAdmissionRow) Value { return Str(r.in.name) }).key(),
		text("kind", "ValidatingWebhookConfiguration, MutatingWebhookConfiguration, ValidatingAdmissionPolicy or MutatingAdmissionPolicy", func(r namespaceAdmissionRow) Value { return Str(r.kind) }),
		text("name", "name of the configuration or policy", func(r namespaceAdmissionRow) Value { return Str(r.name) }).key(),
		text("hook", "name of the webhook in it, or of the binding", func(r namespaceAdmissionRow) Value { return Str(r.hook) }).key(),
		text("product", "the software it belongs to, when its names tell", func(r namespaceAdmissionRow) Value { return Str(r.product) }),
		integer("mutating", "1 when it may change pods", func(r namespaceAdmissionRow) Value { return Bool(r.mutating) }),
		integer("denies", "1 when it may refuse a pod: a validating webhook, or a binding with Deny", func(r namespaceAdmissionRow) Value { return Bool(r.denies) }),
		integer("all_pods", "1 when neither object selector nor match condition leaves pods out", func(r namespaceAdmissionRow) Value { return Bool(r.all) }),
		text("failure_policy", "failurePolicy: what happens when it does not answer or cannot be evaluated: Fail or Ignore", func(r namespaceAdmissionRow) Value { return r.failurePolicy }),
		text("exempt", "system for the cluster's own namespaces", func(r namespaceAdmissionRow) Value { return exempt(r.in.name) }),
		text("file", "manifest file of the configuration or policy; NULL for clusters", func(r namespaceAdmissionRow) Value { return Str(r.file) }),
		integer("line", "line in that file", func(r namespaceAdmissionRow) Value { return r.lineValue() }),
	}},
	Facts: []*Fact{podWebhooks, admission, labelsOfNamespaces},
	Derive: func(w *World, emit func(namespaceAdmissionRow)) {
		hooks := slices.Concat(get[hookList](w, podWebhooks).hooks, policyHooks(get[admissionIndex](w, admission)))
		slices.SortStableFunc(hooks, func(a, b admissionHook) int {
			return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.hook, b.hook))
		})
		for _, h := range hooks {
			for _, ns := range get[namespaceLabels](w, labelsOfNamespaces).all {
				if h.sees(ns) {
					emit(namespaceAdmissionRow{h, ns})
				}
			}
		}
	},
})

// policyHooks are the bindings that are about pods.
func policyHooks(x *admissionIndex) (hooks []admissionHook) {
	for _, mutating := range []bool{false, true} {
		emitPolicies(mutating, x.policies[mutating], x.bindings[mutating], func(r admissionRow) {
			if r.binding == nil || !r.exists || !r.matchesPods() {
				return
			}
			h := admissionHook{
				origin: r.origin, kind: "ValidatingAdmissionPolicy", hook: r.binding.name, product: productNamed(r.name, r.binding.name),
				failurePolicy: r.failurePolicy, mutating: mutating, denies: !mutating && r.binding.denies, all: !r.conditional,
			}
			if mutating {
				h.kind = "MutatingAdmissionPolicy"
			}
			for _, m := range []*admissionv1.MatchResources{r.constraints, r.binding.matches} {
				if m != nil {
					h.namespaces = append(h.namespaces, namespacesOf(m.NamespaceSelector))
					h.all = h.all && seesAll(m.ObjectSelector, 0)
				}
			}
			hooks = append(hooks, h)
		})
	}
	return hooks
}

// namespacesOf is a namespace selector: none at all leaves nothing out, and one
// that the API server would refuse selects nothing.
func namespacesOf(s *metav1.LabelSelector) labels.Selector {
	if s == nil {
		return labels.Everything()
	}
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return labels.Nothing()
	}
	return selector
}

func (h admissionHook) sees(ns labelledNamespace) bool {
	for _, s := range h.namespaces {
		if !s.Matches(ns.labels) {
			return false
		}
	}
	return true
}
