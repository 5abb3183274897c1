package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
)

// printPatches prints every change as YAML. JSON patches, which kubectl apply
// does not know, are comments with the command.
func (o *fixOptions) printPatches(plan *remedy.Plan) error {
	first := true
	document := func(what string, c remedy.Change, text string) error {
		if !first {
			text = "---\n" + fmt.Sprintf("# %s, for %s\n", what, strings.Join(c.Rules, ", ")) + text
		} else {
			text = fmt.Sprintf("# %s, for %s\n", what, strings.Join(c.Rules, ", ")) + text
		}
		first = false
		_, err := fmt.Fprint(o.Out, text)
		return err
	}
	for _, c := range plan.Patches {
		text := ""
		if c.JSON != nil {
			text = "# first: " + c.Command() + "\n"
		}
		if c.Merges() {
			text += remedy.YAML(c.Object)
		}
		if err := document("patch", c, text); err != nil {
			return err
		}
	}
	for _, c := range plan.Objects {
		if err := document("create", c, remedy.YAML(c.Object)); err != nil {
			return err
		}
	}
	return nil
}

// writeComponent writes a kustomize component: a folder of patches and objects.
func (o *fixOptions) writeComponent(plan *remedy.Plan) error {
	if err := os.Mkdir(o.dir, 0o755); err != nil {
		return err
	}
	component := map[string]any{"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
	var patches, resources []any
	for _, c := range plan.Patches {
		if c.JSON != nil { // made first: it counts the items of lists as they are
			file := "patch-" + c.Name() + ".json.yaml"
			patches = append(patches, map[string]any{"path": file, "target": c.Target()})
			if err := o.writeChange(file, c, c.JSON); err != nil {
				return err
			}
		}
		if c.Merges() {
			file := "patch-" + c.Name() + ".yaml"
			patches = append(patches, map[string]any{"path": file})
			if err := o.writeChange(file, c, c.Object); err != nil {
				return err
			}
		}
	}
	for _, c := range plan.Objects {
		file := c.Name() + ".yaml"
		resources = append(resources, file)
		if err := o.writeChange(file, c, c.Object); err != nil {
			return err
		}
	}
	if patches != nil {
		component["patches"] = patches
	}
	if resources != nil {
		component["resources"] = resources
	}
	if err := os.WriteFile(filepath.Join(o.dir, "kustomization.yaml"), []byte(remedy.YAML(component)), 0o644); err != nil {
		return err
	}
	how := "name it under components in your kustomization.yaml"
	if k := o.source.render.kustomize; k != "" {
		how = fmt.Sprintf("in a kustomization on top, which has both: resources: [%s], components: [%s]", k, o.dir)
	}
	o.note("%s: %d patches, %d new objects; %s", o.dir, len(patches), len(resources), how)
	return nil
}

func (o *fixOptions) writeChange(file string, c remedy.Change, v any) error {
	text := fmt.Sprintf("# for %s\n%s", strings.Join(c.Rules, ", "), remedy.YAML(v))
	return os.WriteFile(filepath.Join(o.dir, file), []byte(text), 0o644)
}
