package remedy

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// Changes reports whether the fix can be applied by a program.
func (f *Fix) Changes() bool { return f.Patch != nil || len(f.Objects) > 0 }

// Apply returns the objects as they are once the fix is made: the asset's
// object patched as kubectl patch would, new objects added, and those of the
// same name replaced.
func (f *Fix) Apply(objects []map[string]any) ([]map[string]any, error) {
	out := append([]map[string]any{}, objects...)
	if f.Patch != nil {
		i := find(out, f.Patch)
		if i < 0 {
			return nil, fmt.Errorf("no %s to patch", identity(f.Patch))
		}
		res := known(fmt.Sprint(f.Patch["kind"]))
		patched, err := strategicpatch.StrategicMergeMapPatch(out[i], f.Patch, res.New())
		if err != nil {
			return nil, fmt.Errorf("patch %s: %w", identity(f.Patch), err)
		}
		out[i] = patched
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

func find(objects []map[string]any, like map[string]any) int {
	for i, o := range objects {
		if identity(o) == identity(like) {
			return i
		}
	}
	return -1
}

// identity is kind/namespace/name.
func identity(o map[string]any) string {
	meta, _ := o["metadata"].(map[string]any)
	ns, _ := meta["namespace"].(string)
	return fmt.Sprintf("%v/%s/%v", o["kind"], ns, meta["name"])
}
