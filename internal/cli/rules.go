package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/benchmark"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// loadRules reads our rules and those in folders of the user's own, which it
// returns alone as well.
func loadRules(dirs []string) (rules, own []*rule.Rule, err error) {
	if rules, err = rule.Load(queries.Files); err != nil {
		return nil, nil, err
	}
	for _, dir := range dirs {
		more, err := rule.Load(os.DirFS(dir))
		if err != nil {
			return nil, nil, fmt.Errorf("--rules %s: %w", dir, err)
		}
		if len(more) == 0 {
			return nil, nil, usagef("--rules %s: no .sql file there", dir)
		}
		own = append(own, more...)
	}
	rules = append(rules, own...)
	return rules, own, rule.Resolve(rules)
}

// ruleInfo is a rule as 'rules -o json' prints it.
type ruleInfo struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Section   string   `json:"section"`
	Severity  string   `json:"severity"`
	Verdict   string   `json:"verdict"`
	Benchmark string   `json:"benchmark"`
	Level     int      `json:"level,omitempty"`
	Type      string   `json:"type,omitempty"`
	Profile   string   `json:"profile,omitempty"`
	Aliases   []string `json:"aliases"`

	Parameters []posture.Parameter `json:"parameters,omitempty"`
}

func (a *app) rulesCommand() *cobra.Command {
	var flags benchmarkFlags
	var conf configFlags
	var format string
	var dirs []string
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules, test your own, start a new one",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rules, _, err := loadRules(dirs)
			if err != nil {
				return err
			}
			if err := conf.load(a, nil); err != nil {
				return err
			}
			if err := conf.apply(rules); err != nil {
				return err
			}
			if err := flags.complete(); err != nil {
				return err
			}
			if rules, err = flags.pick(rules); err != nil {
				return err
			}
			return a.printRules(rules, format)
		},
	}
	flags.add(cmd)
	conf.add(cmd)
	flags.names = []string{benchmark.All}
	cmd.Flags().StringSliceVar(&dirs, "rules", nil, "folders with rules of your own")
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table, json or name")
	cmd.AddCommand(a.rulesTestCommand(), a.rulesNewCommand())
	return cmd
}

func (a *app) printRules(rules []*rule.Rule, format string) error {
	infos := []ruleInfo{}
	var lines [][]any
	var names []string
	for _, r := range rules {
		infos = append(infos, ruleInfo{r.ID, r.Title, r.Section, r.Severity, r.Verdict, r.Benchmark(), r.Level, r.Type, r.Profile, append([]string{}, r.Aliases...), r.Describe().Parameters})
		lines = append(lines, []any{r.ID, r.Severity, r.Section, r.Title})
		names = append(names, r.ID)
	}
	switch format {
	case "json":
		return a.json(infos)
	case "name":
		_, err := fmt.Fprintln(a.Out, strings.Join(names, "\n"))
		return err
	case "table":
		return report.Rows(a.Out, []string{"id", "severity", "section", "title"}, lines)
	}
	return usagef("-o %q: want table, json or name", format)
}

func (a *app) rulesTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "test DIR…",
		Short:   "Run the pass and fail cases that rules of your own carry",
		Example: "  kubectl kspm rules test ./rules",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, dirs []string) error { return a.testRules(cmd.Context(), dirs) },
	}
}

func (a *app) testRules(ctx context.Context, dirs []string) error {
	db, err := engine.Open(tables.All())
	if err != nil {
		return err
	}
	defer db.Close()
	passed, failed := 0, 0
	for _, dir := range dirs {
		rules, err := rule.Load(os.DirFS(dir))
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		if len(rules) == 0 {
			return usagef("%s: no .sql file there", dir)
		}
		for _, r := range rules {
			results, err := assess.RunCases(ctx, db, r)
			if err != nil {
				return err
			}
			for _, c := range results {
				if c.Err == nil {
					passed++
					continue
				}
				failed++
				fmt.Fprintf(a.Out, "FAIL  %s  %s\n      %s\n", r.ID, c.Name, strings.ReplaceAll(c.Err.Error(), "\n", "\n      "))
			}
		}
	}
	fmt.Fprintf(a.Out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return &codeError{code: exitFindings}
	}
	return nil
}
