package tables

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// ClusterInfo is what an API server says of its cluster. What could not be
// found out is empty.
type ClusterInfo struct {
	GitVersion string `json:"gitVersion"`
	Major      string `json:"major"`
	Minor      string `json:"minor"`
	BuildDate  string `json:"buildDate,omitempty"`
	// ServerURL is without user and password; ServerHost has no port.
	ServerURL  string   `json:"serverURL"`
	ServerHost string   `json:"serverHost"`
	ServerIPs  []string `json:"serverIPs,omitempty"`
	// UID is that of the namespace kube-system.
	UID string `json:"uid,omitempty"`
	// Groups are the API groups that are served.
	Groups     []string `json:"groups,omitempty"`
	User       string   `json:"user,omitempty"`
	UserGroups []string `json:"userGroups,omitempty"`
	ScanTime   int64    `json:"scanTime"`
}

// nodeSummary is what all nodes say together.
type nodeSummary struct {
	nodes, controlPlane int
	providers           map[string]int
	platform, evidence  string
	rank                int
}

var nodesTogether = fact("nodes", []*Resource{Nodes}, func(s *nodeSummary, o *Object) {
	n, ok := o.Value.(*corev1.Node)
	if !ok {
		return
	}
	s.nodes++
	if slices.ContainsFunc(nodeRoles(n), isControlPlane) {
		s.controlPlane++
	}
	if p := nodeProvider(n); p != "" {
		if s.providers == nil {
			s.providers = map[string]int{}
		}
		s.providers[p]++
	}
	if platform, evidence, rank := nodePlatform(n); platform != "" && (s.platform == "" || rank < s.rank) {
		s.platform, s.evidence, s.rank = strings.Clone(platform), evidence, rank
	}
}, func(into, from *nodeSummary) { *into = *from }, nil)

// provider is the cloud of most nodes.
func (s *nodeSummary) provider() string {
	best := ""
	for p, n := range s.providers {
		if best == "" || n > s.providers[best] || n == s.providers[best] && p < best {
			best = p
		}
	}
	return best
}

type clusterRow struct {
	*Object
	info *ClusterInfo
}

// packed is the row's own knowledge as the key of late columns.
func (r clusterRow) packed() string {
	key, err := json.Marshal(ClusterInfo{GitVersion: r.info.GitVersion, ServerHost: r.info.ServerHost, Groups: r.info.Groups})
	if err != nil {
		return ""
	}
	return string(key)
}

func platformOf(w *World, key string) (platform, evidence string) {
	var info ClusterInfo
	if json.Unmarshal([]byte(key), &info) != nil {
		return "", ""
	}
	return clusterPlatform(&info, get[nodeSummary](w, nodesTogether))
}

// K8sClusterInfo has one row per cluster.
var K8sClusterInfo = define(spec[clusterRow]{
	Name: "k8s_cluster_info",
	Row:  "cluster",
	Doc: `What a cluster is: its version, its platform and how that was known, where its
API server listens, and as whom it is read. Manifests have no row.`,
	Examples: []string{
		"SELECT cluster, git_version, platform, platform_evidence FROM k8s_cluster_info",
		"SELECT c.git_version, r.end_of_life FROM k8s_cluster_info c JOIN k8s_release_table r ON r.minor = c.major || '.' || c.minor",
		"SELECT server_url, server_ips, scanner_user FROM k8s_cluster_info WHERE server_ip_public",
	},
	Columns: [][]column[clusterRow]{
		{
			text("cluster", "name of the cluster the row comes from", func(r clusterRow) Value { return Str(r.Cluster) }),
			text("git_version", "version of the API server", func(r clusterRow) Value { return Str(r.info.GitVersion) }),
			integer("major", "major version", func(r clusterRow) Value { return number(r.info.Major) }),
			integer("minor", "minor version", func(r clusterRow) Value { return number(r.info.Minor) }),
			text("build_date", "when the API server was built", func(r clusterRow) Value { return Str(r.info.BuildDate) }),
			text("server_url", "address of the API server in the kubeconfig", func(r clusterRow) Value { return Str(r.info.ServerURL) }),
			jsonCol("server_ips", "IP addresses of that address", func(r clusterRow) Value { return JSON(r.info.ServerIPs) }),
			integer("server_ip_public", "1 when one of them can be routed from the internet; NULL when none is known", func(r clusterRow) Value {
				if len(r.info.ServerIPs) == 0 {
					return Null
				}
				return Bool(slices.ContainsFunc(r.info.ServerIPs, func(ip string) bool { return publicAddress(ip) == Bool(true) }))
			}),
			text("control_plane_provider", "who runs the control plane out of sight, where version or address of the API server tell: eks, gke, aks …", func(r clusterRow) Value {
				return Str(controlPlaneProvider(r.info))
			}),
			text("cluster_uid", "uid of the namespace kube-system, which stands for the cluster", func(r clusterRow) Value { return Str(r.info.UID) }),
			text("scanner_user", "who the API server says is asking", func(r clusterRow) Value { return Str(r.info.User) }),
			jsonCol("scanner_groups", "groups of that user", func(r clusterRow) Value { return JSON(r.info.UserGroups) }),
			integer("scan_time", "when the cluster was asked, Unix seconds", func(r clusterRow) Value { return Int(r.info.ScanTime) }),
		},
		clusterNodes(),
	},
	Sources: []source[clusterRow]{fromRecord(ClusterInfos, func(o *Object, v *ClusterInfo, emit func(clusterRow)) { emit(clusterRow{o, v}) })},
})

func clusterNodes() []column[clusterRow] {
	nodes := func(w *World) *nodeSummary { return get[nodeSummary](w, nodesTogether) }
	return []column[clusterRow]{
		late("platform", TypeText, "distribution or managed service: eks, gke, aks, openshift, rke2, k3s, kubeadm …; NULL when nothing tells", clusterRow.packed,
			func(w *World, key string) Value { p, _ := platformOf(w, key); return Str(p) }, nodesTogether),
		late("platform_evidence", TypeText, "what the platform was known by", clusterRow.packed,
			func(w *World, key string) Value { _, e := platformOf(w, key); return Str(e) }, nodesTogether),
		late("provider", TypeText, "where most nodes run, by spec.providerID: aws, gce, azure …", clusterRow.packed,
			func(w *World, _ string) Value { return Str(nodes(w).provider()) }, nodesTogether),
		late("node_count", TypeInteger, "number of nodes", clusterRow.packed,
			func(w *World, _ string) Value { return Int(nodes(w).nodes) }, nodesTogether),
		late("control_plane_nodes", TypeInteger, "nodes with the role control-plane or master", clusterRow.packed,
			func(w *World, _ string) Value { return Int(nodes(w).controlPlane) }, nodesTogether),
		late("control_plane_visible", TypeInteger, "1 when kube-apiserver runs as a pod in kube-system, so that its flags can be read", clusterRow.packed,
			func(w *World, _ string) Value { return Bool(*get[apiServerPods](w, apiServers) > 0) }, apiServers),
	}
}

// number is the digits a version begins with: 37 of "37+".
func number(s string) Value {
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		s = s[:end]
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return Null
	}
	return Int(n)
}
