package tables

import (
	"encoding/json"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Virtual names what is read in another way than by listing a resource of the
// API. Its text is the name in messages.
type Virtual string

// What is read in another way.
const (
	// VirtualKubelets is the configuration of every node's kubelet, GET
	// /api/v1/nodes/NAME/proxy/configz: *Record[KubeletConfig].
	VirtualKubelets Virtual = "nodes/proxy"
	// VirtualCluster is the cluster itself, one object: *Record[ClusterInfo].
	VirtualCluster Virtual = "/version"
	// VirtualDiscovery is what the API server serves: *Record[APIResource].
	VirtualDiscovery Virtual = "/apis"
	// VirtualPermissions is what the reader may do, by
	// SelfSubjectAccessReview: *Record[Permission].
	VirtualPermissions Virtual = "selfsubjectaccessreviews.authorization.k8s.io"
	// VirtualNodeFiles is what only something that runs on a node can read:
	// *Record[NodeFacts].
	VirtualNodeFiles Virtual = "files of nodes"
)

// Record is the object of a virtual resource. Its wire form is JSON.
type Record[T any] struct {
	metav1.ObjectMeta `json:"metadata"`
	Value             T `json:"value"`
}

// Unmarshal implements Item.
func (r *Record[T]) Unmarshal(data []byte) error { return json.Unmarshal(data, r) }

// Marshal makes what Unmarshal reads.
func (r *Record[T]) Marshal() ([]byte, error) { return json.Marshal(r) }

// Reset implements Item.
func (r *Record[T]) Reset() { *r = Record[T]{} }

// virtuals are the virtual resources. Kinds and plurals only tell them apart,
// except for KubeletConfiguration and NodeFacts, which manifests hold.
var virtuals []*Resource

var (
	KubeletConfigs = virtual[KubeletConfig](VirtualKubelets, "kubelet.config.k8s.io", "v1beta1", "kubeletconfigurations", "KubeletConfiguration",
		`{apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"]}`)
	ClusterInfos = virtual[ClusterInfo](VirtualCluster, "kspm.io", "v1", "clusters", "Cluster",
		`{nonResourceURLs: ["/version"], verbs: ["get"]}`)
	APIResources = virtual[APIResource](VirtualDiscovery, "kspm.io", "v1", "apiresources", "APIResource",
		`{nonResourceURLs: ["/api", "/apis"], verbs: ["get"]}`)
	Permissions = virtual[Permission](VirtualPermissions, "kspm.io", "v1", "permissions", "Permission",
		`{apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews"], verbs: ["create"]}`)
	NodeFiles = virtual[NodeFacts](VirtualNodeFiles, "kspm.io", "v1", "nodefacts", "NodeFacts", "")
)

func virtual[T any](v Virtual, group, version, plural, kind, grant string) *Resource {
	r := &Resource{
		Group: group, Version: version, Plural: plural, Kind: kind, Virtual: v, grant: grant,
		New: func() Item { return new(Record[T]) },
	}
	virtuals = append(virtuals, r)
	return r
}

// VirtualResources returns what is read in another way than by a list.
func VirtualResources() []*Resource { return slices.Clone(virtuals) }

// fromRecord declares a source of virtual objects.
func fromRecord[R, T any](r *Resource, rows func(o *Object, v *T, emit func(R))) source[R] {
	return from(r, func(o *Object, v *Record[T], emit func(R)) { rows(o, &v.Value, emit) })
}
