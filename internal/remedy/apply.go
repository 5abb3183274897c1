package remedy

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// Changes reports whether the fix can be applied by a program.
func (f *Fix) Changes() bool { return f.Patch != nil || f.JSON != nil || len(f.Objects) > 0 }

// Apply returns the objects as they are once the fix is made: the asset's
// object patched as kubectl patch would, new objects added, and those of the
// same name replaced.
func (f *Fix) Apply(objects []map[string]any) ([]map[string]any, error) {
	out := append([]map[string]any{}, objects...)
	for _, target := range []map[string]any{f.target, f.Patch} {
		if target == nil {
			continue
		}
		i := find(out, target)
		if i < 0 {
			return nil, fmt.Errorf("no %s to patch", identity(target))
		}
		c := Change{Object: f.Patch, JSON: f.JSON}
		if f.Patch == nil {
			c.Object = target
		}
		patched, err := c.Apply(out[i])
		if err != nil {
			return nil, err
		}
		out[i] = patched
		break
	}
	for _, o := range f.Objects {
		if i := find(out, o); i >= 0 {
			out[i] = o
			continue
		}
		out = append(out, o)
	}
	return out, nil
}

// Apply returns an object as it is once the change is made.
func (c Change) Apply(object map[string]any) (map[string]any, error) {
	var err error
	patched := object
	if c.JSON != nil {
		if patched, err = applyJSON(object, c.JSON); err != nil {
			return nil, fmt.Errorf("patch %s: %w", identity(c.Object), err)
		}
	}
	patched, err = strategicpatch.StrategicMergeMapPatch(patched, named(c.Object, object), known(fmt.Sprint(c.Object["kind"])).New())
	if err != nil {
		return nil, fmt.Errorf("patch %s: %w", identity(c.Object), err)
	}
	return patched, nil
}

// named is a patch for an object that may be of an older apiVersion, and leave
// its namespace to kubectl.
func named(patch, object map[string]any) map[string]any {
	out := effective(patch, object)
	delete(out, "apiVersion")
	delete(out, "kind")
	if meta, ok := out["metadata"].(map[string]any); ok {
		delete(meta, "namespace")
	}
	return out
}

// effective is the part of a patch that changes something: without the
// removals of what is not there, which would leave empty fields behind.
func effective(patch, object map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range patch {
		switch value := value.(type) {
		case nil:
			if _, ok := object[key]; ok {
				out[key] = nil
			}
		case map[string]any:
			have, _ := object[key].(map[string]any)
			if sub := effective(value, have); len(sub) > 0 || len(value) == 0 {
				out[key] = emptied(sub, have)
			}
		case []any:
			have, _ := object[key].([]any)
			out[key] = effectiveList(value, have)
		default:
			out[key] = value
		}
	}
	return out
}

// emptied is a patch of a map, or nothing where it removes all that is in it.
func emptied(patch, have map[string]any) any {
	if len(have) == 0 || len(patch) < len(have) {
		return patch
	}
	for key := range have {
		if value, ok := patch[key]; !ok || value != nil {
			return patch
		}
	}
	for key := range patch {
		if patch[key] != nil {
			return patch
		}
	}
	return nil
}

func effectiveList(patch, have []any) []any {
	out := make([]any, 0, len(patch))
	for _, item := range patch {
		m, ok := item.(map[string]any)
		if !ok {
			return patch
		}
		like := map[string]any{}
		for _, h := range have {
			if nameOf(h) != nil && nameOf(h) == nameOf(item) {
				like, _ = h.(map[string]any)
			}
		}
		out = append(out, effective(m, like))
	}
	return out
}

func find(objects []map[string]any, like map[string]any) int {
	for i, o := range objects {
		if identity(o) == identity(like) {
			return i
		}
	}
	return -1
}

// identity is kind/namespace/name. A manifest may leave out the namespace:
// default, or no namespace at all.
func identity(o map[string]any) string {
	meta, _ := o["metadata"].(map[string]any)
	ns, _ := meta["namespace"].(string)
	if ns == "default" {
		ns = ""
	}
	return fmt.Sprintf("%v/%s/%v", o["kind"], ns, meta["name"])
}

// Find returns the object that the change is of, nil without one.
func (c Change) Find(objects []map[string]any) map[string]any {
	if i := find(objects, c.Object); i >= 0 {
		return objects[i]
	}
	return nil
}
