package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Rules of several benchmarks that ask the same are one fix, which counts for
// all of them.
func TestFixes(t *testing.T) {
	asks := func(r posture.RuleDelta, sql string) posture.RuleDelta {
		r.Text = &posture.Rule{ID: r.ID, SQL: sql}
		return r
	}
	some := func(id string, names ...string) posture.RuleDelta {
		var findings []posture.Finding
		for _, n := range names {
			findings = append(findings, finding(id, pod("shop", n), "1"))
		}
		return rule(id, findings...)
	}
	backends(t, func(t *testing.T, s Store) {
		for _, uid := range []string{"u", "v"} {
			apply(t, s, whole(uid, noon,
				asks(some("CIS-1", "a", "b"), "SELECT 1"), asks(some("CIS-EKS-1", "a", "b"), "SELECT 1"), asks(some("NSA-1", "a", "b", "c"), "SELECT 2"),
				asks(some("NSA-2", "a"), "SELECT 3"), asks(some("NSA-3"), "SELECT 1")))
		}
		o, err := s.Overview(t.Context(), Filter{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		type fix struct {
			ID      string
			Same    []string
			Removes int
		}
		var got []fix
		for _, f := range o.Fixes {
			got = append(got, fix{f.ID, f.Same, f.Removes})
		}
		want := []fix{{"CIS-1", []string{"CIS-EKS-1"}, 8}, {"NSA-1", nil, 6}, {"NSA-2", nil, 2}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
