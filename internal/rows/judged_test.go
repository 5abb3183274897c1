package rows

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestLoadJudged makes clusters with owners, copies, drift and finished pods,
// and finds in the rows that LoadJudged gives what Load gives, but for rows
// that are neither judged nor the cluster's own.
func TestLoadJudged(t *testing.T) {
	columns := []string{"kind", "name", "namespace", "judged", "pods", "asset_name", "drift"}
	plan := planFor(t, map[*tables.Table][]string{
		tables.K8sPodSpecs: columns, tables.K8sContainers: append(columns, "image"), tables.K8sPods: {"name"},
	})
	judged := map[*tables.Table]bool{tables.K8sPodSpecs: true, tables.K8sContainers: true}
	all, kept := 0, 0
	for seed := range uint64(200) {
		src := &fake{objects: workloads(rand.New(rand.NewPCG(seed, 1)))}
		whole := load(t, src, plan)
		part, err := LoadJudged(t.Context(), src, plan, judged, Scope{}, Scope{})
		if err != nil {
			t.Fatal(err)
		}
		for table := range plan {
			want := cells(t, whole, table, plan[table], func(row map[string]any) bool {
				return !judged[table] || row["judged"] == int64(1) || row["namespace"] == "kube-system" || row["kind"] == "Deployment"
			})
			got := cells(t, part, table, plan[table], func(map[string]any) bool { return true })
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, %s: %s", seed, table.Name, diff)
			}
			if judged[table] {
				all, kept = all+whole.Tables[table].Len, kept+part.Tables[table].Len
			}
		}
	}
	if kept == 0 || kept > all*2/3 {
		t.Errorf("%d of %d rows are left", kept, all)
	}
}

func cells(t *testing.T, set *Set, table *tables.Table, cols []int, keep func(map[string]any) bool) []map[string]any {
	t.Helper()
	loaded, err := set.Table(table, cols)
	if err != nil {
		t.Fatal(err)
	}
	out := []map[string]any{}
	for row := range loaded.Len {
		cells := map[string]any{}
		for _, c := range cols {
			cells[table.Columns[c].Name] = loaded.Columns[c].At(row)
		}
		if keep(cells) {
			out = append(out, cells)
		}
	}
	return out
}

// workloads are Deployments with ReplicaSets and Pods; some Deployments are
// gone, some pods drifted, some have run to their end.
func workloads(rng *rand.Rand) map[*tables.Resource][]metav1.Object {
	objects := map[*tables.Resource][]metav1.Object{}
	spec := func() corev1.PodSpec {
		return corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: fmt.Sprint("image-", rng.IntN(3)/2)}}}
	}
	owned := func(ns, name, kind, owner string) metav1.ObjectMeta {
		yes := true
		m := metav1.ObjectMeta{Namespace: ns, Name: name, UID: types.UID(ns + "/" + name)}
		if owner != "" {
			m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: owner, UID: types.UID(ns + "/" + owner), Controller: &yes}}
		}
		return m
	}
	for i := range 4 {
		ns, name := []string{"shop", "shop", "shop", "kube-system"}[rng.IntN(4)], fmt.Sprint("web-", i)
		template := corev1.PodTemplateSpec{Spec: spec()}
		if rng.IntN(4) > 0 {
			objects[tables.Deployments] = append(objects[tables.Deployments], &appsv1.Deployment{
				ObjectMeta: owned(ns, name, "", ""), Spec: appsv1.DeploymentSpec{Template: template},
			})
		}
		for j := range 2 {
			set, replicas := fmt.Sprint(name, "-", j), int32(rng.IntN(2))
			objects[tables.ReplicaSets] = append(objects[tables.ReplicaSets], &appsv1.ReplicaSet{
				ObjectMeta: owned(ns, set, "Deployment", name), Spec: appsv1.ReplicaSetSpec{Template: template, Replicas: &replicas},
			})
			for range rng.IntN(5) {
				pod := &corev1.Pod{ObjectMeta: owned(ns, fmt.Sprintf("%s-%x", set, rng.Uint32()), "ReplicaSet", set), Spec: template.Spec}
				if rng.IntN(3) == 0 {
					pod.Spec = spec()
				}
				if rng.IntN(5) == 0 {
					pod.Status.Phase = corev1.PodSucceeded
				}
				if rng.IntN(8) == 0 {
					pod.OwnerReferences = nil
				}
				objects[tables.Pods] = append(objects[tables.Pods], pod)
			}
		}
	}
	return objects
}
