package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/owner"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// partFlags ask for sums of parts of a report in place of the whole.
type partFlags struct {
	by string
}

func (p *partFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.by, "by", "", "count in the table what fails by "+strings.Join(posture.Groupings, ", ")+", the worst first")
}

// check refuses what has no table of one whole report.
func (p *partFlags) check(cmd *cobra.Command, outputs []output) error {
	if !cmd.Flags().Changed("by") {
		return nil
	}
	if !slices.Contains(posture.Groupings, p.by) {
		return usagef("--by %q: want one of %s", p.by, strings.Join(posture.Groupings, ", "))
	}
	for _, other := range []string{"contexts", "all-contexts", "against-cluster", "evidence"} {
		if cmd.Flags().Changed(other) {
			return usagef("--by and --%s cannot be used together", other)
		}
	}
	if !slices.ContainsFunc(outputs, func(out output) bool { return out.format == "table" }) {
		return usagef("--by is for -o table: csv has the columns team, namespace, section and severity, json the fields, to group by")
	}
	return nil
}

// team reports whether the run has to know teams.
func (p *partFlags) team() bool { return p.by == "team" }

// noteUnowned says how to name teams, where nobody did.
func (o *checkOptions) noteUnowned(r *posture.Report, by posture.Grouping) {
	groups := r.Groups(by)
	if by.By == "team" && len(groups) == 1 && groups[0].Name == posture.Unowned {
		o.note("no asset has a team: name it in the annotation %s of a namespace or an object, or in a file (--owners)\n", owner.Key)
	}
}
