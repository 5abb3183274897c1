package tables

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is one resource of the Kubernetes API that tables read.
type Resource struct {
	Group, Version string
	// Plural is the resource's name in a URL and in RBAC: "pods".
	Plural string
	Kind   string
	// Short are the short names kubectl accepts: "po".
	Short      []string
	Namespaced bool
	// Optional APIs are not part of every cluster: where one is not served,
	// there are no such objects, and nothing is missing.
	Optional bool
	// Sensitive resources are listed as metadata only, on request.
	Sensitive bool
	// New makes an empty object, or is nil where the API is not known.
	New func() Item
	// Virtual is set for what is not read by a list. Sources that have no such
	// objects have none, which is no error.
	Virtual Virtual

	grant string // of a virtual resource
}

// Item is a typed API object that can be decoded again and again into the
// same memory.
type Item interface {
	metav1.Object
	Unmarshal(data []byte) error
	Reset()
}

// GVK is the group, version and kind.
func (r *Resource) GVK() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
}

// GVR is the group, version and resource.
func (r *Resource) GVR() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Plural}
}

// String is the name as RBAC and kubectl write it: "pods",
// "deployments.apps".
func (r *Resource) String() string {
	if r.Virtual != "" {
		return string(r.Virtual)
	}
	if r.Group == "" {
		return r.Plural
	}
	return r.Plural + "." + r.Group
}

// Grant is the RBAC rule that allows reading the resource, as YAML in one
// line; empty where no rule would.
func (r *Resource) Grant() string {
	if r.Virtual != "" {
		return r.grant
	}
	return `{apiGroups: ["` + r.Group + `"], resources: ["` + r.Plural + `"], verbs: ["get", "list"]}`
}

var resources []*Resource

// Resources returns the API resources that are known by type.
func Resources() []*Resource { return slices.Clone(resources) }

// ResourceForKind finds a known resource by the apiVersion's group and the
// kind of an object; the version may be an older one than ours.
func ResourceForKind(group, kind string) *Resource {
	for _, known := range [][]*Resource{resources, virtuals} {
		for _, r := range known {
			if r.Group == group && r.Kind == kind {
				return r
			}
		}
	}
	return nil
}

// ResourceNamed finds a known resource by a name that kubectl accepts: plural,
// singular, short name, or plural.group.
func ResourceNamed(name string) *Resource {
	name = strings.ToLower(name)
	for _, r := range resources {
		if name == r.Plural || name == r.String() || name == strings.ToLower(r.Kind) || slices.Contains(r.Short, name) {
			return r
		}
	}
	return nil
}

func typed[T any, P interface {
	*T
	Item
}](group, version, plural, kind string, namespaced bool, short ...string) *Resource {
	r := &Resource{
		Group: group, Version: version, Plural: plural, Kind: kind, Namespaced: namespaced, Short: short,
		New: func() Item { return P(new(T)) },
	}
	resources = append(resources, r)
	return r
}

func (r *Resource) sensitive() *Resource {
	r.Sensitive = true
	return r
}

func (r *Resource) optional() *Resource {
	r.Optional = true
	return r
}
