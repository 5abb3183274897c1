package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestNetworkPolicyRules(t *testing.T) {
	const egress = `{podSelector: {}, policyTypes: [Egress], egress: [`
	for _, test := range []struct {
		name, spec string
		// path, in_effect, peer_kind, allows_all_peers, allows_all_ports, allows_metadata_ip, allows_metadata
		want []string
	}{
		{"no rules, no rows", `{podSelector: {}}`, nil},
		{"everything", egress + `{}]}`, []string{"spec.egress[0] 1 any 1 1 1 1"}},
		{"everything in", `{podSelector: {}, ingress: [{}]}`, []string{"spec.ingress[0] 1 any 1 1 - -"}},
		{"rules of a direction that the types leave out", `{podSelector: {}, policyTypes: [Ingress], egress: [{}]}`, []string{"spec.egress[0] 0 any 1 1 1 1"}},
		{"a port of everyone", egress + `{ports: [{port: 443}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 0"}},
		{"port 80 of everyone", egress + `{ports: [{port: 443}, {port: 80, protocol: TCP}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 1"}},
		{"UDP", egress + `{ports: [{port: 80, protocol: UDP}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 0"}},
		{"all of TCP", egress + `{ports: [{protocol: TCP}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 1"}},
		{"a range of ports", egress + `{ports: [{port: 1, endPort: 1024}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 1"}},
		{"a named port", egress + `{ports: [{port: http}]}]}`, []string{"spec.egress[0] 1 any 1 0 1 0"}},
		{"all addresses", egress + `{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 1 1 1 1"}},
		{"all of IPv6", egress + `{to: [{ipBlock: {cidr: "::/0"}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 1 1 1 1"}},
		{"without the metadata service", egress + `{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 0 0"}},
		{"without all link-local addresses", egress + `{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 169.254.0.0/16]}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 0 0"}},
		{"an exception of something else", egress + `{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.253/32]}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 1 1"}},
		{"without that of IPv6", egress + `{to: [{ipBlock: {cidr: "::/0", except: ["fd00:ec2::/32"]}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 0 0"}},
		{"private addresses of IPv6", egress + `{to: [{ipBlock: {cidr: "fc00::/7"}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 1 1"}},
		{"the metadata service alone", egress + `{to: [{ipBlock: {cidr: 169.254.169.254/32}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 1 1"}},
		{"a network elsewhere", egress + `{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 0 0"}},
		{"no network", egress + `{to: [{ipBlock: {cidr: everywhere}}]}]}`, []string{"spec.egress[0].to[0] 1 ipBlock 0 1 0 0"}},
		{"all pods here", egress + `{to: [{podSelector: {}}]}]}`, []string{"spec.egress[0].to[0] 1 pod 0 1 0 0"}},
		{"all pods anywhere", egress + `{to: [{namespaceSelector: {}}]}]}`, []string{"spec.egress[0].to[0] 1 namespace 1 1 0 0"}},
		{"all pods anywhere, in full", egress + `{to: [{namespaceSelector: {}, podSelector: {}}]}]}`, []string{"spec.egress[0].to[0] 1 namespace 1 1 0 0"}},
		{"some pods anywhere", egress + `{to: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}]}`, []string{"spec.egress[0].to[0] 1 namespace 0 1 0 0"}},
		{
			"several", `{podSelector: {}, ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8}}]}, {}]}`,
			[]string{"spec.ingress[0].from[0] 1 pod 0 1 - -", "spec.ingress[0].from[1] 1 ipBlock 0 1 - -", "spec.ingress[1] 1 any 1 1 - -"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs := "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: p, namespace: shop}\nspec: " + test.spec
			got := ask(t, K8sNetworkPolicyRules, docs, "path", "in_effect", "peer_kind", "allows_all_peers", "allows_all_ports", "allows_metadata_ip", "allows_metadata")
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
