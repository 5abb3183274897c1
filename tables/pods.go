package tables

import corev1 "k8s.io/api/core/v1"

// K8sPodSpecs has one row per pod and per pod template.
var K8sPodSpecs = define(spec[podSpecRow]{
	Name: "k8s_pod_specs",
	Row:  "pod, or pod template of a workload",
	Doc: `The pod-level part of every Pod and of every kind that holds a pod template.
Rules look at the rows with judged = 1: a workload once, not again for each
of its pods.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, pods FROM k8s_pod_specs WHERE judged ORDER BY pods DESC LIMIT 10",
		"SELECT namespace, asset_kind, asset_name FROM k8s_pod_specs WHERE judged AND host_network = 1",
		"SELECT asset_kind, asset_name, drift, pods FROM k8s_pod_specs WHERE drift IS NOT NULL",
	},
	Columns: [][]column[podSpecRow]{
		common[podSpecRow](), asset[podSpecRow](), podSecurity[podSpecRow](),
		{
			jsonCol("template_labels", "labels of the pods: metadata.labels of a Pod or of the template", func(r podSpecRow) Value { return JSON(r.meta.Labels) }),
			jsonCol("images", "images of all containers, sorted", func(r podSpecRow) Value { return JSON(r.images()) }),
			integer("mirror", "1 for the API server's image of a static pod", func(r podSpecRow) Value { return Bool(r.mirror()) }),
		},
		where[podSpecRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(podSpecRow)) { emit(p) }),
})

// K8sPods has one row per Pod.
var K8sPods = define(spec[podSpecRow]{
	Name: "k8s_pods",
	Row:  "pod",
	Doc:  "Every Pod, running or finished, with the pod-level settings that security depends on.",
	Examples: []string{
		"SELECT namespace, name, node_name FROM k8s_pods WHERE phase = 'Running' AND host_network = 1",
		"SELECT node_name, count(*) AS pods FROM k8s_pods GROUP BY node_name ORDER BY pods DESC",
		"SELECT namespace, name FROM k8s_pods WHERE owner_kind IS NULL AND namespace <> 'kube-system'",
	},
	Columns: [][]column[podSpecRow]{
		common[podSpecRow](), podStatus(),
		{
			text("spec_id", "key of the pod spec, as in k8s_pod_specs", func(r podSpecRow) Value { return Str(r.ID()) }).key(),
			text("exempt", "system for the cluster's own parts", func(r podSpecRow) Value { return exempt(r.Meta.Namespace) }),
		},
		podSecurity[podSpecRow](), where[podSpecRow](),
	},
	Sources: []source[podSpecRow]{from(Pods, func(o *Object, v *corev1.Pod, emit func(podSpecRow)) {
		emit(podSpecRow{o, v, &v.ObjectMeta, &v.Spec, "spec", -1})
	})},
})

func podStatus() []column[podSpecRow] {
	status := func(r podSpecRow) *corev1.PodStatus { return &r.pod.Status }
	return []column[podSpecRow]{
		text("phase", "status.phase", func(r podSpecRow) Value { return Str(status(r).Phase) }),
		text("node_name", "spec.nodeName", func(r podSpecRow) Value { return Str(r.spec.NodeName) }).key(),
		integer("mirror", "1 for the API server's image of a static pod", func(r podSpecRow) Value { return Bool(r.mirror()) }),
		text("qos_class", "status.qosClass", func(r podSpecRow) Value { return Str(status(r).QOSClass) }),
		text("pod_ip", "status.podIP", func(r podSpecRow) Value { return Str(status(r).PodIP) }),
		text("host_ip", "status.hostIP", func(r podSpecRow) Value { return Str(status(r).HostIP) }),
		integer("start_time", "status.startTime, Unix seconds", func(r podSpecRow) Value { return TimePtr(status(r).StartTime) }),
	}
}
