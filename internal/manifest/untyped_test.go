package manifest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Whether a custom resource is namespaced is told by its definition, by what
// tables know, or by another object of its kind. Where nothing tells, nothing
// is guessed.
func TestUntypedNamespaces(t *testing.T) {
	f := read(t, `
apiVersion: example.com/v1
kind: Told
metadata: {name: first}
---
apiVersion: example.com/v1
kind: Told
metadata: {name: second, namespace: shop}
---
apiVersion: example.com/v1
kind: Unknown
metadata: {name: x}
---
apiVersion: example.com/v1
kind: Defined
metadata: {name: d}
---
apiVersion: example.com/v1
kind: Wide
metadata: {name: w, namespace: nonsense}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: all, namespace: nonsense}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: defineds.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Defined, plural: defineds}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: wides.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Wide, plural: wides}}
`, DefaultNamespace("mine"))
	var got []string
	for _, c := range f.Resources() {
		if c.Resource.New != nil || c.Resource.Kind == "CustomResourceDefinition" {
			continue
		}
		if err := f.Each(t.Context(), c.Resource, rows.Scope{}, func(o *tables.Object) {
			got = append(got, c.Resource.Plural+" "+o.Meta.Namespace+"/"+o.Meta.Name)
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(got)
	want := []string{"ciliumclusterwidenetworkpolicies /all", "defineds mine/d", "gateways mine/gw", "tolds mine/first", "tolds shop/second", "unknowns /x", "wides /w"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
