package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// clustersAtOnce bounds the clusters that are judged at a time: each holds its
// rows as long.
const clustersAtOnce = 3

// checkFleet refuses what is about one cluster.
func (o *checkOptions) checkFleet(cmd *cobra.Command) error {
	if !o.fleet.asked() || o.hub.asked() {
		return nil
	}
	if err := o.fleet.check(cmd); err != nil {
		return err
	}
	for _, other := range []string{"nodes", "node-facts", "baseline", "against-cluster", "import-kube-bench", "timings", "evidence"} {
		if cmd.Flags().Changed(other) {
			return usagef("--%s is about one cluster: leave out --contexts and --all-contexts", other)
		}
	}
	for _, out := range parseOutputs(o.outputs) {
		if !slices.Contains(report.FleetFormats(), out.format) {
			return usagef("-o %s is about one cluster: of many there are %s", out.format, strings.Join(report.FleetFormats(), ", "))
		}
	}
	return nil
}

// runFleet judges many clusters and writes one list of them.
func (o *checkOptions) runFleet(ctx context.Context, selected []*rule.Rule) error {
	if err := o.waive(); err != nil { // and say what has expired, once
		return err
	}
	sources, down, err := o.fleet.open(ctx, o.app, o.source.kube)
	if err != nil {
		return err
	}
	reports, err := o.assessAll(ctx, sources, selected)
	if err != nil {
		return err
	}
	list := report.NewList(reports, down)
	for _, out := range parseOutputs(o.outputs) {
		if err := o.write(out, func(w io.Writer) error { return report.Fleet(w, out.format, list, o.style(w)) }); err != nil {
			return err
		}
	}
	if err := o.record.recordFleet(ctx, o.app, &o.source, list); err != nil {
		return err
	}
	return o.fleetVerdict(list)
}

// assessAll judges the clusters, some at once. What a run says to people is left
// to the table.
func (o *checkOptions) assessAll(ctx context.Context, sources []assess.Source, selected []*rule.Rule) ([]*posture.Report, error) {
	reports, errs := make([]*posture.Report, len(sources)), make([]error, len(sources))
	quiet := *o.app
	quiet.Err = io.Discard
	sem := make(chan struct{}, clustersAtOnce)
	var wg sync.WaitGroup
	for i, src := range sources {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			one := *o // a run counts the waivers that it grants
			one.app = &quiet
			if reports[i], errs[i] = one.assess(ctx, src, selected); errs[i] != nil {
				errs[i] = fmt.Errorf("%s: %w", src.Info.Name, errs[i])
			}
		})
	}
	wg.Wait()
	return reports, errors.Join(errs...)
}

func (o *checkOptions) fleetVerdict(l *report.List) error {
	incomplete, failed := len(l.Unreached) > 0, false
	for _, r := range l.Items {
		why := o.gate.Check(r, nil)
		failed = failed || len(why) > 0
		incomplete = incomplete || r.Incomplete()
		for _, line := range why {
			o.note("%s fails: %s", r.Source.Name, line)
		}
		if n := len(r.NotAssessed); n > 0 {
			o.note("%s: could not read %d kinds: '%s check --context %s' says which, and why", r.Source.Name, n, o.name, r.Source.Name)
		}
	}
	switch {
	case incomplete:
		return &codeError{code: exitIncomplete}
	case failed:
		return &codeError{code: exitFindings}
	}
	return nil
}
