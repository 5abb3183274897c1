package assess_test

import (
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
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
	files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(manifests))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range files.Problems() {
		t.Fatalf("manifest: %s", p)
	}
	report, err := assess.Run(t.Context(), assess.Manifests(files), assess.Options{Rules: rules, Fixes: true})
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
			rules := compile(t, db, r)
			if r.Verdict == rule.VerdictManual {
				return
			}
			if r.Query == "" && (len(r.Pass) == 0 || len(r.Fail) == 0) {
				t.Error("want at least one case that passes and one that fails")
			}
			for _, c := range r.Pass {
				t.Run("pass/"+c.Name, func(t *testing.T) {
					got := judge(t, rules, c.Objects).Rules[0]
					if got.Status != posture.Pass {
						t.Errorf("status %s (%s), want pass\n%s", got.Status, got.Reason, evidence(got))
					}
				})
			}
			for _, c := range r.Fail {
				t.Run("fail/"+c.Name, func(t *testing.T) { checkFail(t, r, c, judge(t, rules, c.Objects).Rules[0]) })
			}
		})
	}
}

func checkFail(t *testing.T, r *rule.Rule, c rule.Case, got posture.RuleResult) {
	t.Helper()
	want := map[string]posture.Status{rule.VerdictFail: posture.Fail, rule.VerdictReview: posture.Review, rule.VerdictInfo: posture.Pass}[r.Verdict]
	if got.Status != want {
		t.Errorf("status %s (%s), want %s", got.Status, got.Reason, want)
	}
	if len(got.Findings) == 0 {
		t.Error("no evidence")
	}
	if msg := rule.MatchRows(got, c.Rows); msg != "" {
		t.Error(msg)
	}
}

func evidence(res posture.RuleResult) string {
	var b strings.Builder
	for _, row := range rule.EvidenceRows(res) {
		b.WriteString(row.String() + "\n")
	}
	return b.String()
}
