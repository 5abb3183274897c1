// Package nodescan has every node of a cluster tell how its files are
// protected: by a DaemonSet that lives for as long as that takes. It is the one
// part of the product that writes to a cluster, and it does so only when asked.
package nodescan

import (
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What is made carries these, so that a later run finds what an earlier one
// left behind.
const (
	Namespace = "kspm-node-collect"
	container = "collect"

	managedBy = "app.kubernetes.io/managed-by"
	manager   = "kubectl-kspm"
	runLabel  = "kspm.io/node-collect-run"
	// expires is when a run may be taken for dead, RFC 3339.
	expires = "kspm.io/expires"
)

// lifetime is how long a run may take, whatever its wait is.
const lifetime = 15 * time.Minute

// run is one run, and the names of what it makes.
type run struct {
	Options
	id  string
	now time.Time
}

func (r *run) name() string { return "kspm-node-collect-" + r.id }

func (r *run) meta(owner *metav1.OwnerReference) metav1.ObjectMeta {
	m := metav1.ObjectMeta{
		Name: r.name(), Namespace: r.Options.Namespace,
		Labels: map[string]string{managedBy: manager, runLabel: r.id},
	}
	if owner != nil {
		m.OwnerReferences = []metav1.OwnerReference{*owner}
	}
	return m
}

func kind(apiVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
}

// namespace lets pods mount the host's root, which is what this is for, and is
// otherwise empty.
func (r *run) namespace() *corev1.Namespace {
	return &corev1.Namespace{TypeMeta: kind("v1", "Namespace"), ObjectMeta: metav1.ObjectMeta{
		Name: r.Options.Namespace,
		Labels: map[string]string{
			managedBy: manager, runLabel: r.id,
			"pod-security.kubernetes.io/enforce": "privileged",
		},
	}}
}

// record is the run itself. It owns the rest: where it goes, they go.
func (r *run) record() *corev1.ConfigMap {
	m := r.meta(nil)
	m.Annotations = map[string]string{expires: r.now.Add(lifetime).UTC().Format(time.RFC3339)}
	return &corev1.ConfigMap{TypeMeta: kind("v1", "ConfigMap"), ObjectMeta: m, Data: map[string]string{
		"about": "A run of 'kubectl kspm check --nodes'. It removes itself; when it has expired, the next run does, and so may you.",
	}}
}

func (r *run) account(owner *metav1.OwnerReference) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: r.meta(owner), AutomountServiceAccountToken: new(false)}
}

// silence lets nothing in and nothing out, where the network enforces it.
func (r *run) silence(owner *metav1.OwnerReference) *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		TypeMeta: kind("networking.k8s.io/v1", "NetworkPolicy"), ObjectMeta: r.meta(owner),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{runLabel: r.id}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		},
	}
}

func (r *run) daemonSet(owner *metav1.OwnerReference) *appsv1.DaemonSet {
	labels := map[string]string{managedBy: manager, runLabel: r.id}
	root := int64(0)
	readOnly := corev1.RecursiveReadOnlyIfPossible
	directory := corev1.HostPathDirectory
	limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("128Mi")}
	requests := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi")}
	return &appsv1.DaemonSet{
		TypeMeta: kind("apps/v1", "DaemonSet"), ObjectMeta: r.meta(owner),
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{runLabel: r.id}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					ServiceAccountName:            r.name(),
					AutomountServiceAccountToken:  new(false),
					EnableServiceLinks:            new(false),
					TerminationGracePeriodSeconds: new(int64(1)),
					NodeSelector:                  map[string]string{"kubernetes.io/os": "linux"},
					Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
					SecurityContext:               &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
					Containers: []corev1.Container{{
						Name: container, Image: r.Image, ImagePullPolicy: corev1.PullIfNotPresent,
						Args: []string{"node-collect", "--root=/host", "--hold=" + lifetime.String()},
						Env:  []corev1.EnvVar{{Name: "NODE_NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}}},
						// Files of root are read as root, without the power to
						// change one: reading past permissions is all that is left.
						SecurityContext: &corev1.SecurityContext{
							RunAsUser: &root, RunAsGroup: &root, RunAsNonRoot: new(false),
							AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
							Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"DAC_READ_SEARCH"}},
						},
						Resources:    corev1.ResourceRequirements{Limits: limits, Requests: requests},
						VolumeMounts: []corev1.VolumeMount{{Name: "host", MountPath: "/host", ReadOnly: true, RecursiveReadOnly: &readOnly}},
					}},
					Volumes: []corev1.Volume{{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/", Type: &directory}}}},
				},
			},
		},
	}
}

// Objects is what a run makes, in order, for people to look at first.
func Objects(o Options) []any {
	r := &run{Options: o, id: "xxxxx", now: time.Now()}
	owner := &metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: r.name(), UID: "set-when-made"}
	return []any{r.namespace(), r.record(), r.account(owner), r.silence(owner), r.daemonSet(owner)}
}

// path is where an object's collection, or it itself, is served.
func (r *run) path(group, resource, name string) string {
	base := "/api/v1"
	if group != "" {
		base = "/apis/" + group + "/v1"
	}
	p := fmt.Sprintf("%s/namespaces/%s/%s", base, r.Options.Namespace, resource)
	if name != "" {
		p += "/" + name
	}
	return p
}
