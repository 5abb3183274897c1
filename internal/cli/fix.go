package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

type fixOptions struct {
	checkOptions
	dir string
}

func (a *app) fixCommand() *cobra.Command {
	o := &fixOptions{checkOptions: checkOptions{app: a, severity: "info", failOn: "low"}}
	cmd := &cobra.Command{
		Use:   "fix [RULE [KIND/NAME | KIND/NAMESPACE/NAME]]",
		Short: "Write the patches and objects that make rules pass; changes nothing itself",
		Long: `Judges a cluster, or manifests with -f, and writes what would make the failing
rules pass: one strategic merge patch for each workload, and the objects that are
missing. With -o DIR they become a kustomize component that your kustomization can
name under components. Nothing in the cluster or in your manifests is changed.

Fixes that are a choice of yours (which rights a role needs, say) are listed on
stderr: explain shows each.`,
		Example: `  kubectl kspm fix -f deploy/
  kubectl kspm fix NSA-21 Namespace/shop | kubectl apply -f -
  kubectl kspm fix -f deploy/ -o hardening   # then: components: [hardening]`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.source.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.benchmark, "benchmark", "nsa", "benchmark to judge by")
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	f.StringVar(&o.waivers, "waivers", "", "file of accepted findings, which are left as they are")
	f.StringVarP(&o.dir, "output", "o", "", "write a kustomize component into this folder, which must not exist")
	return cmd
}

func (o *fixOptions) run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		o.rules = args[:1]
	}
	if err := o.complete(); err != nil {
		return err
	}
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	rep, err := o.assess(ctx, src, selected)
	if err != nil {
		return err
	}
	plan := &remedy.Plan{}
	for _, result := range rep.Rules {
		i := slices.IndexFunc(selected, func(r *rule.Rule) bool { return r.ID == result.ID })
		if len(args) == 2 {
			if err := narrow(&result, args[1]); err != nil {
				return err
			}
		}
		for _, f := range result.Findings {
			if err := plan.Add(selected[i], f); err != nil {
				return err
			}
		}
	}
	if err := o.writePlan(plan); err != nil {
		return err
	}
	if len(plan.ByHand) > 0 {
		o.note("\nfor you to decide (explain shows how):\n  %s", strings.Join(plan.ByHand, "\n  "))
	}
	if rep.Incomplete() {
		return &codeError{exitIncomplete, "not everything could be assessed: there may be more to fix"}
	}
	return nil
}

func (o *fixOptions) writePlan(plan *remedy.Plan) error {
	if o.dir != "" {
		return o.writeComponent(plan)
	}
	for i, c := range append(slices.Clone(plan.Patches), plan.Objects...) {
		if i > 0 {
			fmt.Fprintln(o.Out, "---")
		}
		what := "patch"
		if i >= len(plan.Patches) {
			what = "create"
		}
		if _, err := fmt.Fprintf(o.Out, "# %s, for %s\n%s", what, strings.Join(c.Rules, ", "), remedy.YAML(c.Object)); err != nil {
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
		file := "patch-" + c.Name() + ".yaml"
		patches = append(patches, map[string]any{"path": file})
		if err := writeChange(o.dir, file, c); err != nil {
			return err
		}
	}
	for _, c := range plan.Objects {
		file := c.Name() + ".yaml"
		resources = append(resources, file)
		if err := writeChange(o.dir, file, c); err != nil {
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
	o.note("%s: %d patches, %d new objects; name it under components in your kustomization.yaml", o.dir, len(patches), len(resources))
	return nil
}

func writeChange(dir, file string, c remedy.Change) error {
	text := fmt.Sprintf("# for %s\n%s", strings.Join(c.Rules, ", "), remedy.YAML(c.Object))
	return os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644)
}
