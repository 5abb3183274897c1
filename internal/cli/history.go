package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/history"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// defaultStore is where serve keeps its history.
const defaultStore = "kspm.db"

// pastFlags say of what history is asked, and for which part of it.
type pastFlags struct {
	dsn                                          string
	hub                                          hubReader
	clusters, benchmarks, teams, namespaces, ids []string
	severity                                     string
	since                                        string
	query                                        history.Query
}

func (f *pastFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.dsn, "store", defaultStore, "the history: the file (SQLite), or postgres://…, that 'check --store' or 'serve' writes")
	f.hub.add(cmd)
	flags.StringSliceVar(&f.clusters, "cluster", nil, "only these clusters, by name or uid; may be repeated or separated by commas, as may those below")
	flags.StringSliceVar(&f.benchmarks, "benchmark", nil, "only rules of these benchmarks")
}

// addParts are for what is known of parts of clusters.
func (f *pastFlags) addParts(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.teams, "team", nil, "only what these teams own; unowned is what nobody does")
	flags.StringSliceVarP(&f.namespaces, "namespace", "n", nil, "only what is in these namespaces")
	flags.StringVar(&f.severity, "severity", "info", "only findings of at least this severity: critical, high, medium, low or info")
	flags.StringSliceVar(&f.ids, "rule", nil, "only these rules, by id")
}

func (f *pastFlags) addSince(cmd *cobra.Command, value, usage string) {
	cmd.Flags().StringVar(&f.since, "since", value, usage+": how long ago, such as 12h, 7d or 4w, or a day, such as 2006-01-02")
}

func (f *pastFlags) complete(cmd *cobra.Command, now time.Time) error {
	if f.hub.asked() && cmd.Flags().Changed("store") {
		return usagef("--hub and --store cannot be used together")
	}
	f.query = history.Query{Filter: store.Filter{Clusters: f.clusters, Benchmarks: lower(f.benchmarks), Namespaces: f.namespaces}, Now: now}
	for _, team := range f.teams {
		if team == posture.Unowned {
			team = ""
		}
		f.query.Teams = append(f.query.Teams, team)
	}
	for _, id := range f.ids {
		f.query.Rules = append(f.query.Rules, strings.ToUpper(id))
	}
	if f.severity != "" && f.severity != "info" {
		least, err := posture.ParseSeverity(f.severity)
		if err != nil {
			return usagef("--severity: %v", err)
		}
		for s := least; s <= posture.Critical; s++ {
			f.query.Severities = append(f.query.Severities, s)
		}
	}
	var err error
	f.query.Since, err = parseSince(f.since, now)
	return err
}

func lower(values []string) (out []string) {
	for _, v := range values {
		out = append(out, strings.ToLower(v))
	}
	return out
}

// parseSince reads how long ago, or when.
func parseSince(text string, now time.Time) (time.Time, error) {
	if ago, err := model.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-time.Duration(ago)), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil && at.Before(now) {
			return at, nil
		}
	}
	return time.Time{}, usagef("--since %q: want how long ago, such as 12h, 7d or 4w, or a day that was, such as 2006-01-02", text)
}

// open opens the history, which must be there, and checks that it knows what is
// asked for. What it returns last ends it.
func (f *pastFlags) open(ctx context.Context, a *app) (history.Reader, func(), error) {
	if f.hub.asked() {
		c, err := f.hub.open()
		if err != nil {
			return nil, nil, err
		}
		return c, func() {}, f.known(ctx, a, c)
	}
	s, err := openHistory(ctx, a, f.dsn)
	if err != nil {
		return nil, nil, err
	}
	end := func() { s.Close() }
	if err := f.known(ctx, a, s); err != nil {
		end()
		return nil, nil, err
	}
	return s, end, nil
}

// called is the history's name in messages.
func (f *pastFlags) called() string {
	if f.hub.asked() {
		return f.hub.url
	}
	return store.Redact(f.dsn)
}

func openHistory(ctx context.Context, a *app, dsn string) (store.Store, error) {
	s, err := store.OpenExisting(ctx, dsn)
	if errors.Is(err, store.ErrNoHistory) {
		return nil, usagef("%v: '%s check --store %s' begins one, and --store names another", err, a.name, store.Redact(dsn))
	}
	return s, err
}

func (f *pastFlags) known(ctx context.Context, a *app, r history.Reader) error {
	all, err := r.Clusters(ctx, store.Filter{})
	if err != nil {
		return err
	}
	if len(all) == 0 && f.hub.asked() {
		return usagef("%s knows no cluster, or you may see none", f.hub.url)
	}
	if len(all) == 0 {
		return usagef("nothing has been kept in %s: '%s check --store %s' begins with it", store.Redact(f.dsn), a.name, store.Redact(f.dsn))
	}
	var names []string
	for _, c := range all {
		names = append(names, c.Name)
	}
	for _, name := range f.clusters {
		if !slices.ContainsFunc(all, func(c store.Cluster) bool { return c.Name == name || c.UID == name }) {
			slices.Sort(names)
			return usagef("no cluster %q in the history: there are %s", name, strings.Join(slices.Compact(names), ", "))
		}
	}
	return nil
}

type historyOptions struct {
	*app
	pastFlags
	output string
}

func (a *app) historyCommand() *cobra.Command {
	o := &historyOptions{app: a}
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Tell what is new, what was resolved, and how compliance went",
		Long: `Asks the history that 'check --store' or 'serve' keeps: which findings are new since
yesterday, or since --since, which were resolved and why, who owns them, and how
the share of compliant assets went. A finding counts as resolved only by a run that
could see it.`,
		Example: `  kubectl kspm history
  kubectl kspm history --since 7d --cluster prod-eu
  kubectl kspm history --team payments --severity high -o wide
  kubectl kspm history --store postgres://kspm@db.example.com/kspm --since 30d -o csv
  kubectl kspm history compliance --since 90d -o csv
  kubectl kspm history --hub https://kspm.example.com --hub-token-file token`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	o.add(cmd)
	o.addSince(cmd, "24h", "since when")
	o.addParts(cmd)
	cmd.Flags().StringVarP(&o.output, "output", "o", "table", strings.Join(report.PastFormats(), ", "))
	cmd.AddCommand(a.historyComplianceCommand(), a.historyRunsCommand(), a.historyForgetCommand())
	return cmd
}

func (o *historyOptions) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	format, err := report.PastNamed(o.output)
	if err != nil {
		return usagef("-o: %v", err)
	}
	if err := o.complete(cmd, time.Now()); err != nil {
		return err
	}
	from, end, err := o.open(ctx, o.app)
	if err != nil {
		return err
	}
	defer end()
	past, err := history.Read(ctx, from, o.query)
	if err != nil {
		return err
	}
	o.note("history of %s since %s\n", o.called(), moment(o.query.Since))
	return o.write(output{}, func(w io.Writer) error { return format(w, past, o.style(w)) })
}
