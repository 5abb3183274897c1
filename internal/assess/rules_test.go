package assess_test

import (
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func openDB(t *testing.T) *engine.DB {
	t.Helper()
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func compile(t *testing.T, db *engine.DB, rules ...*rule.Rule) *assess.Rules {
	t.Helper()
	compiled, err := assess.Compile(t.Context(), db, rules)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func allRules(t *testing.T) []*rule.Rule {
	t.Helper()
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// judge runs rules over manifests.
func judge(t *testing.T, rules *assess.Rules, manifests string) *posture.Report {
	t.Helper()
	report, err := assess.Judge(t.Context(), rules, manifests)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestRules runs the cases that every rule carries.
func TestRules(t *testing.T) {
	db := openDB(t)
	for _, r := range allRules(t) {
		t.Run(r.ID, func(t *testing.T) {
			results, err := assess.RunCases(t.Context(), db, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range results {
				if c.Err != nil {
					t.Errorf("%s: %v", c.Name, c.Err)
				}
			}
		})
	}
}
