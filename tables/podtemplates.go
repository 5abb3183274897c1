package tables

import (
	corev1 "k8s.io/api/core/v1"
)

// K8sPodTemplates has one row per PodTemplate object.
var K8sPodTemplates = define(spec[podSpecRow]{
	Name: "k8s_pod_templates",
	Row:  "PodTemplate",
	Doc: `Every PodTemplate object: not the templates inside workloads, which are in
k8s_pod_specs. Nothing in Kubernetes runs a PodTemplate by itself, so that its
containers are not in k8s_containers and no rule judges them; they are here,
as JSON, without the values of their environment.`,
	Examples: []string{
		"SELECT namespace, name, images FROM k8s_pod_templates",
		"SELECT t.namespace, t.name, c.value->>'$.name' AS container FROM k8s_pod_templates t, json_each(t.containers) c WHERE c.value->>'$.securityContext.privileged' = 1",
		"SELECT namespace, name, service_account_name FROM k8s_pod_templates WHERE host_network = 1",
	},
	Columns: [][]column[podSpecRow]{
		common[podSpecRow](),
		{
			text("spec_id", "the object's uid, or kind/namespace/name in manifests", func(r podSpecRow) Value { return Str(r.ID()) }).key(),
			text("spec_path", "path from the object to the pod spec", func(r podSpecRow) Value { return Str(r.path) }),
			jsonCol("template_labels", "template.metadata.labels", func(r podSpecRow) Value { return JSON(r.meta.Labels) }),
			jsonCol("images", "images of all containers, sorted", func(r podSpecRow) Value { return JSON(r.images()) }),
			jsonCol("containers", "template.spec.containers, without the values of env", func(r podSpecRow) Value { return JSON(withoutValues(r.spec.Containers)) }),
			jsonCol("init_containers", "template.spec.initContainers, without the values of env", func(r podSpecRow) Value { return JSON(withoutValues(r.spec.InitContainers)) }),
			jsonCol("volumes", "template.spec.volumes", func(r podSpecRow) Value { return JSON(r.spec.Volumes) }),
			text("exempt", "system for the cluster's own parts", func(r podSpecRow) Value { return exempt(r.Meta.Namespace) }),
		},
		podSecurity[podSpecRow](), where[podSpecRow](),
	},
	Sources: []source[podSpecRow]{from(PodTemplates, func(o *Object, v *corev1.PodTemplate, emit func(podSpecRow)) {
		emit(template(o, &v.Template, "template.spec"))
	})},
})

// withoutValues copies containers and leaves the values of variables out:
// some are credentials.
func withoutValues(containers []corev1.Container) []corev1.Container {
	out := make([]corev1.Container, len(containers))
	for i, c := range containers {
		out[i] = c
		out[i].Env = make([]corev1.EnvVar, len(c.Env))
		for j, e := range c.Env {
			out[i].Env[j] = corev1.EnvVar{Name: e.Name, ValueFrom: e.ValueFrom}
		}
	}
	return out
}
