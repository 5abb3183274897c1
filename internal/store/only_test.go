package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Runs of one benchmark and of another, by turns: each speaks of its own.
func TestOnly(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		a, b := pod("shop", "a"), pod("shop", "b")
		run := func(hour int, benchmark string, compliant int, rules ...posture.RuleDelta) {
			d := whole("u", noon.Add(time.Duration(hour)*time.Hour), rules...)
			section := posture.Section{Name: benchmark, Rules: map[posture.Status]int{posture.Fail: 1}, Assets: posture.AssetSummary{Total: 10, Compliant: compliant}, Coverage: 1}
			d.Only, d.Benchmarks = true, []posture.Section{section}
			d.Summary = posture.Summary{Rules: section.Rules, Assets: section.Assets, Coverage: 1}
			section.Name = "Section of " + benchmark
			d.Sections = []posture.Section{section}
			for i := range d.Rules {
				d.Rules[i].Section = section.Name
			}
			apply(t, s, d)
		}
		stands := func() (out []any) {
			t.Helper()
			clusters, err := s.Clusters(t.Context(), Filter{})
			if err != nil || len(clusters) != 1 {
				t.Fatalf("%d clusters: %v", len(clusters), err)
			}
			c := clusters[0]
			return []any{c.Assets.Compliant, c.Assets.Total, c.Rules[posture.Fail], len(c.Sections), c.Open}
		}
		run(0, "nsa", 9, rule("NSA-1", finding("NSA-1", a, "1")), rule("NSA-2", finding("NSA-2", b, "1")))
		if diff := cmp.Diff([]any{9, 10, 1, 1, 2}, stands()); diff != "" {
			t.Errorf("one benchmark: %s", diff)
		}
		run(1, "cis", 4, rule("CIS-5.1.1", finding("CIS-5.1.1", a, "1")))
		if diff := cmp.Diff([]any{13, 20, 2, 2, 3}, stands()); diff != "" {
			t.Errorf("and another: %s", diff)
		}
		// A rule less of the first, which the other has nothing to do with.
		run(2, "nsa", 10, rule("NSA-1", finding("NSA-1", a, "1")))
		if diff := cmp.Diff([]any{14, 20, 2, 2, 2}, stands()); diff != "" {
			t.Errorf("the first again: %s", diff)
		}
		runs, err := s.Runs(t.Context(), "u", Page{})
		if err != nil || len(runs) != 3 || runs[0].Resolved != 1 || runs[1].Opened != 1 {
			t.Errorf("%+v: %v", runs, err)
		}
	})
}

// What was in a file that cannot be read any more is not fixed.
func TestProblems(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		f := finding("NSA-1", pod("shop", "a"), "1")
		apply(t, s, whole("u", noon, rule("NSA-1", f), rule("NSA-2", f)))
		d := whole("u", noon.Add(time.Hour), rule("NSA-1"))
		d.Problems = []string{"web.yaml: not YAML"}
		if diff := cmp.Diff(Applied{}, apply(t, s, d)); diff != "" {
			t.Error(diff)
		}
		d.At, d.Problems = noon.Add(2*time.Hour), nil
		if diff := cmp.Diff(Applied{Resolved: 2}, apply(t, s, d)); diff != "" {
			t.Error(diff)
		}
	})
}
