package rows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// fake is a source that gives the objects of each resource, or does what the
// resource's script says, call by call.
type fake struct {
	objects map[*tables.Resource][]metav1.Object
	scripts map[*tables.Resource][]func(give func(n int)) error

	mu     sync.Mutex
	calls  map[*tables.Resource]int
	scopes map[*tables.Resource]Scope
}

func (f *fake) Each(ctx context.Context, r *tables.Resource, scope Scope, emit func(*tables.Object)) error {
	f.mu.Lock()
	if f.calls == nil {
		f.calls, f.scopes = map[*tables.Resource]int{}, map[*tables.Resource]Scope{}
	}
	call := f.calls[r]
	f.calls[r]++
	f.scopes[r] = scope
	f.mu.Unlock()
	o := &tables.Object{Resource: r}
	give := func(n int) {
		for _, v := range f.objects[r][:n] {
			o.Value, o.Meta = v, v.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
			emit(o)
		}
	}
	if script := f.scripts[r]; call < len(script) {
		return script[call](give)
	}
	give(len(f.objects[r]))
	return nil
}

func pods(names ...string) []metav1.Object {
	var out []metav1.Object
	for _, name := range names {
		out = append(out, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID(name)},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}, {Name: "log"}}},
		})
	}
	return out
}

func planFor(t *testing.T, columns map[*tables.Table][]string) Plan {
	t.Helper()
	plan := Plan{}
	for table, names := range columns {
		plan.Add(table, -1)
		for _, name := range names {
			if table.Column(name) < 0 {
				t.Fatalf("%s has no column %s", table.Name, name)
			}
			plan.Add(table, table.Column(name))
		}
	}
	return plan
}

func load(t *testing.T, src Source, plan Plan) *Set {
	t.Helper()
	set, err := Load(t.Context(), src, plan, Scope{}, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// values are the cells of a column from the first row on.
func values(t *testing.T, set *Set, table *tables.Table, column string) []any {
	t.Helper()
	i := table.Column(column)
	loaded, err := set.Table(table, []int{i})
	if err != nil {
		t.Fatal(err)
	}
	out := []any{}
	for row := range loaded.Len {
		out = append(out, loaded.Columns[i].At(row))
	}
	return out
}

// A list that breaks off is begun anew: what came of it before is dropped, of
// rows as of what late columns look up.
func TestLoadRestarts(t *testing.T) {
	breakOff := func(give func(int)) error { give(2); return fmt.Errorf("after two: %w", ErrRestart) }
	plan := planFor(t, map[*tables.Table][]string{
		tables.K8sPods: {"name"}, tables.K8sContainers: {"name", "container"}, tables.K8sNamespaces: {"name", "pod_count"},
	})
	shop := []metav1.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}}
	for tries := range 4 {
		src := &fake{
			objects: map[*tables.Resource][]metav1.Object{tables.Pods: pods("a", "b", "c"), tables.Namespaces: shop},
			scripts: map[*tables.Resource][]func(func(int)) error{tables.Pods: slices.Repeat([]func(func(int)) error{breakOff}, tries)},
		}
		set := load(t, src, plan)
		if want := min(tries+1, maxTries); src.calls[tables.Pods] != want {
			t.Errorf("broken %d times: read %d times, want %d", tries, src.calls[tables.Pods], want)
		}
		if tries == maxTries {
			if !errors.Is(set.Unread[tables.Pods], ErrRestart) {
				t.Errorf("unread: %v", set.Unread)
			}
			if _, err := set.Table(tables.K8sPods, nil); err == nil {
				t.Error("half a list is taken for a whole one")
			}
			continue
		}
		got := []any{values(t, set, tables.K8sPods, "name"), values(t, set, tables.K8sContainers, "name"), values(t, set, tables.K8sNamespaces, "pod_count"), set.Objects[tables.Pods]}
		want := []any{[]any{"a", "b", "c"}, []any{"a", "a", "b", "b", "c", "c"}, []any{int64(3)}, 3}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("broken %d times: %s", tries, diff)
		}
	}
}

// What cannot be read is noted, for the tables that need it, and the rest is
// loaded.
func TestLoadGoesOn(t *testing.T) {
	forbidden := errors.New("forbidden")
	src := &fake{
		objects: map[*tables.Resource][]metav1.Object{tables.Pods: pods("a"), tables.Namespaces: {&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}}},
		scripts: map[*tables.Resource][]func(func(int)) error{tables.Pods: {func(give func(int)) error { give(1); return forbidden }}},
	}
	plan := planFor(t, map[*tables.Table][]string{tables.K8sPods: {"name"}, tables.K8sNamespaces: {"name", "pod_count"}})
	set := load(t, src, plan)
	if src.calls[tables.Pods] != 1 || !errors.Is(set.Unread[tables.Pods], forbidden) || len(set.Unread) != 1 {
		t.Errorf("read %d times, unread %v", src.calls[tables.Pods], set.Unread)
	}
	if got := values(t, set, tables.K8sNamespaces, "name"); len(got) != 1 {
		t.Errorf("namespaces %v", got)
	}
	var unread *UnreadError
	_, err := set.Table(tables.K8sNamespaces, []int{tables.K8sNamespaces.Column("pod_count")})
	if !errors.As(err, &unread) || !errors.Is(err, forbidden) || err.Error() != "table k8s_namespaces: could not read pods: forbidden" {
		t.Errorf("a column that needs pods: %v", err)
	}
	if _, err := set.Table(tables.K8sPods, nil); !errors.As(err, &unread) {
		t.Errorf("a table of pods: %v", err)
	}
}

// Each resource is read once, whatever needs it, and nothing that no one needs.
func TestLoadReadsOnce(t *testing.T) {
	src := &fake{objects: map[*tables.Resource][]metav1.Object{tables.Pods: pods("a")}}
	set := load(t, src, planFor(t, map[*tables.Table][]string{tables.K8sPods: {"name", "owner_kind"}, tables.K8sContainers: {"container", "judged"}, tables.K8sPodSpecs: {"asset_name"}}))
	for r, n := range src.calls {
		if n != 1 {
			t.Errorf("%s was read %d times", r, n)
		}
	}
	if src.calls[tables.Pods] != 1 || src.calls[tables.Nodes]+src.calls[tables.ConfigMaps]+src.calls[tables.Secrets] > 0 {
		t.Errorf("read %v", src.calls)
	}
	table := set.Tables[tables.K8sPods]
	if table.Columns[tables.K8sPods.Column("namespace")] != nil {
		t.Error("a column that nobody asked for was kept")
	}
	only := &fake{objects: src.objects}
	load(t, only, planFor(t, map[*tables.Table][]string{tables.K8sPods: {"name"}}))
	if len(only.calls) != 1 {
		t.Errorf("names of pods alone: read %v", only.calls)
	}
}

// What objects say together is said once, however many tables and columns ask.
func TestLoadCountsOnce(t *testing.T) {
	yes := true
	replicas := pods("a", "b")
	for _, pod := range replicas {
		pod.SetOwnerReferences([]metav1.OwnerReference{{Kind: "StatefulSet", Name: "db", UID: "db", Controller: &yes}})
	}
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "db", UID: "db"}}
	set.Spec.Template.Spec = replicas[0].(*corev1.Pod).Spec
	src := &fake{objects: map[*tables.Resource][]metav1.Object{tables.Pods: replicas, tables.StatefulSets: {set}}}
	loaded := load(t, src, planFor(t, map[*tables.Table][]string{tables.K8sPodSpecs: {"judged", "pods", "asset_name"}, tables.K8sContainers: {"judged", "pods"}}))
	got := [][]any{values(t, loaded, tables.K8sPodSpecs, "pods"), values(t, loaded, tables.K8sPodSpecs, "judged"), values(t, loaded, tables.K8sContainers, "pods")}
	want := [][]any{{int64(2), int64(0), int64(0)}, {int64(1), int64(0), int64(0)}, {int64(2), int64(2), int64(0), int64(0), int64(0), int64(0)}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Rows of several resources come in the order that the table declares, and
// late columns climb over resources.
func TestLoadPutsTogether(t *testing.T) {
	controller := func(kind, name string) []metav1.OwnerReference {
		yes := true
		return []metav1.OwnerReference{{Kind: kind, Name: name, UID: types.UID(name), Controller: &yes}}
	}
	pod := pods("web-1-a")
	pod[0].SetOwnerReferences(controller("ReplicaSet", "web-1"))
	rule := []rbacv1.PolicyRule{{Verbs: []string{"get"}}}
	src := &fake{objects: map[*tables.Resource][]metav1.Object{
		tables.Pods:         append(pod, pods("lonely")...),
		tables.ReplicaSets:  {&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: "web-1", UID: "web-1", OwnerReferences: controller("Deployment", "web")}}},
		tables.Roles:        {&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "r"}, Rules: rule}},
		tables.ClusterRoles: {&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "c"}, Rules: append(rule, rule...)}},
	}}
	set := load(t, src, planFor(t, map[*tables.Table][]string{tables.K8sPods: {"name", "owner_kind", "owner_name"}, tables.K8sRbacRules: {"name", "role_kind", "verbs"}}))
	got := [][]any{
		values(t, set, tables.K8sPods, "owner_kind"), values(t, set, tables.K8sPods, "owner_name"),
		values(t, set, tables.K8sRbacRules, "role_kind"), values(t, set, tables.K8sRbacRules, "name"), values(t, set, tables.K8sRbacRules, "verbs"),
	}
	want := [][]any{{"Deployment", nil}, {"web", nil}, {"ClusterRole", "ClusterRole", "Role"}, {"c", "c", "r"}, {`["get"]`, `["get"]`, `["get"]`}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	why := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	src := &fake{objects: map[*tables.Resource][]metav1.Object{tables.Pods: pods("a")}, scripts: map[*tables.Resource][]func(func(int)) error{
		tables.Pods: {func(func(int)) error { cancel(why); return ErrRestart }},
	}}
	set, err := Load(ctx, src, planFor(t, map[*tables.Table][]string{tables.K8sPods: {"name"}}), Scope{}, Scope{})
	if set != nil || !errors.Is(err, why) || src.calls[tables.Pods] != 1 {
		t.Errorf("%v, %v after %d calls", set, err, src.calls[tables.Pods])
	}
}

// A condition on the rows narrows what is read, but not what late columns of
// those rows look up elsewhere.
func TestLoadScopes(t *testing.T) {
	for _, test := range []struct {
		columns             []string
		limit, where, scope Scope
	}{
		{[]string{"name"}, Scope{}, Scope{}, Scope{}},
		{[]string{"name"}, Scope{}, Scope{Namespace: "shop", Name: "a"}, Scope{Namespace: "shop", Name: "a"}},
		{[]string{"name"}, Scope{Namespace: "shop"}, Scope{Name: "a"}, Scope{Namespace: "shop", Name: "a"}},
		{[]string{"name"}, Scope{Namespace: "shop"}, Scope{Namespace: "other"}, Scope{Namespace: "shop"}},
	} {
		src := &fake{}
		if _, err := Load(t.Context(), src, planFor(t, map[*tables.Table][]string{tables.K8sPods: test.columns}), test.limit, test.where); err != nil {
			t.Fatal(err)
		}
		if src.scopes[tables.Pods] != test.scope {
			t.Errorf("limit %v where %v: read %v, want %v", test.limit, test.where, src.scopes[tables.Pods], test.scope)
		}
	}
	src := &fake{}
	plan := planFor(t, map[*tables.Table][]string{tables.K8sPodSpecs: {"name", "judged"}})
	if _, err := Load(t.Context(), src, plan, Scope{Namespace: "shop"}, Scope{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	if src.scopes[tables.Pods] != (Scope{Namespace: "shop"}) {
		t.Errorf("what is judged depends on other pods, and %v was read", src.scopes[tables.Pods])
	}
}
