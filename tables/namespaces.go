package tables

import (
	corev1 "k8s.io/api/core/v1"
)

type namespaceRow struct {
	*Object
	ns *corev1.Namespace
}

// Labels of Pod Security Admission (KEP-2579).
const psaLabel = "pod-security.kubernetes.io/"

// podCounts counts by namespace: pods that have not finished, and workloads
// that nobody owns.
type podCounts map[string]int

func countFact(name string, resources []*Resource, counts func(*Object) bool) *Fact {
	return fact(name, resources, func(c *podCounts, o *Object) {
		if *c == nil {
			*c = podCounts{}
		}
		if counts(o) {
			(*c)[o.Meta.Namespace]++
		}
	}, func(into, from *podCounts) {
		if *into == nil {
			*into = podCounts{}
		}
		for ns, n := range *from {
			(*into)[ns] += n
		}
	}, nil).local()
}

var podsByNamespace = countFact("pods by namespace", []*Resource{Pods}, func(o *Object) bool {
	pod, ok := o.Value.(*corev1.Pod)
	return ok && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
})

var workloadsByNamespace = countFact("workloads by namespace",
	[]*Resource{Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs, CronJobs},
	func(o *Object) bool { return o.controller() == nil })

// K8sNamespaces has one row per namespace.
var K8sNamespaces = define(spec[namespaceRow]{
	Name: "k8s_namespaces",
	Row:  "namespace",
	Doc: `Every Namespace, with its Pod Security Admission labels. Manifests often
mention a namespace without holding its Namespace object: such a namespace is
a row with implied = 1.`,
	Examples: []string{
		"SELECT name, psa_enforce, pod_count FROM k8s_namespaces WHERE NOT is_system ORDER BY pod_count DESC",
		"SELECT n.name FROM k8s_namespaces n LEFT JOIN k8s_resource_quotas q ON q.namespace = n.name WHERE q.name IS NULL",
		"SELECT name, labels->>'$.team' AS team FROM k8s_namespaces",
	},
	Columns: [][]column[namespaceRow]{
		common[namespaceRow](),
		{
			text("phase", "status.phase", func(r namespaceRow) Value { return Str(r.ns.Status.Phase) }),
			integer("is_system", "1 for kube-system, kube-public and kube-node-lease", func(r namespaceRow) Value { return Bool(IsSystemNamespace(r.ns.Name)) }),
			integer("implied", "1 when manifests mention the namespace and do not hold it", func(r namespaceRow) Value { return Bool(r.Implied) }),
			psa("enforce"), psa("enforce-version"), psa("audit"), psa("audit-version"), psa("warn"), psa("warn-version"),
			integer("psa_valid", "0 when the enforce label is none of privileged, baseline, restricted; NULL without one", func(r namespaceRow) Value {
				level, ok := r.ns.Labels[psaLabel+"enforce"]
				if !ok {
					return Null
				}
				switch level {
				case "privileged", "baseline", "restricted":
					return Bool(true)
				}
				return Bool(false)
			}),
			late("pod_count", TypeInteger, "pods in the namespace that have not finished", namespaceName,
				func(w *World, ns string) Value { return Int((*get[podCounts](w, podsByNamespace))[ns]) }, podsByNamespace),
			late("workload_count", TypeInteger, "workloads in the namespace that nobody owns, pods left out", namespaceName,
				func(w *World, ns string) Value { return Int((*get[podCounts](w, workloadsByNamespace))[ns]) }, workloadsByNamespace),
			jsonCol("finalizers", "spec.finalizers", func(r namespaceRow) Value { return JSON(r.ns.Spec.Finalizers) }),
			text("exempt", "system for the cluster's own namespaces", func(r namespaceRow) Value { return exempt(r.ns.Name) }),
		},
		where[namespaceRow](),
	},
	Sources: []source[namespaceRow]{from(Namespaces, func(o *Object, v *corev1.Namespace, emit func(namespaceRow)) {
		emit(namespaceRow{o, v})
	})},
})

func namespaceName(r namespaceRow) string { return r.ns.Name }

func psa(mode string) column[namespaceRow] {
	name := "psa_" + mode
	if i := len(mode) - len("-version"); i > 0 && mode[i:] == "-version" {
		name = "psa_" + mode[:i] + "_version"
	}
	return text(name, "label "+psaLabel+mode, func(r namespaceRow) Value {
		value, ok := r.ns.Labels[psaLabel+mode]
		if !ok {
			return Null
		}
		return StrPtr(&value)
	})
}
