package tables

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// dig follows a path of field names into an object whose type is not known;
// nil where a step is missing or is no object.
func dig(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// addon declares a resource of an API that not every cluster serves, and whose
// objects come as *unstructured.Unstructured.
func addon(group, version, plural, kind string, namespaced bool) *Resource {
	r := &Resource{Group: group, Version: version, Plural: plural, Kind: kind, Namespaced: namespaced, Optional: true}
	addons = append(addons, r)
	return r
}

var addons []*Resource

// AddonForKind finds a resource that tables read without knowing its type; nil
// for what they do not read.
func AddonForKind(group, kind string) *Resource {
	for _, r := range addons {
		if r.Group == group && r.Kind == kind {
			return r
		}
	}
	return nil
}

// fromAddon declares a source of objects whose type is not known.
func fromAddon[R any](r *Resource, rows func(o *Object, v map[string]any, emit func(R))) source[R] {
	return from(r, func(o *Object, v *unstructured.Unstructured, emit func(R)) { rows(o, v.Object, emit) })
}

// digList is a list at a path, nil where there is none.
func digList(v any, path string) []any {
	list, _ := dig(v, path).([]any)
	return list
}

// digText is a string at a path; NULL where there is none.
func digText(v any, path string) Value {
	s, _ := dig(v, path).(string)
	return Str(s)
}

// digInt is an integer at a path; NULL where there is none.
func digInt(v any, path string) Value {
	switch n := dig(v, path).(type) {
	case int64:
		return Int(n)
	case float64:
		return Int(int64(n))
	}
	return Null
}
