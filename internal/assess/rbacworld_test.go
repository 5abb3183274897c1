package assess_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	rbacv1client "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/rest"
)

// world is a random set of roles, bindings and service accounts.
type world struct {
	*rand.Rand
	accounts            []*corev1.ServiceAccount
	roles               []*rbacv1.Role
	clusterRoles        []*rbacv1.ClusterRole
	roleBindings        []*rbacv1.RoleBinding
	clusterRoleBindings []*rbacv1.ClusterRoleBinding
}

// What the world and the questions about it are made of: few enough words that
// a question often meets a rule. A namespace may be called cluster.
var (
	rbacNamespaces = []string{"cluster", "shop", "t2-a"}
	rbacUsers      = []string{"alice", "bob", "system:anonymous", "system:serviceaccount:shop:sa-1", "system:serviceaccount:t2-a:gone", "system:serviceaccount:odd"}
	rbacGroups     = []string{"dev", "ops", "system:serviceaccounts:shop", "system:serviceaccounts:cluster", "system:serviceaccounts", "system:authenticated", "system:unauthenticated"}
	rbacVerbs      = []string{"get", "list", "create", "delete", "impersonate", "bind", "*"}
	rbacAPIGroups  = []string{"", "apps", "example.com", "*"}
	rbacResources  = []string{"pods", "secrets", "deployments", "widgets", "nodes", "pods/exec", "pods/log", "deployments/scale", "widgets/scale", "*/scale", "*/exec", "pods/*", "*/*", "*"}
	rbacNames      = []string{"a", "b"}
	rbacURLs       = []string{"/metrics", "/metrics/*", "/logs/a", "/logs/**", "/lo*", "/"}
)

func pick[T any](w *world, from []T) T { return from[w.IntN(len(from))] }

// some is between one and most of a list; the last ones, which are the widest,
// come rarely.
func some(w *world, from []string, most int) []string {
	var list []string
	for range 1 + w.IntN(most) {
		i := w.IntN(len(from))
		if i >= len(from)-1 && w.IntN(4) > 0 {
			i = w.IntN(len(from) - 1)
		}
		list = append(list, from[i])
	}
	return list
}

func (w *world) rule(urls bool) rbacv1.PolicyRule {
	if urls && w.IntN(4) == 0 {
		return rbacv1.PolicyRule{Verbs: some(w, rbacVerbs, 2), NonResourceURLs: some(w, rbacURLs, 2)}
	}
	r := rbacv1.PolicyRule{Verbs: some(w, rbacVerbs, 3), APIGroups: some(w, rbacAPIGroups, 2), Resources: some(w, rbacResources, 3)}
	if w.IntN(3) == 0 {
		r.ResourceNames = some(w, rbacNames, 2)
	}
	return r
}

func (w *world) rules(urls bool) (rules []rbacv1.PolicyRule) {
	for range w.IntN(6) {
		rules = append(rules, w.rule(urls))
	}
	return rules
}

func (w *world) subjects(namespaced bool) (subjects []rbacv1.Subject) {
	for range w.IntN(6) {
		s := rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: pick(w, []string{"sa-0", "sa-1", "sa-2", "gone"}), Namespace: pick(w, rbacNamespaces)}
		switch {
		case w.IntN(3) == 0:
			s = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: pick(w, rbacUsers)}
		case w.IntN(3) == 0:
			s = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: some(w, rbacGroups, 1)[0]}
		case namespaced && w.IntN(2) == 0:
			s.Namespace = ""
		}
		subjects = append(subjects, s)
	}
	return subjects
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 1))}
	ref := func(kind, name string) rbacv1.RoleRef {
		return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: name}
	}
	for i := range 16 {
		r := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("t2-%02d", i)}, Rules: w.rules(true)}
		if w.IntN(2) == 0 {
			r.Labels = map[string]string{"part-of": pick(w, []string{"x", "y", "z"})}
		}
		if i >= 11 { // made of others, and of each other
			r.Rules = nil
			r.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{
				{MatchLabels: map[string]string{"part-of": pick(w, []string{"x", "y", "z"})}},
				{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "part-of", Operator: metav1.LabelSelectorOpIn, Values: some(w, []string{"x", "y", "z"}, 1)}}},
			}}
		}
		w.clusterRoles = append(w.clusterRoles, r)
	}
	w.aggregate()
	clusterRole := func() string { return fmt.Sprintf("t2-%02d", w.IntN(17)) } // the last does not exist
	for i := range 16 {
		w.clusterRoleBindings = append(w.clusterRoleBindings, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("t2-%02d", i)}, RoleRef: ref("ClusterRole", clusterRole()), Subjects: w.subjects(false),
		})
	}
	for _, ns := range rbacNamespaces {
		for i := range 3 {
			w.accounts = append(w.accounts, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: fmt.Sprintf("sa-%d", i)}})
			w.roles = append(w.roles, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: fmt.Sprintf("t2-%02d", i)}, Rules: w.rules(false)})
		}
		for i := range 12 {
			b := &rbacv1.RoleBinding{
				ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: fmt.Sprintf("t2-%02d", i)},
				RoleRef:    ref("ClusterRole", clusterRole()), Subjects: w.subjects(true),
			}
			if w.IntN(2) == 0 {
				b.RoleRef = ref("Role", fmt.Sprintf("t2-%02d", w.IntN(4)))
			}
			w.roleBindings = append(w.roleBindings, b)
		}
	}
	w.mark()
	return w
}

// aggregate does what the controller manager's clusterrole-aggregation does,
// again and again until nothing changes: the test's API server has none.
func (w *world) aggregate() {
	for changed := true; changed; {
		changed = false
		for _, role := range w.clusterRoles {
			if role.AggregationRule == nil {
				continue
			}
			var rules []rbacv1.PolicyRule
			for i := range role.AggregationRule.ClusterRoleSelectors {
				selector, err := metav1.LabelSelectorAsSelector(&role.AggregationRule.ClusterRoleSelectors[i])
				if err != nil {
					panic(err)
				}
				for _, part := range w.clusterRoles {
					if part.Name == role.Name || !selector.Matches(labels.Set(part.Labels)) {
						continue
					}
					for _, rule := range part.Rules {
						if !slices.ContainsFunc(rules, func(have rbacv1.PolicyRule) bool { return equality.Semantic.DeepEqual(have, rule) }) {
							rules = append(rules, rule)
						}
					}
				}
			}
			if len(rules) != len(role.Rules) {
				role.Rules, changed = rules, true
			}
		}
	}
}

// mark adds what the authorizer must know before it is asked: it learns of each
// kind of object in order.
func (w *world) mark() {
	rule := []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{"marker"}, Resources: []string{"markers"}}}
	user := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "marker"}}
	meta := metav1.ObjectMeta{Name: "zz-marker"}
	local := metav1.ObjectMeta{Name: "zz-marker", Namespace: rbacNamespaces[0]}
	w.clusterRoles = append(w.clusterRoles, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rule})
	w.clusterRoleBindings = append(w.clusterRoleBindings, &rbacv1.ClusterRoleBinding{
		ObjectMeta: meta, Subjects: user,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: meta.Name},
	})
	rule = []rbacv1.PolicyRule{{Verbs: []string{"list"}, APIGroups: []string{"marker"}, Resources: []string{"markers"}}}
	w.roles = append(w.roles, &rbacv1.Role{ObjectMeta: local, Rules: rule})
	w.roleBindings = append(w.roleBindings, &rbacv1.RoleBinding{
		ObjectMeta: local, Subjects: user,
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
	})
}

// create makes the world in a cluster.
func (w *world) create(t *testing.T, cfg *rest.Config) {
	t.Helper()
	ctx := context.Background()
	core, err := corev1client.NewForConfig(cfg)
	rbac, rbacErr := rbacv1client.NewForConfig(cfg)
	if err := cmp.Or(err, rbacErr); err != nil {
		t.Fatal(err)
	}
	check := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	opts := metav1.CreateOptions{}
	for _, ns := range rbacNamespaces {
		check(core.Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, opts))
	}
	for _, o := range w.accounts {
		check(core.ServiceAccounts(o.Namespace).Create(ctx, o, opts))
	}
	for _, o := range w.clusterRoles {
		check(rbac.ClusterRoles().Create(ctx, o, opts))
	}
	for _, o := range w.roles {
		check(rbac.Roles(o.Namespace).Create(ctx, o, opts))
	}
	for _, o := range w.clusterRoleBindings {
		check(rbac.ClusterRoleBindings().Create(ctx, o, opts))
	}
	for _, o := range w.roleBindings {
		check(rbac.RoleBindings(o.Namespace).Create(ctx, o, opts))
	}
}
