package history

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Rows is a history as a source: of findings, of what happened to them, and of
// runs. It holds nothing else.
type Rows struct{ From store.Reader }

// Holds reports whether a history has a table's rows.
func Holds(t *tables.Table) bool {
	return t == tables.KspmFindings || t == tables.KspmEvents || t == tables.KspmRuns
}

// Each implements rows.Source.
func (h Rows) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	narrow := store.Filter{}
	if scope.Namespace != "" {
		narrow.Namespaces = []string{scope.Namespace}
	}
	switch r {
	case tables.Findings:
		return h.findings(ctx, narrow, f)
	case tables.FindingEvents:
		return h.events(ctx, narrow, f)
	case tables.Runs:
		return h.runs(ctx, f)
	}
	return nil
}

// pageSize is how many are asked for at once.
var pageSize = 10_000

func emit[T any](r *tables.Resource, cluster string, value T, f func(*tables.Object)) {
	record := &tables.Record[T]{Value: value}
	f(&tables.Object{Resource: r, Value: record, Meta: &record.ObjectMeta, Cluster: cluster})
}

func (h Rows) findings(ctx context.Context, narrow store.Filter, f func(*tables.Object)) error {
	status, err := h.rules(ctx, narrow, f)
	if err != nil {
		return err
	}
	narrow.State = "all"
	for p := (store.Page{Limit: pageSize}); ; p.Offset += pageSize {
		findings, _, err := h.From.Findings(ctx, narrow, p)
		if err != nil {
			return err
		}
		for _, found := range findings {
			info := findingInfo(found, status[found.Cluster+" "+found.Rule])
			if len(found.Evidence) == 0 {
				emit(tables.Findings, found.ClusterName, info, f)
			}
			for _, e := range found.Evidence {
				emit(tables.Findings, found.ClusterName, withEvidence(info, e), f)
			}
		}
		if len(findings) < pageSize {
			return nil
		}
	}
}

// rules has a row for each rule and cluster that have no finding, and one for
// each asset that a rule could not judge. It returns the status of each rule, by
// the cluster's uid and its id.
func (h Rows) rules(ctx context.Context, narrow store.Filter, f func(*tables.Object)) (map[string]posture.Status, error) {
	status := map[string]posture.Status{}
	rules, err := h.From.Rules(ctx, narrow)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		on, err := h.From.RuleClusters(ctx, r.ID, narrow)
		if err != nil {
			return nil, err
		}
		for _, c := range on {
			status[c.Cluster+" "+r.ID] = c.Status
			info := tables.FindingInfo{Rule: r.ID, Benchmark: r.Benchmark, Title: r.Title, Section: r.Section, Severity: c.Severity.String(), Status: string(c.Status), ClusterUID: c.Cluster}
			for _, u := range c.Unassessed {
				one := info
				one.Status, one.Actual, one.Kind, one.Namespace, one.Name = string(posture.NotAssessed), u.Reason, u.Kind, u.Namespace, u.Name
				emit(tables.Findings, c.Name, one, f)
			}
			if c.Assets.Failed+c.Assets.Waived+c.Assets.Exempt+len(c.Unassessed) == 0 {
				info.Actual = c.Reason
				emit(tables.Findings, c.Name, info, f)
			}
		}
	}
	return status, nil
}

func findingInfo(f store.Finding, status posture.Status) tables.FindingInfo {
	info := tables.FindingInfo{
		Rule: f.Rule, Benchmark: f.Benchmark, Title: f.Title, Section: f.Section, Severity: f.Severity.String(), Status: string(status),
		Kind: f.Kind, Namespace: f.Namespace, Name: f.Name, Exempt: f.Exempt, File: f.File, Line: f.Line, Pods: f.Pods,
		State: f.State(), Team: f.Team, Fingerprint: f.Fingerprint, ClusterUID: f.Cluster,
		FirstSeen: f.FirstSeen, Changed: f.Changed, Resolved: f.Resolved, Reason: string(f.ResolveReason),
	}
	if f.Waiver != nil {
		info.Waived = f.Waiver.Reason
	}
	if !f.Resolved.IsZero() {
		info.State, info.Status = "resolved", "resolved"
	}
	return info
}

func withEvidence(info tables.FindingInfo, e posture.Evidence) tables.FindingInfo {
	info.Path, info.Actual, info.Expected = e.Path, text(e.Actual), text(e.Expected)
	info.Details = map[string]any{}
	for _, d := range e.Details {
		if d.Value != nil {
			info.Details[d.Name] = d.Value
		}
	}
	return info
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// events are asked for from the newest to the oldest: until the time of the last
// one, without those of that time that are known.
func (h Rows) events(ctx context.Context, narrow store.Filter, f func(*tables.Object)) error {
	p := store.Page{Limit: pageSize}
	for {
		events, err := h.From.Events(ctx, narrow, p)
		if err != nil {
			return err
		}
		for _, e := range events {
			if e.At.Equal(narrow.Until) {
				p.Offset++
			} else {
				narrow.Until, p.Offset = e.At, 1
			}
			emit(tables.FindingEvents, e.ClusterName, tables.EventInfo{
				ClusterUID: e.Cluster, Seq: e.Seq, At: e.At, Type: string(e.Type), Rule: e.Rule, Benchmark: e.Benchmark, Title: e.Title, Section: e.Section,
				Severity: e.Severity.String(), Kind: e.Asset.Kind, Namespace: e.Asset.Namespace, Name: e.Asset.Name, Team: e.Team, Reason: string(e.Reason),
				Fingerprint: e.Fingerprint, First: e.First, Quiet: e.Quiet,
			}, f)
		}
		if len(events) < pageSize {
			return nil
		}
	}
}

func (h Rows) runs(ctx context.Context, f func(*tables.Object)) error {
	clusters, err := h.From.Clusters(ctx, store.Filter{})
	if err != nil {
		return err
	}
	for _, c := range clusters {
		err := EachRun(ctx, h.From, c.UID, time.Time{}, func(r store.Run) {
			info := tables.RunInfo{ClusterUID: c.UID, At: r.At, Coverage: r.Coverage, Rules: map[string]int{}, Opened: r.Opened, Resolved: r.Resolved, RuleDigest: r.RuleDigest}
			for status, n := range r.Rules {
				info.Rules[string(status)] = n
			}
			emit(tables.Runs, c.Name, info, f)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// EachRun calls f for the runs of a cluster since a time, the newest first.
func EachRun(ctx context.Context, from Reader, uid string, since time.Time, f func(store.Run)) error {
	for p := (store.Page{Limit: pageSize}); ; p.Offset += pageSize {
		runs, err := from.Runs(ctx, uid, p)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if r.At.Before(since) {
				return nil
			}
			f(r)
		}
		if len(runs) < pageSize {
			return nil
		}
	}
}
