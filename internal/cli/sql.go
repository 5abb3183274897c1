package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type sqlOptions struct {
	*app
	source  sourceFlags
	output  string
	timeout time.Duration
}

func (a *app) sqlCommand() *cobra.Command {
	o := &sqlOptions{app: a}
	cmd := &cobra.Command{
		Use:   "sql QUERY",
		Short: "Ask a cluster or manifests anything, in SQL",
		Long: `Runs one SELECT (SQLite's dialect) over the objects of a cluster, or of manifests
with -f. Only what the query touches is read. 'tables' lists the tables.`,
		Example: `  kubectl kspm sql "SELECT namespace, name FROM k8s_pods WHERE host_network = 1"
  kubectl kspm sql "SELECT image, count(*) AS n FROM k8s_containers WHERE judged GROUP BY image ORDER BY n DESC" -o csv
  kubectl kspm sql -f deploy/ "SELECT kind, name, file, line FROM k8s_workloads"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("want one query, in quotes: %s sql \"SELECT name FROM k8s_pods\"", a.name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	o.source.add(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "table", strings.Join(report.RowFormats(), ", "))
	cmd.Flags().DurationVar(&o.timeout, "timeout", 30*time.Second, "stop a query that runs longer; reading the cluster is not counted")
	return cmd
}

func (o *sqlOptions) run(ctx context.Context, query string) error {
	format, err := report.RowsNamed(o.output)
	if err != nil {
		return usagef("-o: %v", err)
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		return err
	}
	defer db.Close()
	stmt, err := db.Prepare(ctx, query)
	if err != nil {
		return err
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	stop := o.progress(&src)
	set, err := rows.Load(ctx, src, stmt.Reads, rows.Scope{Namespace: o.source.kube.Namespace()}, rows.Scope{})
	stop()
	if err != nil {
		return err
	}
	columns, result, err := o.query(ctx, db, set, query)
	if err != nil {
		return err
	}
	if err := o.write(output{}, func(w io.Writer) error { return format(w, columns, result) }); err != nil {
		return err
	}
	if len(src.Problems) > 0 {
		return &codeError{exitIncomplete, "some manifests could not be read: the result is incomplete"}
	}
	return nil
}

func (o *sqlOptions) query(ctx context.Context, db *engine.DB, set *rows.Set, query string) ([]string, [][]any, error) {
	timedOut := &codeError{exitError, "stopped after " + o.timeout.String() + ": --timeout allows more"}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, timedOut)
	defer cancel()
	var result [][]any
	columns, err := db.Query(ctx, engine.Snapshot(set), query, nil, func(values []any) error {
		row := slices.Clone(values)
		for i, v := range row {
			row[i] = tables.CleanAny(v)
		}
		result = append(result, row)
		return nil
	})
	return columns, result, err
}
