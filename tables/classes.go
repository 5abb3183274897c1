package tables

import (
	"strings"

	nodev1 "k8s.io/api/node/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
)

type runtimeClassRow struct {
	*Object
	rc *nodev1.RuntimeClass
}

// sandboxes are runtimes that put a kernel of its own, or a virtual machine,
// between a pod and its node, by how the names of their handlers begin.
var sandboxes = []struct{ prefix, product string }{
	{"runsc", "gVisor"},
	{"gvisor", "gVisor"},
	{"kata", "Kata Containers"},
	{"io.containerd.kata", "Kata Containers"},
	{"io.containerd.runsc", "gVisor"},
	{"firecracker", "Firecracker"},
	{"aws.firecracker", "Firecracker"},
	{"edera", "Edera"},
	{"kuasar-vmm", "Kuasar"},
	{"quark", "Quark"},
	{"urunc", "urunc"},
	{"runnc", "Nabla"},
	{"runhcs-wcow-hypervisor", "Hyper-V"},
	{"runhcs-wcow-isolated", "Hyper-V"},
	{"runhcs-lcow", "Hyper-V"},
}

func sandbox(handler string) string {
	handler = strings.ToLower(handler)
	for _, s := range sandboxes {
		if strings.HasPrefix(handler, s.prefix) {
			return s.product
		}
	}
	return ""
}

// K8sRuntimeClasses has one row per RuntimeClass.
var K8sRuntimeClasses = define(spec[runtimeClassRow]{
	Name: "k8s_runtime_classes",
	Row:  "runtime class",
	Doc: `Every RuntimeClass. sandboxed goes by the name of the handler, which is all
that the API tells: what a node runs under that name is in the configuration
of its container runtime.`,
	Examples: []string{
		"SELECT name, handler, sandbox FROM k8s_runtime_classes WHERE sandboxed",
		"SELECT p.namespace, p.name, p.runtime_class FROM k8s_pods p JOIN k8s_runtime_classes c ON c.name = p.runtime_class WHERE NOT c.sandboxed",
		"SELECT p.namespace, p.name, p.runtime_class FROM k8s_pod_specs p LEFT JOIN k8s_runtime_classes c ON c.name = p.runtime_class WHERE p.judged AND p.runtime_class IS NOT NULL AND c.name IS NULL",
	},
	Columns: [][]column[runtimeClassRow]{
		common[runtimeClassRow](),
		{
			text("handler", "handler: what nodes call the runtime", func(r runtimeClassRow) Value { return Str(r.rc.Handler) }).key(),
			integer("sandboxed", "1 when the handler's name is that of a runtime that isolates pods from the node's kernel", func(r runtimeClassRow) Value { return Bool(sandbox(r.rc.Handler) != "") }),
			text("sandbox", "which: gVisor, Kata Containers, Firecracker, Hyper-V …", func(r runtimeClassRow) Value { return Str(sandbox(r.rc.Handler)) }),
			jsonCol("overhead", "overhead.podFixed: resources it takes for itself", func(r runtimeClassRow) Value {
				return JSON(orEmpty(r.rc.Overhead, &nodev1.Overhead{}).PodFixed)
			}),
			jsonCol("node_selector", "scheduling.nodeSelector", func(r runtimeClassRow) Value {
				return JSON(orEmpty(r.rc.Scheduling, &nodev1.Scheduling{}).NodeSelector)
			}),
			jsonCol("tolerations", "scheduling.tolerations", func(r runtimeClassRow) Value {
				return JSON(orEmpty(r.rc.Scheduling, &nodev1.Scheduling{}).Tolerations)
			}),
		},
		where[runtimeClassRow](),
	},
	Sources: []source[runtimeClassRow]{from(RuntimeClasses, func(o *Object, v *nodev1.RuntimeClass, emit func(runtimeClassRow)) {
		emit(runtimeClassRow{o, v})
	})},
})

type priorityClassRow struct {
	*Object
	pc *schedulingv1.PriorityClass
}

// K8sPriorityClasses has one row per PriorityClass.
var K8sPriorityClasses = define(spec[priorityClassRow]{
	Name: "k8s_priority_classes",
	Row:  "priority class",
	Doc:  "Every PriorityClass. Pods of a high one can have others evicted to make room for them.",
	Examples: []string{
		"SELECT name, value, global_default, preemption_policy FROM k8s_priority_classes ORDER BY value DESC",
		"SELECT s.namespace, s.asset_kind, s.asset_name, s.priority_class FROM k8s_pod_specs s JOIN k8s_priority_classes c ON c.name = s.priority_class WHERE s.judged AND c.value >= 1000000000 AND s.exempt IS NULL",
		"SELECT name FROM k8s_priority_classes WHERE global_default = 1",
	},
	Columns: [][]column[priorityClassRow]{
		common[priorityClassRow](),
		{
			integer("value", "value: higher goes first", func(r priorityClassRow) Value { return Int(r.pc.Value) }),
			integer("global_default", "globalDefault: 1 for the class of pods that name none", func(r priorityClassRow) Value { return Bool(r.pc.GlobalDefault) }),
			text("preemption_policy", "preemptionPolicy: Never, or PreemptLowerPriority", func(r priorityClassRow) Value { return StrPtr(r.pc.PreemptionPolicy) }),
			text("description", "description", func(r priorityClassRow) Value { return Str(r.pc.Description) }),
			text("exempt", "system for the two classes that Kubernetes itself makes", func(r priorityClassRow) Value {
				if r.pc.Name == "system-cluster-critical" || r.pc.Name == "system-node-critical" {
					return Str("system")
				}
				return Null
			}),
		},
		where[priorityClassRow](),
	},
	Sources: []source[priorityClassRow]{from(PriorityClasses, func(o *Object, v *schedulingv1.PriorityClass, emit func(priorityClassRow)) {
		emit(priorityClassRow{o, v})
	})},
})
