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

// named is a patch with the apiVersion and metadata.namespace of the object, which
// may be of an older version, and leave the namespace to kubectl.
func named(patch, object map[string]any) map[string]any {
	out := map[string]any{}
	merge(out, patch)
	delete(out, "apiVersion")
	meta, _ := object["metadata"].(map[string]any)
	if _, ok := meta["namespace"]; !ok {
		if m, ok := out["metadata"].(map[string]any); ok {
			delete(m, "namespace")
		}
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
