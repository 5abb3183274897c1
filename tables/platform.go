package tables

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// platformMark is a sign that a cluster is of a platform.
type platformMark struct{ platform, mark string }

// The signs by which platforms are known, the surest kind first:
// gitVersion, the API server's domain, an API group, and what nodes carry.
var (
	versionMarks = []platformMark{
		{"eks", "-eks-"}, {"gke", "-gke."}, {"ack", "-aliyun."}, {"rke2", "+rke2r"}, {"k3s", "+k3s"}, {"k0s", "+k0s"}, {"tanzu", "+vmware"},
	}
	domainMarks = []platformMark{
		{"eks", ".eks.amazonaws.com"},
		{"gke", ".gke.goog"},
		{"aks", ".azmk8s.io"},
		{"ack", ".aliyuncs.com"},
		{"doks", ".k8s.ondigitalocean.com"},
		{"lke", ".linodelke.net"},
	}
	groupMarks = []platformMark{{"openshift", "config.openshift.io"}}
	// Keys of labels and annotations; one that ends in a slash is a prefix.
	nodeMarks = []platformMark{
		{"eks", "eks.amazonaws.com/"},
		{"eks", "alpha.eksctl.io/"},
		{"gke", "cloud.google.com/gke-nodepool"},
		{"gke", "cloud.google.com/gke-os-distribution"},
		{"aks", "kubernetes.azure.com/cluster"},
		{"aks", "kubernetes.azure.com/mode"},
		{"ack", "alibabacloud.com/nodepool-id"},
		{"oke", "oci.oraclecloud.com/"},
		{"openshift", "node.openshift.io/os_id"},
		{"doks", "doks.digitalocean.com/"},
		{"lke", "lke.linode.com/"},
		{"rke2", "rke2.io/"},
		{"k3s", "k3s.io/"},
		{"rke", "rke.cattle.io/"},
		{"microk8s", "microk8s.io/cluster"},
		{"k0s", "node.k0sproject.io/role"},
		{"minikube", "minikube.k8s.io/name"},
		{"kubeadm", "kubeadm.alpha.kubernetes.io/cri-socket"},
	}
	// Schemes of spec.providerID that name a platform rather than a cloud.
	platformProviders = []string{"kind", "rke2", "k3s"}
)

// nodePlatform is the platform that a node's labels, annotations and provider
// id name, and which of them did; the mark's place in the list tells how sure
// that is.
func nodePlatform(n *corev1.Node) (platform, evidence string, rank int) {
	if p := nodeProvider(n); slices.Contains(platformProviders, p) {
		return p, "providerID " + n.Spec.ProviderID + " of node " + n.Name, 0
	}
	for i, m := range nodeMarks {
		for _, of := range []struct {
			what string
			keys map[string]string
		}{{"label", n.Labels}, {"annotation", n.Annotations}} {
			if key := keyLike(of.keys, m.mark); key != "" {
				return m.platform, of.what + " " + key + " of node " + n.Name, i + 1
			}
		}
	}
	return "", "", len(nodeMarks) + 1
}

func keyLike(of map[string]string, mark string) string {
	if !strings.HasSuffix(mark, "/") {
		if _, ok := of[mark]; ok {
			return mark
		}
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(of)) {
		if strings.HasPrefix(key, mark) {
			return key
		}
	}
	return ""
}

// nodeProvider is the cloud that spec.providerID names: aws, gce, azure …
func nodeProvider(n *corev1.Node) string {
	id := n.Spec.ProviderID
	scheme, _, ok := strings.Cut(id, "://")
	switch {
	case ok:
		return scheme
	case strings.HasPrefix(id, "ocid1."):
		return "oci"
	case strings.Contains(id, ".i-"): // Alibaba Cloud: REGION.i-INSTANCE
		return "alicloud"
	}
	return ""
}

// hiddenControlPlanes are the platforms whose provider runs the control plane
// where nobody else sees it.
var hiddenControlPlanes = []string{"eks", "gke", "aks", "ack", "doks", "lke"}

// controlPlaneProvider asks no node, which fewer users may read.
func controlPlaneProvider(info *ClusterInfo) string {
	if p, _ := clusterPlatform(info, &nodeSummary{}); slices.Contains(hiddenControlPlanes, p) {
		return p
	}
	return ""
}

// clusterPlatform is the platform of a cluster, and how it was known.
func clusterPlatform(info *ClusterInfo, nodes *nodeSummary) (platform, evidence string) {
	for _, m := range versionMarks {
		if strings.Contains(info.GitVersion, m.mark) {
			return m.platform, "version " + info.GitVersion
		}
	}
	for _, m := range domainMarks {
		if strings.HasSuffix(info.ServerHost, m.mark) {
			return m.platform, "server " + info.ServerHost
		}
	}
	for _, m := range groupMarks {
		if slices.Contains(info.Groups, m.mark) {
			return m.platform, "API group " + m.mark
		}
	}
	return nodes.platform, nodes.evidence
}
