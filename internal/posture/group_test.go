package posture

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// grouped has one rule that fails, one whose findings do not count, and one
// that could not be judged.
func grouped() *Report {
	ns := func(name string) Asset { return Asset{Kind: "Namespace", Name: name} }
	pod := func(ns, name string) Asset { return Asset{Kind: "Pod", Namespace: ns, Name: name} }
	finding := func(a Asset, s Severity) Finding {
		return Finding{Asset: a, Severity: s, Evidence: []Evidence{{Path: "spec"}}}
	}
	waived, exempt := finding(pod("b", "w"), High), finding(pod("c", "e"), High)
	waived.Waiver, exempt.Exempt = &Waiver{}, "system"
	r := &Report{Rules: []RuleResult{
		{
			ID: "X-1", Section: "one", Severity: High, Status: Fail, Judged: []Asset{pod("a", "p"), pod("a", "q"), pod("b", "w"), pod("b", "x")},
			Findings: []Finding{finding(pod("a", "p"), High), finding(pod("b", "x"), Medium), waived, exempt},
		},
		{
			ID: "X-2", Section: "two", Severity: Low, Status: Fail, Judged: []Asset{ns("a"), ns("d"), pod("a", "p")},
			Findings: []Finding{finding(ns("a"), Low), finding(pod("a", "p"), Low)},
		},
		{ID: "X-3", Section: "two", Severity: High, Status: Review, Judged: []Asset{pod("a", "p")}, Findings: []Finding{finding(pod("a", "p"), High)}},
		{ID: "X-4", Section: "two", Severity: High, Status: NotAssessed, Reason: "forbidden: nodes"},
		{ID: "X-5", Section: "two", Severity: High, Status: Pass, Judged: []Asset{{Kind: "Node", Name: "n"}}, Unassessed: []Unassessed{{Asset{Kind: "Node", Name: "m"}, "silent"}}},
		{ID: "X-6", Section: "two", Severity: High, Status: Manual},
	}}
	r.Finish()
	return r
}

func team(a Asset) string { return map[string]string{"a": "red", "b": "blue", "d": "red"}[a.within()] }

func TestGroups(t *testing.T) {
	for by, want := range map[string][]Group{
		"team": {
			{Name: "red", Assets: 4, Failed: 2, Findings: 3, Severities: [5]int{Low: 2, High: 1}},
			{Name: "blue", Assets: 2, Failed: 1, Findings: 1, Severities: [5]int{Medium: 1}},
			{Name: "unowned", Assets: 1},
		},
		"namespace": {
			{Name: "a", Assets: 3, Failed: 2, Findings: 3, Severities: [5]int{Low: 2, High: 1}},
			{Name: "b", Assets: 2, Failed: 1, Findings: 1, Severities: [5]int{Medium: 1}},
			{Name: "(cluster)", Assets: 1},
			{Name: "d", Assets: 1},
		},
		"section": {
			{Name: "one", Assets: 4, Failed: 2, Findings: 2, Severities: [5]int{Medium: 1, High: 1}},
			{Name: "two", Assets: 4, Failed: 2, Findings: 2, Severities: [5]int{Low: 2}},
		},
		"severity": {
			{Name: "high", Assets: 5, Failed: 1, Findings: 1, Severities: [5]int{High: 1}},
			{Name: "medium", Assets: 1, Failed: 1, Findings: 1, Severities: [5]int{Medium: 1}},
			{Name: "low", Assets: 3, Failed: 2, Findings: 2, Severities: [5]int{Low: 2}},
		},
	} {
		g, err := GroupBy(by, team)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, grouped().Groups(g)); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", by, diff)
		}
	}
	if _, err := GroupBy("owner", team); err == nil {
		t.Error("there is a grouping by owner")
	}
}
