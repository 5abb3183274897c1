package watch

import (
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func pick[T any](w *world, from []T) T { return from[w.IntN(len(from))] }

// maybe is a value or nothing.
func maybe[T any](w *world, value T) *T {
	if w.IntN(2) == 0 {
		return nil
	}
	return &value
}

// Kinds with few names each, so that changes meet objects that are there, and
// objects each other.
var kinds = []kind{
	{"", "v1", "namespaces", "Namespace", false, 5, 3, func(w *world, _, _ string) runtime.Object {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Labels: w.labels("pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn", "team")}}
	}},
	{"", "v1", "pods", "Pod", true, 12, 20, (*world).pod},
	{"apps", "v1", "deployments", "Deployment", true, 4, 8, func(w *world, _, _ string) runtime.Object {
		return &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Replicas: maybe(w, int32(w.IntN(3))), Selector: selector("w"), Template: w.template()}}
	}},
	{"apps", "v1", "replicasets", "ReplicaSet", true, 5, 8, func(w *world, ns, _ string) runtime.Object {
		owner := fmt.Sprint("Deployment/", ns, "/", "de", w.IntN(4))
		set := &appsv1.ReplicaSet{ObjectMeta: w.owned("apps/v1", "Deployment", ns, owner[len(owner)-3:]), Spec: appsv1.ReplicaSetSpec{Selector: selector("w"), Template: w.template()}}
		if spec, ok := w.templates[owner]; ok && w.IntN(3) > 0 {
			set.Spec.Template.Spec = spec
		}
		return set
	}},
	{"", "v1", "services", "Service", true, 3, 4, func(w *world, _, _ string) runtime.Object {
		s := &corev1.Service{Spec: corev1.ServiceSpec{
			Type: pick(w, []corev1.ServiceType{"ClusterIP", "NodePort", "LoadBalancer"}), Selector: selector(pick(w, []string{"w", "x"})).MatchLabels,
			Ports: []corev1.ServicePort{{Port: pick(w, []int32{80, 443, 10250, 2379})}},
		}}
		if w.IntN(4) == 0 {
			s.Spec.ExternalIPs = []string{"192.0.2.7"}
		}
		return s
	}},
	{"", "v1", "serviceaccounts", "ServiceAccount", true, 3, 4, func(w *world, _, _ string) runtime.Object {
		return &corev1.ServiceAccount{AutomountServiceAccountToken: maybe(w, w.IntN(2) == 0), Secrets: []corev1.ObjectReference{{Name: "se0"}}[:w.IntN(2)]}
	}},
	{"", "v1", "secrets", "Secret", true, 3, 2, func(w *world, _, _ string) runtime.Object {
		return &corev1.Secret{Type: pick(w, []corev1.SecretType{"Opaque", "example.com/some"}), StringData: map[string]string{"k": "v"}}
	}},
	{"", "v1", "configmaps", "ConfigMap", true, 3, 3, func(w *world, _, _ string) runtime.Object {
		return &corev1.ConfigMap{Data: map[string]string{
			pick(w, []string{"password", "color"}): pick(w, []string{"hunter2hunter2", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "blue"}),
		}, Immutable: maybe(w, false)}
	}},
	{"", "v1", "resourcequotas", "ResourceQuota", true, 2, 3, func(w *world, _, _ string) runtime.Object {
		return &corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{pick(w, []corev1.ResourceName{"secrets", "count/ingresses.networking.k8s.io", "limits.storage"}): resource.MustParse("1000")}}}
	}},
	{"", "v1", "limitranges", "LimitRange", true, 2, 2, func(w *world, _, _ string) runtime.Object {
		item := corev1.LimitRangeItem{Type: pick(w, []corev1.LimitType{"Container", "Pod"}), Max: corev1.ResourceList{"memory": resource.MustParse("8Gi")}}
		return &corev1.LimitRange{Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{item}}}
	}},
	{"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, 3, 6, func(w *world, _, _ string) runtime.Object {
		p := &networkingv1.NetworkPolicy{}
		if w.IntN(2) == 0 {
			p.Spec.PodSelector = *selector(pick(w, []string{"w", "x"}))
		}
		p.Spec.PolicyTypes = []networkingv1.PolicyType{pick(w, []networkingv1.PolicyType{"Ingress", "Egress"})}
		if w.IntN(2) == 0 {
			p.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", "Egress"}
			p.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: pick(w, []string{"0.0.0.0/0", "10.0.0.0/8"})}}}}}
		}
		if w.IntN(3) == 0 {
			p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{MatchLabels: w.labels("team")}}}}}
		}
		return p
	}},
	{"networking.k8s.io", "v1", "ingresses", "Ingress", true, 2, 3, func(w *world, _, _ string) runtime.Object {
		i := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Annotations: w.labels("nginx.ingress.kubernetes.io/ssl-redirect")}}
		i.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "se0", Port: networkingv1.ServiceBackendPort{Number: 80}}}
		if w.IntN(2) == 0 {
			i.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"a.example"}, SecretName: pick(w, []string{"", "se0"})}}
		}
		return i
	}},
	{"networking.k8s.io", "v1", "ingressclasses", "IngressClass", false, 2, 3, func(w *world, _, _ string) runtime.Object {
		return &networkingv1.IngressClass{Spec: networkingv1.IngressClassSpec{Controller: pick(w, []string{"k8s.io/ingress-nginx", "example.com/other"})}}
	}},
	{"rbac.authorization.k8s.io", "v1", "roles", "Role", true, 3, 4, func(w *world, _, _ string) runtime.Object { return &rbacv1.Role{Rules: w.rights()} }},
	{"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false, 3, 3, func(w *world, _, _ string) runtime.Object {
		return &rbacv1.ClusterRole{Rules: w.rights()}
	}},
	{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, 3, 4, func(w *world, _, _ string) runtime.Object {
		return &rbacv1.RoleBinding{RoleRef: w.role(w.IntN(2) == 0), Subjects: w.subjects()}
	}},
	{"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false, 3, 3, func(w *world, _, _ string) runtime.Object {
		return &rbacv1.ClusterRoleBinding{RoleRef: w.role(true), Subjects: w.subjects()}
	}},
	{"", "v1", "nodes", "Node", false, 2, 3, func(w *world, _, _ string) runtime.Object {
		return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Labels: w.labels("node-role.kubernetes.io/control-plane", "kubernetes.io/os")}}
	}},
	{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false, 2, 3, func(w *world, _, _ string) runtime.Object {
		none, url := admissionv1.SideEffectClassNone, "https://192.0.2.1/"
		return &admissionv1.ValidatingWebhookConfiguration{Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "a.example.com", ClientConfig: admissionv1.WebhookClientConfig{URL: &url}, SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
			FailurePolicy: maybe(w, pick(w, []admissionv1.FailurePolicyType{"Ignore", "Fail"})),
			Rules: []admissionv1.RuleWithOperations{{
				Operations: []admissionv1.OperationType{"CREATE"},
				Rule:       admissionv1.Rule{APIGroups: []string{"example.com"}, APIVersions: []string{"v1"}, Resources: []string{"nothings"}},
			}},
		}}}
	}},
}
