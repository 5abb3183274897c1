// Package overlay lays manifests over a cluster: what it would be once they
// are applied, and what it is now, so that the two can be compared.
package overlay

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Overlay is a base, a cluster or a snapshot of one, and the manifests over it.
//
// Pods that run of a workload which is replaced, and the ReplicaSets and Jobs
// between them, are left out on either side: they are of the old template, and
// an injected sidecar is neither added nor removed by the change.
type Overlay struct {
	base, over rows.Source
	// names are the objects that the manifests have, by resource.
	names map[*tables.Resource]map[name]bool
	// kept is what applying a manifest does not touch, of those replaced.
	kept map[*tables.Resource]map[name]keep
	gone map[types.UID]bool
	// Added and Replaced count the objects of the manifests.
	Added, Replaced int
}

type name struct{ namespace, name string }

// keep is metadata that an object has from the cluster alone.
type keep struct {
	uid     types.UID
	created metav1.Time
	owners  []metav1.OwnerReference
}

// New reads what is needed of both to know which objects of the base the
// manifests replace. What cannot be read of the base is left for the run to say.
func New(ctx context.Context, base, over rows.Source, resources []*tables.Resource) (*Overlay, error) {
	o := &Overlay{base: base, over: over, names: map[*tables.Resource]map[name]bool{}, kept: map[*tables.Resource]map[name]keep{}, gone: map[types.UID]bool{}}
	for _, r := range resources {
		if r.Virtual != "" {
			continue
		}
		if err := o.match(ctx, r); err != nil {
			return nil, err
		}
	}
	if len(o.gone) == 0 {
		return o, ctx.Err()
	}
	for _, r := range []*tables.Resource{tables.Jobs, tables.ReplicaSets} {
		_ = base.Each(ctx, r, rows.Scope{}, func(obj *tables.Object) {
			if o.copies(obj) {
				o.gone[obj.Meta.UID] = true
			}
		})
	}
	return o, ctx.Err()
}

// match finds the objects of a resource that are in the manifests and in the
// base.
func (o *Overlay) match(ctx context.Context, r *tables.Resource) error {
	names := map[name]bool{}
	err := o.over.Each(ctx, r, rows.Scope{}, func(obj *tables.Object) {
		if !obj.Implied {
			names[nameOf(obj)] = true
		}
	})
	if err != nil || len(names) == 0 {
		return err
	}
	kept := map[name]keep{}
	_ = o.base.Each(ctx, r, rows.Scope{}, func(obj *tables.Object) {
		if names[nameOf(obj)] {
			kept[nameOf(obj)] = keep{obj.Meta.UID, obj.Meta.CreationTimestamp, slices.Clone(obj.Meta.OwnerReferences)}
			if obj.Meta.UID != "" {
				o.gone[obj.Meta.UID] = true
			}
		}
	})
	o.names[r], o.kept[r] = names, kept
	o.Replaced += len(kept)
	o.Added += len(names) - len(kept)
	return ctx.Err()
}

func nameOf(obj *tables.Object) name { return name{obj.Meta.Namespace, obj.Meta.Name} }

// copies reports whether an object was made of one that is replaced.
func (o *Overlay) copies(obj *tables.Object) bool {
	owner := metav1.GetControllerOfNoCopy(obj.Meta)
	return owner != nil && o.gone[owner.UID]
}

// Before is the base as it is.
func (o *Overlay) Before() rows.Source { return source{o, false} }

// After is the base as it is once the manifests are applied.
func (o *Overlay) After() rows.Source { return source{o, true} }

type source struct {
	*Overlay
	applied bool
}

// Each implements rows.Source.
func (s source) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	names := s.names[r]
	var namespaces map[string]bool // that are there, so that none is implied
	if r == tables.Namespaces {
		namespaces = map[string]bool{}
	}
	err := s.base.Each(ctx, r, scope, func(obj *tables.Object) {
		if namespaces != nil {
			namespaces[obj.Meta.Name] = true
		}
		if s.copies(obj) && !names[nameOf(obj)] || s.applied && names[nameOf(obj)] {
			return
		}
		f(obj)
	})
	if err != nil || !s.applied || r.Virtual != "" {
		return err
	}
	return s.over.Each(ctx, r, scope, func(obj *tables.Object) {
		if obj.Implied && namespaces[obj.Meta.Name] {
			return
		}
		if k, ok := s.kept[r][nameOf(obj)]; ok {
			obj.Meta.UID, obj.Meta.CreationTimestamp = k.uid, k.created
			if obj.Meta.OwnerReferences == nil {
				obj.Meta.OwnerReferences = k.owners
			}
		}
		f(obj)
	})
}

// Holds reports whether the manifests have objects of a resource.
func (o *Overlay) Holds(r *tables.Resource) bool { return len(o.names[r]) > 0 }
