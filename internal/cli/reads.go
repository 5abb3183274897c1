package cli

import (
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// describeReads says what was read for a query, and why: of clusters the
// requests, of what is at hand the objects.
func (o *sqlOptions) describeReads(reads []session.Read) (lines []string) {
	for _, r := range reads {
		what := map[*tables.Resource]string{tables.Findings: "all rules are run", tables.Rules: "the rules come with the program:"}[r.Resource]
		for _, src := range o.sources {
			if _, ok := src.Source.(*kube.Cluster); ok && what == "" {
				what = kube.Request(r.Resource, r.Scope)
			}
		}
		if what == "" {
			what = "read " + r.Resource.String()
			if r.Scope.Namespace != "" {
				what += ", namespace " + r.Scope.Namespace
			}
			if r.Scope.Name != "" {
				what += ", name " + r.Scope.Name
			}
		}
		lines = append(lines, fmt.Sprintf("%s for %s: %s", what, strings.Join(r.Tables, ", "), r.Why))
	}
	if len(lines) == 0 {
		lines = []string{"nothing was read for it"}
	}
	return lines
}
