package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Data gives a query its rows.
type Data interface {
	// Rows returns the rows of a table, with at least the given columns. It
	// may leave out rows outside the scope. It is called when the query first
	// needs the rows, and again for every other scope; it must return when
	// ctx ends. The rows of one object are the same, in the same order, in
	// whatever scope it is found.
	Rows(ctx context.Context, t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error)
}

// Peeker is Data that has rows at hand before the query runs: the engine plans
// by them, and asks for them without a scope. Peek returns nil for a table
// that is not at hand.
type Peeker interface {
	Peek(t *tables.Table) *rows.Table
}

// UnreadError says that rows cannot be had because resources could not be
// read.
type UnreadError struct {
	Table     *tables.Table
	Resources []*tables.Resource
	// Reasons has one error for each resource.
	Reasons []error
}

// Error names the resources and why they could not be read.
func (e *UnreadError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s: could not read ", e.Table.Name)
	for i, r := range e.Resources {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %v", r, e.Reasons[i])
	}
	return b.String()
}

// Unwrap returns the reasons.
func (e *UnreadError) Unwrap() []error { return e.Reasons }

// Snapshot is rows that were all read before the query.
func Snapshot(set *rows.Set) Data { return snapshot{set} }

type snapshot struct{ set *rows.Set }

// Rows implements Data; the scope is ignored.
func (s snapshot) Rows(_ context.Context, t *tables.Table, cols []int, _ rows.Scope) (*rows.Table, error) {
	if missing := s.set.Missing(t, cols); len(missing) > 0 {
		e := &UnreadError{Table: t, Resources: missing}
		for _, r := range missing {
			e.Reasons = append(e.Reasons, s.set.Unread[r])
		}
		return nil, e
	}
	loaded := s.set.Tables[t]
	if loaded == nil {
		return nil, fmt.Errorf("internal error: table %s was not loaded", t.Name)
	}
	return loaded, nil
}

// Peek implements Peeker.
func (s snapshot) Peek(t *tables.Table) *rows.Table { return s.set.Tables[t] }
