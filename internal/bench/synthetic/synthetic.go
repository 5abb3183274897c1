// Package synthetic makes clusters of any size out of nothing: objects of
// ordinary kinds and sizes, with ordinary mistakes, in the shape that the API
// server gives them. Nothing of it is random.
package synthetic

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Cluster is a source of objects. Namespaces keep their size: a larger cluster
// has more of them.
type Cluster struct{ Pods int }

// replicas and apps are the pods of a Deployment, and the Deployments of a
// namespace.
const (
	replicas = 4
	apps     = 10
)

// Each implements rows.Source; scopes are ignored.
func (c Cluster) Each(ctx context.Context, r *tables.Resource, _ rows.Scope, f func(*tables.Object)) error {
	emit := func(v interface {
		metav1.ObjectMetaAccessor
	},
	) {
		f(&tables.Object{Resource: r, Value: v, Meta: v.GetObjectMeta().(*metav1.ObjectMeta), Cluster: "synthetic"})
	}
	for i := range c.Pods / replicas {
		if i%1000 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		app := app(i)
		switch r {
		case tables.Deployments:
			n := int32(replicas)
			emit(&appsv1.Deployment{ObjectMeta: app.meta("", "", ""), Spec: appsv1.DeploymentSpec{Replicas: &n, Template: app.template()}})
		case tables.ReplicaSets:
			n := int32(replicas)
			emit(&appsv1.ReplicaSet{ObjectMeta: app.meta("-5d", "Deployment", ""), Spec: appsv1.ReplicaSetSpec{Replicas: &n, Template: app.template()}})
		case tables.Pods:
			for pod := range replicas {
				emit(app.pod(pod))
			}
		case tables.Services:
			emit(&corev1.Service{ObjectMeta: app.meta("", "", ""), Spec: corev1.ServiceSpec{
				Selector: app.labels(), Type: []corev1.ServiceType{"ClusterIP", "LoadBalancer"}[i%2], Ports: []corev1.ServicePort{{Port: 80}},
			}})
		case tables.ServiceAccounts:
			emit(&corev1.ServiceAccount{ObjectMeta: app.meta("", "", "")})
		case tables.Roles:
			emit(&rbacv1.Role{ObjectMeta: app.meta("", "", ""), Rules: []rbacv1.PolicyRule{{Verbs: []string{"get", "*"}[i%2:], APIGroups: []string{""}, Resources: []string{"secrets", "pods/exec"}}}})
		case tables.RoleBindings:
			m := app.meta("", "", "")
			emit(&rbacv1.RoleBinding{
				ObjectMeta: m, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: m.Name},
				Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: m.Name, Namespace: m.Namespace}},
			})
		case tables.ConfigMaps:
			emit(&corev1.ConfigMap{ObjectMeta: app.meta("", "", ""), Data: map[string]string{"password": fmt.Sprint("hunter", i), "config.yaml": "a: b"}})
		case tables.NetworkPolicies:
			if i%2 == 0 {
				emit(&networkingv1.NetworkPolicy{ObjectMeta: app.meta("", "", ""), Spec: networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchLabels: app.labels()}}})
			}
		case tables.Namespaces:
			if i%apps == 0 {
				emit(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: app.namespace(), UID: types.UID(app.namespace())}})
			}
		case tables.Nodes:
			if i%apps == 0 {
				emit(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: app.node(0), UID: types.UID(app.node(0))}})
			}
		}
	}
	return nil
}

// app is a Deployment and what belongs to it.
type app int

func (a app) name() string              { return fmt.Sprintf("app-%d", int(a)%apps) }
func (a app) namespace() string         { return fmt.Sprintf("team-%d", int(a)/apps) }
func (a app) labels() map[string]string { return map[string]string{"app": a.name(), "version": "v1"} }
func (a app) node(n int) string         { return fmt.Sprintf("node-%d", int(a)/apps+n) }

func (a app) uid(kind, suffix string) types.UID {
	return types.UID(fmt.Sprintf("%-8.8s-0000-4000-8000-%012d%s", kind, int(a), suffix))
}

// meta is the metadata of an object named after the app, and of its owner.
func (a app) meta(suffix, ownerKind, ownerSuffix string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{
		Namespace: a.namespace(), Name: a.name() + suffix, UID: a.uid("object", suffix), Labels: a.labels(),
		CreationTimestamp: metav1.Unix(1_700_000_000+int64(a), 0),
	}
	if ownerKind != "" {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{Kind: ownerKind, Name: a.name() + ownerSuffix, UID: a.uid("object", ownerSuffix), Controller: &yes}}
	}
	return m
}

func (a app) template() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: a.labels()}, Spec: a.spec()}
}

// pod is a replica; every tenth app has had a sidecar injected.
func (a app) pod(n int) *corev1.Pod {
	suffix := fmt.Sprintf("-5d-%05x", int(a)*replicas+n)
	pod := &corev1.Pod{ObjectMeta: a.meta(suffix, "ReplicaSet", "-5d"), Spec: a.spec()}
	pod.Labels["pod-template-hash"] = "5d"
	token := "kube-api-access-" + suffix[4:]
	pod.Spec.NodeName = a.node(n)
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: token, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}})
	if int(a)%10 == 0 {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "mesh", Image: "registry.example/mesh:1"})
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: token, MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true})
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, ImageID: fmt.Sprintf("%s@sha256:%064d", c.Image, int(a)%300), Ready: true,
		})
	}
	pod.Status.Phase = corev1.PodRunning
	return pod
}

func (a app) spec() corev1.PodSpec {
	some := func(every int) *bool { yes := int(a)%every == 0; return &yes }
	env := []corev1.EnvVar{{Name: "LOG_LEVEL", Value: "info"}, {Name: "REGION", Value: "eu"}, {Name: "DB_PASSWORD", Value: fmt.Sprint("s3cr3t-", int(a)%50)}}
	mounts := []corev1.VolumeMount{{Name: "config", MountPath: "/etc/app"}, {Name: "tmp", MountPath: "/tmp"}}
	main := corev1.Container{
		Name: "app", Image: fmt.Sprintf("registry.example/team-%d/app:%d", int(a)%30, int(a)%9), Env: env, VolumeMounts: mounts,
		Ports:           []corev1.ContainerPort{{ContainerPort: 8080}, {ContainerPort: 9090, Name: "metrics"}},
		LivenessProbe:   &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz"}}},
		SecurityContext: &corev1.SecurityContext{Privileged: some(40), RunAsNonRoot: some(2), ReadOnlyRootFilesystem: some(3)},
	}
	return corev1.PodSpec{
		ServiceAccountName: a.name(), HostNetwork: int(a)%50 == 0,
		Containers: []corev1.Container{main, {Name: "log", Image: "registry.example/log:latest", VolumeMounts: mounts}},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: a.name()}}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
	}
}
