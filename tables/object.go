package tables

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Object is one API object on its way from a source to rows. It and what it
// points to are valid only while the function it is given to runs: sources
// reuse them.
type Object struct {
	Resource *Resource
	// Value is the typed object, for example *corev1.Pod, or
	// *unstructured.Unstructured where the API is not known.
	Value any
	Meta  *metav1.ObjectMeta
	// Cluster is the name of the source.
	Cluster string
	// File and Line say where a manifest has the object; empty for clusters.
	File string
	Line int
	// Alike, unless 0, numbers pod specs within one call of Each: Pods with the same number
	// differ in the node, and the name of the volume with their token, alone.
	Alike uint64
	// Implied marks a Namespace that manifests only mention.
	Implied bool
	// Withheld is set where Value is what Withhold returned.
	Withheld bool
}

// ID identifies the object within its source: the uid, or for manifests, which
// have none, kind/namespace/name.
func (o *Object) ID() string {
	if o.Meta.UID != "" {
		return string(o.Meta.UID)
	}
	return o.Resource.Kind + "/" + o.Meta.Namespace + "/" + o.Meta.Name
}

// controller returns the controlling owner reference, or nil.
func (o *Object) controller() *metav1.OwnerReference { return metav1.GetControllerOfNoCopy(o.Meta) }

func (o *Object) object() *Object { return o }
