package tables

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

type bindingRow struct {
	*Object
	role    rbacv1.RoleRef
	subject rbacv1.Subject
	index   int
}

var serviceAccountNames = fact("service accounts", []*Resource{ServiceAccounts}, func(c *nameCounts, o *Object) {
	if _, ok := o.Value.(*corev1.ServiceAccount); ok {
		c.add(o.Meta.Namespace, o.Meta.Name)
	}
}, mergeCounts, nil)

// K8sRbacBindings has one row per subject of every binding.
var K8sRbacBindings = define(spec[bindingRow]{
	Name: "k8s_rbac_bindings",
	Row:  "subject of a RoleBinding or ClusterRoleBinding",
	Doc:  "Who is given which role, and where. name and namespace are the binding's.",
	Examples: []string{
		"SELECT binding_kind, namespace, name, subject_kind, subject FROM k8s_rbac_bindings WHERE role = 'cluster-admin'",
		"SELECT subject, count(*) AS bindings FROM k8s_rbac_bindings WHERE subject_kind = 'ServiceAccount' GROUP BY subject_namespace, subject",
		"SELECT namespace, name, subject FROM k8s_rbac_bindings WHERE subject_kind = 'ServiceAccount' AND subject_exists = 0",
	},
	Columns: [][]column[bindingRow]{
		common[bindingRow](),
		{
			text("binding_kind", "RoleBinding or ClusterRoleBinding", func(r bindingRow) Value { return Str(r.Resource.Kind) }),
			text("path", "path from the binding to the subject: subjects[0]", func(r bindingRow) Value { return Str("subjects[" + strconv.Itoa(r.index) + "]") }),
			text("role_kind", "roleRef.kind", func(r bindingRow) Value { return Str(r.role.Kind) }).key(),
			text("role_namespace", "namespace of the role; NULL for a ClusterRole", func(r bindingRow) Value {
				if r.role.Kind == "ClusterRole" {
					return Null
				}
				return Str(r.Meta.Namespace)
			}).key(),
			text("role", "roleRef.name", func(r bindingRow) Value { return Str(r.role.Name) }).key(),
			text("subject_kind", "User, Group or ServiceAccount", func(r bindingRow) Value { return Str(r.subject.Kind) }),
			text("subject_namespace", "namespace of a ServiceAccount", func(r bindingRow) Value { return Str(r.subject.Namespace) }).key(),
			text("subject", "name of the user, group or service account", func(r bindingRow) Value { return Str(r.subject.Name) }).key(),
			text("scope", "where the grant holds: cluster, or the binding's namespace", func(r bindingRow) Value {
				if r.Meta.Namespace == "" {
					return Str("cluster")
				}
				return Str(r.Meta.Namespace)
			}),
			integer("subject_is_system", "1 for the control plane's own users and service accounts: users system:*, accounts of kube-system, group system:masters; never for anonymous, or groups that hold everyone", func(r bindingRow) Value { return Bool(systemSubject(r.subject)) }),
			late("subject_exists", TypeInteger, "1 when the service account exists; NULL for users and groups, which the API does not list", func(r bindingRow) string {
				if ns, name, ok := serviceAccountOf(r.subject); ok {
					return ns + "/" + name
				}
				return ""
			}, func(w *World, key string) Value {
				return Bool((*get[nameCounts](w, serviceAccountNames))[key] > 0)
			}, serviceAccountNames),
			integer("binding_is_default", "1 for the bindings that Kubernetes itself ships", func(r bindingRow) Value { return Bool(builtinBinding(r.Object)) }),
		},
		where[bindingRow](),
	},
	Sources: []source[bindingRow]{
		from(ClusterRoleBindings, func(o *Object, v *rbacv1.ClusterRoleBinding, emit func(bindingRow)) {
			emitSubjects(o, v.RoleRef, v.Subjects, emit)
		}),
		from(RoleBindings, func(o *Object, v *rbacv1.RoleBinding, emit func(bindingRow)) {
			emitSubjects(o, v.RoleRef, v.Subjects, emit)
		}),
	},
})

func emitSubjects(o *Object, role rbacv1.RoleRef, subjects []rbacv1.Subject, emit func(bindingRow)) {
	for i, s := range subjects {
		emit(bindingRow{o, role, localSubject(s, o.Meta.Namespace), i})
	}
}

func systemSubject(s rbacv1.Subject) bool {
	if ns, _, ok := serviceAccountOf(s); ok {
		return ns == "kube-system"
	}
	switch s.Kind {
	case rbacv1.UserKind:
		return strings.HasPrefix(s.Name, "system:") && s.Name != "system:anonymous"
	case rbacv1.GroupKind:
		return s.Name == "system:masters" || s.Name == "system:nodes" || s.Name == "system:monitoring" ||
			s.Name == "system:bootstrappers" || strings.HasPrefix(s.Name, "system:bootstrappers:")
	}
	return false
}
