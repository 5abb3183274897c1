package tables

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestOtherNetworkPolicies(t *testing.T) {
	cilium := func(spec string) string {
		return "kind: CiliumNetworkPolicy\napiVersion: cilium.io/v2\nmetadata: {name: p, namespace: shop}\n" + spec
	}
	calico := func(spec string) string {
		return "kind: GlobalNetworkPolicy\napiVersion: crd.projectcalico.org/v1\nmetadata: {name: p}\nspec: " + spec
	}
	admin := func(spec string) string {
		return "kind: BaselineAdminNetworkPolicy\napiVersion: policy.networking.k8s.io/v1alpha1\nmetadata: {name: default}\nspec: " + spec
	}
	for _, test := range []struct {
		name, doc string
		want      []string // path, scope, selects_all, default_deny_ingress, default_deny_egress
	}{
		{"Cilium: an empty rule denies", cilium(`spec: {endpointSelector: {}, ingress: [{}]}`), []string{"spec namespace 1 1 0"}},
		{"Cilium: no rules do not", cilium(`spec: {endpointSelector: {}, ingress: []}`), []string{"spec namespace 1 0 0"}},
		{"Cilium: denials do", cilium(`spec: {endpointSelector: {}, egressDeny: [{}]}`), []string{"spec namespace 1 0 1"}},
		{"Cilium: unless told otherwise", cilium(`spec: {endpointSelector: {}, egress: [{}], enableDefaultDeny: {egress: false}}`), []string{"spec namespace 1 0 0"}},
		{"Cilium: some pods", cilium(`spec: {endpointSelector: {matchLabels: {app: web}}, ingress: [{}]}`), []string{"spec namespace 0 1 0"}},
		{"Cilium: nodes are no pods", cilium(`spec: {nodeSelector: {}, ingress: [{}]}`), []string{"spec namespace 0 1 0"}},
		{"Cilium: several specs", cilium(`specs: [{endpointSelector: {}, ingress: [{}]}, {endpointSelector: {}, egress: [{}]}]`), []string{"specs[0] namespace 1 1 0", "specs[1] namespace 1 0 1"}},
		{"Calico: ingress unless there are rules", calico(`{selector: all()}`), []string{"spec cluster 1 1 0"}},
		{"Calico: by the rules", calico(`{egress: [{action: Deny}]}`), []string{"spec cluster 1 0 1"}},
		{"Calico: by its types", calico(`{selector: " all() ", types: [Ingress, Egress]}`), []string{"spec cluster 1 1 1"}},
		{"Calico: some namespaces", calico(`{selector: all(), namespaceSelector: "env == 'prod'", types: [Egress]}`), []string{"spec cluster 0 0 1"}},
		{"admin: denies all", admin(`{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}], egress: [{action: Deny, to: [{networks: [0.0.0.0/0]}]}]}`), []string{"spec cluster 1 1 1"}},
		{"admin: pods of all namespaces", admin(`{subject: {pods: {namespaceSelector: {}, podSelector: {}}}, ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {}}}]}]}`), []string{"spec cluster 1 1 0"}},
		{"admin: one port", admin(`{subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}]}]}`), []string{"spec cluster 1 0 0"}},
		{"admin: allows", admin(`{subject: {namespaces: {matchLabels: {a: b}}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}`), []string{"spec cluster 0 0 0"}},
		{"garbage", calico(`{selector: [1], types: all, egress: {a: b}}`), []string{"spec cluster 1 1 0"}},
		{"no spec", "kind: AdminNetworkPolicy\napiVersion: policy.networking.k8s.io/v1alpha1\nmetadata: {name: p}", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ask(t, K8sOtherNetworkPolicies, test.doc, "path", "scope", "selects_all", "default_deny_ingress", "default_deny_egress")
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A policy that denies by default may allow something as well.
func TestOtherNetworkPoliciesAllow(t *testing.T) {
	for spec, want := range map[string]string{
		"cilium.io/v2 CiliumNetworkPolicy {endpointSelector: {}, ingress: [{}], egress: [{toPorts: [{}]}]}":                                         "0 1",
		"cilium.io/v2 CiliumNetworkPolicy {endpointSelector: {}, ingress: [{}, {fromEndpoints: [{}]}], egress: []}":                                 "1 0",
		"cilium.io/v2 CiliumNetworkPolicy {endpointSelector: {}, ingressDeny: [{fromEntities: [all]}], egress: [x]}":                                "0 1",
		"crd.projectcalico.org/v1 GlobalNetworkPolicy {ingress: [{action: Deny}, {action: Log}], egress: [{action: Pass}]}":                         "0 1",
		"crd.projectcalico.org/v1 GlobalNetworkPolicy {types: [Ingress], ingress: [{action: Allow}]}":                                               "1 0",
		"policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy {subject: {namespaces: {}}, ingress: [{action: Pass}], egress: [{action: Deny}]}":     "1 0",
		"policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy {subject: {namespaces: {}}, ingress: [{action: Deny}], egress: [{from: []}]}": "0 1",
	} {
		words := strings.SplitN(spec, " ", 3)
		doc := "apiVersion: " + words[0] + "\nkind: " + words[1] + "\nmetadata: {name: p}\nspec: " + words[2]
		if diff := gocmp.Diff([]string{want}, ask(t, K8sOtherNetworkPolicies, doc, "allows_ingress", "allows_egress")); diff != "" {
			t.Errorf("%s: %s", spec, diff)
		}
	}
}
