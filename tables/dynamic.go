package tables

import (
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// dynamicRow is an object of an API that is not known by type.
type dynamicRow struct {
	*Object
	u *unstructured.Unstructured
}

// dynamic holds the tables made by ForResource, so that one resource has one
// table for as long as the program runs.
var dynamic sync.Map // *Resource → *Table

// ForResource returns the table of a resource: the declared one whose rows are
// its objects, or else one with the columns every object has, and spec, status
// and data as JSON.
func ForResource(r *Resource) *Table {
	if t := declaredFor(r); t != nil {
		return t
	}
	if t, ok := dynamic.Load(r); ok {
		return t.(*Table)
	}
	t, _ := dynamic.LoadOrStore(r, dynamicTable(r))
	return t.(*Table)
}

// declaredFor is the declared table with the shortest name that only this
// resource feeds: k8s_services rather than k8s_service_ports.
func declaredFor(r *Resource) *Table {
	var best *Table
	for _, t := range All() {
		if len(t.Sources) == 1 && t.Sources[0].Resource == r && t.Derive == nil && (best == nil || len(t.Name) < len(best.Name)) {
			best = t
		}
	}
	return best
}

func dynamicTable(r *Resource) *Table {
	untyped := *r
	if !r.Sensitive { // of those no more is read than their type has place for
		untyped.New = nil // read as JSON, whatever is known of it
	}
	field := func(name string) func(dynamicRow) Value {
		return func(row dynamicRow) Value { return JSON(row.u.Object[name]) }
	}
	return spec[dynamicRow]{
		Name: r.String(),
		Row:  r.Kind,
		Doc:  "Objects of an API that has no table of its own, with their parts as JSON.",
		Columns: [][]column[dynamicRow]{
			common[dynamicRow](),
			{
				text("api_version", "apiVersion", func(row dynamicRow) Value { return Str(r.GVK().GroupVersion().String()) }),
				text("kind", "kind", func(row dynamicRow) Value { return Str(r.Kind) }),
				jsonCol("spec", "spec", field("spec")),
				jsonCol("status", "status", field("status")),
				jsonCol("data", "data", field("data")),
			},
			where[dynamicRow](),
		},
		Sources: []source[dynamicRow]{{resource: &untyped, rows: func(o *Object, emit func(dynamicRow)) {
			if u := toUnstructured(o.Value); u != nil {
				emit(dynamicRow{o, u})
			}
		}}},
	}.table()
}

// toUnstructured takes objects that a source knows by type all the same.
func toUnstructured(v any) *unstructured.Unstructured {
	if u, ok := v.(*unstructured.Unstructured); ok {
		return u
	}
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(v)
	if err != nil {
		return nil // not an API object
	}
	return &unstructured.Unstructured{Object: object}
}
