package assess

import (
	"context"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// withParameters is a source that holds the parameters of rules as well.
type withParameters struct {
	rows.Source
	rules []*rule.Rule
	name  string
}

// Each implements rows.Source.
func (p withParameters) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r != tables.Parameters {
		return p.Source.Each(ctx, r, scope, f)
	}
	seen := map[*rule.Parameter]bool{} // equal rules share theirs
	for _, from := range p.rules {
		for _, parameter := range from.Parameters {
			if seen[parameter] {
				continue
			}
			seen[parameter] = true
			record := &tables.Record[tables.ParameterInfo]{Value: parameter.Info()}
			f(&tables.Object{Resource: tables.Parameters, Value: record, Meta: &record.ObjectMeta, Cluster: p.name})
		}
	}
	return nil
}

func (r *Rules) all() []*rule.Rule {
	all := make([]*rule.Rule, len(r.rules))
	for i, c := range r.rules {
		all[i] = c.Rule
	}
	return all
}
