package tables

import (
	"slices"
	"strconv"
	"strings"
)

// Network policies besides those of Kubernetes itself.
var (
	CiliumNetworkPolicies            = addon("cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", true)
	CiliumClusterwideNetworkPolicies = addon("cilium.io", "v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy", false)

	// Calico keeps its policies in the first group, and serves them in the
	// second where its own API server, or native v3, is installed.
	CalicoNetworkPolicies         = addon("crd.projectcalico.org", "v1", "networkpolicies", "NetworkPolicy", true)
	CalicoGlobalNetworkPolicies   = addon("crd.projectcalico.org", "v1", "globalnetworkpolicies", "GlobalNetworkPolicy", false)
	CalicoV3NetworkPolicies       = addon("projectcalico.org", "v3", "networkpolicies", "NetworkPolicy", true)
	CalicoV3GlobalNetworkPolicies = addon("projectcalico.org", "v3", "globalnetworkpolicies", "GlobalNetworkPolicy", false)

	AdminNetworkPolicies         = addon("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", false)
	BaselineAdminNetworkPolicies = addon("policy.networking.k8s.io", "v1alpha1", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy", false)
	ClusterNetworkPolicies       = addon("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", false)
)

// otherPolicyRow is a policy, or one of the specs of a Cilium policy.
type otherPolicyRow struct {
	*Object
	spec map[string]any
	path string
	// selector is a label selector, or with Calico text.
	selector             any
	all, ingress, egress bool
	// letsIn and letsOut are set when a rule allows something.
	letsIn, letsOut bool
}

// K8sOtherNetworkPolicies has one row per network policy of an add-on.
var K8sOtherNetworkPolicies = define(spec[otherPolicyRow]{
	Name: "k8s_other_network_policies",
	Row:  "network policy of Cilium, Calico or the network policy API",
	Doc: `Network policies besides the NetworkPolicies of Kubernetes: those of Cilium and
Calico, AdminNetworkPolicy, BaselineAdminNetworkPolicy and their successor
ClusterNetworkPolicy. What the cluster does not serve has no rows. They are
not evaluated pod by pod: the columns say whether one alone denies, for what it
selects, whatever is not allowed. Calico's own API server shows its policies a
second time, in group projectcalico.org.`,
	Examples: []string{
		"SELECT api_group, kind, namespace, name FROM k8s_other_network_policies WHERE selects_all AND default_deny_ingress",
		"SELECT api_group, kind, scope, count(*) AS policies FROM k8s_other_network_policies GROUP BY api_group, kind, scope",
		"SELECT namespace, name, raw_spec FROM k8s_other_network_policies WHERE default_deny_egress",
	},
	Columns: [][]column[otherPolicyRow]{
		common[otherPolicyRow](),
		{
			text("api_group", "API group: cilium.io, crd.projectcalico.org …", func(r otherPolicyRow) Value { return Str(r.Resource.Group) }),
			text("kind", "kind", func(r otherPolicyRow) Value { return Str(r.Resource.Kind) }),
			text("scope", "cluster or namespace", func(r otherPolicyRow) Value {
				if r.Resource.Kind == "CiliumNetworkPolicy" || r.Resource.Kind == "NetworkPolicy" {
					return Str("namespace")
				}
				return Str("cluster")
			}),
			text("path", "path to the spec: spec, or specs[0] of a Cilium policy", func(r otherPolicyRow) Value { return Str(r.path) }),
			jsonCol("endpoint_selector", "endpointSelector, or nodeSelector, of Cilium; selector of Calico, which is text; subject of the others", func(r otherPolicyRow) Value {
				if r.selector == nil {
					return Null
				}
				return JSON(&r.selector) // {} stays
			}),
			integer("selects_all", "1 when it selects every pod of its namespace, or of the cluster", func(r otherPolicyRow) Value { return Bool(r.all) }),
			integer("default_deny_ingress", "1 when ingress that nothing allows is denied to what it selects", func(r otherPolicyRow) Value { return Bool(r.ingress) }),
			integer("default_deny_egress", "1 when egress that nothing allows is denied to what it selects", func(r otherPolicyRow) Value { return Bool(r.egress) }),
			integer("allows_ingress", "1 when a rule of its own lets some ingress in", func(r otherPolicyRow) Value { return Bool(r.letsIn) }),
			integer("allows_egress", "1 when a rule of its own lets some egress out", func(r otherPolicyRow) Value { return Bool(r.letsOut) }),
			jsonCol("raw_spec", "the spec", func(r otherPolicyRow) Value { return JSON(r.spec) }),
			text("exempt", "system for the cluster's own parts", func(r otherPolicyRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[otherPolicyRow](),
	},
	Sources: []source[otherPolicyRow]{
		fromAddon(CiliumNetworkPolicies, ciliumRows), fromAddon(CiliumClusterwideNetworkPolicies, ciliumRows),
		fromAddon(CalicoNetworkPolicies, calicoRows), fromAddon(CalicoGlobalNetworkPolicies, calicoRows),
		fromAddon(CalicoV3NetworkPolicies, calicoRows), fromAddon(CalicoV3GlobalNetworkPolicies, calicoRows),
		fromAddon(AdminNetworkPolicies, adminRows), fromAddon(BaselineAdminNetworkPolicies, adminRows), fromAddon(ClusterNetworkPolicies, adminRows),
	},
})

// ciliumRows: a section of rules, of denials too, puts the endpoints into
// default deny unless enableDefaultDeny says otherwise
// (docs.cilium.io, Policy Enforcement Modes).
func ciliumRows(o *Object, v map[string]any, emit func(otherPolicyRow)) {
	row := func(path string, s any) {
		spec, ok := s.(map[string]any)
		if !ok {
			return
		}
		r := otherPolicyRow{Object: o, spec: spec, path: path, selector: spec["endpointSelector"]}
		r.all = emptySelector(r.selector)
		if r.selector == nil {
			r.selector = spec["nodeSelector"] // of the host firewall: no pods
		}
		denies := func(direction, denials string) bool {
			if set, ok := dig(spec, "enableDefaultDeny."+direction).(bool); ok {
				return set
			}
			return len(digList(spec, direction))+len(digList(spec, denials)) > 0
		}
		r.ingress, r.egress = denies("ingress", "ingressDeny"), denies("egress", "egressDeny")
		r.letsIn, r.letsOut = slices.ContainsFunc(digList(spec, "ingress"), hasFields), slices.ContainsFunc(digList(spec, "egress"), hasFields)
		emit(r)
	}
	row("spec", v["spec"])
	for i, s := range digList(v, "specs") {
		row("specs["+strconv.Itoa(i)+"]", s)
	}
}

// calicoRows: types are those written, or else those of the rules there are,
// and Ingress when there are none (docs.tigera.io, Network policy).
func calicoRows(o *Object, v map[string]any, emit func(otherPolicyRow)) {
	spec, ok := v["spec"].(map[string]any)
	if !ok {
		return
	}
	r := otherPolicyRow{Object: o, spec: spec, path: "spec", selector: spec["selector"], all: true}
	for _, name := range []string{"selector", "namespaceSelector", "serviceAccountSelector"} {
		s, _ := spec[name].(string)
		s = strings.Join(strings.Fields(s), "")
		r.all = r.all && (s == "" || s == "all()")
	}
	for _, t := range digList(spec, "types") {
		r.ingress = r.ingress || t == "Ingress"
		r.egress = r.egress || t == "Egress"
	}
	if len(digList(spec, "types")) == 0 {
		r.egress = len(digList(spec, "egress")) > 0
		r.ingress = len(digList(spec, "ingress")) > 0 || !r.egress
	}
	r.letsIn, r.letsOut = slices.ContainsFunc(digList(spec, "ingress"), allows), slices.ContainsFunc(digList(spec, "egress"), allows)
	emit(r)
}

// adminRows: these deny only by a rule that does, for all peers and ports.
// Networks hold the cluster's own addresses too (network-policy-api,
// NPEP-126).
func adminRows(o *Object, v map[string]any, emit func(otherPolicyRow)) {
	spec, ok := v["spec"].(map[string]any)
	if !ok {
		return
	}
	r := otherPolicyRow{Object: o, spec: spec, path: "spec", selector: spec["subject"]}
	r.all = emptySelector(dig(r.selector, "namespaces")) ||
		emptySelector(dig(r.selector, "pods.namespaceSelector")) && emptySelector(dig(r.selector, "pods.podSelector"))
	r.ingress = deniesAll(digList(spec, "ingress"), "from")
	r.egress = deniesAll(digList(spec, "egress"), "to")
	r.letsIn, r.letsOut = slices.ContainsFunc(digList(spec, "ingress"), allows), slices.ContainsFunc(digList(spec, "egress"), allows)
	emit(r)
}

// deniesAll reports whether one of the rules denies every peer on every port:
// for ingress all namespaces, for egress all addresses.
func deniesAll(rules []any, peers string) bool {
	for _, rule := range rules {
		if dig(rule, "action") != "Deny" || len(digList(rule, "ports"))+len(digList(rule, "protocols")) > 0 {
			continue
		}
		for _, p := range digList(rule, peers) {
			if peers == "from" && (emptySelector(dig(p, "namespaces")) ||
				emptySelector(dig(p, "pods.namespaceSelector")) && emptySelector(dig(p, "pods.podSelector"))) {
				return true
			}
			for _, n := range digList(p, "networks") {
				if peers == "to" && (n == "0.0.0.0/0" || n == "::/0") {
					return true
				}
			}
		}
	}
	return false
}

// hasFields reports whether a rule says anything: an empty one of Cilium
// allows nothing.
func hasFields(rule any) bool {
	m, ok := rule.(map[string]any)
	return !ok || len(m) > 0
}

// allows reports whether a rule does anything but deny.
func allows(rule any) bool {
	action := dig(rule, "action")
	return action != "Deny" && action != "Log"
}

// emptySelector reports whether v is a label selector without requirements.
func emptySelector(v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	labels, _ := m["matchLabels"].(map[string]any)
	return len(labels) == 0 && len(digList(m, "matchExpressions")) == 0
}
