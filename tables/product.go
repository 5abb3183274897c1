package tables

import "strings"

// product is software that clusters have beside Kubernetes, and what it is
// known by: API groups of its CRDs (a group also stands for those that end in
// it), and words in the names of its webhooks and their services.
type product struct {
	name   string
	groups string
	words  string
}

var products = []product{
	// Policy and image policy.
	{"kyverno", "kyverno.io", "kyverno"},
	{"gatekeeper", "gatekeeper.sh", "gatekeeper"},
	{"kubewarden", "kubewarden.io", "kubewarden"},
	{"connaisseur", "", "connaisseur"},
	{"sigstore policy-controller", "policy.sigstore.dev", "sigstore cosign"},
	{"ratify", "ratify.deislabs.io ratify.dev", "ratify"},
	{"portieris", "portieris.cloud.ibm.com", "portieris"},
	{"binary authorization", "", "binaryauthorization"},
	{"jspolicy", "policy.jspolicy.com", "jspolicy"},
	{"polaris", "", "polaris"},
	{"datree", "datree.io", "datree"},
	// Networks and meshes.
	{"cilium", "cilium.io", "cilium"},
	{"calico", "projectcalico.org", "calico"},
	{"antrea", "antrea.io", "antrea"},
	{"network policy API", "policy.networking.k8s.io", ""},
	{"gateway API", "gateway.networking.k8s.io", ""},
	{"istio", "istio.io", "istio"},
	{"linkerd", "linkerd.io", "linkerd"},
	{"consul", "consul.hashicorp.com", "consul"},
	{"traefik", "traefik.io traefik.containo.us", "traefik"},
	{"ingress-nginx", "", "ingress-nginx"},
	{"metallb", "metallb.io", "metallb"},
	{"aws load balancer controller", "elbv2.k8s.aws", "aws-load-balancer elbv2"},
	// Secrets and certificates.
	{"external secrets", "external-secrets.io", "external-secrets"},
	{"secrets store CSI", "secrets-store.csi.x-k8s.io", ""},
	{"sealed secrets", "bitnami.com", "sealed-secrets"},
	{"vault", "secrets.hashicorp.com", "vault"},
	{"cert-manager", "cert-manager.io", "cert-manager"},
	// Detection and monitoring.
	{"prometheus operator", "monitoring.coreos.com", "prometheus-operator prometheusrule"},
	{"victoria metrics", "operator.victoriametrics.com", "victoria-metrics vm-operator"},
	{"opentelemetry", "opentelemetry.io", "opentelemetry"},
	{"trivy operator", "aquasecurity.github.io", "trivy"},
	{"kubescape", "spdx.softwarecomposition.kubescape.io kubescape.io", "kubescape"},
	{"falco", "falcosecurity.dev", "falco"},
	{"kubearmor", "security.kubearmor.com", "kubearmor"},
	{"neuvector", "neuvector.com", "neuvector"},
	{"security profiles operator", "security-profiles-operator.x-k8s.io", "security-profiles-operator"},
	// Delivery and infrastructure.
	{"argo", "argoproj.io", "argocd argo-"},
	{"flux", "fluxcd.io", "fluxcd"},
	{"crossplane", "crossplane.io", "crossplane"},
	{"cluster API", "cluster.x-k8s.io", "capi-"},
	{"karpenter", "karpenter.sh karpenter.k8s.aws", "karpenter"},
	{"keda", "keda.sh", "keda"},
	{"knative", "knative.dev", "knative"},
	{"kubevirt", "kubevirt.io", "virt-api virt-operator"},
	{"velero", "velero.io", "velero"},
	{"rook", "rook.io", "rook"},
	{"longhorn", "longhorn.io", "longhorn"},
	{"volume snapshots", "snapshot.storage.k8s.io", "snapshot"},
	{"openshift", "openshift.io", ""},
}

// productOfGroup is the product that an API group belongs to, or "".
func productOfGroup(group string) string {
	for _, p := range products {
		for g := range strings.FieldsSeq(p.groups) {
			if group == g || strings.HasSuffix(group, "."+g) {
				return p.name
			}
		}
	}
	return ""
}

// productNamed is the product that one of the names tells of, or "".
func productNamed(names ...string) string {
	for _, p := range products {
		for word := range strings.FieldsSeq(p.words) {
			for _, name := range names {
				if strings.Contains(strings.ToLower(name), word) {
					return p.name
				}
			}
		}
	}
	return ""
}
