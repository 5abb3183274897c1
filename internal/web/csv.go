package web

import (
	"maps"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// grid makes the rows of a list, for CSV.
type grid = func() (columns []string, rows [][]any)

func gridOf[T any](items []T, columns []string, row func(T) []any) grid {
	return func() ([]string, [][]any) {
		rows := make([][]any, 0, len(items))
		for _, item := range items {
			rows = append(rows, row(item))
		}
		return columns, rows
	}
}

func percentCell(a posture.AssetSummary) any {
	if p, ok := a.Percent(); ok {
		return report.Percent(p)
	}
	return nil
}

func clusterRows(clusters []store.Cluster) grid {
	return gridOf(clusters, []string{"uid", "name", "version", "provider", "compliant", "assets", "compliant_assets", "open", "coverage", "failed_rules", "not_assessed_rules", "seen", "problem"},
		func(c store.Cluster) []any {
			return []any{
				c.UID, c.Name, c.Version, c.Provider, percentCell(c.Assets), int64(c.Assets.Total), int64(c.Assets.Compliant), int64(c.Open), c.Coverage,
				int64(c.Rules[posture.Fail]), int64(c.Rules[posture.NotAssessed]), isoTime(c.Seen), c.Problem,
			}
		})
}

func ruleRows(rules []store.Rule) grid {
	return gridOf(rules, []string{"id", "title", "section", "benchmark", "severity", "status", "assets", "failed", "waived", "exempt", "not_assessed", "clusters_passing", "clusters_failing"},
		func(r store.Rule) []any {
			return []any{
				r.ID, r.Title, r.Section, r.Benchmark, r.Severity.String(), string(r.Status), int64(r.Assets.Total), int64(r.Assets.Failed), int64(r.Assets.Waived),
				int64(r.Assets.Exempt), int64(r.Assets.NotAssessed), int64(r.Clusters[posture.Pass]), int64(r.Clusters[posture.Fail]),
			}
		})
}

func ruleClusterRows(on []store.RuleCluster) grid {
	return gridOf(on, []string{"cluster", "name", "status", "reason", "severity", "assets", "failed", "waived", "exempt", "not_assessed"},
		func(r store.RuleCluster) []any {
			return []any{
				r.Cluster, r.Name, string(r.Status), r.Reason, r.Severity.String(), int64(r.Assets.Total), int64(r.Assets.Failed), int64(r.Assets.Waived),
				int64(r.Assets.Exempt), int64(r.Assets.NotAssessed),
			}
		})
}

func findingRows(findings []store.Finding) grid {
	return gridOf(findings, []string{"cluster", "rule", "title", "section", "benchmark", "severity", "state", "kind", "namespace", "name", "team", "file", "line", "path", "actual", "expected", "first_seen", "resolved", "fingerprint"},
		func(f store.Finding) []any {
			var e posture.Evidence
			if len(f.Evidence) > 0 {
				e = f.Evidence[0]
			}
			line := e.Line
			if line == 0 {
				line = f.Line
			}
			return []any{
				f.ClusterName, f.Rule, f.Title, f.Section, f.Benchmark, f.Severity.String(), stateOf(f), f.Kind, f.Namespace, f.Name, orUnowned(f.Team),
				f.File, int64(line), e.Path, report.Value(e.Actual), report.Value(e.Expected), isoTime(f.FirstSeen), isoTime(f.Resolved), f.Fingerprint,
			}
		})
}

func eventRows(events []store.Event) grid {
	return gridOf(events, []string{"at", "type", "cluster", "rule", "title", "severity", "kind", "namespace", "name", "team", "reason", "fingerprint"},
		func(e store.Event) []any {
			return []any{
				isoTime(e.At), string(e.Type), e.ClusterName, e.Rule, e.Title, e.Severity.String(), e.Asset.Kind, e.Asset.Namespace, e.Asset.Name,
				orUnowned(e.Team), string(e.Reason), e.Fingerprint,
			}
		})
}

func sampleRows(samples []store.Sample) grid {
	return gridOf(samples, []string{"at", "compliant", "assets", "compliant_assets", "coverage", "open"},
		func(s store.Sample) []any {
			return []any{isoTime(s.At), percentCell(s.Assets), int64(s.Assets.Total), int64(s.Assets.Compliant), s.Coverage, int64(s.Open)}
		})
}

func facetRows(facets map[string][]store.Facet) grid {
	return func() ([]string, [][]any) {
		var rows [][]any
		for _, name := range slices.Sorted(maps.Keys(facets)) {
			for _, f := range facets[name] {
				rows = append(rows, []any{name, f.Value, f.Label, int64(f.Count)})
			}
		}
		return []string{"facet", "value", "label", "open"}, rows
	}
}
