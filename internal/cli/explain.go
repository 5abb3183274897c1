package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type explainOptions struct{ checkOptions }

func (a *app) explainCommand() *cobra.Command {
	o := &explainOptions{checkOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "explain RULE [KIND/NAME | KIND/NAMESPACE/NAME]",
		Short: "Why a rule matters, the SQL that proves it, and exactly what to change",
		Long: `Without more, explains the rule itself. With -f or an asset, runs it as well, and
shows the evidence and the exact fix for each failing asset, or for that one.`,
		Example: `  kubectl kspm explain NSA-07
  kubectl kspm explain NSA-07 Deployment/shop/web
  kubectl kspm explain NSA-07 deployment/web -n shop
  kubectl kspm explain NSA-23 -f deploy/`,
		Args: cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	o.source.add(cmd)
	o.source.render.add(cmd)
	o.config.add(cmd)
	cmd.Flags().StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	return cmd
}

func ruleNames() []string {
	all, err := rule.Load(queries.Files)
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range all {
		names = append(names, r.ID+"\t"+r.Title)
	}
	return names
}

func (o *explainOptions) run(ctx context.Context, args []string) error {
	if err := o.config.load(o.app, o.source.besides()); err != nil {
		return err
	}
	all, _, err := loadRules(o.ruleDirs)
	if err != nil {
		return err
	}
	if err := o.config.apply(all); err != nil {
		return err
	}
	r, err := findRule(all, args[0])
	if err != nil {
		return err
	}
	if len(args) == 1 && len(o.source.besides()) == 0 && o.source.snapshot == "" {
		described, err := o.withExample(ctx, all, r)
		if err != nil {
			return err
		}
		return o.write(output{}, func(w io.Writer) error { return report.ExplainRule(w, described, o.style(w)) })
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	o.outputs = []string{"explain"}
	rep, err := o.assess(ctx, src, []*rule.Rule{r})
	if err != nil {
		return err
	}
	result := rep.Rules[0]
	if len(args) == 2 {
		if err := narrow(&result, args[1]); err != nil {
			return err
		}
	}
	err = o.write(output{}, func(w io.Writer) error {
		style := o.style(w)
		style.Locate = src.Locate
		return report.ExplainResult(w, result, style)
	})
	if err != nil {
		return err
	}
	if result.Incomplete() || len(src.Problems) > 0 {
		return &codeError{code: exitIncomplete}
	}
	return nil
}

// withExample describes a rule with the fix of its first failing case: what a
// fix says depends on the evidence.
func (o *explainOptions) withExample(ctx context.Context, all []*rule.Rule, r *rule.Rule) (posture.Rule, error) {
	described := r.Describe()
	if !strings.Contains(r.Fix, "{{") {
		return described, nil
	}
	cases := r.Fail
	for _, same := range all {
		if len(cases) == 0 && same.ID == r.Query {
			cases = same.Fail
		}
	}
	if len(cases) == 0 {
		return described, nil
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		return described, err
	}
	defer db.Close()
	finding, err := assess.Example(ctx, db, r, cases[0])
	if err != nil {
		return described, err
	}
	if finding.Fix != "" {
		described.Fix = fmt.Sprintf("For example, for %s:\n\n%s\n\nWith -f, or an asset, it is the fix for yours.", finding.Asset, finding.Fix)
	}
	return described, nil
}

// narrow leaves the findings of one asset. It is an error when the rule has
// nothing to say of it.
func narrow(r *posture.RuleResult, asset string) error {
	if r.Status.Incomplete() && len(r.Unassessed) == 0 {
		return nil
	}
	matches := func(a posture.Asset) bool {
		return strings.EqualFold(a.String(), asset) || strings.EqualFold(a.Kind+"/"+a.Name, asset)
	}
	for _, u := range r.Unassessed {
		if matches(u.Asset) {
			r.Findings, r.Unassessed = nil, []posture.Unassessed{u}
			r.Status, r.Reason = posture.NotAssessed, posture.WhyUnassessed(r.Unassessed)
			return nil
		}
	}
	r.Unassessed = nil
	found := slices.ContainsFunc(r.Judged, matches) || slices.ContainsFunc(r.Findings, func(f posture.Finding) bool { return matches(f.Asset) })
	if !found {
		return usagef("%s is not among the %d assets that %s judges: want KIND/NAME or KIND/NAMESPACE/NAME%s", asset, len(r.Judged), r.ID, nearby(r.Judged, asset))
	}
	r.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f posture.Finding) bool { return !matches(f.Asset) })
	if len(r.Findings) == 0 {
		r.Status, r.Reason = posture.Pass, asset+" passes"
	}
	return nil
}

func nearby(assets []posture.Asset, asset string) string {
	name := asset[strings.LastIndexByte(asset, '/')+1:]
	for _, a := range assets {
		if strings.Contains(a.Name, name) {
			return fmt.Sprintf(", for example %s", a)
		}
	}
	return ""
}
