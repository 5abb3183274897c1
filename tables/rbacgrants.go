package tables

import (
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
)

// ruleValues are the columns of a rule, made once for all its grants.
type ruleValues struct {
	verbs, apiGroups, resources, resourceNames, nonResourceURLs Value
	hasWildcard, grantsEverything                               Value
}

func valuesOf(r *rbacv1.PolicyRule) ruleValues {
	return ruleValues{
		JSON(r.Verbs), JSON(r.APIGroups), JSON(r.Resources), JSON(r.ResourceNames), JSON(r.NonResourceURLs),
		Bool(hasWildcard(r)), Bool(grantsEverything(r)),
	}
}

func hasWildcard(r *rbacv1.PolicyRule) bool {
	return slices.ContainsFunc([][]string{r.Verbs, r.APIGroups, r.Resources, r.NonResourceURLs},
		func(s []string) bool { return slices.Contains(s, "*") })
}

// grantRow is a rule that a subject has, or that nobody has: then binding is
// nil.
type grantRow struct {
	index   *rbacIndex
	role    *rbacRole
	rule    *rbacRule
	binding *rbacBinding
	subject *rbacv1.Subject
}

func (r grantRow) bound(value func(*rbacBinding, *rbacv1.Subject) Value) Value {
	if r.binding == nil {
		return Null
	}
	return value(r.binding, r.subject)
}

// K8sRbacGrants has one row per rule and subject.
var K8sRbacGrants = define(spec[grantRow]{
	Name: "k8s_rbac_grants",
	Row:  "rule of a role, for each subject that is bound to it",
	Doc: `k8s_rbac_rules and k8s_rbac_bindings joined as the API server joins them: a
RoleBinding's ClusterRole holds in the binding's namespace, and a service
account without namespace is one of that. Rules of roles that nobody is bound
to have one row with bound = 0. In manifests a ClusterRole with an aggregation
has the rules of the roles it selects, with rule_index NULL.`,
	Examples: []string{
		"SELECT subject_kind, subject_namespace, subject, role, scope FROM k8s_rbac_grants WHERE grants_everything AND bound",
		"SELECT DISTINCT subject_kind, subject FROM k8s_rbac_grants, json_each(resources) r WHERE r.value IN ('secrets', '*') AND NOT subject_is_system",
		"SELECT role_kind, role_namespace, role, verbs, resources FROM k8s_rbac_grants WHERE has_wildcard AND NOT bound AND NOT role_is_builtin",
	},
	Columns: [][]column[grantRow]{grantRole(), grantBinding()},
	Facts:   []*Fact{rbac},
	Derive: func(w *World, emit func(grantRow)) {
		x := get[rbacIndex](w, rbac)
		for _, b := range x.bindings {
			for _, role := range b.roles {
				for s := range b.subjects {
					for i := range role.rules {
						emit(grantRow{x, role, &role.rules[i], b, &b.subjects[s]})
					}
				}
			}
		}
		for _, role := range x.roles {
			for i := range role.rules {
				if !role.bound {
					emit(grantRow{x, role, &role.rules[i], nil, nil})
				}
			}
		}
	},
})

func grantRole() []column[grantRow] {
	return []column[grantRow]{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r grantRow) Value { return Str(r.role.cluster) }),
		text("role_kind", "Role or ClusterRole", func(r grantRow) Value { return Str(r.role.kind) }).key(),
		text("role_namespace", "namespace of a Role", func(r grantRow) Value { return Str(r.role.namespace) }).key(),
		text("role", "name of the role", func(r grantRow) Value { return Str(r.role.name) }).key(),
		integer("role_is_builtin", "1 for the roles that Kubernetes itself ships", func(r grantRow) Value { return Bool(r.role.builtin) }),
		integer("rule_index", "index in the role's rules, from 0", func(r grantRow) Value {
			if r.rule.index < 0 {
				return Null
			}
			return Int(r.rule.index)
		}),
		text("path", "path from the role to the rule: rules[0]", func(r grantRow) Value {
			if r.rule.index < 0 {
				return Null
			}
			return Str("rules[" + strconv.Itoa(r.rule.index) + "]")
		}),
		jsonCol("verbs", "verbs", func(r grantRow) Value { return r.rule.values.verbs }),
		jsonCol("api_groups", "apiGroups", func(r grantRow) Value { return r.rule.values.apiGroups }),
		jsonCol("resources", "resources", func(r grantRow) Value { return r.rule.values.resources }),
		jsonCol("resource_names", "resourceNames", func(r grantRow) Value { return r.rule.values.resourceNames }),
		jsonCol("non_resource_urls", "nonResourceURLs", func(r grantRow) Value { return r.rule.values.nonResourceURLs }),
		integer("has_wildcard", "1 when verbs, apiGroups, resources or nonResourceURLs hold *", func(r grantRow) Value { return r.rule.values.hasWildcard }),
		integer("grants_everything", "1 when the rule allows every verb on every resource, of all API groups or of the core group", func(r grantRow) Value { return r.rule.values.grantsEverything }),
		text("role_file", "manifest file of the role; NULL for clusters", func(r grantRow) Value { return Str(r.role.file) }),
		integer("role_line", "line in that file", func(r grantRow) Value { return r.role.lineValue() }),
	}
}

func grantBinding() []column[grantRow] {
	type of = func(*rbacBinding, *rbacv1.Subject) Value
	binding := func(value of) func(grantRow) Value { return func(r grantRow) Value { return r.bound(value) } }
	return []column[grantRow]{
		integer("bound", "0 when no binding gives the role to anyone", func(r grantRow) Value { return Bool(r.binding != nil) }),
		text("binding_kind", "RoleBinding or ClusterRoleBinding", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Str(b.kind) })),
		text("binding_namespace", "namespace of a RoleBinding", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Str(b.namespace) })).key(),
		text("binding", "name of the binding", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Str(b.name) })).key(),
		integer("binding_is_default", "1 for the bindings that Kubernetes itself ships", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Bool(b.isDefault) })),
		text("subject_kind", "User, Group or ServiceAccount", binding(func(_ *rbacBinding, s *rbacv1.Subject) Value { return Str(s.Kind) })),
		text("subject_namespace", "namespace of a ServiceAccount", binding(func(_ *rbacBinding, s *rbacv1.Subject) Value { return Str(s.Namespace) })).key(),
		text("subject", "name of the user, group or service account", binding(func(_ *rbacBinding, s *rbacv1.Subject) Value { return Str(s.Name) })).key(),
		integer("subject_is_system", "1 for the control plane's own users and service accounts, as in k8s_rbac_bindings", binding(func(_ *rbacBinding, s *rbacv1.Subject) Value { return Bool(systemSubject(*s)) })),
		integer("subject_exists", "1 when the service account exists; NULL for users and groups", func(r grantRow) Value {
			return r.bound(func(_ *rbacBinding, s *rbacv1.Subject) Value { return r.index.subjectExists(*s) })
		}),
		text("scope", "where the grant holds: cluster, or the binding's namespace", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Str(b.scope()) })),
		text("binding_file", "manifest file of the binding; NULL for clusters", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return Str(b.file) })),
		integer("binding_line", "line in that file", binding(func(b *rbacBinding, _ *rbacv1.Subject) Value { return b.lineValue() })),
	}
}

func (b *rbacBinding) scope() string {
	if b.namespace == "" {
		return "cluster"
	}
	return b.namespace
}

func (x *rbacIndex) subjectExists(s rbacv1.Subject) Value {
	if ns, name, ok := serviceAccountOf(s); ok {
		return Bool(x.hasAccount(ns, name))
	}
	return Null
}
