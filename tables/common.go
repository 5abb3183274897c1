package tables

import (
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// objectRow is a row that knows its object.
type objectRow interface{ object() *Object }

// common are the columns that every table of objects begins with.
func common[R objectRow]() []column[R] {
	meta := func(r R) *metav1.ObjectMeta { return r.object().Meta }
	return []column[R]{
		text("cluster", "name of the cluster, manifest folder or snapshot the row comes from", func(r R) Value { return Str(r.object().Cluster) }),
		text("uid", "metadata.uid; NULL in manifests", func(r R) Value { return Str(meta(r).UID) }).key(),
		text("namespace", "metadata.namespace; NULL for cluster-scoped objects", func(r R) Value { return Str(meta(r).Namespace) }).key(),
		text("name", "metadata.name", func(r R) Value { return Str(meta(r).Name) }).key(),
		integer("created", "metadata.creationTimestamp, Unix seconds", func(r R) Value { return Time(meta(r).CreationTimestamp) }),
		jsonCol("labels", "metadata.labels", func(r R) Value { return JSON(meta(r).Labels) }),
		jsonCol("annotations", "metadata.annotations, without copies of the object such as kubectl's last-applied-configuration", func(r R) Value { return JSON(annotations(meta(r))) }),
		late("owner_kind", TypeText, "kind of the top controller: the Deployment, not its ReplicaSet; NULL without one", ownerKey[R], ownerKind, owners).by("owner"),
		late("owner_name", TypeText, "name of the top controller", ownerKey[R], ownerName, owners).by("owner"),
	}
}

// where are the columns that say where a manifest has the object, and hidden
// ones with all of it.
func where[R objectRow]() []column[R] { return append(place[R](), whole[R]()...) }

// place are the columns that say where a manifest has the object.
func place[R objectRow]() []column[R] {
	return []column[R]{
		text("file", "manifest file of the object; NULL for clusters", func(r R) Value { return Str(r.object().File) }),
		integer("line", "line in that file where the object begins", func(r R) Value {
			if r.object().Line == 0 {
				return Null
			}
			return Int(r.object().Line)
		}),
	}
}

// copies are annotations in which a tool keeps a copy of the whole object, with
// values that are withheld: those of kubectl, Rancher, kapp, Kopf and Banzai's
// operators.
var copies = []string{
	"kubectl.kubernetes.io/last-applied-configuration", "objectset.rio.cattle.io/applied", "kapp.k14s.io/original",
	"kopf.zalando.org/last-handled-configuration", "banzaicloud.com/last-applied",
}

func annotations(m *metav1.ObjectMeta) map[string]string {
	if !slices.ContainsFunc(copies, func(key string) bool { _, ok := m.Annotations[key]; return ok }) {
		return m.Annotations
	}
	rest := maps.Clone(m.Annotations)
	for _, key := range copies {
		delete(rest, key)
	}
	return rest
}

// IsSystemNamespace reports whether a namespace holds the cluster's own parts.
func IsSystemNamespace(ns string) bool {
	return strings.HasPrefix(ns, "kube-") && (ns == "kube-system" || ns == "kube-public" || ns == "kube-node-lease")
}

// exempt is "system" for objects of the cluster's own parts, else NULL.
func exempt(namespace string) Value {
	if IsSystemNamespace(namespace) {
		return Str("system")
	}
	return Null
}
