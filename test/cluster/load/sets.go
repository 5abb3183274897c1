package load

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// addStatefulSet adds a database or the like, with a headless service and, for some, volumes.
func (p *plan) addStatefulSet(ns *namespace, replicas int) {
	kind := pick(p.dice, stateful)
	a := p.newApp(ns, kind.name, kind.image, kind.port)
	t := p.template(a)
	n := int32(replicas)
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: a.name, Namespace: ns.name, Labels: a.labels()},
		Spec:       appsv1.StatefulSetSpec{Replicas: &n, ServiceName: a.name, Selector: selector("app.kubernetes.io/instance", a.name)},
		Status:     appsv1.StatefulSetStatus{ObservedGeneration: 1, Replicas: n, ReadyReplicas: n, CurrentReplicas: n, UpdatedReplicas: n, AvailableReplicas: n},
	}
	claims := p.chance(40)
	if claims {
		t.Spec.Containers[0].VolumeMounts = append(t.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: "/var/lib/data"})
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}, Spec: claimSpec("")}}
	}
	set.Spec.Template = t
	it := &item{obj: set, status: true}
	hash := a.name + "-" + p.suffix(10)
	var pods []*corev1.Pod
	for i := range replicas {
		name := ordinal(a.name, i)
		pod := p.pod(ns.name, name, t, p.worker())
		pod.Labels = with(pod.Labels, "statefulset.kubernetes.io/pod-name", name, "apps.kubernetes.io/pod-index", ordinal("", i)[1:], "controller-revision-hash", hash)
		pod.Spec.Hostname, pod.Spec.Subdomain = name, a.name
		if claims {
			p.addVolume(ns.name, "data-"+name)
			pod.Spec.Volumes = append(append([]corev1.Volume{}, pod.Spec.Volumes...), corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-" + name},
			}})
		}
		pods = append(pods, p.run(pod))
		it.owned = append(it.owned, podItem(pod))
	}
	p.workloads = append(p.workloads, it)
	p.addService(a, pods, true)
}

// daemonSet puts one pod on every node.
func (p *plan) daemonSet(ns, name string, t corev1.PodTemplateSpec) *item {
	n := int32(len(p.nodes))
	t.Spec.Tolerations = append(t.Spec.Tolerations, corev1.Toleration{Operator: corev1.TolerationOpExists})
	it := &item{status: true, obj: &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns, Labels: t.Labels, Annotations: with(nil, "deprecated.daemonset.template.generation", "1")},
		Spec:       appsv1.DaemonSetSpec{Selector: &metav1.LabelSelector{MatchLabels: t.Labels}, Template: t, RevisionHistoryLimit: ptr.To[int32](10)},
		Status:     appsv1.DaemonSetStatus{ObservedGeneration: 1, DesiredNumberScheduled: n, CurrentNumberScheduled: n, NumberReady: n, NumberAvailable: n, UpdatedNumberScheduled: n},
	}}
	t.Labels = with(t.Labels, "controller-revision-hash", p.suffix(9), "pod-template-generation", "1")
	for _, node := range p.nodes {
		pod := p.pod(ns, name+"-"+p.suffix(5), t, node)
		pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
			NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchFields: []corev1.NodeSelectorRequirement{
				{Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{node.name}},
			}}},
		}}}
		it.owned = append(it.owned, podItem(p.run(pod)))
	}
	return it
}
