package hub

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// everything is the part of a list that is all of it.
var everything = store.Page{Limit: 1 << 30}

// Report is what the hub last heard of a cluster, by some benchmarks or by all.
// Its sums are the hub's: which assets a rule passed is not known here.
func (c *Client) Report(ctx context.Context, of store.Cluster, benchmarks []string) (*posture.Report, error) {
	f := store.Filter{Clusters: []string{of.UID}, Benchmarks: benchmarks}
	r := &posture.Report{
		APIVersion: posture.APIVersion, Kind: posture.Kind, Benchmark: strings.Join(benchmarks, ","), StartedAt: of.Evaluated, FinishedAt: of.Seen,
		Source:   posture.Source{Type: "cluster", Name: of.Name, ClusterUID: of.UID, Version: of.Version, Provider: of.Provider},
		Summary:  posture.Summary{Rules: of.Rules, Assets: of.Assets, Coverage: of.Coverage},
		Sections: of.Sections, NotAssessed: append([]posture.Unread{}, of.NotAssessed...), Problems: []string{},
	}
	findings := map[string][]posture.Finding{}
	for _, state := range []string{"open", "waived", "exempt"} {
		f.State = state
		some, err := all(ctx, c, "findings", queryOf(f), everything, func(f store.Finding) any { return f.Rule + " " + f.Fingerprint })
		if err != nil {
			return nil, err
		}
		for _, found := range some {
			findings[found.Rule] = append(findings[found.Rule], found.Finding)
		}
	}
	f.State = ""
	var rules list[store.Rule]
	if err := c.get(ctx, "rules", queryOf(f), &rules); err != nil {
		return nil, err
	}
	for _, rule := range rules.Items {
		one := posture.RuleResult{
			ID: rule.ID, Title: rule.Title, Section: rule.Section, Severity: rule.Severity, Status: rule.Status, Assets: rule.Assets,
			Findings: append([]posture.Finding{}, findings[rule.ID]...), Unassessed: []posture.Unassessed{},
		}
		if rule.Text != nil {
			one.Rule = *rule.Text
		}
		slices.SortStableFunc(one.Findings, func(a, b posture.Finding) int { return a.Asset.Compare(b.Asset) })
		if !one.Status.Judged() || one.Assets.NotAssessed > 0 {
			if err := c.reason(ctx, of.UID, &one); err != nil {
				return nil, err
			}
		}
		r.Rules = append(r.Rules, one)
	}
	slices.SortFunc(r.Rules, func(a, b posture.RuleResult) int {
		return cmp.Or(posture.CompareIDs(a.ID, b.ID), cmp.Compare(a.ID, b.ID))
	})
	return r, nil
}

// reason puts in why a rule, or some of its assets, could not be judged.
func (c *Client) reason(ctx context.Context, uid string, r *posture.RuleResult) error {
	var one struct{ On []store.RuleCluster }
	if err := c.get(ctx, "rules/"+url.PathEscape(r.ID), url.Values{"cluster": {uid}}, &one); err != nil {
		return err
	}
	for _, on := range one.On {
		if on.Cluster == uid {
			r.Reason, r.Unassessed = on.Reason, append(r.Unassessed, on.Unassessed...)
		}
	}
	return nil
}
