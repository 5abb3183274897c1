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
	named   map[string]bool
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

// Read tells of objects that were read, for people who want to know why.
type Read struct {
	Resource *tables.Resource
	Scope    rows.Scope
	// Tables are those that needed it, sorted.
	Tables []string
	Why    string
}

// tableState is what has been read of a table.
type tableState struct {
	whole  *rows.Table
	narrow map[rows.Scope]*rows.Table
	// found counts the narrow scopes that the query's text does not name.
	found int
}

// New makes the data of a query that reads what plan says, within limit. Named
// are the strings that the query's text holds.
func New(members []Member, plan rows.Plan, limit rows.Scope, named ...string) *Session {
	s := &Session{members: members, plan: rows.Plan{}, limit: limit, named: map[string]bool{}, tables: map[*tables.Table]*tableState{}}
	for _, n := range named {
		s.named[n] = true
	}
	s.plan.Merge(plan)
	for t := range plan {
		if uid := t.Column("uid"); uid >= 0 {
			s.plan.Add(t, uid) // by which the engine tells rows apart
		}
		s.tables[t] = &tableState{narrow: map[rows.Scope]*rows.Table{}}
	}
	return s
}

const (
	// maxFound is how many namespaces or names that a query finds, as in a join
	// that looks up one after the other, become requests of their own. After
	// that the table is read whole, once.
	maxFound = 3
	// maxNarrow is the same for those that the query's text names, such as
	// namespace IN ('a', 'b', 'c', 'd').
	maxNarrow = 16
)

// Rows implements engine.Data. SQLite asks from one goroutine at a time.
func (s *Session) Rows(ctx context.Context, t *tables.Table, _ []int, scope rows.Scope) (*rows.Table, error) {
	state := s.tables[t]
	if state == nil {
		return nil, fmt.Errorf("internal error: table %s was not planned", t.Name)
	}
	if state.whole != nil {
		return state.whole, nil
	}
	where, why := s.where(t, scope)
	if why != "" {
		return s.readWhole(ctx, t, why)
	}
	if narrow := state.narrow[where]; narrow != nil {
		return narrow, nil
	}
	found := !s.inText(scope)
	if len(state.narrow) == maxNarrow || found && state.found == maxFound {
		return s.readWhole(ctx, t, fmt.Sprintf("more than %d namespaces or names were looked up", len(state.narrow)))
	}
	why = "the query names it"
	if found {
		state.found++
		why = "the query looks it up"
	}
	set, err := s.read(ctx, rows.Plan{t: s.plan[t]}, where, why)
	if err != nil {
		return nil, err
	}
	state.narrow[where] = set[t]
	return set[t], nil
}

// inText tells whether the query's text names the scope.
func (s *Session) inText(scope rows.Scope) bool {
	return (scope.Namespace == "" || s.named[scope.Namespace]) && (scope.Name == "" || s.named[scope.Name])
}

// where is how far a condition narrows what is to be read, or why it does not
// at all.
func (s *Session) where(t *tables.Table, scope rows.Scope) (where rows.Scope, why string) {
	switch {
	case slices.ContainsFunc(s.members, func(m Member) bool { return m.AtHand }):
		return rows.Scope{}, "what is at hand is read whole"
	case t.Derive != nil:
		return rows.Scope{}, "its rows come of all objects together"
	case scope == (rows.Scope{}):
		return rows.Scope{}, "no condition on namespace or name"
	}
	if len(t.Sources) == 1 && t.Sources[0].Resource == tables.Namespaces && scope.Name != "" {
		scope.Namespace = scope.Name // what is looked up of a namespace is in it
	}
	return scope, ""
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
	rest := perCluster(plan)
	var wg sync.WaitGroup
	for i, m := range s.members {
		own := plan
		if i > 0 {
			own = rest
		}
		wg.Go(func() {
			sets[i], _ = rows.Load(ctx, m, own, s.limit, where) // an error is the context's
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	return s.together(sets)
}

// perCluster leaves of a plan the tables whose rows are of a cluster; those of
// the others, such as the releases of Kubernetes, are the same wherever they
// are asked for.
func perCluster(plan rows.Plan) rows.Plan {
	rest := rows.Plan{}
	for t, cols := range plan {
		if t.Column("cluster") >= 0 {
			rest[t] = cols
		}
	}
	return rest
}

// together puts the rows of all members one after the other.
func (s *Session) together(sets []*rows.Set) (map[*tables.Table]*rows.Table, error) {
	out := map[*tables.Table]*rows.Table{}
	for t := range sets[0].Tables {
		cols := s.plan[t]
		var parts []*rows.Table
		for i, set := range sets {
			if i > 0 && set.Tables[t] == nil {
				continue
			}
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
