//go:build unix

package bench

import (
	"context"
	"sync"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/bench/synthetic"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestRulesGrowLinearly judges a cluster, and one four times as large, by every
// rule, and compares the steps that each took: four times as many, not sixteen.
func TestRulesGrowLinearly(t *testing.T) {
	const pods, times = 4000, 4
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := assess.Compile(t.Context(), db, all)
	if err != nil {
		t.Fatal(err)
	}
	small, large := steps(t, rules, pods), steps(t, rules, pods*times)
	if len(small) < 50 || len(large) != len(small) {
		t.Fatalf("%d and %d rules were timed", len(small), len(large))
	}
	grew := 0
	for id, before := range small {
		// SQLite may plan otherwise for more rows: a hundred steps a pod are let
		// pass. A pair of loops over 4,000 Deployments would be 16 million.
		if after := large[id]; after > before*times*5/4+pods*times*100 {
			t.Errorf("%s takes %d steps for %d pods, and %d for %d", id, before, pods, after, pods*times)
		} else if after > before*times/2 {
			grew++
		}
	}
	if grew < 20 {
		t.Errorf("only %d rules had something to do", grew)
	}
}

func steps(t *testing.T, rules *assess.Rules, pods int) map[string]int64 {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int64{}
	src := assess.Source{Source: synthetic.Cluster{Pods: pods}, Reason: func(error) (string, string) { return "", "" }}
	_, err := assess.Run(context.Background(), src, assess.Options{Rules: rules, Timed: func(one assess.Timing) {
		mu.Lock()
		defer mu.Unlock()
		counts[one.Rule] = one.Steps
	}})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}
