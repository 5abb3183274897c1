package watch

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func selector(app string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
}

// labels are some of the keys, each with one of a few values.
func (w *world) labels(keys ...string) map[string]string {
	labels := map[string]string{}
	for _, k := range keys {
		if w.IntN(2) == 0 {
			labels[k] = pick(w, []string{"privileged", "baseline", "true", "false"})
		}
	}
	return labels
}

// owned is the head of what belongs to something, if that is there.
func (w *world) owned(version, kind, ns, name string) metav1.ObjectMeta {
	uid := w.owners[fmt.Sprint(kind, "/", ns, "/", name)]
	if uid == "" || w.IntN(4) == 0 {
		return metav1.ObjectMeta{Labels: map[string]string{"app": pick(w, []string{"w", "x"})}}
	}
	yes := true
	return metav1.ObjectMeta{
		Labels:          map[string]string{"app": "w"},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: version, Kind: kind, Name: name, UID: uid, Controller: &yes}},
	}
}

func (w *world) template() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "w"}}, Spec: w.podSpec()}
}

// pod is one of a ReplicaSet, more or less as its template says, or of none.
func (w *world) pod(ns, _ string) runtime.Object {
	set := fmt.Sprint("re", w.IntN(5))
	p := &corev1.Pod{ObjectMeta: w.owned("apps/v1", "ReplicaSet", ns, set), Spec: w.podSpec()}
	if spec, ok := w.templates["ReplicaSet/"+ns+"/"+set]; ok && len(p.OwnerReferences) > 0 && w.IntN(4) > 0 {
		p.Spec = spec
	}
	return p
}

func (w *world) podSpec() corev1.PodSpec {
	s := corev1.PodSpec{
		HostPID: w.IntN(6) == 0, HostNetwork: w.IntN(8) == 0, AutomountServiceAccountToken: maybe(w, w.IntN(2) == 0),
		ServiceAccountName: pick(w, []string{"", "", "default", "se0", "se1"}),
		Containers:         []corev1.Container{w.container("a")},
		NodeName:           pick(w, []string{"", "", w.prefix + "0"}),
		SecurityContext:    maybe(w, corev1.PodSecurityContext{RunAsNonRoot: maybe(w, true), RunAsUser: maybe(w, int64(w.IntN(2)*1000))}),
	}
	if w.IntN(3) == 0 {
		s.InitContainers = []corev1.Container{w.container("i")}
	}
	switch w.IntN(6) {
	case 0:
		s.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: pick(w, []string{"/etc", "/var/run/docker.sock", "/data"})}}}}
	case 1:
		s.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "se0"}}}}
	}
	if s.Volumes != nil {
		s.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "v", MountPath: "/v", ReadOnly: w.IntN(2) == 0}}
	}
	return s
}

func (w *world) container(name string) corev1.Container {
	c := corev1.Container{Name: name, Image: pick(w, []string{"nginx", "registry.example.com/app:1", "example.com/app:latest", "quay.io/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})}
	if w.IntN(2) == 0 {
		c.SecurityContext = &corev1.SecurityContext{
			Privileged: maybe(w, w.IntN(3) == 0), ReadOnlyRootFilesystem: maybe(w, true), RunAsNonRoot: maybe(w, w.IntN(2) == 0),
			Capabilities: maybe(w, corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"NET_ADMIN"}[:w.IntN(2)]}),
		}
	}
	if w.IntN(2) == 0 {
		c.Resources.Limits = corev1.ResourceList{"memory": resource.MustParse("64Mi"), "cpu": resource.MustParse("1")}
	}
	switch w.IntN(4) {
	case 0:
		c.Env = []corev1.EnvVar{{Name: "DB_PASSWORD", Value: "hunter2hunter2"}}
	case 1:
		c.Env = []corev1.EnvVar{{Name: "DB_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "se0"}, Key: "k"}}}}
	}
	return c
}

func (w *world) rights() []rbacv1.PolicyRule {
	rules := []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}
	for range w.IntN(3) {
		rules = append(rules, rbacv1.PolicyRule{
			Verbs: []string{pick(w, []string{"get", "list", "create", "bind", "impersonate", "*"})}, APIGroups: []string{pick(w, []string{"", "*", "rbac.authorization.k8s.io"})},
			Resources: []string{pick(w, []string{"secrets", "pods/exec", "nodes/proxy", "roles", "*"})},
		})
	}
	return rules
}

func (w *world) role(wide bool) rbacv1.RoleRef {
	if wide {
		return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: pick(w, []string{"cluster-admin", "view", w.prefix + "0", w.prefix + "1", "gone"})}
	}
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: pick(w, []string{"ro0", "ro1", "ro2"})}
}

func (w *world) subjects() (subjects []rbacv1.Subject) {
	for range w.IntN(3) {
		s := rbacv1.Subject{Kind: "ServiceAccount", Name: pick(w, []string{"default", "se0", "se1"}), Namespace: pick(w, []string{w.prefix + "0", w.prefix + "1", "kube-system"})}
		if w.IntN(3) == 0 {
			s = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "Group", Name: pick(w, []string{"system:authenticated", "system:masters", "dev"})}
		}
		subjects = append(subjects, s)
	}
	return subjects
}
