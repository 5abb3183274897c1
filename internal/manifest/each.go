package manifest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// entry is what is kept of one object.
type entry struct {
	// data is protobuf for resources known by type, JSON for others, and nil
	// for an implied namespace.
	data            []byte
	namespace, name string
	file, line      int32
	implied         bool
}

// Each implements rows.Source. The namespace of a scope narrows namespaced
// resources, and Namespaces to the one of that name.
func (f *Files) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, fn func(*tables.Object)) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	r = f.own(r)
	next, err := decoder(r)
	if err != nil {
		return err
	}
	o := &tables.Object{Resource: r, Cluster: f.name}
	for i, e := range f.objects[r] {
		if i%256 == 255 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !within(r, e, scope) {
			continue
		}
		o.File, o.Line, o.Implied = f.files[e.file].name, int(e.line), e.implied
		if f.files[e.file].rendered {
			o.Line = 0
		}
		if o.Value, o.Meta, err = next(e); err != nil {
			return fmt.Errorf("%s:%d: %w", o.File, o.Line, err)
		}
		fn(o)
	}
	return nil
}

func within(r *tables.Resource, e entry, scope rows.Scope) bool {
	if scope.Name != "" && scope.Name != e.name {
		return false
	}
	switch {
	case scope.Namespace == "":
		return true
	case r.Namespaced:
		return e.namespace == scope.Namespace
	case r == tables.Namespaces:
		return e.name == scope.Namespace
	}
	return true
}

// own finds the resource that objects are kept under: of kinds that are not
// known by type, the caller may have made a Resource of its own.
func (f *Files) own(r *tables.Resource) *tables.Resource {
	if _, ok := f.objects[r]; ok || r.New != nil {
		return r
	}
	for _, mine := range f.resources {
		if mine.Group == r.Group && (mine.Plural == r.Plural || mine.Kind == r.Kind) {
			return mine
		}
	}
	return r
}

// decoder returns a function that makes an object out of an entry, in the same
// memory each time where the type is known.
func decoder(r *tables.Resource) (func(entry) (any, *metav1.ObjectMeta, error), error) {
	if r.New == nil {
		return decodeUnstructured, nil
	}
	item := r.New()
	acc, ok := item.(metav1.ObjectMetaAccessor)
	if !ok {
		return nil, fmt.Errorf("%s: %T has no metadata", r, item)
	}
	meta, ok := acc.GetObjectMeta().(*metav1.ObjectMeta)
	if !ok {
		return nil, fmt.Errorf("%s: %T has no metadata", r, item)
	}
	return func(e entry) (any, *metav1.ObjectMeta, error) {
		item.Reset()
		if e.implied {
			meta.Name = e.name
			return item, meta, nil
		}
		return item, meta, item.Unmarshal(e.data)
	}, nil
}

// before reports whether e comes first in the files.
func (e entry) before(o entry) bool {
	return e.file < o.file || e.file == o.file && e.line < o.line
}

func sortEntries(entries []entry) {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.name, b.name))
	})
}
