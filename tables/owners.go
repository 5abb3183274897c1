package tables

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// ownerRef is a link of a chain of controllers.
type ownerRef struct {
	kind, name string
	uid        types.UID
}

// ownerIndex knows the controller of every workload that has one.
type ownerIndex map[types.UID]ownerRef

// owners follows controllers upwards: a Pod's ReplicaSet to its Deployment, a
// Job to its CronJob, a StatefulSet to the custom resource that made it.
var owners = fact("owners",
	[]*Resource{ReplicaSets, Jobs, Deployments, StatefulSets, DaemonSets, CronJobs, ReplicationControllers},
	func(index *ownerIndex, o *Object) {
		if ref := o.controller(); ref != nil {
			if *index == nil {
				*index = ownerIndex{}
			}
			(*index)[o.Meta.UID] = ownerRef{ref.Kind, ref.Name, ref.UID}
		}
	},
	func(into, from *ownerIndex) {
		if *into == nil {
			*into = ownerIndex{}
		}
		for uid, ref := range *from {
			(*into)[uid] = ref
		}
	}, nil).local()

// top follows the chain to its end; bounded, since a chain of references can
// be made to form a ring.
func (index ownerIndex) top(ref ownerRef) ownerRef {
	for range 10 {
		next, ok := index[ref.uid]
		if !ok {
			return ref
		}
		ref = next
	}
	return ref
}

// ownerKey packs the controller reference of a row's object. Nodes, which own
// their static pods, are not owners in our sense.
func ownerKey[R objectRow](r R) string {
	return packOwner(metav1.GetControllerOfNoCopy(r.object().Meta))
}

func packOwner(ref *metav1.OwnerReference) string {
	if ref == nil || ref.Kind == "Node" {
		return ""
	}
	return string(ref.UID) + "\x00" + ref.Kind + "\x00" + ref.Name
}

func unpackOwner(key string) ownerRef {
	parts := strings.SplitN(key, "\x00", 3)
	return ownerRef{uid: types.UID(parts[0]), kind: parts[1], name: parts[2]}
}

func ownerKind(w *World, key string) Value {
	return Str(get[ownerIndex](w, owners).top(unpackOwner(key)).kind)
}

func ownerName(w *World, key string) Value {
	return Str(get[ownerIndex](w, owners).top(unpackOwner(key)).name)
}
