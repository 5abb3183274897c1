package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/overlay"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/snapshot"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// checkAgainst refuses what cannot go with --against-cluster.
func (o *checkOptions) checkAgainst() error {
	switch {
	case !o.against:
		return nil
	case o.source.render.asked():
		return usagef("--against-cluster goes with -f alone: pipe what is rendered into it, as -f -")
	case len(o.source.files) == 0:
		return usagef("--against-cluster wants the manifests of the change: -f FILE")
	case o.gate.baseline != "":
		return usagef("--against-cluster and --baseline cannot be used together: the cluster is the baseline")
	case o.gate.minCompliance > 0:
		return usagef("--against-cluster and --min-compliance cannot be used together: only what changes is judged")
	}
	return nil
}

// runAgainst lays the manifests over the cluster, and reports the findings
// that they add and remove.
func (o *checkOptions) runAgainst(ctx context.Context, selected []*rule.Rule) error {
	db, err := engine.Open(tables.All())
	if err != nil {
		return err
	}
	defer db.Close()
	rules, err := assess.Compile(ctx, db, selected)
	if err != nil {
		return err
	}
	base, done, err := o.openBase(ctx, rules)
	if err != nil {
		return err
	}
	defer done()
	change := o.source
	change.snapshot = ""
	files, err := change.readFiles(ctx, o.app, manifest.Named(base.Info.Name))
	if err != nil {
		return err
	}
	over, err := overlay.New(ctx, base, files, rules.Plan().Reads())
	if err != nil {
		return err
	}
	o.note("%d objects replaced, %d added\n", over.Replaced, over.Added)
	if err := o.waive(); err != nil {
		return err
	}
	opts := assess.Options{
		Rules: rules, Benchmark: o.benchmark(), BenchmarkVersion: o.edition(base.Info.Version), Namespace: o.source.kube.Namespace(),
		Exclude: o.config.exclude(), Settings: o.config.settings(),
	}
	opts = o.withWaivers(opts, base.Info.Name)
	now, then := base, base
	now.Source, then.Source = over.Before(), over.After()
	then.Locate, then.Problems = files.LineOf, assess.Manifests(files).Problems
	before, err := assess.Run(ctx, now, o.withOwners(opts))
	if err != nil {
		return err
	}
	opts.Fixes = true
	after, err := assess.Run(ctx, then, o.withOwners(opts)) // the teams that the change names, too
	if err != nil {
		return err
	}
	c := posture.Compare(before, after)
	if err := o.writeChange(c, after, then); err != nil {
		return err
	}
	return o.verdictOfChange(c, after, rules, over)
}

// openBase opens the cluster, or a snapshot in its place. The cluster is read
// once, into a file, so that before and after are of one moment.
func (o *checkOptions) openBase(ctx context.Context, rules *assess.Rules) (src assess.Source, done func(), err error) {
	flags := o.source
	flags.files = nil
	src, err = flags.open(ctx, o.app)
	if err != nil || src.Info.Type != "cluster" {
		return src, func() {}, err
	}
	tmp, err := os.CreateTemp("", "kspm-*.kspm")
	if err != nil {
		return src, nil, err
	}
	remove := func() { _ = os.Remove(tmp.Name()) }
	info := snapshot.Info{Name: src.Info.Name, UID: src.Info.ClusterUID, Version: src.Info.Version, Provider: src.Info.Provider, Namespace: o.source.kube.Namespace()}
	stop := o.progress(&src)
	_, err = snapshot.Write(ctx, tmp, src, snapshot.Options{Info: info, Tool: clientVersion(), Resources: rules.Plan().Reads(), Reason: src.Reason})
	stop()
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	var file *snapshot.File
	if err == nil {
		file, err = snapshot.Open(tmp.Name())
	}
	if err != nil {
		remove()
		return src, nil, err
	}
	where := src.Info
	src = assess.Snapshot(file)
	src.Info, src.Where = where, "in this cluster"
	return src, func() { _ = file.Close(); remove() }, nil
}

// writeChange writes the comparison; formats that know of reports alone get
// one of what the change adds.
func (o *checkOptions) writeChange(c *posture.Comparison, after *posture.Report, src assess.Source) error {
	for _, out := range parseOutputs(o.outputs) {
		err := o.write(out, func(w io.Writer) error {
			style := o.style(w)
			style.Evidence, style.Locate = o.evidence, src.Locate
			if format, err := report.DiffNamed(out.format); err == nil {
				return format(w, c, style)
			}
			format, err := report.Named(out.format)
			if err != nil {
				return err
			}
			return format(w, added(after, c), style)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// added is a report with the findings that a change adds and no others.
func added(after *posture.Report, c *posture.Comparison) *posture.Report {
	out := *after
	out.Rules = slices.Clone(after.Rules)
	for i := range out.Rules {
		r := &out.Rules[i]
		r.Findings = nil
		for _, change := range c.New {
			if change.Rule == r.ID {
				r.Findings = append(r.Findings, change.Finding)
			}
		}
		if len(r.Findings) == 0 && (r.Status == posture.Fail || r.Status == posture.Review) {
			r.Status, r.Reason = posture.Pass, "the change adds no finding"
		}
	}
	out.Finish()
	return &out
}

// verdictOfChange is incomplete only where something that the manifests hold
// could not be judged: what else cannot be read, they cannot change.
func (o *checkOptions) verdictOfChange(c *posture.Comparison, after *posture.Report, rules *assess.Rules, over *overlay.Overlay) error {
	var unknown []string
	for _, r := range after.Rules {
		if r.Status.Incomplete() && slices.ContainsFunc(rules.Reads(r.ID), over.Holds) {
			unknown = append(unknown, fmt.Sprintf("%s (%s)", r.ID, r.Reason))
		}
	}
	switch {
	case len(unknown) > 0 || len(after.Problems) > 0:
		for _, line := range unknown {
			o.note("not assessed: %s", line)
		}
		return &codeError{code: exitIncomplete}
	case o.gate.FailsComparison(c):
		return &codeError{code: exitFindings}
	}
	return nil
}
