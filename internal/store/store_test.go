package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testpostgres"
)

// backends runs a test on every kind of database.
func backends(t *testing.T, test func(t *testing.T, s Store)) {
	for name, dsn := range map[string]func(testing.TB) string{
		"file":     func(t testing.TB) string { return filepath.Join(t.TempDir(), "kspm.db") },
		"memory":   func(testing.TB) string { return ":memory:" },
		"postgres": testpostgres.DSN,
	} {
		t.Run(name, func(t *testing.T) { test(t, opened(t, dsn(t))) })
	}
}

func opened(t testing.TB, dsn string) Store {
	t.Helper()
	s, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func pod(ns, name string) posture.Asset {
	return posture.Asset{Kind: "Deployment", Namespace: ns, Name: name}
}

// finding on an asset; what is its evidence.
func finding(rule string, a posture.Asset, what string) posture.Finding {
	return posture.Finding{
		Asset: a, Fingerprint: rule + "@" + a.String(), Severity: posture.High, Team: "shop", Fix: "set it",
		Evidence: []posture.Evidence{{Path: "spec.x", Actual: what, Expected: int64(1), Details: []posture.Detail{{Name: "container", Value: "app"}}}},
	}
}

func rule(id string, findings ...posture.Finding) posture.RuleDelta {
	r := posture.RuleDelta{Benchmark: posture.BenchmarkOf(id), Whole: true, Text: &posture.Rule{ID: id, Title: "about " + id, Why: "because"}}
	r.ID, r.Title, r.Section, r.Severity, r.Status, r.Findings = id, "about "+id, "Pods", posture.High, posture.Pass, findings
	for _, f := range findings {
		switch stateOf(f) {
		case open:
			r.Assets.Failed++
			r.Status = posture.Fail
		case waived:
			r.Assets.Waived++
		case exempt:
			r.Assets.Exempt++
		}
	}
	r.Assets.Total = r.Assets.Failed + r.Assets.Waived + 1
	return r
}

// whole is a complete delta of a cluster.
func whole(uid string, at time.Time, rules ...posture.RuleDelta) posture.Delta {
	d := part(uid, at, rules...)
	d.Complete = true
	seen := map[posture.Asset]bool{}
	for _, r := range rules {
		for _, f := range r.Findings {
			if !seen[f.Asset] {
				d.Assets = append(d.Assets, f.Asset)
			}
			seen[f.Asset] = true
		}
	}
	return d
}

func part(uid string, at time.Time, rules ...posture.RuleDelta) posture.Delta {
	d := posture.Delta{Source: posture.Source{ClusterUID: uid, Name: "name of " + uid, Version: "v1.37.2"}, At: at, RuleDigest: "sha256:1", Rules: rules}
	d.Summary = posture.Summary{Rules: map[posture.Status]int{}, Assets: posture.AssetSummary{Total: 10, Compliant: 10}, Coverage: 1}
	for _, r := range rules {
		d.Summary.Rules[r.Status]++
		d.Summary.Assets.Compliant = 10 - min(10, r.Assets.Failed)
	}
	d.Sections = []posture.Section{{Name: "Pods", Rules: d.Summary.Rules, Assets: d.Summary.Assets, Coverage: 1}}
	return d
}

func apply(t testing.TB, s Store, d posture.Delta) Applied {
	t.Helper()
	a, err := s.Apply(t.Context(), d, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
