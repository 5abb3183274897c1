package load

import (
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	teams        = []string{"payments", "checkout", "identity", "search", "catalog", "orders", "shipping", "billing", "fraud", "growth", "messaging", "media", "analytics", "platform", "ledger", "pricing", "loyalty", "support", "reports", "mobile"}
	environments = []string{"prod", "staging", "dev", "qa"}
	regions      = []string{"", "-eu", "-us", "-ap"}
)

// namespace is where a team's workloads of one environment live.
type namespace struct {
	name, team, env string
	level           string // the pod security level its workloads keep to: restricted, baseline or privileged
	mesh            bool   // a sidecar is injected into its pods
	apps            int
}

func (p *plan) addNamespaces(count int) []*namespace {
	spaces := []*namespace{{name: "monitoring", team: "platform", env: "prod", level: "privileged"}}
	for i := range count - 1 {
		// The environment shifts with each round of teams, so that a small cluster too has all four.
		ns := &namespace{team: teams[i%len(teams)], env: environments[(i+i/len(teams))%len(environments)]}
		region := i / (len(teams) * len(environments))
		ns.name = ns.team + "-" + ns.env + regions[region%len(regions)]
		if region >= len(regions) {
			ns.name += fmt.Sprintf("-%d", region/len(regions)+1)
		}
		ns.level = []string{"restricted", "baseline", "privileged", "privileged"}[(i+i/4)%4]
		ns.mesh = ns.level == "privileged" && i%2 == 0
		spaces = append(spaces, ns)
	}
	for i, ns := range spaces {
		p.addNamespace(ns, i)
	}
	return spaces
}

func (p *plan) addNamespace(ns *namespace, i int) {
	labels := map[string]string{"team": ns.team, "env": ns.env}
	switch {
	case ns.level == "restricted":
		labels["pod-security.kubernetes.io/enforce"] = ns.level
		labels["pod-security.kubernetes.io/enforce-version"] = "latest"
	case ns.level == "baseline":
		labels["pod-security.kubernetes.io/enforce"] = ns.level
		labels["pod-security.kubernetes.io/warn"] = "restricted"
	case p.chance(30):
		labels["pod-security.kubernetes.io/audit"] = "restricted"
	}
	if ns.mesh {
		labels["istio-injection"] = "enabled"
	}
	p.base = append(p.base, &item{obj: &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns.name, Labels: labels, Annotations: map[string]string{
		"owner": "team-" + ns.team + "@example.com", "cost-center": fmt.Sprintf("cc-%04d", 1000+i%len(teams)),
	}}}})
	p.supports = append(p.supports, namespaceDefaults(ns.name)...)
	p.supports = append(p.supports, &item{obj: &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "registry-credentials", Namespace: ns.name},
		Type:       corev1.SecretTypeDockerConfigJson,
		StringData: map[string]string{corev1.DockerConfigJsonKey: `{"auths":{"registry.example.com":{"auth":"bm90OnJlYWw="}}}`},
	}})
	p.addNamespaceRoles(ns)
	// By turns rather than by chance, so that a small cluster has each of them.
	if i%3 == 1 {
		p.addLimitRange(ns)
	}
	if i%2 == 1 {
		p.addDefaultDeny(ns)
	}
}

// addLimitRange makes admission give pods resources that their templates lack.
func (p *plan) addLimitRange(ns *namespace) {
	p.supports = append(p.supports, &item{obj: &corev1.LimitRange{
		ObjectMeta: metav1.ObjectMeta{Name: "container-defaults", Namespace: ns.name},
		Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
			Type:           corev1.LimitTypeContainer,
			Default:        resources("cpu", "1", "memory", "1Gi"),
			DefaultRequest: resources("cpu", "50m", "memory", "64Mi"),
		}}},
	}})
}

// addQuota comes late: without the controller that fills its status, a quota refuses every pod.
func (p *plan) addQuota(ns *namespace) {
	hard := resources("pods", "500", "services.loadbalancers", "5")
	p.late = append(p.late, &item{status: true, obj: &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: "team-" + ns.team, Namespace: ns.name},
		Spec:       corev1.ResourceQuotaSpec{Hard: hard},
		Status: corev1.ResourceQuotaStatus{
			Hard: hard,
			Used: resources("pods", strconv.Itoa(p.podsIn[ns.name]), "services.loadbalancers", "0"),
		},
	}})
}

func (p *plan) addDefaultDeny(ns *namespace) {
	types := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
	if p.chance(50) {
		types = append(types, networkingv1.PolicyTypeEgress)
	}
	deny := func(name string, spec networkingv1.NetworkPolicySpec) {
		p.supports = append(p.supports, &item{obj: &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns.name}, Spec: spec}})
	}
	deny("default-deny", networkingv1.NetworkPolicySpec{PolicyTypes: types})
	deny("allow-same-namespace", networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}},
	})
}

func (p *plan) restartedAt() string {
	return p.ago(time.Duration(p.between(1, 500)) * time.Hour).Format(time.RFC3339)
}
