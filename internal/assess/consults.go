package assess

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// consults finds the tables that the rule only consults. What the assets are
// must never depend on them.
func (c compiled) consults() (map[*tables.Table]bool, error) {
	consulted := map[*tables.Table]bool{}
	for t := range c.query.Reads {
		if slices.Contains(c.Consults, t.Name) {
			consulted[t] = true
		}
	}
	for t := range c.assets.Reads {
		if consulted[t] {
			return nil, fmt.Errorf("%s: %s: consults: %s decides what the assets are", c.File, c.ID, t.Name)
		}
	}
	if len(consulted) < len(c.Consults) {
		return nil, fmt.Errorf("%s: %s: consults: the query does not read all of %v", c.File, c.ID, c.Consults)
	}
	return consulted, nil
}

// Needs are the resources that the rules cannot be judged without.
func (r *Rules) Needs() []*tables.Resource {
	plan := rows.Plan{}
	for _, c := range r.rules {
		for _, s := range []*engine.Statement{c.query, c.assets} {
			if s == nil {
				continue
			}
			for t, cols := range s.Reads {
				if !c.consulted[t] {
					plan.Merge(rows.Plan{t: cols})
				}
			}
		}
	}
	return plan.Reads()
}

// dataFor is what a rule's query is answered from: tables that it consults and
// that could not be read have no rows.
func (r *run) dataFor(c compiled) engine.Data {
	unread := map[*tables.Table]bool{}
	for t := range c.consulted {
		if len(r.set.Missing(t, c.query.Reads[t])) > 0 {
			unread[t] = true
		}
	}
	if len(unread) == 0 {
		return r.data
	}
	return consulting{r.data, r.set, unread}
}

type consulting struct {
	engine.Data
	set    *rows.Set
	unread map[*tables.Table]bool
}

// Rows implements engine.Data.
func (d consulting) Rows(ctx context.Context, t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error) {
	if d.unread[t] {
		return rows.Concat(t, cols, nil), nil
	}
	return d.Data.Rows(ctx, t, cols, scope)
}

// Peek implements engine.Peeker.
func (d consulting) Peek(t *tables.Table) *rows.Table {
	if d.unread[t] {
		return nil
	}
	return d.set.Tables[t]
}
