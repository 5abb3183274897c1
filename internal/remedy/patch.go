package remedy

import (
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// specPaths lead from an object of a kind to its pod spec.
var specPaths = map[string]string{
	"Pod": "spec", "PodTemplate": "template.spec", "CronJob": "spec.jobTemplate.spec.template.spec",
	"Deployment": "spec.template.spec", "StatefulSet": "spec.template.spec", "DaemonSet": "spec.template.spec",
	"ReplicaSet": "spec.template.spec", "ReplicationController": "spec.template.spec", "Job": "spec.template.spec",
}

// addPatch merges what a row of evidence asks for into the patch.
func (f *Fix) addPatch(r *rule.Rule, asset posture.Asset, row rule.Row) error {
	if r.Patch.Empty() || known(asset.Kind) == nil {
		return nil // an owner of a kind we do not know: the words must do
	}
	if err := f.addJSON(r, asset, row); err != nil {
		return err
	}
	patch := map[string]any{}
	for _, part := range []struct {
		value any
		wrap  func(any) map[string]any
	}{
		{r.Patch.Object, func(v any) map[string]any { m, _ := v.(map[string]any); return m }},
		{r.Patch.Pod, func(v any) map[string]any { return nest(specPaths[asset.Kind], v) }},
		{r.Patch.Container, func(v any) map[string]any { return containerPatch(asset.Kind, row, v) }},
	} {
		if part.value == nil {
			continue
		}
		value, err := expand(part.value, row)
		if err != nil {
			return err
		}
		merge(patch, part.wrap(value))
	}
	if len(patch) == 0 {
		return nil
	}
	if f.Patch == nil {
		f.Patch = target(asset)
	}
	merge(f.Patch, patch)
	return nil
}

// target is the object of an asset by its name alone.
func target(asset posture.Asset) map[string]any {
	meta := map[string]any{"name": asset.Name}
	if asset.Namespace != "" {
		meta["namespace"] = asset.Namespace
	}
	return map[string]any{"apiVersion": known(asset.Kind).GVK().GroupVersion().String(), "kind": asset.Kind, "metadata": meta}
}

// known finds the API resource of a kind: kinds are unique among those that
// rules judge.
func known(kind string) *tables.Resource {
	for _, r := range tables.Resources() {
		if r.Kind == kind {
			return r
		}
	}
	return nil
}

// containerPatch puts a patch of one container where its kind holds it.
// Ephemeral containers cannot be changed once they run.
func containerPatch(kind string, row rule.Row, v any) map[string]any {
	lists := map[any]string{"regular": "containers", "init": "initContainers", "sidecar": "initContainers"}
	list, ok := lists[row["container_type"]]
	container, isMap := v.(map[string]any)
	if !ok || !isMap || specPaths[kind] == "" {
		return nil
	}
	named := map[string]any{"name": row["container"]}
	merge(named, container)
	return nest(specPaths[kind], map[string]any{list: []any{named}})
}

func nest(path string, v any) map[string]any {
	if path == "" {
		return nil
	}
	keys := strings.Split(path, ".")
	for i := len(keys) - 1; i >= 0; i-- {
		v = map[string]any{keys[i]: v}
	}
	return v.(map[string]any)
}

// merge adds from to into: maps key by key, lists of named things name by
// name, everything else replaced.
func merge(into, from map[string]any) {
	for key, value := range from {
		switch value := value.(type) {
		case map[string]any:
			if have, ok := into[key].(map[string]any); ok {
				merge(have, value)
				continue
			}
			fresh := map[string]any{}
			merge(fresh, value)
			into[key] = fresh
		case []any:
			have, _ := into[key].([]any)
			into[key] = mergeList(have, value)
		default:
			into[key] = value
		}
	}
}

func mergeList(have, from []any) []any {
	if len(have) == 0 {
		return from
	}
	for _, item := range from {
		name := nameOf(item)
		if name == nil {
			return from
		}
		found := false
		for _, h := range have {
			if nameOf(h) == name {
				merge(h.(map[string]any), item.(map[string]any))
				found = true
			}
		}
		if !found {
			have = append(have, item)
		}
	}
	return have
}

func nameOf(v any) any {
	if m, ok := v.(map[string]any); ok {
		return m["name"]
	}
	return nil
}
