package tables

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podSpecRow is a pod spec, of a Pod or of a template.
type podSpecRow struct {
	*Object
	// pod is nil for templates.
	pod  *corev1.Pod
	meta *metav1.ObjectMeta
	spec *corev1.PodSpec
	// path leads from the object to the spec.
	path string
	// replicas is what a controller asks for; -1 where that has no meaning.
	replicas int32
}

// podSpecSources are the resources that run a pod spec. PodTemplate objects are
// not among them: nothing in Kubernetes runs those, and the role view may not
// read them, which would leave every rule about pods not assessed.
func podSpecSources[R any](rows func(p podSpecRow, emit func(R))) []source[R] {
	template := func(o *Object, t *corev1.PodTemplateSpec, path string, replicas *int32, emit func(R)) {
		n := int32(-1)
		if replicas != nil {
			n = *replicas
		}
		rows(podSpecRow{o, nil, &t.ObjectMeta, &t.Spec, path, n}, emit)
	}
	return []source[R]{
		from(Deployments, func(o *Object, v *appsv1.Deployment, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec", v.Spec.Replicas, emit)
		}),
		from(StatefulSets, func(o *Object, v *appsv1.StatefulSet, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec", v.Spec.Replicas, emit)
		}),
		from(DaemonSets, func(o *Object, v *appsv1.DaemonSet, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec", nil, emit)
		}),
		from(CronJobs, func(o *Object, v *batchv1.CronJob, emit func(R)) {
			template(o, &v.Spec.JobTemplate.Spec.Template, "spec.jobTemplate.spec.template.spec", nil, emit)
		}),
		from(Jobs, func(o *Object, v *batchv1.Job, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec", nil, emit)
		}),
		from(ReplicaSets, func(o *Object, v *appsv1.ReplicaSet, emit func(R)) {
			template(o, &v.Spec.Template, "spec.template.spec", v.Spec.Replicas, emit)
		}),
		from(ReplicationControllers, func(o *Object, v *corev1.ReplicationController, emit func(R)) {
			if v.Spec.Template != nil {
				template(o, v.Spec.Template, "spec.template.spec", v.Spec.Replicas, emit)
			}
		}),
		from(Pods, func(o *Object, v *corev1.Pod, emit func(R)) {
			rows(podSpecRow{o, v, &v.ObjectMeta, &v.Spec, "spec", -1}, emit)
		}),
	}
}

// podSpecResources are the resources of podSpecSources.
func podSpecResources() []*Resource {
	var rs []*Resource
	for _, s := range podSpecSources(func(podSpecRow, func(podSpecRow)) {}) {
		rs = append(rs, s.resource)
	}
	return rs
}

// os is "windows" or "linux", or empty when the spec does not say. The node that
// a pod runs on would tell as well; reading it would leave whoever may not read
// nodes with nothing assessed, and Windows nodes have to be chosen somehow.
func (p podSpecRow) os() string {
	if p.spec.OS != nil && p.spec.OS.Name != "" {
		return string(p.spec.OS.Name)
	}
	if os := p.spec.NodeSelector[corev1.LabelOSStable]; os != "" {
		return os
	}
	if p.spec.Affinity == nil || p.spec.Affinity.NodeAffinity == nil || p.spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	return requiredOS(p.spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms)
}

// requiredOS is the one that every term asks for: any of them may place the pod.
func requiredOS(terms []corev1.NodeSelectorTerm) string {
	required := ""
	for i, t := range terms {
		os := ""
		for _, e := range t.MatchExpressions {
			if e.Key == corev1.LabelOSStable && e.Operator == corev1.NodeSelectorOpIn && len(e.Values) == 1 {
				os = e.Values[0]
			}
		}
		if os == "" || i > 0 && os != required {
			return ""
		}
		required = os
	}
	return required
}

// mirror reports whether the pod is the API server's image of a static pod.
func (p podSpecRow) mirror() bool {
	_, ok := p.Meta.Annotations[corev1.MirrorPodAnnotationKey]
	return ok
}

func (p podSpecRow) serviceAccount() string {
	if p.spec.ServiceAccountName != "" {
		return p.spec.ServiceAccountName
	}
	return p.spec.DeprecatedServiceAccount
}

// terminated reports whether the pod has run to its end: it is kept as a
// record and does nothing any more.
func (p podSpecRow) terminated() bool {
	return p.pod != nil && (p.pod.Status.Phase == corev1.PodSucceeded || p.pod.Status.Phase == corev1.PodFailed)
}

// images are the distinct images of all containers, sorted.
func (p podSpecRow) images() []string {
	var images []string
	p.containers(func(r containerRow) { images = append(images, r.c.Image) })
	slices.Sort(images)
	return slices.Compact(images)
}
