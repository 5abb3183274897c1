package assess_test

import (
	"slices"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func examples(t *testing.T) *manifest.Files {
	t.Helper()
	files, err := manifest.Open(t.Context(), []string{"../../examples"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range files.Problems() {
		t.Errorf("examples: %s", p)
	}
	return files
}

// TestTableExamples runs the queries that every table gives as examples, over
// the repository's own manifests.
func TestTableExamples(t *testing.T) {
	db := openDB(t)
	files := examples(t)
	found := 0
	for _, table := range tables.All() {
		t.Run(table.Name, func(t *testing.T) {
			for _, sql := range table.Examples {
				stmt, err := db.Prepare(t.Context(), sql)
				if err != nil {
					t.Errorf("%s: %v", sql, err)
					continue
				}
				if _, ok := stmt.Reads[table]; !ok {
					t.Errorf("%s: does not read the table it is an example of", sql)
				}
				set, err := rows.Load(t.Context(), files, stmt.Reads, rows.Scope{}, rows.Scope{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := db.Query(t.Context(), engine.Snapshot(set), sql, nil, func([]any) error { found++; return nil }); err != nil {
					t.Errorf("%s: %v", sql, err)
				}
			}
		})
	}
	if found < 50 {
		t.Errorf("all examples together found %d rows", found)
	}
}

// TestExamples judges the repository's own manifests as the README says.
func TestExamples(t *testing.T) {
	nsa := slices.DeleteFunc(allRules(t), func(r *rule.Rule) bool { return r.Benchmark() != "nsa" })
	report, err := assess.Run(t.Context(), assess.Manifests(examples(t)), assess.Options{Rules: compile(t, openDB(t), nsa...), Benchmark: "nsa", Fixes: true})
	if err != nil {
		t.Fatal(err)
	}
	if report.Incomplete() {
		t.Error("the report of the examples is incomplete")
	}
	fails, judged := map[posture.Asset]bool{}, map[posture.Asset]bool{}
	for _, rule := range report.Rules {
		if rule.Status == posture.Error {
			t.Errorf("%s: %s", rule.ID, rule.Reason)
		}
		for _, a := range rule.Judged {
			judged[a] = true
		}
		for _, f := range rule.Findings {
			fails[f.Asset] = fails[f.Asset] || f.Counts()
			if f.File == "" || f.Line == 0 || f.Fix == "" || len(f.Evidence) == 0 {
				t.Errorf("%s: %s lacks its place, its fix or its evidence: %+v", rule.ID, f.Asset, f)
			}
		}
	}
	for asset, want := range map[posture.Asset]bool{
		{Kind: "Deployment", Namespace: "platform", Name: "ci-runner"}:      true,
		{Kind: "DaemonSet", Namespace: "monitoring", Name: "node-exporter"}: true,
		{Kind: "ReplicaSet", Namespace: "shop", Name: "frontend-canary"}:    true,
		{Kind: "Job", Namespace: "payments", Name: "migrate-4-2-0"}:         true,
		{Kind: "CronJob", Namespace: "kube-system", Name: "etcd-backup"}:    true,
		{Kind: "Deployment", Namespace: "payments", Name: "api"}:            false,
	} {
		if fails[asset] != want {
			t.Errorf("%s fails: %v, want %v", asset, fails[asset], want)
		}
		if !judged[asset] {
			t.Errorf("%s is not judged", asset)
		}
	}
}
