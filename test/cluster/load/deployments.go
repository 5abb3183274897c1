package load

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (p *plan) addDeployment(ns *namespace, replicas int) {
	a := p.newApp(ns, pick(p.dice, apps), "", int32(p.between(80, 90)*100))
	deployment, pods := p.deployment(a, p.template(a), replicas)
	p.workloads = append(p.workloads, deployment)
	p.addService(a, pods, false)
	if replicas > 1 && p.chance(30) {
		p.addDisruptionBudget(a)
	}
	if p.chance(20) {
		p.addAutoscaler(a)
	}
	if p.chance(15) {
		p.addIngress(a)
	}
}

// deployment makes a Deployment, its ReplicaSet and sometimes an older, empty one, and the pods.
func (p *plan) deployment(a *app, t corev1.PodTemplateSpec, replicas int) (*item, []*corev1.Pod) {
	match := selector("app.kubernetes.io/instance", a.name)
	n := int32(replicas)
	set := func(revision string, replicas int32) (*item, *appsv1.ReplicaSet) {
		hash := p.suffix(9)
		t := t
		t.Labels = with(t.Labels, "pod-template-hash", hash)
		rs := &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{
				Name: a.name + "-" + hash, Namespace: a.ns.name, Labels: t.Labels,
				Annotations: with(nil, "deployment.kubernetes.io/revision", revision, "deployment.kubernetes.io/desired-replicas", strconv.Itoa(int(n)), "meta.helm.sh/release-name", a.name),
			},
			Spec:   appsv1.ReplicaSetSpec{Replicas: ptr.To(replicas), Selector: selector("app.kubernetes.io/instance", a.name, "pod-template-hash", hash), Template: t},
			Status: appsv1.ReplicaSetStatus{Replicas: replicas, FullyLabeledReplicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas, ObservedGeneration: 1},
		}
		return &item{obj: rs, status: true}, rs
	}
	revision := "1"
	var owned []*item
	if p.chance(30) {
		old, _ := set("1", 0)
		owned = append(owned, old)
		revision = "2"
	}
	current, rs := set(revision, n)
	owned = append(owned, current)
	var pods []*corev1.Pod
	for range replicas {
		pod := p.pod(a.ns.name, rs.Name+"-"+p.suffix(5), rs.Spec.Template, p.worker())
		if a.ns.mesh && !pod.Spec.HostNetwork {
			inject(pod, a)
		}
		pods = append(pods, p.run(pod))
		current.owned = append(current.owned, podItem(pod))
	}
	return &item{status: true, owned: owned, obj: &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: a.name, Namespace: a.ns.name, Labels: t.Labels, Annotations: with(nil,
			"deployment.kubernetes.io/revision", revision, "meta.helm.sh/release-name", a.name, "meta.helm.sh/release-namespace", a.ns.name)},
		Spec: appsv1.DeploymentSpec{Replicas: &n, Selector: match, Template: t, RevisionHistoryLimit: ptr.To[int32](3)},
		Status: appsv1.DeploymentStatus{
			ObservedGeneration: 1, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n,
			Conditions: []appsv1.DeploymentCondition{
				{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue, Reason: "MinimumReplicasAvailable", LastUpdateTime: metav1.NewTime(p.now), LastTransitionTime: metav1.NewTime(p.now)},
			},
		},
	}}, pods
}
