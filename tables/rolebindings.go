package tables

import rbacv1 "k8s.io/api/rbac/v1"

type roleBindingRow struct {
	*Object
	role     rbacv1.RoleRef
	subjects []rbacv1.Subject
}

func rolesNamed(name string, resource *Resource) *Fact {
	return fact(name, []*Resource{resource}, func(c *nameCounts, o *Object) {
		if *c == nil {
			*c = nameCounts{}
		}
		(*c)[o.Resource.Kind+"/"+o.Meta.Namespace+"/"+o.Meta.Name]++
	}, mergeCounts, nil)
}

var (
	roleNames        = rolesNamed("roles", Roles).local()
	clusterRoleNames = rolesNamed("cluster roles", ClusterRoles)
)

func roleBindingColumns(roles ...*Fact) []column[roleBindingRow] {
	return []column[roleBindingRow]{
		text("role", "roleRef.name", func(r roleBindingRow) Value { return Str(r.role.Name) }).key(),
		integer("subjects", "number of subjects", func(r roleBindingRow) Value { return Int(len(r.subjects)) }),
		late("role_exists", TypeInteger, "0 when there is no such role: whoever may make one decides what the binding grants",
			func(r roleBindingRow) string { return roleRefKey(r.role, r.Meta.Namespace) },
			func(w *World, key string) Value {
				for _, f := range roles {
					if (*get[nameCounts](w, f))[key] > 0 {
						return Bool(true)
					}
				}
				return Bool(false)
			}, roles...),
		integer("is_default", "1 for the bindings that Kubernetes itself ships", func(r roleBindingRow) Value { return Bool(builtinBinding(r.Object)) }),
	}
}

// K8sRoleBindings has one row per RoleBinding.
var K8sRoleBindings = define(spec[roleBindingRow]{
	Name: "k8s_role_bindings",
	Row:  "role binding",
	Doc:  "Every RoleBinding. Its subjects are rows of k8s_rbac_bindings.",
	Examples: []string{
		"SELECT namespace, name, role FROM k8s_role_bindings WHERE role_kind = 'ClusterRole' AND role IN ('admin', 'cluster-admin')",
		"SELECT namespace, name, role_kind, role FROM k8s_role_bindings WHERE NOT role_exists",
		"SELECT namespace, name FROM k8s_role_bindings WHERE subjects = 0",
	},
	Columns: [][]column[roleBindingRow]{
		common[roleBindingRow](),
		{text("role_kind", "roleRef.kind: Role or ClusterRole", func(r roleBindingRow) Value { return Str(r.role.Kind) }).key()},
		roleBindingColumns(roleNames, clusterRoleNames),
		{text("exempt", "system for the cluster's own parts", func(r roleBindingRow) Value { return exempt(r.Meta.Namespace) })},
		where[roleBindingRow](),
	},
	Sources: []source[roleBindingRow]{from(RoleBindings, func(o *Object, v *rbacv1.RoleBinding, emit func(roleBindingRow)) {
		emit(roleBindingRow{o, v.RoleRef, v.Subjects})
	})},
})

// K8sClusterRoleBindings has one row per ClusterRoleBinding.
var K8sClusterRoleBindings = define(spec[roleBindingRow]{
	Name: "k8s_cluster_role_bindings",
	Row:  "cluster role binding",
	Doc:  "Every ClusterRoleBinding: its role holds in all namespaces. Its subjects are rows of k8s_rbac_bindings.",
	Examples: []string{
		"SELECT name, subjects FROM k8s_cluster_role_bindings WHERE role = 'cluster-admin' AND NOT is_default",
		"SELECT name, role FROM k8s_cluster_role_bindings WHERE NOT role_exists",
		"SELECT role, count(*) AS bindings FROM k8s_cluster_role_bindings GROUP BY role ORDER BY bindings DESC LIMIT 10",
	},
	Columns: [][]column[roleBindingRow]{common[roleBindingRow](), roleBindingColumns(clusterRoleNames), where[roleBindingRow]()},
	Sources: []source[roleBindingRow]{from(ClusterRoleBindings, func(o *Object, v *rbacv1.ClusterRoleBinding, emit func(roleBindingRow)) {
		emit(roleBindingRow{o, v.RoleRef, v.Subjects})
	})},
})
