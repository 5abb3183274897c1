// Package session gives one query its rows from one or many clusters: it reads
// what the query touches when the query touches it, and no more of it than the
// query's own conditions ask for.
package session

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Member is one source of a session: a cluster, manifests, a snapshot.
type Member struct {
	Name string
	rows.Source
	// AtHand sources are read whole: it costs little, and objects of manifests
	// have no uid, by which the rows of several reads are told apart.
	AtHand bool
}

// Session is the data of one query.
type Session struct {
	members []Member
	plan    rows.Plan
	limit   rows.Scope
	tables  map[*tables.Table]*tableState

	mu       sync.Mutex
	failures []Failure
	reads    []Read
}

// Failure is a member that could not give a table's rows. With more than one
// member the query goes on without it.
type Failure struct {
	Member string
	Err    error
}

// Read tells of rows that were read, for people who want to know why.
type Read struct {
	Table     string
	Resources []string
	Scope     rows.Scope
	Why       string
}

// tableState is what has been read of a table.
type tableState struct {
	whole  *rows.Table
	narrow map[rows.Scope]*rows.Table
}

// New makes the data of a query that reads what plan says, within limit.
func New(members []Member, plan rows.Plan, limit rows.Scope) *Session {
	s := &Session{members: members, plan: rows.Plan{}, limit: limit, tables: map[*tables.Table]*tableState{}}
	s.plan.Merge(plan)
	for t := range plan {
		if uid := t.Column("uid"); uid >= 0 {
			s.plan.Add(t, uid) // by which the engine tells rows apart
		}
		s.tables[t] = &tableState{narrow: map[rows.Scope]*rows.Table{}}
	}
	return s
}

// maxNarrow is how many conditions of one table become requests of their own,
// such as namespace IN ('a', 'b'), or a join that looks up one namespace after
// the other. After that the table is read whole, once.
const maxNarrow = 3

// Rows implements engine.Data. SQLite asks from one goroutine at a time.
func (s *Session) Rows(ctx context.Context, t *tables.Table, _ []int, scope rows.Scope) (*rows.Table, error) {
	state := s.tables[t]
	if state == nil {
		return nil, fmt.Errorf("internal error: table %s was not planned", t.Name)
	}
	if state.whole != nil {
		return state.whole, nil
	}
	where, ok := s.where(t, scope)
	if !ok {
		return s.readWhole(ctx, t, "no condition on namespace or name")
	}
	if narrow := state.narrow[where]; narrow != nil {
		return narrow, nil
	}
	if len(state.narrow) == maxNarrow {
		return s.readWhole(ctx, t, fmt.Sprintf("more than %d namespaces or names were asked for", maxNarrow))
	}
	set, err := s.read(ctx, rows.Plan{t: s.plan[t]}, where, "the query's condition")
	if err != nil {
		return nil, err
	}
	state.narrow[where] = set[t]
	return set[t], nil
}

// where is how far a condition narrows what is to be read; not at all for
// tables that no single object holds.
func (s *Session) where(t *tables.Table, scope rows.Scope) (rows.Scope, bool) {
	atHand := slices.ContainsFunc(s.members, func(m Member) bool { return m.AtHand })
	if scope == (rows.Scope{}) || t.Derive != nil || atHand {
		return rows.Scope{}, false
	}
	if len(t.Sources) == 1 && t.Sources[0].Resource == tables.Namespaces && scope.Name != "" {
		scope.Namespace = scope.Name // what is looked up of a namespace is in it
	}
	return scope, true
}

// readWhole reads a table, and with it every other that was not narrowed so
// far: what several tables read is read once.
func (s *Session) readWhole(ctx context.Context, t *tables.Table, why string) (*rows.Table, error) {
	plan := rows.Plan{t: s.plan[t]}
	for other, state := range s.tables {
		if state.whole == nil && len(state.narrow) == 0 && sharesReads(t, s.plan[t], other, s.plan[other]) {
			plan[other] = s.plan[other]
		}
	}
	set, err := s.read(ctx, plan, rows.Scope{}, why)
	if err != nil {
		return nil, err
	}
	for read, loaded := range set {
		s.tables[read].whole, s.tables[read].narrow = loaded, nil
	}
	return set[t], nil
}

func sharesReads(a *tables.Table, aCols []int, b *tables.Table, bCols []int) bool {
	return slices.ContainsFunc(a.Reads(aCols), func(r *tables.Resource) bool { return slices.Contains(b.Reads(bCols), r) })
}

// read loads a plan from every member at once and puts the rows one after the
// other.
func (s *Session) read(ctx context.Context, plan rows.Plan, where rows.Scope, why string) (map[*tables.Table]*rows.Table, error) {
	s.record(plan, where, why)
	sets := make([]*rows.Set, len(s.members))
	errs := make([]error, len(s.members))
	var wg sync.WaitGroup
	for i, m := range s.members {
		wg.Go(func() { sets[i], errs[i] = rows.Load(ctx, m, plan, s.limit, where) })
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	out := map[*tables.Table]*rows.Table{}
	for t, cols := range plan {
		var parts []*rows.Table
		for i, set := range sets {
			part, err := set.Table(t, cols)
			if err != nil && len(s.members) == 1 {
				return nil, err
			}
			if err != nil {
				s.fail(s.members[i].Name, err)
				continue
			}
			parts = append(parts, part)
		}
		out[t] = rows.Concat(t, cols, parts)
	}
	return out, nil
}
