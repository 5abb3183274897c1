package tables

import (
	"maps"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

type roleRow struct {
	*Object
	rules       []rbacv1.PolicyRule
	aggregation *rbacv1.AggregationRule
}

// roleRefKey names a role as bindings do: kind/namespace/name.
func roleRefKey(ref rbacv1.RoleRef, namespace string) string {
	if ref.Kind == "ClusterRole" {
		namespace = ""
	}
	return ref.Kind + "/" + namespace + "/" + ref.Name
}

func roleKey(r roleRow) string {
	return r.Resource.Kind + "/" + r.Meta.Namespace + "/" + r.Meta.Name
}

// bindingsOfRole counts bindings by the role they name.
func bindingsOfRole(name string, resources ...*Resource) *Fact {
	return fact(name, resources, func(c *nameCounts, o *Object) {
		if *c == nil {
			*c = nameCounts{}
		}
		switch v := o.Value.(type) {
		case *rbacv1.RoleBinding:
			(*c)[roleRefKey(v.RoleRef, v.Namespace)]++
		case *rbacv1.ClusterRoleBinding:
			(*c)[roleRefKey(v.RoleRef, "")]++
		}
	}, mergeCounts, nil)
}

var (
	// A Role can only be named in its own namespace.
	roleBindings        = bindingsOfRole("bindings of roles", RoleBindings).local()
	clusterRoleBindings = bindingsOfRole("bindings of cluster roles", RoleBindings, ClusterRoleBindings)
)

func roleColumns(bindings *Fact) []column[roleRow] {
	count := func(w *World, key string) int { return (*get[nameCounts](w, bindings))[key] }
	return []column[roleRow]{
		integer("rules", "number of rules", func(r roleRow) Value { return Int(len(r.rules)) }),
		integer("is_builtin", "1 for the roles that Kubernetes itself ships: by label and by name, since anyone can set the label", func(r roleRow) Value { return Bool(builtinRole(r.Object)) }),
		late("bound", TypeInteger, "1 when a binding names the role", roleKey, func(w *World, key string) Value { return Bool(count(w, key) > 0) }, bindings),
		late("bindings", TypeInteger, "number of bindings that name the role", roleKey, func(w *World, key string) Value { return Int(count(w, key)) }, bindings),
	}
}

// K8sRoles has one row per Role.
var K8sRoles = define(spec[roleRow]{
	Name: "k8s_roles",
	Row:  "role",
	Doc:  "Every Role. What it allows is in k8s_rbac_rules, who has it in k8s_rbac_bindings.",
	Examples: []string{
		"SELECT namespace, name, rules FROM k8s_roles WHERE NOT bound AND NOT is_builtin",
		"SELECT namespace, count(*) AS roles FROM k8s_roles GROUP BY namespace ORDER BY roles DESC",
		"SELECT namespace, name, created FROM k8s_roles ORDER BY created DESC LIMIT 10",
	},
	Columns: [][]column[roleRow]{
		common[roleRow](), roleColumns(roleBindings),
		{text("exempt", "system for the cluster's own parts", func(r roleRow) Value { return exempt(r.Meta.Namespace) })},
		where[roleRow](),
	},
	Sources: []source[roleRow]{from(Roles, func(o *Object, v *rbacv1.Role, emit func(roleRow)) { emit(roleRow{o, v.Rules, nil}) })},
})

const aggregateTo = "rbac.authorization.k8s.io/aggregate-to-"

// K8sClusterRoles has one row per ClusterRole.
var K8sClusterRoles = define(spec[roleRow]{
	Name: "k8s_cluster_roles",
	Row:  "cluster role",
	Doc: `Every ClusterRole. One with an aggregation has the rules of the ClusterRoles that
its selectors match; the controller manager writes them into it.`,
	Examples: []string{
		"SELECT name, rules FROM k8s_cluster_roles WHERE NOT bound AND NOT is_builtin",
		"SELECT name, aggregate_to FROM k8s_cluster_roles WHERE aggregate_to IS NOT NULL AND NOT is_builtin",
		"SELECT name, bindings FROM k8s_cluster_roles ORDER BY bindings DESC LIMIT 10",
	},
	Columns: [][]column[roleRow]{
		common[roleRow](), roleColumns(clusterRoleBindings),
		{
			jsonCol("aggregation", "aggregationRule.clusterRoleSelectors: the role is made of the roles they match", func(r roleRow) Value {
				if r.aggregation == nil {
					return Null
				}
				return JSON(r.aggregation.ClusterRoleSelectors)
			}),
			jsonCol("aggregate_to", "roles that labels "+aggregateTo+"NAME ask to be made part of", func(r roleRow) Value {
				var roles []string
				for _, key := range slices.Sorted(maps.Keys(r.Meta.Labels)) {
					if role, ok := strings.CutPrefix(key, aggregateTo); ok && r.Meta.Labels[key] == "true" {
						roles = append(roles, role)
					}
				}
				return JSON(roles)
			}),
		},
		where[roleRow](),
	},
	Sources: []source[roleRow]{from(ClusterRoles, func(o *Object, v *rbacv1.ClusterRole, emit func(roleRow)) {
		emit(roleRow{o, v.Rules, v.AggregationRule})
	})},
})
