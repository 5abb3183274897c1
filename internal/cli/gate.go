package cli

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// gateFlags say when a run fails.
type gateFlags struct {
	failOn        string
	minCompliance float64
	baseline      string

	posture.Gate
	before *posture.Report
}

func (g *gateFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&g.failOn, "fail-on", "low", "exit with 1 when an asset fails with at least this severity: critical, high, medium, low; review (low, or evidence for a human to judge) or none")
	f.Float64Var(&g.minCompliance, "min-compliance", 0, "exit with 1 when a smaller percentage of the assets is compliant; without --fail-on, that alone decides")
	f.StringVar(&g.baseline, "baseline", "", "an earlier report (-o json=FILE): only what is new since fails, and what is gone is listed")
}

// complete reads the flags, and the baseline before the run.
func (g *gateFlags) complete(cmd *cobra.Command, a *app) error {
	var err error
	if g.Gate, err = posture.ParseFailOn(g.failOn); err != nil {
		return usagef("--fail-on: %v", err)
	}
	if g.minCompliance < 0 || g.minCompliance > 100 {
		return usagef("--min-compliance %g: want a percentage", g.minCompliance)
	}
	if g.MinCompliance = g.minCompliance; g.MinCompliance > 0 && !cmd.Flags().Changed("fail-on") && g.baseline == "" {
		g.None = true
	}
	if g.baseline != "" {
		if g.before, err = a.readReport(g.baseline); err != nil {
			return err
		}
	}
	return nil
}

// compare puts into the report what changed since the baseline.
func (g *gateFlags) compare(r *posture.Report) {
	if g.before != nil {
		r.Baseline = posture.Compare(g.before, r)
	}
}

// failed decides, and says why on stderr.
func (g *gateFlags) failed(a *app, r *posture.Report) bool {
	why := g.Check(r, r.Baseline)
	if isTerminal(a.Out) && (r.Baseline != nil || len(why) > 0) {
		a.note("") // apart from the table above
	}
	if c := r.Baseline; c != nil {
		a.note("since the baseline: %d new, %d gone, %d known", len(c.New), len(c.Gone), c.Known)
		if g.before.RuleDigest != r.RuleDigest {
			a.note("note: the baseline was made with other rules")
		}
	}
	for _, line := range why {
		a.note("fails: %s", line)
	}
	return len(why) > 0
}
