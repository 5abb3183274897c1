package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// recordFlags say where a run is to be kept.
type recordFlags struct {
	dsn       string
	name      string
	retention string

	keep time.Duration
	to   store.Store
}

func (f *recordFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.dsn, "store", "", "keep what the run finds in a history: a file (SQLite), or postgres://…; 'history' shows it")
	flags.StringVar(&f.name, "store-as", "", "what the history calls what is judged, where that is not a cluster: stdin has no name of its own")
	flags.StringVar(&f.retention, "retention", "90d", "how long --store keeps resolved findings, events and samples, such as 26w or 1y")
}

// complete refuses what would look at a part: what a run did not look at, it
// cannot say is fixed.
func (f *recordFlags) complete(cmd *cobra.Command, o *sourceFlags) error {
	if f.dsn == "" {
		for _, flag := range []string{"store-as", "retention"} {
			if cmd.Flags().Changed(flag) {
				return usagef("--%s goes with --store", flag)
			}
		}
		return nil
	}
	for _, flag := range []string{"namespace", "rule", "severity", "level", "profile", "against-cluster"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--store keeps whole benchmarks of whole clusters: leave out --%s", flag)
		}
	}
	if len(o.files) > 0 && slices.Contains(o.files, "-") && f.name == "" {
		return usagef("--store: what is on stdin has no name to be known by: give it one with --store-as")
	}
	if f.name != "" && cmd.Flags().Changed("contexts") {
		return usagef("--store-as is about one source: leave out --contexts")
	}
	var err error
	f.keep, err = parseRetention(f.retention)
	return err
}

// parseRetention reads how long history is kept.
func parseRetention(text string) (time.Duration, error) {
	keep, err := model.ParseDuration(text)
	if err != nil || time.Duration(keep) < 24*time.Hour {
		return 0, usagef("--retention %q: want a day or longer, such as 90d, 26w or 1y", text)
	}
	return time.Duration(keep), nil
}

// open is before the run, which would be for nothing if it could not be kept.
func (f *recordFlags) open(ctx context.Context) (func(), error) {
	if f.dsn == "" {
		return func() {}, nil
	}
	var err error
	if f.to, err = store.Open(ctx, f.dsn); err != nil {
		return nil, err
	}
	return func() { f.to.Close() }, nil
}

// record keeps a report, and says what is new by it.
func (f *recordFlags) record(ctx context.Context, a *app, src *sourceFlags, r *posture.Report) error {
	if f.to == nil {
		return nil
	}
	d := r.Delta()
	d.Only = true
	if !src.taken.IsZero() {
		d.At = src.taken
	}
	if d.Source.ClusterUID == "" {
		d.Source.ClusterUID = f.identity(src, r.Source)
	}
	if f.name != "" {
		d.Source.Name = f.name
	}
	before, err := f.evaluated(ctx, d.Source.ClusterUID)
	if err != nil {
		return err
	}
	if before.After(d.At) {
		return fmt.Errorf("the history has a run of %s of %s, and this is of %s: snapshots are kept in the order they were taken", d.Source.Name, moment(before), moment(d.At))
	}
	applied, err := f.to.Apply(ctx, d, 0)
	if errors.Is(err, store.ErrFenced) {
		return fmt.Errorf("%s is kept in %s by 'serve', which several at once would confuse", d.Source.Name, store.Redact(f.dsn))
	}
	if err != nil {
		return err
	}
	since := "for the first time"
	if !before.IsZero() {
		since = "since " + moment(before)
	}
	a.note("%s: %s %s: %d new, %d changed, %d resolved", store.Redact(f.dsn), d.Source.Name, since, applied.Opened, applied.Changed, applied.Resolved)
	if n := len(r.Problems); n > 0 {
		a.note("nothing is taken for resolved: %s", plural(n, "part of the source could not be read", "parts of the source could not be read"))
	}
	_, err = f.to.Trim(ctx, time.Now().Add(-f.keep))
	return err
}

// identity is that of what has no uid: manifests, or a cluster that does not
// let its kube-system namespace be seen.
func (f *recordFlags) identity(src *sourceFlags, s posture.Source) string {
	name := s.Name
	switch {
	case f.name != "":
		name = f.name
	case len(src.files) > 0:
		var paths []string
		for _, p := range src.files {
			paths = append(paths, filepath.ToSlash(filepath.Clean(p)))
		}
		slices.Sort(paths)
		name = strings.Join(slices.Compact(paths), ",")
	}
	return s.Type + ":" + name
}

// evaluated is when the history last had a run of a cluster.
func (f *recordFlags) evaluated(ctx context.Context, uid string) (time.Time, error) {
	clusters, err := f.to.Clusters(ctx, store.Filter{Clusters: []string{uid}})
	for _, c := range clusters {
		if c.UID == uid {
			return c.Evaluated, nil
		}
	}
	return time.Time{}, err
}

// recordFleet keeps the reports of many clusters, and which of those that are
// known could not be reached.
func (f *recordFlags) recordFleet(ctx context.Context, a *app, src *sourceFlags, l *report.List) error {
	if f.to == nil {
		return nil
	}
	for _, r := range l.Items {
		if err := f.record(ctx, a, src, r); err != nil {
			return err
		}
	}
	clusters, err := f.to.Clusters(ctx, store.Filter{})
	if err != nil {
		return err
	}
	for _, c := range clusters {
		for _, down := range l.Unreached {
			if down.Name == c.Name {
				if err := f.to.Seen(ctx, c.UID, c.Name, time.Now(), down.Reason); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// moment is a time as people in the place of the machine read it.
func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
