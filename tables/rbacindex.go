package tables

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// rbacRole is what is kept of a Role or ClusterRole.
type rbacRole struct {
	origin
	kind        string
	builtin     bool
	labels      map[string]string
	aggregation *rbacv1.AggregationRule
	rules       []rbacRule
	tuples      []rbacTuple
	bound       bool
}

// rbacRule is a rule, and the index it is written at; -1 where aggregation
// brought it in.
type rbacRule struct {
	rbacv1.PolicyRule
	index  int
	values ruleValues
}

type rbacBinding struct {
	origin
	kind      string
	role      rbacv1.RoleRef
	isDefault bool
	subjects  []rbacv1.Subject
	roles     []*rbacRole
}

// rbacIndex knows all roles, bindings and service accounts. Manifests may hold
// two roles of one name; both are taken.
type rbacIndex struct {
	roles    []*rbacRole
	bindings []*rbacBinding
	accounts map[string][]string // by namespace
}

var rbac = fact("RBAC", []*Resource{Roles, ClusterRoles, RoleBindings, ClusterRoleBindings, ServiceAccounts},
	(*rbacIndex).add,
	func(into, from *rbacIndex) {
		into.roles = append(into.roles, from.roles...)
		into.bindings = append(into.bindings, from.bindings...)
		for ns, names := range from.accounts {
			into.addAccounts(ns, names...)
		}
	},
	(*rbacIndex).finish)

func (x *rbacIndex) add(o *Object) {
	switch v := o.Value.(type) {
	case *rbacv1.Role:
		x.addRole(o, v.Rules, nil)
	case *rbacv1.ClusterRole:
		x.addRole(o, v.Rules, v.AggregationRule)
	case *rbacv1.RoleBinding:
		x.addBinding(o, v.RoleRef, v.Subjects)
	case *rbacv1.ClusterRoleBinding:
		x.addBinding(o, v.RoleRef, v.Subjects)
	case *corev1.ServiceAccount:
		x.addAccounts(v.Namespace, v.Name)
	}
}

func (x *rbacIndex) addAccounts(namespace string, names ...string) {
	if x.accounts == nil {
		x.accounts = map[string][]string{}
	}
	x.accounts[namespace] = append(x.accounts[namespace], names...)
}

func (x *rbacIndex) addRole(o *Object, rules []rbacv1.PolicyRule, aggregation *rbacv1.AggregationRule) {
	r := &rbacRole{origin: originOf(o), kind: o.Resource.Kind, builtin: builtinRole(o)}
	if o.Resource == ClusterRoles {
		r.labels = maps.Clone(o.Meta.Labels)
	}
	if o.File != "" {
		r.aggregation = aggregation.DeepCopy()
	}
	for i := range rules {
		r.rules = append(r.rules, rbacRule{PolicyRule: *rules[i].DeepCopy(), index: i})
	}
	x.roles = append(x.roles, r)
}

func (x *rbacIndex) addBinding(o *Object, role rbacv1.RoleRef, subjects []rbacv1.Subject) {
	b := &rbacBinding{origin: originOf(o), kind: o.Resource.Kind, role: role, isDefault: builtinBinding(o)}
	for _, s := range subjects {
		b.subjects = append(b.subjects, localSubject(s, b.namespace))
	}
	x.bindings = append(x.bindings, b)
}

// localSubject fills in the namespace that a RoleBinding's service account may
// leave out.
func localSubject(s rbacv1.Subject, namespace string) rbacv1.Subject {
	if s.Kind == rbacv1.ServiceAccountKind && s.Namespace == "" {
		s.Namespace = namespace
	}
	return s
}

// hasAccount reports whether a service account exists.
func (x *rbacIndex) hasAccount(namespace, name string) bool {
	_, found := slices.BinarySearch(x.accounts[namespace], name)
	return found
}

func (x *rbacIndex) finish() {
	for _, names := range x.accounts {
		slices.Sort(names)
	}
	byName := func(a, b *rbacRole) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
	}
	slices.SortStableFunc(x.roles, byName)
	slices.SortStableFunc(x.bindings, func(a, b *rbacBinding) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name))
	})
	x.aggregate()
	named := map[string][]*rbacRole{}
	for _, r := range x.roles {
		for i := range r.rules {
			r.rules[i].values = valuesOf(&r.rules[i].PolicyRule)
		}
		r.tuples = tuplesOf(r.rules)
		key := r.kind + "/" + r.namespace + "/" + r.name
		named[key] = append(named[key], r)
	}
	for _, b := range x.bindings {
		b.roles = named[roleRefKey(b.role, b.namespace)]
		for _, r := range b.roles {
			r.bound = r.bound || len(b.subjects) > 0
		}
	}
}

// aggregate does in manifests what the controller manager does in a cluster: a
// ClusterRole with an aggregation rule gets the rules of those it selects, and
// of those that they do. What a cluster has was written there already.
func (x *rbacIndex) aggregate() {
	for changed := true; changed; {
		changed = false
		for _, r := range x.roles {
			if r.aggregation == nil {
				continue
			}
			for _, part := range x.selected(r) {
				changed = r.take(part.rules) || changed
			}
		}
	}
}

func (x *rbacIndex) selected(r *rbacRole) []*rbacRole {
	var parts []*rbacRole
	for i := range r.aggregation.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&r.aggregation.ClusterRoleSelectors[i])
		if err != nil {
			continue
		}
		for _, other := range x.roles {
			if other.kind == "ClusterRole" && other.name != r.name && selector.Matches(labels.Set(other.labels)) {
				parts = append(parts, other)
			}
		}
	}
	return parts
}

// take adds rules that the role lacks.
func (r *rbacRole) take(rules []rbacRule) (changed bool) {
	for _, rule := range rules {
		if !slices.ContainsFunc(r.rules, func(have rbacRule) bool { return equality.Semantic.DeepEqual(have.PolicyRule, rule.PolicyRule) }) {
			r.rules = append(r.rules, rbacRule{PolicyRule: rule.PolicyRule, index: -1})
			changed = true
		}
	}
	return changed
}
