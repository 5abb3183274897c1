package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/pack"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type packOptions struct {
	checkOptions
	interval time.Duration
	platform string
	format   string
}

func (a *app) packCommand() *cobra.Command {
	o := &packOptions{checkOptions: checkOptions{app: a, severity: "info"}}
	cmd := &cobra.Command{
		Use:   "pack",
		Short: "Write rules as an osquery pack, or for Fleet",
		Long: `Writes the rules of a benchmark as queries for osquery, with the very SQL of the
rules. Each row is evidence, with rule_id and a status: fail, review or
info, and not_assessed for a rule whose data could not be read. Rules that no
query can decide are left out. 'osquery' serves the tables that the queries read.`,
		Example: `  kubectl kspm pack --benchmark nsa > /etc/osquery/packs/kspm-nsa.conf
  kubectl kspm pack --benchmark nsa -o fleet | fleetctl apply -f -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	o.benchmarkFlags.add(cmd)
	f.StringSliceVar(&o.rules, "rule", nil, "only these rules, by id or alias")
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	f.DurationVar(&o.interval, "interval", 6*time.Hour, "how often osquery runs each rule")
	f.StringVar(&o.platform, "platform", "", "only hosts of this platform: linux, darwin or windows")
	f.StringVarP(&o.format, "output", "o", "osquery", "osquery, or fleet for policies, queries and a label")
	return cmd
}

func (o *packOptions) run(ctx context.Context) error {
	write := pack.Write
	switch {
	case o.format == "fleet":
		write = pack.WriteFleet
	case o.format != "osquery":
		return usagef("-o %q: want osquery or fleet", o.format)
	case o.platform != "" && o.platform != "linux" && o.platform != "darwin" && o.platform != "windows":
		return usagef("--platform %q: want linux, darwin or windows", o.platform)
	}
	if o.interval < time.Minute {
		return usagef("--interval %s: want a minute or more", o.interval)
	}
	if err := o.complete(); err != nil {
		return err
	}
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	rules, err := packed(ctx, selected)
	if err != nil {
		return err
	}
	if left := len(selected) - len(rules); left > 0 {
		o.note("%d rules; %d manual ones are left out", len(rules), left)
	}
	return write(o.Out, rules, o.interval, o.platform)
}

// packed are the rules that have a query.
func packed(ctx context.Context, selected []*rule.Rule) (rules []pack.Rule, err error) {
	db, err := engine.Open(tables.All())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	compiled, err := assess.Compile(ctx, db, selected)
	if err != nil {
		return nil, err
	}
	for c := range compiled.Queries() {
		rules = append(rules, pack.New(c.Rule, c.Query.Columns, c.Assets.Columns, c.Query.Reads, c.Assets.Reads))
	}
	return rules, nil
}
