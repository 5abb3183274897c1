package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/history"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// pastSource is the history that a query may ask, once it is open.
type pastSource struct {
	dsn   string
	store store.Store
}

func (p *pastSource) open(ctx context.Context, a *app) (err error) {
	if p.store == nil {
		p.store, err = openHistory(ctx, a, p.dsn)
	}
	return err
}

func (p *pastSource) close() {
	if p.store != nil {
		p.store.Close()
	}
}

// membersOf are the sources that a plan asks. With a history, what it holds comes
// of it alone, and a query of nothing else needs no cluster.
func (o *sqlOptions) membersOf(ctx context.Context, plan rows.Plan) ([]session.Member, error) {
	read := slices.Collect(maps.Keys(plan))
	if o.past.dsn == "" || !slices.ContainsFunc(read, history.Holds) {
		return o.members(ctx)
	}
	if err := o.past.open(ctx, o.app); err != nil {
		return nil, err
	}
	past := session.Member{Name: "history", Source: history.Rows{From: o.past.store}, AtHand: true}
	if !slices.ContainsFunc(read, func(t *tables.Table) bool { return !history.Holds(t) && t != tables.KspmRules }) {
		rules, err := rule.Load(queries.Files)
		if err != nil {
			return nil, err
		}
		past.Source = aside{assess.WithPosture(assess.Source{Info: posture.Source{Name: past.Name}}, rules, nil), past.Source}
		return []session.Member{past}, nil
	}
	live, err := o.members(ctx)
	if err != nil {
		return nil, err
	}
	var all []session.Member
	for _, m := range live {
		m.Source = aside{m.Source, nothing{}}
		all = append(all, m)
	}
	return append(all, past), nil
}

// aside has what a history holds come of another source.
type aside struct{ rest, past rows.Source }

// Each implements rows.Source.
func (s aside) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if r == tables.Findings || r == tables.FindingEvents || r == tables.Runs {
		return s.past.Each(ctx, r, scope, f)
	}
	return s.rest.Each(ctx, r, scope, f)
}

type nothing struct{}

// Each implements rows.Source.
func (nothing) Each(context.Context, *tables.Resource, rows.Scope, func(*tables.Object)) error {
	return nil
}
