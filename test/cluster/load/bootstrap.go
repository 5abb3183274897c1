package load

import (
	"context"
	"fmt"
	"time"

	authzv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	authzclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	rbacclient "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/rest"
)

// Bootstrap gives a new cluster what the tests' users and the first pods need: the user view bound
// to the ClusterRole view, that role's rules, and in the server's own namespaces what the controller-manager would make.
func Bootstrap(ctx context.Context, config *rest.Config) error {
	c, err := newCreator(config, 4)
	if err != nil {
		return err
	}
	items := []*item{{obj: &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "kspm-view"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "view"}},
	}}}
	for _, ns := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
		items = append(items, namespaceDefaults(ns)...)
	}
	if err := c.createAll(ctx, items); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	if err := aggregate(ctx, config); err != nil {
		return fmt.Errorf("aggregate cluster roles: %w", err)
	}
	if err := waitForView(ctx, config); err != nil {
		return fmt.Errorf("wait until the user view may list pods: %w", err)
	}
	return nil
}

// waitForView waits for the server's authorizer, which learns of new roles by a watch.
func waitForView(ctx context.Context, config *rest.Config) error {
	client, err := authzclient.NewForConfig(config)
	if err != nil {
		return err
	}
	review := &authzv1.SubjectAccessReview{Spec: authzv1.SubjectAccessReviewSpec{
		User: "view", ResourceAttributes: &authzv1.ResourceAttributes{Verb: "list", Resource: "pods"},
	}}
	for {
		got, err := client.SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil || got.Status.Allowed {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// aggregate fills the ClusterRoles that are made of others, once: without it view, edit and admin
// allow nothing.
func aggregate(ctx context.Context, config *rest.Config) error {
	client, err := rbacclient.NewForConfig(config)
	if err != nil {
		return err
	}
	list, err := client.ClusterRoles().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	roles := map[string]*rbacv1.ClusterRole{}
	for i := range list.Items {
		roles[list.Items[i].Name] = &list.Items[i]
	}
	for _, name := range []string{"view", "edit", "admin"} { // each takes in the one before
		role := roles[name]
		if role == nil || role.AggregationRule == nil {
			return fmt.Errorf("%s is not an aggregated role", name)
		}
		role.Rules = nil
		for _, s := range role.AggregationRule.ClusterRoleSelectors {
			match, err := metav1.LabelSelectorAsSelector(&s)
			if err != nil {
				return err
			}
			for _, part := range list.Items {
				if part.Name != name && match.Matches(labels.Set(part.Labels)) {
					role.Rules = append(role.Rules, part.Rules...)
				}
			}
		}
		if _, err := client.ClusterRoles().Update(ctx, role, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// namespaceDefaults are the objects that the controller-manager puts into every namespace.
func namespaceDefaults(ns string) []*item {
	return []*item{
		{obj: &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: ns}}},
		{obj: &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: "kube-root-ca.crt", Namespace: ns, Annotations: map[string]string{
				"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
			}},
			Data: map[string]string{"ca.crt": rootCA},
		}},
	}
}

// rootCA is shaped like a certificate and is none.
const rootCA = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"
