package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

type fixOptions struct {
	checkOptions
	dir     string
	write   bool
	patches bool
}

func (a *app) fixCommand() *cobra.Command {
	o := &fixOptions{checkOptions: checkOptions{app: a, severity: "info"}}
	cmd := &cobra.Command{
		Use:   "fix [RULE [KIND/NAME | KIND/NAMESPACE/NAME]]",
		Short: "Show what makes failing rules pass, as a diff or as patches; changes no cluster",
		Long: `Judges manifests with -f, or a cluster, and shows as a unified diff what would make
the failing rules pass. Values of environment variables and Secrets are hidden in it.

With --write the manifests themselves are changed: comments, order and layout stay
as you wrote them, and objects that are missing go into new files beside them. With
-o DIR the changes become a kustomize component that your kustomization can name
under components, with --patches YAML to apply yourself. A cluster is never changed,
nor is a template or a base: of what -k and --chart render the diff says which file
it comes from.

Fixes that are a choice of yours (which rights a role needs, say) or belong on a host
are listed on stderr: explain shows each.`,
		Example: `  kubectl kspm fix -f deploy/                # what would change
  kubectl kspm fix -f deploy/ --write        # change it
  kubectl kspm fix -f deploy/ -o hardening   # then: components: [hardening]
  kubectl kspm fix -k overlays/prod          # which files to change, and how
  kubectl kspm fix NSA-07 Deployment/shop/web
  kubectl kspm fix NSA-21 Namespace/shop --patches | kubectl apply -f -`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.source.add(cmd)
	o.source.render.add(cmd)
	f := cmd.Flags()
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	f.StringVar(&o.waivers, "waivers", "", "file of accepted findings, which are left as they are")
	f.BoolVar(&o.trust, "trust-annotations", false, "leave as they are the findings for which annotations propose waivers (kspm.io/waive)")
	f.StringVarP(&o.dir, "output", "o", "", "write a kustomize component into this folder, which must not exist")
	f.BoolVar(&o.write, "write", false, "change the manifests given with -f")
	f.BoolVar(&o.patches, "patches", false, "print patches and new objects as YAML instead of a diff")
	cmd.MarkFlagsMutuallyExclusive("output", "write", "patches")
	return cmd
}

func (o *fixOptions) run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		o.rules = args[:1]
	}
	if err := o.complete(); err != nil {
		return err
	}
	if o.write && o.source.render.asked() {
		return usagef("--write changes manifests, and what comes of %s is written nowhere: without --write the diff names the file to edit, and -o DIR writes a kustomize component to put on top", o.source.render.flag())
	}
	if o.write && (len(o.source.files) == 0 || slices.Contains(o.source.files, "-")) {
		return usagef("--write changes manifests: name files or folders with -f")
	}
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	plan, incomplete, err := o.plan(ctx, src, selected, args)
	if err != nil {
		return err
	}
	switch {
	case o.dir != "":
		err = o.writeComponent(plan)
	case o.patches:
		err = o.printPatches(plan)
	default:
		err = o.editSource(ctx, src, plan)
	}
	if err != nil {
		return err
	}
	if len(plan.ByHand) > 0 {
		o.note("\nfor you to decide (explain shows how):\n  %s", strings.Join(plan.ByHand, "\n  "))
	}
	if incomplete {
		return &codeError{exitIncomplete, "not everything could be assessed: there may be more to fix"}
	}
	return nil
}

// plan judges the source and gathers the fixes of what fails.
func (o *fixOptions) plan(ctx context.Context, src assess.Source, selected []*rule.Rule, args []string) (*remedy.Plan, bool, error) {
	rep, err := o.assess(ctx, src, selected)
	if err != nil {
		return nil, false, err
	}
	plan := &remedy.Plan{}
	for _, result := range rep.Rules {
		i := slices.IndexFunc(selected, func(r *rule.Rule) bool { return r.ID == result.ID })
		if len(args) == 2 {
			if err := narrow(&result, args[1]); err != nil {
				return nil, false, err
			}
		}
		for _, f := range result.Findings {
			if err := plan.Add(selected[i], f); err != nil {
				return nil, false, err
			}
		}
	}
	return plan, rep.Incomplete(), nil
}
