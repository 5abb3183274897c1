package tables

import (
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// policyRuleRow is one peer of a rule of a NetworkPolicy, or a rule without
// peers.
type policyRuleRow struct {
	policyRow
	egress      bool
	rule, index int
	peer        *networkingv1.NetworkPolicyPeer
	ports       []networkingv1.NetworkPolicyPort
}

// K8sNetworkPolicyRules has one row per peer of every rule.
var K8sNetworkPolicyRules = define(spec[policyRuleRow]{
	Name: "k8s_network_policy_rules",
	Row:  "peer of a rule of a network policy",
	Doc: `What NetworkPolicies let through: a row for each peer of each rule, and one
for a rule that names no peer, which means every peer. A policy without rules,
which denies, has no rows.`,
	Examples: []string{
		"SELECT namespace, policy, direction, path FROM k8s_network_policy_rules WHERE allows_all_peers AND allows_all_ports AND in_effect",
		"SELECT namespace, policy, cidr, except_cidrs FROM k8s_network_policy_rules WHERE allows_metadata_ip",
		"SELECT namespace, policy, namespace_selector FROM k8s_network_policy_rules WHERE direction = 'ingress' AND peer_kind = 'namespace'",
	},
	Columns: [][]column[policyRuleRow]{common[policyRuleRow](), policyRuleColumns(), where[policyRuleRow]()},
	Sources: []source[policyRuleRow]{from(NetworkPolicies, func(o *Object, v *networkingv1.NetworkPolicy, emit func(policyRuleRow)) {
		rule := func(egress bool, i int, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
			r := policyRuleRow{policyRow{o, v}, egress, i, -1, nil, ports}
			if len(peers) == 0 {
				emit(r)
			}
			for j := range peers {
				r.index, r.peer = j, &peers[j]
				emit(r)
			}
		}
		for i, r := range v.Spec.Ingress {
			rule(false, i, r.From, r.Ports)
		}
		for i, r := range v.Spec.Egress {
			rule(true, i, r.To, r.Ports)
		}
	})},
})

func policyRuleColumns() []column[policyRuleRow] {
	block := func(r policyRuleRow) *networkingv1.IPBlock {
		if r.peer == nil {
			return &networkingv1.IPBlock{}
		}
		return orEmpty(r.peer.IPBlock, &networkingv1.IPBlock{})
	}
	return []column[policyRuleRow]{
		text("policy", "name of the policy", func(r policyRuleRow) Value { return Str(r.Meta.Name) }).key(),
		text("direction", "ingress or egress", func(r policyRuleRow) Value { return Str(r.direction()) }),
		integer("rule_index", "index of the rule, from 0", func(r policyRuleRow) Value { return Int(r.rule) }),
		text("path", "path to the peer, or to a rule without: spec.egress[0].to[1]", func(r policyRuleRow) Value { return Str(r.path()) }),
		integer("in_effect", "0 when the policy's types leave the direction out, so that the rule does nothing", func(r policyRuleRow) Value { return Bool(r.inEffect()) }),
		text("peer_kind", "pod, namespace (with or without a selector of pods), ipBlock, or any", func(r policyRuleRow) Value { return Str(r.peerKind()) }),
		jsonCol("pod_selector", "podSelector of the peer; {} is every pod", func(r policyRuleRow) Value {
			if r.peer == nil {
				return Null
			}
			return JSON(r.peer.PodSelector)
		}),
		jsonCol("namespace_selector", "namespaceSelector of the peer; {} is every namespace, NULL the policy's own", func(r policyRuleRow) Value {
			if r.peer == nil {
				return Null
			}
			return JSON(r.peer.NamespaceSelector)
		}),
		text("cidr", "ipBlock.cidr", func(r policyRuleRow) Value { return Str(block(r).CIDR) }),
		jsonCol("except_cidrs", "ipBlock.except", func(r policyRuleRow) Value { return JSON(block(r).Except) }),
		jsonCol("ports", "ports of the rule; NULL for all", func(r policyRuleRow) Value { return JSON(r.ports) }),
		integer("allows_all_peers", "1 for a rule without peers, every pod of every namespace, or 0.0.0.0/0 or ::/0 without exceptions", func(r policyRuleRow) Value { return Bool(r.allPeers()) }),
		integer("allows_all_ports", "1 when the rule names no ports", func(r policyRuleRow) Value { return Bool(len(r.ports) == 0) }),
		integer("allows_metadata_ip", "1 when egress lets 169.254.169.254 or fd00:ec2::254 through, whatever the port; NULL for ingress", func(r policyRuleRow) Value {
			if !r.egress {
				return Null
			}
			return Bool(r.metadata())
		}),
		integer("allows_metadata", "1 when it also lets TCP port 80 through, where the clouds' metadata services listen; NULL for ingress", func(r policyRuleRow) Value {
			if !r.egress {
				return Null
			}
			return Bool(r.metadata() && r.allowsTCP(80))
		}),
		text("exempt", "system for the cluster's own parts", func(r policyRuleRow) Value { return exempt(r.Meta.Namespace) }),
	}
}

func (r policyRuleRow) direction() string {
	if r.egress {
		return "egress"
	}
	return "ingress"
}

func (r policyRuleRow) inEffect() bool {
	if r.egress {
		return slices.Contains(r.types(), networkingv1.PolicyTypeEgress)
	}
	return slices.Contains(r.types(), networkingv1.PolicyTypeIngress)
}

func (r policyRuleRow) path() string {
	path, list := "spec."+r.direction()+"["+strconv.Itoa(r.rule)+"]", ".from["
	if r.peer == nil {
		return path
	}
	if r.egress {
		list = ".to["
	}
	return path + list + strconv.Itoa(r.index) + "]"
}

func (r policyRuleRow) peerKind() string {
	switch {
	case r.peer == nil:
		return "any"
	case r.peer.IPBlock != nil:
		return "ipBlock"
	case r.peer.NamespaceSelector != nil:
		return "namespace"
	}
	return "pod"
}

func (r policyRuleRow) allPeers() bool {
	switch {
	case r.peer == nil:
		return true
	case r.peer.IPBlock != nil:
		p, err := netip.ParsePrefix(r.peer.IPBlock.CIDR)
		return err == nil && p.Bits() == 0 && len(r.peer.IPBlock.Except) == 0
	}
	return selectsEverything(r.peer.NamespaceSelector) && (r.peer.PodSelector == nil || selectsEverything(r.peer.PodSelector))
}

// metadataAddresses are those of the instance metadata services: one for all
// clouds, and that of AWS for IPv6.
var metadataAddresses = []netip.Addr{netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("fd00:ec2::254")}

// metadata reports whether the peers hold a metadata service. Selectors of
// pods never do.
func (r policyRuleRow) metadata() bool {
	if r.peer == nil {
		return true
	}
	block := r.peer.IPBlock
	return block != nil && slices.ContainsFunc(metadataAddresses, func(a netip.Addr) bool {
		return holds(block.CIDR, a) && !slices.ContainsFunc(block.Except, func(cidr string) bool { return holds(cidr, a) })
	})
}

func holds(cidr string, a netip.Addr) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && p.Contains(a)
}

// allowsTCP reports whether the rule's ports hold a number. What a named port
// is depends on the pod at the other end: a metadata service has no names.
func (r policyRuleRow) allowsTCP(number int32) bool {
	return len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool {
		switch {
		case p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP:
			return false
		case p.Port == nil:
			return true
		case p.Port.Type == intstr.String:
			return false
		case p.EndPort != nil:
			return p.Port.IntVal <= number && number <= *p.EndPort
		}
		return p.Port.IntVal == number
	})
}
