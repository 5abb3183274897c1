package tables

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

type serviceAccountRow struct {
	*Object
	sa *corev1.ServiceAccount
}

// nameCounts counts by namespace/name.
type nameCounts map[string]int

func (c *nameCounts) add(namespace, name string) {
	if *c == nil {
		*c = nameCounts{}
	}
	(*c)[namespace+"/"+name]++
}

func mergeCounts(into, from *nameCounts) {
	if *into == nil {
		*into = nameCounts{}
	}
	for k, n := range *from {
		(*into)[k] += n
	}
}

var podsByServiceAccount = fact("pods by service account", []*Resource{Pods}, func(c *nameCounts, o *Object) {
	if pod, ok := o.Value.(*corev1.Pod); ok && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
		name := pod.Spec.ServiceAccountName
		if name == "" {
			name = "default"
		}
		c.add(o.Meta.Namespace, name)
	}
}, mergeCounts, nil).local()

var bindingsByServiceAccount = fact("bindings by service account", []*Resource{RoleBindings, ClusterRoleBindings}, func(c *nameCounts, o *Object) {
	var subjects []rbacv1.Subject
	switch v := o.Value.(type) {
	case *rbacv1.RoleBinding:
		subjects = v.Subjects
	case *rbacv1.ClusterRoleBinding:
		subjects = v.Subjects
	}
	for _, s := range subjects {
		if ns, name, ok := serviceAccountOf(localSubject(s, o.Meta.Namespace)); ok {
			c.add(ns, name)
		}
	}
}, mergeCounts, nil)

// serviceAccountOf returns the service account that a subject names, directly
// or by its user name.
func serviceAccountOf(s rbacv1.Subject) (namespace, name string, ok bool) {
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		return s.Namespace, s.Name, true
	case rbacv1.UserKind:
		if rest, found := strings.CutPrefix(s.Name, "system:serviceaccount:"); found {
			namespace, name, ok = strings.Cut(rest, ":")
		}
	}
	return namespace, name, ok
}

// K8sServiceAccounts has one row per service account.
var K8sServiceAccounts = define(spec[serviceAccountRow]{
	Name: "k8s_service_accounts",
	Row:  "service account",
	Doc:  "Every ServiceAccount, with how many pods run as it and how many bindings name it.",
	Examples: []string{
		"SELECT namespace, name FROM k8s_service_accounts WHERE pods_using = 0 AND NOT is_default",
		"SELECT namespace, name, bindings FROM k8s_service_accounts WHERE is_default AND bindings > 0",
		"SELECT namespace, name FROM k8s_service_accounts WHERE automount_sa_token IS NOT 0",
	},
	Columns: [][]column[serviceAccountRow]{
		common[serviceAccountRow](),
		{
			integer("automount_sa_token", "automountServiceAccountToken", func(r serviceAccountRow) Value { return BoolPtr(r.sa.AutomountServiceAccountToken) }),
			jsonCol("secrets", "names in secrets", func(r serviceAccountRow) Value {
				var names []string
				for _, s := range r.sa.Secrets {
					names = append(names, s.Name)
				}
				return JSON(names)
			}),
			jsonCol("image_pull_secrets", "imagePullSecrets", func(r serviceAccountRow) Value { return JSON(r.sa.ImagePullSecrets) }),
			integer("is_default", "1 for the account named default, which pods get when they name none", func(r serviceAccountRow) Value { return Bool(r.sa.Name == "default") }),
			late("pods_using", TypeInteger, "pods that run as the account and have not finished", accountKey,
				func(w *World, key string) Value { return Int((*get[nameCounts](w, podsByServiceAccount))[key]) }, podsByServiceAccount),
			late("bindings", TypeInteger, "subjects of role bindings that are the account itself, groups not counted", accountKey,
				func(w *World, key string) Value { return Int((*get[nameCounts](w, bindingsByServiceAccount))[key]) }, bindingsByServiceAccount),
			text("cloud_identity", "cloud identity that the account's annotations ask for: an IAM role, a Google service account, an Azure client id", func(r serviceAccountRow) Value { return Str(cloudIdentity(r.sa.Annotations)) }),
			text("exempt", "system for the cluster's own parts", func(r serviceAccountRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[serviceAccountRow](),
	},
	Sources: []source[serviceAccountRow]{from(ServiceAccounts, func(o *Object, v *corev1.ServiceAccount, emit func(serviceAccountRow)) {
		emit(serviceAccountRow{o, v})
	})},
})

func accountKey(r serviceAccountRow) string { return r.sa.Namespace + "/" + r.sa.Name }

func cloudIdentity(annotations map[string]string) string {
	for _, key := range []string{"eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"} {
		if v := annotations[key]; v != "" {
			return v
		}
	}
	return ""
}
