package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

// ruleInfo is a rule as 'rules -o json' prints it.
type ruleInfo struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Section   string   `json:"section"`
	Severity  string   `json:"severity"`
	Verdict   string   `json:"verdict"`
	Benchmark string   `json:"benchmark"`
	Aliases   []string `json:"aliases"`
}

func (a *app) rulesCommand() *cobra.Command {
	var benchmark, format string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := rule.Load(queries.Files)
			if err != nil {
				return err
			}
			if benchmark != "" && !slices.Contains(benchmarks(), benchmark) {
				return usagef("--benchmark %q: want one of %s", benchmark, strings.Join(benchmarks(), ", "))
			}
			infos := []ruleInfo{}
			for _, r := range all {
				if benchmark == "" || r.Benchmark() == benchmark {
					infos = append(infos, ruleInfo{r.ID, r.Title, r.Section, r.Severity, r.Verdict, r.Benchmark(), append([]string{}, r.Aliases...)})
				}
			}
			return a.printRules(infos, format)
		},
	}
	cmd.Flags().StringVar(&benchmark, "benchmark", "", "only the rules of this benchmark: "+strings.Join(benchmarks(), ", "))
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table, json or name")
	return cmd
}

func (a *app) printRules(infos []ruleInfo, format string) error {
	switch format {
	case "json":
		return a.json(infos)
	case "name":
		for _, r := range infos {
			fmt.Fprintln(a.Out, r.ID)
		}
		return nil
	case "table":
		var lines [][]any
		for _, r := range infos {
			lines = append(lines, []any{r.ID, r.Severity, r.Section, r.Title})
		}
		return report.Rows(a.Out, []string{"id", "severity", "section", "title"}, lines)
	}
	return usagef("-o %q: want table, json or name", format)
}
