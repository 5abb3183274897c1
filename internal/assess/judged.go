package assess

import (
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// judged are the tables of which no rule looks at unjudged rows.
func (r *Rules) judged() map[*tables.Table]bool {
	judged := map[*tables.Table]bool{}
	for _, c := range r.rules {
		for _, s := range []*engine.Statement{c.query, c.assets} {
			if s == nil {
				continue
			}
			for t := range s.Reads {
				before, seen := judged[t]
				judged[t] = s.Judged[t] && (before || !seen)
			}
		}
	}
	return judged
}

// Reads are the resources that one rule reads.
func (r *Rules) Reads(id string) []*tables.Resource {
	plan := rows.Plan{}
	for _, c := range r.rules {
		for _, s := range []*engine.Statement{c.query, c.assets} {
			if c.ID == id && s != nil {
				plan.Merge(s.Reads)
			}
		}
	}
	return plan.Reads()
}
