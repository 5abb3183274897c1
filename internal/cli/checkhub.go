package cli

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// withHub are the flags of check that go with --hub: the rest is about looking.
var withHub = []string{"hub", "hub-token-file", "hub-ca", "contexts", "benchmark", "output", "fail-on", "min-compliance", "baseline", "evidence", "color"}

// checkHub refuses what is about looking at a cluster.
func (o *checkOptions) checkHub(cmd *cobra.Command) (err error) {
	if !o.hub.asked() {
		for _, flag := range []string{"hub-token-file", "hub-ca"} {
			if cmd.Flags().Changed(flag) {
				return usagef("--%s goes with --hub", flag)
			}
		}
		return nil
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains(withHub, f.Name) && err == nil {
			err = usagef("--hub shows what a server last found, and --%s is about looking: leave it out", f.Name)
		}
	})
	return err
}

// runHub shows the last reports of a hub: of one cluster as a whole, of many in
// one list. --contexts chooses among them by name.
func (o *checkOptions) runHub(ctx context.Context) error {
	c, err := o.hub.open()
	if err != nil {
		return err
	}
	clusters, err := c.Clusters(ctx, store.Filter{Benchmarks: o.hubBenchmarks()})
	if err != nil {
		return err
	}
	clusters, err = o.named(clusters)
	if err != nil {
		return err
	}
	var reports []*posture.Report
	var unknown []report.Unreached
	for _, one := range clusters {
		if one.Evaluated.IsZero() {
			unknown = append(unknown, report.Unreached{Name: one.Name, Reason: "nothing is known of it yet"})
			continue
		}
		if one.Problem != "" {
			o.note("%s has not been heard of since %s: %s", one.Name, moment(one.Seen), one.Problem)
		}
		r, err := c.Report(ctx, one, o.hubBenchmarks())
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	if len(reports) != 1 || len(unknown) > 0 {
		return o.showFleet(reports, unknown)
	}
	o.note("cluster %s, as %s found it, last heard of %s", reports[0].Source.Name, o.hub.url, moment(reports[0].FinishedAt))
	o.gate.compare(reports[0])
	if err := o.writeReport(reports[0], assess.Source{}, nil); err != nil {
		return err
	}
	return o.verdict(reports[0])
}

// hubBenchmarks are those that were asked for; without a word, all that the hub
// judges by.
func (o *checkOptions) hubBenchmarks() []string {
	if !o.given() || slices.Contains(o.names, "all") {
		return nil
	}
	return lower(o.names)
}

// named are the clusters whose names match --contexts.
func (o *checkOptions) named(all []store.Cluster) (out []store.Cluster, err error) {
	var names []string
	for _, c := range all {
		names = append(names, c.Name)
		if len(o.fleet.contexts) == 0 || slices.ContainsFunc(o.fleet.contexts, func(p string) bool { ok, _ := path.Match(p, c.Name); return ok }) {
			out = append(out, c)
		}
	}
	if len(all) == 0 {
		return nil, usagef("%s knows no cluster, or you may see none", o.hub.url)
	}
	if len(out) == 0 {
		return nil, usagef("%s knows no cluster %s: it knows %s", o.hub.url, strings.Join(o.fleet.contexts, ", "), strings.Join(names, ", "))
	}
	return out, nil
}

// showFleet writes many reports as one list.
func (o *checkOptions) showFleet(reports []*posture.Report, unknown []report.Unreached) error {
	list := report.NewList(reports, unknown)
	for _, out := range parseOutputs(o.outputs) {
		if !slices.Contains(report.FleetFormats(), out.format) {
			return usagef("-o %s is about one cluster: choose one of %d with --contexts NAME", out.format, len(reports)+len(unknown))
		}
		if err := o.write(out, func(w io.Writer) error { return report.Fleet(w, out.format, list, o.style(w)) }); err != nil {
			return fmt.Errorf("-o %s: %w", out.format, err)
		}
	}
	return o.fleetVerdict(list)
}
