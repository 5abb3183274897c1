package tables

import (
	"maps"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// effectiveRow is a permission of a subject.
type effectiveRow struct {
	index    *rbacIndex
	subject  rbacv1.Subject
	viaGroup string
	binding  *rbacBinding
	role     *rbacRole
	tuple    *rbacTuple
}

// K8sRbacEffective has one row per subject, verb, resource and scope.
var K8sRbacEffective = define(spec[effectiveRow]{
	Name: "k8s_rbac_effective",
	Row:  "permission of a subject, by one binding",
	Doc: `Who may do what, taken apart: one verb on one resource (or URL) in one scope, by
one binding. Wildcards stay '*', so that a question has to allow for them:
verb IN ('get', '*') AND api_group IN ('', '*') AND resource IN ('secrets',
'*'); of a subresource '*/exec' as well. resource_name is NULL for every
object, namespace NULL for every namespace. A User system:serviceaccount:NS:NAME
is the ServiceAccount. Service accounts that exist also have what their groups
have, with via_group; of other users the API does not tell the groups: ask for
the Group as well. Not in RBAC, and so not here: system:masters may do
everything even without a binding, and nodes have the Node authorizer.
dangerous names the way to more rights that a permission opens: cluster-admin,
namespace-admin, escalate, bind, impersonate, kubelet-api, issue-tokens,
read-secrets, exec, debug-pods, create-workloads, approve-certificates,
sign-certificates, change-admission, serve-apis, host-volumes,
relax-pod-security, port-forward.`,
	Examples: []string{
		"SELECT DISTINCT subject_kind, subject_namespace, subject, scope FROM k8s_rbac_effective WHERE dangerous IN ('read-secrets', 'cluster-admin') AND NOT subject_is_system",
		"SELECT DISTINCT subject_kind, subject FROM k8s_rbac_effective WHERE verb IN ('create', '*') AND api_group IN ('', '*') AND resource IN ('pods/exec', '*/exec', '*') AND (namespace IS NULL OR namespace = 'default')",
		"SELECT dangerous, count(DISTINCT subject_kind || ifnull(subject_namespace, '') || subject) AS subjects FROM k8s_rbac_effective WHERE dangerous IS NOT NULL GROUP BY dangerous",
	},
	Columns: [][]column[effectiveRow]{effectiveSubject(), effectivePermission(), effectiveBinding()},
	Facts:   []*Fact{rbac},
	Derive: func(w *World, emit func(effectiveRow)) {
		x := get[rbacIndex](w, rbac)
		for _, b := range x.bindings {
			for _, s := range distinctSubjects(b.subjects) {
				for _, role := range b.roles {
					r := effectiveRow{index: x, subject: s, binding: b, role: role}
					r.emitTuples(emit)
					x.eachMember(s, func(account rbacv1.Subject) {
						r.subject, r.viaGroup = account, s.Name
						r.emitTuples(emit)
					})
				}
			}
		}
	},
})

// emitTuples emits what the role allows where the binding is: URLs have no
// namespace.
func (r effectiveRow) emitTuples(emit func(effectiveRow)) {
	for i := range r.role.tuples {
		r.tuple = &r.role.tuples[i]
		if r.binding.namespace == "" || r.tuple.nonResourceURL.IsNull() {
			emit(r)
		}
	}
}

// distinctSubjects are the subjects of a binding, each once, service accounts
// as such however they are named.
func distinctSubjects(subjects []rbacv1.Subject) []rbacv1.Subject {
	var distinct []rbacv1.Subject
	for _, s := range subjects {
		one := rbacv1.Subject{Kind: s.Kind, Name: s.Name}
		if ns, name, ok := serviceAccountOf(s); ok {
			one = rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: ns, Name: name}
		}
		if !slices.Contains(distinct, one) {
			distinct = append(distinct, one)
		}
	}
	return distinct
}

// eachMember calls f for every existing service account in a group.
func (x *rbacIndex) eachMember(group rbacv1.Subject, f func(rbacv1.Subject)) {
	if group.Kind != rbacv1.GroupKind {
		return
	}
	namespaces := []string{}
	switch {
	case group.Name == "system:serviceaccounts", group.Name == "system:authenticated":
		namespaces = slices.Sorted(maps.Keys(x.accounts))
	case strings.HasPrefix(group.Name, "system:serviceaccounts:"):
		namespaces = append(namespaces, strings.TrimPrefix(group.Name, "system:serviceaccounts:"))
	}
	for _, ns := range namespaces {
		for _, name := range x.accounts[ns] {
			f(rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: ns, Name: name})
		}
	}
}

func effectiveSubject() []column[effectiveRow] {
	return []column[effectiveRow]{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r effectiveRow) Value { return Str(r.binding.cluster) }),
		text("subject_kind", "User, Group or ServiceAccount", func(r effectiveRow) Value { return Str(r.subject.Kind) }),
		text("subject_namespace", "namespace of a ServiceAccount", func(r effectiveRow) Value { return Str(r.subject.Namespace) }).key(),
		text("subject", "name of the user, group or service account", func(r effectiveRow) Value { return Str(r.subject.Name) }).key(),
		text("via_group", "group through which a service account has it; NULL when the binding names the subject itself", func(r effectiveRow) Value { return Str(r.viaGroup) }),
		integer("subject_is_system", "1 for the control plane's own users and service accounts, as in k8s_rbac_bindings", func(r effectiveRow) Value { return Bool(systemSubject(r.subject)) }),
		integer("subject_exists", "1 when the service account exists; NULL for users and groups", func(r effectiveRow) Value { return r.index.subjectExists(r.subject) }),
	}
}

func effectivePermission() []column[effectiveRow] {
	return []column[effectiveRow]{
		text("verb", "get, list, create …, or *", func(r effectiveRow) Value { return r.tuple.verb }),
		text("api_group", "API group, '' for the core group, or *; NULL for URLs", func(r effectiveRow) Value { return r.tuple.apiGroup }),
		text("resource", "resource, with its subresource: pods/exec; * or */exec; NULL for URLs", func(r effectiveRow) Value { return r.tuple.resource }).key(),
		text("resource_name", "name of the only object; NULL for all", func(r effectiveRow) Value { return r.tuple.resourceName }),
		text("non_resource_url", "URL path, where a * at the end stands for anything; NULL for resources", func(r effectiveRow) Value { return r.tuple.nonResourceURL }),
		text("namespace", "namespace it holds in; NULL for all, and for what is in none", func(r effectiveRow) Value { return Str(r.binding.namespace) }).key(),
		text("scope", "cluster, or the namespace", func(r effectiveRow) Value { return Str(r.binding.scope()) }),
		text("dangerous", "the way to more rights that it opens; NULL for none that is known", func(r effectiveRow) Value {
			if r.binding.namespace != "" {
				return r.tuple.dangerousInNamespace
			}
			return r.tuple.dangerous
		}),
	}
}

func effectiveBinding() []column[effectiveRow] {
	return []column[effectiveRow]{
		text("binding_kind", "RoleBinding or ClusterRoleBinding", func(r effectiveRow) Value { return Str(r.binding.kind) }),
		text("binding", "name of the binding, which is in the namespace", func(r effectiveRow) Value { return Str(r.binding.name) }).key(),
		integer("binding_is_default", "1 for the bindings that Kubernetes itself ships", func(r effectiveRow) Value { return Bool(r.binding.isDefault) }),
		text("role_kind", "Role or ClusterRole", func(r effectiveRow) Value { return Str(r.role.kind) }),
		text("role", "name of the role", func(r effectiveRow) Value { return Str(r.role.name) }).key(),
		text("file", "manifest file of the binding; NULL for clusters", func(r effectiveRow) Value { return Str(r.binding.file) }),
		integer("line", "line in that file", func(r effectiveRow) Value { return r.binding.lineValue() }),
	}
}
