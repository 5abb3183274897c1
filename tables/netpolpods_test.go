package tables

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const selectablePods = `
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
---
kind: Pod
apiVersion: v1
metadata: {name: db, namespace: shop, labels: {app: db}}
---
kind: Pod
apiVersion: v1
metadata: {name: bare, namespace: shop}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: other, labels: {app: web}}
---
kind: Pod
apiVersion: v1
metadata: {name: node-agent, namespace: shop, labels: {app: web}}
spec: {hostNetwork: true}
---
kind: Pod
apiVersion: v1
metadata: {name: done, namespace: shop, labels: {app: web}}
status: {phase: Succeeded}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: api, namespace: shop, labels: {app: not-of-the-pods}}
spec: {template: {metadata: {labels: {app: api}}}}
---
`

// Selectors are those of the API server: an empty one selects everything, and
// NotIn and DoesNotExist hold for what lacks the label.
func TestNetworkPolicyPods(t *testing.T) {
	for _, test := range []struct {
		name, spec string
		want       []string
	}{
		{"everything", `{podSelector: {}}`, []string{"Deployment api 1 0", "Pod bare 1 0", "Pod db 1 0", "Pod web 1 0"}},
		{"a label", `{podSelector: {matchLabels: {app: web}}}`, []string{"Pod web 1 0"}},
		{"a template", `{podSelector: {matchLabels: {app: api}}}`, []string{"Deployment api 1 0"}},
		{"both labels", `{podSelector: {matchLabels: {app: web, tier: back}}}`, nil},
		{"In", `{podSelector: {matchExpressions: [{key: app, operator: In, values: [web, db]}]}}`, []string{"Pod db 1 0", "Pod web 1 0"}},
		{"NotIn", `{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web, api]}]}}`, []string{"Pod bare 1 0", "Pod db 1 0"}},
		{"Exists", `{podSelector: {matchExpressions: [{key: tier, operator: Exists}]}}`, []string{"Pod web 1 0"}},
		{"DoesNotExist", `{podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}`, []string{"Pod bare 1 0"}},
		{"labels and expressions", `{podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: DoesNotExist}]}}`, nil},
		{"what the API server refuses", `{podSelector: {matchExpressions: [{key: app, operator: Like, values: [web]}]}}`, nil},
		{"egress by its rules", `{podSelector: {matchLabels: {app: db}}, egress: [{}]}`, []string{"Pod db 1 1"}},
		{"egress only", `{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}`, []string{"Pod db 0 1"}},
		{"both directions, no rules", `{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}`, []string{"Pod db 1 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs := selectablePods[1:] + "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: p, namespace: shop}\nspec: " + test.spec
			if diff := gocmp.Diff(test.want, ask(t, K8sNetworkPolicyPods, docs, "kind", "pod", "ingress", "egress")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The rows are the policy's, and join pods by their key.
func TestNetworkPolicyPodsColumns(t *testing.T) {
	docs := `kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, uid: u-1}
---
kind: Pod
apiVersion: v1
metadata: {name: file, namespace: shop}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: p, namespace: shop, uid: u-2, labels: {team: a}}`
	want := []string{`u-2 shop p p file - Pod/shop/file {"team":"a"}`, `u-2 shop p p web u-1 u-1 {"team":"a"}`}
	got := ask(t, K8sNetworkPolicyPods, docs, "uid", "namespace", "name", "policy", "pod", "pod_uid", "spec_id", "labels")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Sources use the memory of an object again for the next one.
func TestNetworkPolicyPodsKeepNothing(t *testing.T) {
	objects := manifests(t, `kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: p, namespace: shop, labels: {team: a}}
spec: {podSelector: {matchLabels: {app: web}}}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {app: web}}`)
	var parts []*Part
	for _, o := range objects {
		part := policyIsolation.Part()
		part.Add(o)
		for k := range o.Meta.Labels {
			o.Meta.Labels[k] = "overwritten"
		}
		*o.Meta = metav1.ObjectMeta{Name: "overwritten"}
		parts = append(parts, part)
	}
	var c cells
	c.table = K8sNetworkPolicyPods
	c.table.Derive(NewWorld(parts), []int{2, 3, 5, c.table.Column("pod")}, &c)
	want := [][]any{{"shop", "p", `{"team":"a"}`, "web"}}
	if diff := gocmp.Diff(want, pick(c.rows, "namespace", "name", "labels", "pod")); diff != "" {
		t.Error(diff)
	}
}

// Label sets that read alike are not alike, and say what the map says.
func TestPackedLabels(t *testing.T) {
	long := strings.Repeat("x", 300)
	sets := []map[string]string{{"a": "b"}, {"a": "b", "c": "d"}, {"a": "b,c=d"}, {"a=b": ""}, {"ab": ""}, {"a": ""}, {}, {long: long, "\x01a": "b"}}
	seen := map[packedLabels]int{}
	for i, s := range sets {
		data, _ := packLabels(nil, nil, s)
		packed := packedLabels(data)
		if j, ok := seen[packed]; ok {
			t.Errorf("%v and %v are packed alike", s, sets[j])
		}
		seen[packed] = i
		for _, label := range []string{"a", "b", "c", "ab", "a=b", "", long} {
			want, has := s[label]
			if got, ok := packed.Lookup(label); got != want || ok != has || packed.Has(label) != has || packed.Get(label) != want {
				t.Errorf("%v: %q is %q, %v", s, label, got, ok)
			}
		}
	}
}

// A policy counts the pods that it selects, and no templates.
func TestSelectedPods(t *testing.T) {
	docs := selectablePods[1:] + `kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: all, namespace: shop}
spec: {podSelector: {}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: api, namespace: shop}
spec: {podSelector: {matchLabels: {app: api}}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: all, namespace: other}
spec: {podSelector: {}}`
	if diff := gocmp.Diff([]string{"other all 1", "shop all 3", "shop api 0"}, ask(t, K8sNetworkPolicies, docs, "namespace", "name", "selected_pods")); diff != "" {
		t.Error(diff)
	}
}
