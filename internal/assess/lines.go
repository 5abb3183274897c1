package assess

import (
	"cmp"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// locate sets the line of every row of evidence of manifests. Lookups of one
// document follow each other, which is what makes them cheap.
func locate(r *posture.Report, line func(file string, line int, path string) int) {
	var findings []*posture.Finding
	for i := range r.Rules {
		for j := range r.Rules[i].Findings {
			if f := &r.Rules[i].Findings[j]; f.File != "" {
				findings = append(findings, f)
			}
		}
	}
	slices.SortStableFunc(findings, func(a, b *posture.Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	for _, f := range findings {
		for i := range f.Evidence {
			if e := &f.Evidence[i]; e.Path != "" {
				e.Line = line(f.File, f.Line, e.Path)
			}
		}
	}
}
