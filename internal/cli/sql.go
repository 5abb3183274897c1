package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type sqlOptions struct {
	*app
	config  configFlags
	source  sourceFlags
	fleet   fleetFlags
	output  string
	timeout time.Duration
	explain bool
	// findings say what is accepted and whose it is; nil is what the
	// configuration says.
	findings *checkOptions

	names      *resolver
	sources    []assess.Source
	over       []session.Member
	past       pastSource
	incomplete bool
}

func (a *app) sqlCommand() *cobra.Command {
	o := &sqlOptions{app: a}
	cmd := &cobra.Command{
		Use:   "sql [QUERY]",
		Short: "Ask clusters or manifests anything, in SQL",
		Long: `Runs one SELECT (SQLite's dialect) over the objects of a cluster, of many clusters,
or of manifests with -f; without a query it opens a shell, or runs the statements
that come on stdin. Only what the query touches is read: a condition on
namespace or name becomes a request for just that. 'tables' lists the tables.`,
		Example: `  kubectl kspm sql "SELECT namespace, name FROM k8s_pods WHERE host_network = 1"
  kubectl kspm sql "SELECT image, count(*) AS n FROM k8s_containers WHERE judged GROUP BY image ORDER BY n DESC" -o csv
  kubectl kspm sql --contexts 'prod-*' "SELECT cluster, count(*) AS pods FROM k8s_pods GROUP BY cluster"
  kubectl kspm sql -f deploy/ "SELECT kind, name, file, line FROM k8s_workloads"
  kubectl kspm sql --store kspm.db "SELECT type, count(*) FROM kspm_events WHERE at > unixepoch() - 86400 GROUP BY type"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("want one query, in quotes: %s sql \"SELECT name FROM k8s_pods\"", a.name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.fleet.check(cmd); err != nil {
				return err
			}
			defer o.past.close()
			if len(args) == 0 || args[0] == "-" {
				return o.runShell(cmd.Context())
			}
			return o.run(cmd.Context(), args[0])
		},
	}
	o.source.add(cmd)
	o.source.render.add(cmd)
	o.config.add(cmd)
	o.fleet.add(cmd)
	cmd.Flags().StringVar(&o.past.dsn, "store", "", "the history that kspm_findings, kspm_events and kspm_runs are of: a file (SQLite), or postgres://…")
	cmd.Flags().StringVarP(&o.output, "output", "o", "table", strings.Join(report.RowFormats(), ", "))
	cmd.Flags().DurationVar(&o.timeout, "timeout", 30*time.Second, "stop a query that computes for longer than this; 0 is never")
	cmd.Flags().BoolVar(&o.explain, "explain", false, "say on stderr what was read for the query, and why")
	return cmd
}

func (o *sqlOptions) run(ctx context.Context, query string) error {
	rows.Roomy()
	format, err := report.RowsNamed(o.output)
	if err != nil {
		return usagef("-o: %v", err)
	}
	db, err := o.openDB()
	if err != nil {
		return err
	}
	defer db.Close()
	columns, result, data, err := o.ask(ctx, db, query)
	if o.explain && data != nil {
		for _, line := range o.describeReads(data.Reads()) {
			o.note("%s", line)
		}
	}
	if err != nil {
		return err
	}
	if err := o.write(output{}, func(w io.Writer) error { return format(w, columns, result) }); err != nil {
		return err
	}
	for _, f := range data.Failures() {
		o.note("error: %s: %v", f.Member, f.Err)
		o.incomplete = true
	}
	if o.incomplete {
		return o.partial()
	}
	return nil
}

// partial says that not everything could be read.
func (o *sqlOptions) partial() error {
	return &codeError{exitIncomplete, "not everything could be read: the result is incomplete"}
}

// openDB makes a database whose tables are the declared ones, and on demand
// any resource of the sources.
func (o *sqlOptions) openDB() (*engine.DB, error) {
	o.names = &resolver{sources: func(ctx context.Context) ([]rows.Source, error) {
		sources, err := o.open(ctx)
		var plain []rows.Source
		for _, src := range sources {
			plain = append(plain, src.Source)
		}
		return plain, err
	}}
	return engine.Open(tables.All(), engine.WithResolve(o.names.resolve), engine.WithNames(o.names.names))
}

// open opens what the query is about, once, and notes in incomplete when some
// of it could not be.
func (o *sqlOptions) open(ctx context.Context) ([]assess.Source, error) {
	if o.sources != nil {
		return o.sources, nil
	}
	var err error
	if o.fleet.asked() {
		var down []report.Unreached
		o.sources, down, err = o.fleet.open(ctx, o.app, o.source.kube)
		o.incomplete = len(down) > 0
	} else {
		var src assess.Source
		src, err = o.source.open(ctx, o.app)
		o.sources, o.incomplete = []assess.Source{src}, len(src.Problems) > 0
	}
	if err != nil {
		o.sources = nil
	}
	return o.sources, err
}

// members are the sources, which for a query hold posture as well. The rules are
// loaded once: reading them costs more than most queries do.
func (o *sqlOptions) members(ctx context.Context) ([]session.Member, error) {
	if o.over != nil {
		return o.over, nil
	}
	sources, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	rules, err := rule.Load(queries.Files)
	if err != nil {
		return nil, err
	}
	if err := o.config.load(o.app, o.source.besides()); err != nil {
		return nil, err
	}
	if err := o.config.apply(rules); err != nil {
		return nil, err
	}
	for _, src := range sources {
		o.over = append(o.over, session.Member{Name: src.Info.Name, Source: assess.WithPosture(src, rules, o.preparation(src.Info.Name)), AtHand: src.Info.Type != "cluster"})
	}
	return o.over, nil
}

// preparation has kspm_findings say of a source what check says: what is left
// out, what is accepted, and whose it is. The files are read when it is asked.
func (o *sqlOptions) preparation(source string) func(assess.Options) (assess.Options, error) {
	return func(opts assess.Options) (assess.Options, error) {
		as := checkOptions{app: o.app, config: o.config}
		if o.findings != nil {
			as = *o.findings
		}
		as.takeFiles()
		if err := as.own(); err != nil {
			return opts, err
		}
		var err error
		if as.granted, err = as.loadWaivers(); err != nil {
			return opts, err
		}
		opts.Exclude = as.config.exclude()
		return as.withOwners(as.withWaivers(opts, source)), nil
	}
}

// maxCells bounds the memory that a result takes, to about 1 GB.
const maxCells = 20_000_000

// ask runs one query. The session is returned with an error as well, once it
// is open.
func (o *sqlOptions) ask(ctx context.Context, db *engine.DB, query string) (columns []string, result [][]any, data *session.Session, err error) {
	stmt, err := db.Prepare(ctx, query)
	if err != nil {
		return nil, nil, nil, err
	}
	members, err := o.membersOf(ctx, stmt.Reads)
	if err != nil {
		return nil, nil, nil, err
	}
	data = session.New(members, stmt.Reads, rows.Scope{Namespace: o.source.kube.Namespace()}, stmt.Strings...)
	watch := newStopwatch(ctx, o.timeout, &codeError{exitError, "stopped after " + o.timeout.String() + ": --timeout allows more"})
	defer watch.end()
	cells := 0
	columns, err = db.Query(watch.ctx, watch.data(data), query, nil, func(values []any) error {
		if cells += len(values); cells > maxCells {
			return &codeError{exitError, fmt.Sprintf("the result has more than %d million values: aggregate, or add a LIMIT", maxCells/1_000_000)}
		}
		row := slices.Clone(values)
		for i, v := range row {
			row[i] = tables.CleanAny(v) // json_extract can bring an escape to light
		}
		result = append(result, row)
		return nil
	})
	return columns, result, data, err
}
