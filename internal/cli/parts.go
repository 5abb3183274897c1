package cli

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/owner"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

// partFlags ask for sums of parts of a report in place of the whole, and for a
// report of each part.
type partFlags struct {
	by, splitBy string
}

// splits are what reports can be split by: what names whole assets.
var splits = []string{"team", "namespace"}

func (p *partFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.by, "by", "", "count in the table what fails by "+strings.Join(posture.Groupings, ", ")+", the worst first")
	f.StringVar(&p.splitBy, "split-by", "", "write a report for each "+strings.Join(splits, " or ")+" into the folders that -o FORMAT=DIR names")
}

// check refuses what has no parts of one whole report.
func (p *partFlags) check(cmd *cobra.Command, outputs []output) error {
	for _, flag := range []struct {
		name, value string
		names       []string
	}{{"by", p.by, posture.Groupings}, {"split-by", p.splitBy, splits}} {
		if !cmd.Flags().Changed(flag.name) {
			continue
		}
		if !slices.Contains(flag.names, flag.value) {
			return usagef("--%s %q: want one of %s", flag.name, flag.value, strings.Join(flag.names, ", "))
		}
		for _, other := range []string{"contexts", "all-contexts", "against-cluster"} {
			if cmd.Flags().Changed(other) {
				return usagef("--%s and --%s cannot be used together", flag.name, other)
			}
		}
	}
	if p.by != "" && cmd.Flags().Changed("evidence") {
		return usagef("--by and --evidence cannot be used together")
	}
	if p.by != "" && !slices.ContainsFunc(outputs, func(out output) bool { return out.format == "table" }) {
		return usagef("--by is for -o table: csv has the columns team, namespace, section and severity, json the fields, to group by")
	}
	if p.splitBy != "" && !slices.ContainsFunc(outputs, func(out output) bool { return out.file != "" }) {
		return usagef("--split-by writes into folders: name one, as in -o html=DIR")
	}
	if p.splitBy != "" && cmd.Flags().Changed("baseline") {
		return usagef("--split-by and --baseline cannot be used together: give the reports of a team to '%s diff'", cmd.Root().CommandPath())
	}
	return nil
}

// team reports whether the run has to know teams.
func (p *partFlags) team() bool { return p.by == "team" || p.splitBy == "team" }

// noteUnowned says how to name teams, where nobody did.
func (o *checkOptions) noteUnowned(r *posture.Report, by posture.Grouping) {
	groups := r.Groups(by)
	if by.By == "team" && len(groups) == 1 && groups[0].Name == posture.Unowned {
		o.note("no asset has a team: name it in the annotation %s of a namespace or an object, or in a file (--owners)\n", owner.Key)
	}
}

// writeParts writes a report for each part into a folder, which it makes.
func (o *checkOptions) writeParts(r *posture.Report, out output, write func(output, *posture.Report) error) error {
	by, err := posture.GroupBy(o.parts.splitBy, o.team)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out.file, 0o755); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, part := range r.Split(by) {
		name := partName(part.Part.Name, taken)
		taken[strings.ToLower(name)] = true
		if err := write(output{out.format, filepath.Join(out.file, name+report.Extension(out.format))}, part); err != nil {
			return err
		}
	}
	o.note("%s: reports by %s: %d", out.file, o.parts.splitBy, len(taken))
	return nil
}

// partName is the name as a file's. What is no plain name, or one that a file
// system takes for another's, has a sum of it appended.
func partName(name string, taken map[string]bool) string {
	plain := strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
			return r
		}
		return '_'
	}, name), "._")
	if plain == name && name != "" && len(name) <= 100 && !taken[strings.ToLower(name)] {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%s-%x", cmp.Or(plain[:min(len(plain), 80)], "_"), sum[:4])
}
