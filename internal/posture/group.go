package posture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// What assets and findings that have no name of their own are counted under.
// No namespace can be called so.
const (
	Unowned     = "unowned"
	ClusterWide = "(cluster)"
)

// Groupings are the names of what findings can be grouped by.
var Groupings = []string{"team", "namespace", "section", "severity"}

// Group is what fails under one name: of one team, in one namespace.
type Group struct {
	Name string
	// Assets were judged, and Failed of them fail some rule. Findings counts an
	// asset once for each rule.
	Assets, Failed, Findings int
	// Severities counts the findings of each severity.
	Severities [Critical + 1]int
}

// Grouping says under which name an asset counts that a rule judged.
type Grouping struct {
	By string
	// ByAsset is true where the name depends on the asset alone.
	ByAsset bool
	of      func(rule *RuleResult, a Asset, s Severity) string
}

// GroupBy is the grouping of a name. Teams are those that team knows.
func GroupBy(by string, team func(Asset) string) (Grouping, error) {
	byAsset := func(name func(Asset) string) Grouping {
		names := map[Asset]string{}
		return Grouping{by, true, func(_ *RuleResult, a Asset, _ Severity) string {
			n, known := names[a]
			if !known {
				n = name(a)
				names[a] = n
			}
			return n
		}}
	}
	switch by {
	case "team":
		return byAsset(func(a Asset) string { return cmp.Or(team(a), Unowned) }), nil
	case "namespace":
		return byAsset(func(a Asset) string { return cmp.Or(a.within(), ClusterWide) }), nil
	case "section":
		return Grouping{by, false, func(rule *RuleResult, _ Asset, _ Severity) string { return rule.Section }}, nil
	case "severity":
		return Grouping{by, false, func(_ *RuleResult, _ Asset, s Severity) string { return s.String() }}, nil
	}
	return Grouping{}, fmt.Errorf("%q: want one of %s", by, strings.Join(Groupings, ", "))
}

// within is the namespace that an asset is in; a Namespace is in itself.
func (a Asset) within() string {
	if a.Kind == "Namespace" {
		return a.Name
	}
	return a.Namespace
}

// Groups counts what fails, the worst first: that with the most critical
// findings, then with the most high ones, and so on.
func (r *Report) Groups(g Grouping) []Group {
	type sets struct {
		Group
		judged, failed map[Asset]bool
	}
	groups := map[string]*sets{}
	group := func(name string) *sets {
		if groups[name] == nil {
			groups[name] = &sets{Group{Name: name}, map[Asset]bool{}, map[Asset]bool{}}
		}
		return groups[name]
	}
	for i := range r.Rules {
		rule := &r.Rules[i]
		if !rule.Status.Judged() && len(rule.Unassessed) == 0 {
			continue
		}
		for _, a := range rule.Judged {
			group(g.of(rule, a, rule.Severity)).judged[a] = true
		}
		for _, f := range rule.Findings {
			if rule.Status != Fail || !f.Counts() {
				continue
			}
			in := group(g.of(rule, f.Asset, f.Severity))
			in.judged[f.Asset], in.failed[f.Asset] = true, true
			in.Findings++
			in.Severities[f.Severity]++
		}
	}
	var out []Group
	for _, in := range groups {
		in.Assets, in.Failed = len(in.judged), len(in.failed)
		out = append(out, in.Group)
	}
	slices.SortFunc(out, func(a, b Group) int {
		for s := Critical; s >= Info; s-- {
			if c := cmp.Compare(b.Severities[s], a.Severities[s]); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Name, b.Name))
	})
	return out
}
