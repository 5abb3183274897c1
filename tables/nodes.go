package tables

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

type nodeRow struct {
	*Object
	n *corev1.Node
}

const nodeRoleLabel = "node-role.kubernetes.io/"

// nodeRoles are the roles that a node's labels give it, sorted.
func nodeRoles(n *corev1.Node) []string {
	var roles []string
	for _, key := range slices.Sorted(maps.Keys(n.Labels)) {
		if role, ok := strings.CutPrefix(key, nodeRoleLabel); ok && role != "" {
			roles = append(roles, role)
		}
	}
	if role := n.Labels["kubernetes.io/role"]; role != "" && !slices.Contains(roles, role) {
		roles = append(roles, role)
	}
	return roles
}

func isControlPlane(role string) bool { return role == "control-plane" || role == "master" }

func (r nodeRow) address(t corev1.NodeAddressType) Value {
	for _, a := range r.n.Status.Addresses {
		if a.Type == t {
			return Str(a.Address)
		}
	}
	return Null
}

// K8sNodes has one row per node.
var K8sNodes = define(spec[nodeRow]{
	Name: "k8s_nodes",
	Row:  "node",
	Doc:  "Every Node: what runs on it, where it runs, and what it can hold.",
	Examples: []string{
		"SELECT name, kubelet_version, os_image, kernel_version, container_runtime FROM k8s_nodes ORDER BY kubelet_minor",
		"SELECT name, roles, taints FROM k8s_nodes WHERE control_plane",
		"SELECT n.name FROM k8s_nodes n JOIN k8s_cluster_info c ON c.cluster = n.cluster WHERE n.kubelet_minor < c.minor - 1",
	},
	Columns: [][]column[nodeRow]{common[nodeRow](), nodeIdentity(), nodeState(), where[nodeRow]()},
	Sources: []source[nodeRow]{from(Nodes, func(o *Object, v *corev1.Node, emit func(nodeRow)) { emit(nodeRow{o, v}) })},
})

func nodeIdentity() []column[nodeRow] {
	info := func(r nodeRow) *corev1.NodeSystemInfo { return &r.n.Status.NodeInfo }
	return []column[nodeRow]{
		jsonCol("roles", "roles, from labels "+nodeRoleLabel+"ROLE", func(r nodeRow) Value { return JSON(nodeRoles(r.n)) }),
		integer("control_plane", "1 when a role is control-plane or master", func(r nodeRow) Value {
			return Bool(slices.ContainsFunc(nodeRoles(r.n), isControlPlane))
		}),
		text("kubelet_version", "status.nodeInfo.kubeletVersion", func(r nodeRow) Value { return Str(info(r).KubeletVersion) }),
		integer("kubelet_minor", "minor of the kubelet's version: 37", func(r nodeRow) Value { return minorOf(info(r).KubeletVersion) }),
		text("os_image", "status.nodeInfo.osImage", func(r nodeRow) Value { return Str(info(r).OSImage) }),
		text("operating_system", "linux or windows", func(r nodeRow) Value { return Str(info(r).OperatingSystem) }),
		text("architecture", "status.nodeInfo.architecture", func(r nodeRow) Value { return Str(info(r).Architecture) }),
		text("kernel_version", "status.nodeInfo.kernelVersion", func(r nodeRow) Value { return Str(info(r).KernelVersion) }),
		text("container_runtime", "status.nodeInfo.containerRuntimeVersion: containerd://2.1.4", func(r nodeRow) Value { return Str(info(r).ContainerRuntimeVersion) }),
		text("provider_id", "spec.providerID", func(r nodeRow) Value { return Str(r.n.Spec.ProviderID) }),
		text("provider", "where the node runs, by spec.providerID: aws, gce, azure …", func(r nodeRow) Value { return Str(nodeProvider(r.n)) }),
		text("internal_ip", "first address of type InternalIP", func(r nodeRow) Value { return r.address(corev1.NodeInternalIP) }),
		text("external_ip", "first address of type ExternalIP", func(r nodeRow) Value { return r.address(corev1.NodeExternalIP) }),
		text("hostname", "address of type Hostname", func(r nodeRow) Value { return r.address(corev1.NodeHostName) }),
	}
}

func nodeState() []column[nodeRow] {
	return []column[nodeRow]{
		integer("ready", "1 when the condition Ready is True, 0 when it is not, NULL without one", func(r nodeRow) Value {
			for _, c := range r.n.Status.Conditions {
				if c.Type == corev1.NodeReady {
					return Bool(c.Status == corev1.ConditionTrue)
				}
			}
			return Null
		}),
		integer("unschedulable", "spec.unschedulable; NULL unless true", func(r nodeRow) Value { return True(r.n.Spec.Unschedulable) }),
		jsonCol("taints", "spec.taints", func(r nodeRow) Value { return JSON(r.n.Spec.Taints) }),
		jsonCol("conditions", "status.conditions as type to status", func(r nodeRow) Value {
			conditions := map[corev1.NodeConditionType]corev1.ConditionStatus{}
			for _, c := range r.n.Status.Conditions {
				conditions[c.Type] = c.Status
			}
			return JSON(conditions)
		}),
		jsonCol("capacity", "status.capacity", func(r nodeRow) Value { return JSON(r.n.Status.Capacity) }),
		jsonCol("allocatable", "status.allocatable", func(r nodeRow) Value { return JSON(r.n.Status.Allocatable) }),
		integer("pod_capacity", "status.capacity.pods", func(r nodeRow) Value { return Bytes(quantity(r.n.Status.Capacity, corev1.ResourcePods)) }),
		jsonCol("pod_cidrs", "spec.podCIDRs", func(r nodeRow) Value { return JSON(r.n.Spec.PodCIDRs) }),
		integer("images", "images that the kubelet reports, 50 at most unless it is told otherwise", func(r nodeRow) Value { return Int(len(r.n.Status.Images)) }),
	}
}

// minorOf is 37 of v1.37.2-eks-1234.
func minorOf(version string) Value {
	_, rest, ok := strings.Cut(version, ".")
	if !ok {
		return Null
	}
	return number(rest)
}

type nodeImageRow struct {
	*Object
	image *corev1.ContainerImage
}

// K8sNodeImages has one row per image that a node holds.
var K8sNodeImages = define(spec[nodeImageRow]{
	Name: "k8s_node_images",
	Row:  "image on a node",
	Doc:  "The images that each node reports to hold, in use or not: the largest ones, 50 unless the kubelet is told otherwise.",
	Examples: []string{
		"SELECT image, count(*) AS nodes FROM k8s_node_images GROUP BY image ORDER BY nodes DESC LIMIT 10",
		"SELECT node, sum(size_bytes) / 1000000000.0 AS gigabytes FROM k8s_node_images GROUP BY node",
		"SELECT DISTINCT image FROM k8s_node_images WHERE image LIKE '%log4j%'",
	},
	Columns: [][]column[nodeImageRow]{
		common[nodeImageRow](),
		{
			text("node", "name of the node", func(r nodeImageRow) Value { return Str(r.Meta.Name) }).key(),
			text("image", "the name with a tag, or else the first", func(r nodeImageRow) Value { return Str(imageName(r.image.Names)) }).key(),
			jsonCol("names", "all names of the image, by digest and by tag", func(r nodeImageRow) Value { return JSON(r.image.Names) }),
			integer("size_bytes", "size on the node", func(r nodeImageRow) Value { return Int(r.image.SizeBytes) }),
		},
		where[nodeImageRow](),
	},
	Sources: []source[nodeImageRow]{from(Nodes, func(o *Object, v *corev1.Node, emit func(nodeImageRow)) {
		for i := range v.Status.Images {
			emit(nodeImageRow{o, &v.Status.Images[i]})
		}
	})},
})

func imageName(names []string) string {
	for _, name := range names {
		if !strings.Contains(name, "@") {
			return name
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return ""
}
