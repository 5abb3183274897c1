package watch

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func pod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/app:1"}}},
	}
}

// fails reports whether a report has a finding that counts.
func fails(r *posture.Report, id string, a posture.Asset) bool {
	for _, res := range r.Rules {
		for _, f := range res.Findings {
			if res.ID == id && f.Asset == a && f.Counts() {
				return true
			}
		}
	}
	return false
}

// What is known follows the cluster, step by step.
func TestFollows(t *testing.T) {
	s := sharedServer(t)
	ctx := t.Context()
	w := s.watch(quick())
	r := w.agrees("the start")
	if diff := gocmp.Diff(r.Delta().Assets, fold(w.sink.all()).wide.Assets); diff != "" {
		t.Error(diff)
	}

	s.namespace("follow", nil)
	namespace := posture.Asset{Kind: "Namespace", Name: "follow"}
	if r := w.agrees("a namespace"); !fails(r, "NSA-23", namespace) {
		t.Error("a namespace without a quota does not fail NSA-23")
	}

	web := pod("web")
	web.Spec.HostPID = true
	web, err := s.CoreV1().Pods("follow").Create(ctx, web, metav1.CreateOptions{})
	s.must(err)
	asset := posture.Asset{Kind: "Pod", Namespace: "follow", Name: "web"}
	if r := w.agrees("a pod"); !fails(r, "NSA-08", asset) {
		t.Error("a pod that sees the host's processes does not fail NSA-08")
	}

	ignored := w.Stats().Ignored
	web.Status.Phase, web.Status.Message = corev1.PodRunning, "as any"
	_, err = s.CoreV1().Pods("follow").UpdateStatus(ctx, web, metav1.UpdateOptions{})
	s.must(err)
	w.agrees("a status")
	s.until("a message of its status is no rule's business", func() bool { return w.Stats().Ignored >= ignored })

	_, err = s.CoreV1().ResourceQuotas("follow").Create(ctx, &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "q"}, Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{}},
	}, metav1.CreateOptions{})
	s.must(err)
	w.agrees("a quota")

	policy := &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "deny"},
		Spec:       networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}},
	}
	policy, err = s.NetworkingV1().NetworkPolicies("follow").Create(ctx, policy, metav1.CreateOptions{})
	s.must(err)
	w.agrees("a network policy")
	policy.Spec.PodSelector.MatchLabels = map[string]string{"app": "other"}
	_, err = s.NetworkingV1().NetworkPolicies("follow").Update(ctx, policy, metav1.UpdateOptions{})
	s.must(err)
	w.agrees("a network policy that selects others")

	admin := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "follow-admin"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "follow", Name: "default"}},
	}
	_, err = s.RbacV1().ClusterRoleBindings().Create(ctx, admin, metav1.CreateOptions{})
	s.must(err)
	w.agrees("a binding of the cluster")
	s.must(s.RbacV1().ClusterRoleBindings().Delete(ctx, admin.Name, metav1.DeleteOptions{}))

	s.must(s.CoreV1().Pods("follow").Delete(ctx, "web", metav1.DeleteOptions{GracePeriodSeconds: new(int64)}))
	if r := w.agrees("the pod is gone"); fails(r, "NSA-08", asset) {
		t.Error("a pod that is gone fails still")
	}
	s.dropNamespace("follow")
	if r := w.agrees("the namespace is gone"); fails(r, "NSA-23", namespace) {
		t.Error("a namespace that is gone fails still")
	}
}

// Full reads find what is known already.
func TestSweeps(t *testing.T) {
	s := sharedServer(t)
	opts := quick()
	opts.Interval = 500 * time.Millisecond
	w := s.watch(opts)
	s.namespace("swept", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	_, err := s.CoreV1().ConfigMaps("swept").Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c"}}, metav1.CreateOptions{})
	s.must(err)
	s.until("three full reads", func() bool { return w.Stats().Sweeps >= 3 })
	if drift := w.Stats().Drift; drift != 0 {
		t.Errorf("drift %d", drift)
	}
	w.agrees("full reads")
}
