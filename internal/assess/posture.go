package assess

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// ErrNoHistory is why tables of the history have no rows where there is none.
var ErrNoHistory = errors.New("there is no history here: sql --store names one")

// WithPosture is a source that holds posture as well: the rules, and what they
// find in the source's own objects when somebody asks for the findings. A run
// has the options that prepare makes of those that it needs; it may be nil.
func WithPosture(src Source, rules []*rule.Rule, prepare func(Options) (Options, error)) rows.Source {
	if prepare == nil {
		prepare = func(opts Options) (Options, error) { return opts, nil }
	}
	return &withPosture{src, rules, prepare}
}

type withPosture struct {
	Source
	rules   []*rule.Rule
	prepare func(Options) (Options, error)
}

// Each implements rows.Source.
func (p *withPosture) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	switch r {
	case tables.Rules:
		return p.eachRule(ctx, f)
	case tables.Findings:
		return p.eachFinding(ctx, scope, f)
	case tables.FindingEvents, tables.Runs:
		return ErrNoHistory
	case tables.Parameters:
		return withParameters{p.Source.Source, p.rules, p.Info.Name}.Each(ctx, r, scope, f)
	}
	return p.Source.Each(ctx, r, scope, f)
}

// compile uses a database of its own: the query that asks holds a connection
// of the other.
func (p *withPosture) compile(ctx context.Context) (*engine.DB, *Rules, error) {
	db, err := engine.Open(tables.All())
	if err != nil {
		return nil, nil, err
	}
	rules, err := Compile(ctx, db, p.rules)
	if err != nil {
		return nil, nil, err
	}
	return db, rules, nil
}

func (p *withPosture) eachRule(ctx context.Context, f func(*tables.Object)) error {
	db, rules, err := p.compile(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, c := range rules.rules {
		info := tables.RuleInfo{
			ID: c.ID, Benchmark: c.Benchmark(), Title: c.Title, Section: c.Section, Severity: c.Severity, Verdict: c.Verdict,
			Why: c.Why, Fix: c.Fix, SQL: c.SQL, Aliases: c.Aliases, References: c.References,
			Level: c.Level, Type: c.Type, Profile: c.Profile,
		}
		if c.query != nil {
			for t := range c.query.Reads {
				info.Tables = append(info.Tables, t.Name)
			}
			slices.Sort(info.Tables)
		}
		record := &tables.Record[tables.RuleInfo]{Value: info}
		f(&tables.Object{Resource: tables.Rules, Value: record, Meta: &record.ObjectMeta, Cluster: p.Info.Name})
	}
	return nil
}

func (p *withPosture) eachFinding(ctx context.Context, scope rows.Scope, f func(*tables.Object)) error {
	db, rules, err := p.compile(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	opts, err := p.prepare(Options{Rules: rules, Namespace: scope.Namespace})
	if err != nil {
		return err
	}
	report, err := Run(ctx, p.Source, opts)
	if err != nil {
		return err
	}
	emit := func(info tables.FindingInfo) {
		record := &tables.Record[tables.FindingInfo]{Value: info}
		f(&tables.Object{Resource: tables.Findings, Value: record, Meta: &record.ObjectMeta, Cluster: p.Info.Name})
	}
	benchmarks := map[string]string{}
	for _, r := range p.rules {
		benchmarks[r.ID] = r.Benchmark()
	}
	for _, res := range report.Rules {
		info := tables.FindingInfo{Rule: res.ID, Benchmark: benchmarks[res.ID], Title: res.Title, Section: res.Section, Severity: res.Severity.String(), Status: string(res.Status)}
		for _, u := range res.Unassessed {
			unassessed := info
			unassessed.Status, unassessed.Actual = string(posture.NotAssessed), u.Reason
			unassessed.Kind, unassessed.Namespace, unassessed.Name = u.Kind, u.Namespace, u.Name
			emit(unassessed)
		}
		if len(res.Findings) == 0 && len(res.Unassessed) == 0 {
			info.Actual = res.Reason
			emit(info)
		}
		for _, finding := range res.Findings {
			for _, e := range finding.Evidence {
				emit(findingInfo(info, finding, e))
			}
		}
	}
	return nil
}

func findingInfo(info tables.FindingInfo, f posture.Finding, e posture.Evidence) tables.FindingInfo {
	info.Severity = f.Severity.String()
	info.Kind, info.Namespace, info.Name = f.Kind, f.Namespace, f.Name
	info.Path, info.Actual, info.Expected = e.Path, plainText(e.Actual), plainText(e.Expected)
	info.Team, info.Exempt, info.File, info.Line, info.Pods = f.Team, f.Exempt, f.File, f.Line, f.Pods
	info.State, info.Fingerprint = f.State(), f.Fingerprint
	if f.Waiver != nil {
		info.Waived = f.Waiver.Reason
	}
	info.Details = map[string]any{}
	for _, d := range e.Details {
		if d.Value != nil {
			info.Details[d.Name] = d.Value
		}
	}
	return info
}

func plainText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
