package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/history"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// listOptions are those of a list out of the history.
type listOptions struct {
	historyOptions
	columns []string
	rows    func(ctx context.Context, s history.Reader) ([][]any, error)
}

func (o *listOptions) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	format, err := report.RowsNamed(o.output)
	if err != nil {
		return usagef("-o: %v", err)
	}
	if err := o.complete(cmd, time.Now()); err != nil {
		return err
	}
	s, end, err := o.open(ctx, o.app)
	if err != nil {
		return err
	}
	defer end()
	rows, err := o.rows(ctx, s)
	if err != nil {
		return err
	}
	if len(rows) == 0 && o.output == "table" {
		o.note("nothing since %s", moment(o.query.Since))
		return nil
	}
	return o.write(output{}, func(w io.Writer) error { return format(w, o.columns, rows) })
}

func (o *listOptions) command(use, short, since string) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	o.add(cmd)
	o.addSince(cmd, since, "since when")
	cmd.Flags().StringVarP(&o.output, "output", "o", "table", strings.Join(report.RowFormats(), ", "))
	return cmd
}

func (a *app) historyComplianceCommand() *cobra.Command {
	o := &listOptions{historyOptions: historyOptions{app: a}, columns: []string{"at", "cluster", "compliant", "assets", "compliant_assets", "coverage", "open"}}
	o.rows = o.compliance
	return o.command("compliance", "List how compliance went, whenever it changed", "30d")
}

// compliance has each cluster's samples, the oldest first: that of the beginning
// is how it stood then.
func (o *listOptions) compliance(ctx context.Context, s history.Reader) (out [][]any, err error) {
	clusters, err := s.Clusters(ctx, o.query.Filter)
	if err != nil {
		return nil, err
	}
	for _, c := range clusters {
		f := o.query.Filter
		f.Clusters = []string{c.UID}
		samples, err := s.Trend(ctx, f, o.query.Since, time.Millisecond)
		if err != nil {
			return nil, err
		}
		for _, sample := range samples {
			percent := any(nil)
			if p, ok := sample.Assets.Percent(); ok {
				percent = float64(int(p*100)) / 100
			}
			out = append(out, []any{sample.At.UTC().Format(time.RFC3339), c.Name, percent, int64(sample.Assets.Total), int64(sample.Assets.Compliant), sample.Coverage, int64(sample.Open)})
		}
	}
	return out, nil
}

func (a *app) historyRunsCommand() *cobra.Command {
	o := &listOptions{historyOptions: historyOptions{app: a}, columns: []string{"at", "cluster", "coverage", "passed", "failed", "not_assessed", "opened", "resolved", "rule_digest"}}
	o.rows = o.runs
	return o.command("runs", "List the runs that were kept, the newest first", "30d")
}

func (o *listOptions) runs(ctx context.Context, s history.Reader) (out [][]any, err error) {
	clusters, err := s.Clusters(ctx, o.query.Filter)
	if err != nil {
		return nil, err
	}
	for _, c := range clusters {
		err := history.EachRun(ctx, s, c.UID, o.query.Since, func(r store.Run) {
			out = append(out, []any{
				r.At.UTC().Format(time.RFC3339), c.Name, r.Coverage, int64(r.Rules[posture.Pass]), int64(r.Rules[posture.Fail]),
				int64(r.Rules[posture.NotAssessed] + r.Rules[posture.Error]), int64(r.Opened), int64(r.Resolved), r.RuleDigest,
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *app) historyForgetCommand() *cobra.Command {
	dsn := ""
	cmd := &cobra.Command{
		Use:   "forget CLUSTER",
		Short: "Drop all that is known of a cluster that is no more",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f := pastFlags{dsn: dsn, clusters: args}
			s, err := openHistory(cmd.Context(), a, dsn)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := f.known(cmd.Context(), a, s); err != nil {
				return err
			}
			clusters, err := s.Clusters(cmd.Context(), store.Filter{Clusters: args})
			if err != nil {
				return err
			}
			if len(clusters) > 1 {
				return usagef("%d clusters are called %s: say which by its uid, which '%s history -o json' shows", len(clusters), args[0], a.name)
			}
			if err := s.Forget(cmd.Context(), clusters[0].UID); err != nil {
				return err
			}
			fmt.Fprintf(a.Out, "%s is forgotten\n", clusters[0].Name)
			return nil
		},
	}
	cmd.Flags().StringVar(&dsn, "store", defaultStore, "the history: a file (SQLite), or postgres://…")
	return cmd
}
