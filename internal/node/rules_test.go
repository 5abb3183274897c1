package node

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// The benchmark's rules, over what the collector says of a host: all pass one
// that is as it should be, and each fails one that is wrong its way.
func TestRulesTell(t *testing.T) {
	all, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	if err := rule.Resolve(all); err != nil {
		t.Fatal(err)
	}
	about := map[string]bool{}
	for _, w := range ways() {
		about["CIS-"+w.id] = true
	}
	all = slices.DeleteFunc(all, func(r *rule.Rule) bool { return !about[r.ID] })
	if len(all) != 33 {
		t.Fatalf("%d rules are about files of nodes, want 33", len(all))
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rules, err := assess.Compile(t.Context(), db, all)
	if err != nil {
		t.Fatal(err)
	}
	judge := func(t *testing.T, tr tree) map[string]posture.Status {
		t.Helper()
		text, err := json.Marshal(tr.collect(t))
		if err != nil {
			t.Fatal(err)
		}
		report, err := assess.Judge(t.Context(), rules, string(text))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]posture.Status{}
		for _, r := range report.Rules {
			got[r.ID] = r.Status
		}
		return got
	}
	for id, status := range judge(t, kubeadm()) {
		if status != posture.Pass {
			t.Errorf("%s of a host that is as it should be: %s", id, status)
		}
	}
	for _, w := range ways() {
		t.Run(w.id, func(t *testing.T) {
			tr := kubeadm()
			w.spoil(tr)
			got := judge(t, tr)
			if status := got["CIS-"+w.id]; status != posture.Fail && status != posture.Review {
				t.Errorf("%s is wrong, and the rule says %s", w.path, status)
			}
			failed := 0
			for _, status := range got {
				if status != posture.Pass {
					failed++
				}
			}
			if failed > 2 { // a certificate may be the kubelet's authority as well
				t.Errorf("%d rules do not pass: %v", failed, got)
			}
		})
	}
}
