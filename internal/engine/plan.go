package engine

import (
	"strings"

	"modernc.org/sqlite/vtab"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// plan is how a table is read: the terms of the query that it evaluates, in
// the order in which Filter gets their right-hand sides.
type plan []term

type term struct {
	column int
	op     vtab.ConstraintOp
}

// equality reports whether an index answers the term.
func (t term) equality() bool {
	return t.op == vtab.OpEQ || t.op == vtab.OpIS || t.op == vtab.OpISNULL
}

// maxPlans bounds what a table remembers from query to query.
const maxPlans = 200

// forget drops plans when they have become many. No statement may be alive.
func (t *table) forget() {
	if len(t.plans) > maxPlans {
		t.plans, t.known = nil, map[string]int{}
	}
}

// BestIndex implements vtab.Table. SQLite evaluates every term again, except
// IS NULL and IS NOT NULL: neither the affinity nor the collation under which
// it compares is known here. The plan only must not lose a row.
func (t *table) BestIndex(info *vtab.IndexInfo) (err error) {
	defer t.recovered(&err)
	stats := t.stats()
	var p plan
	scanned, result := stats.rows, stats.rows
	for i := range info.Constraints {
		c := &info.Constraints[i]
		if !c.Usable || c.Column < 0 || c.Column >= len(t.Columns) {
			continue
		}
		share, indexed := stats.share(c.Column, c.Op)
		if share == 0 || t.conn.text.collates && isRange(c.Op) {
			continue
		}
		c.ArgIndex = len(p)
		c.Omit = c.Op == vtab.OpISNULL || c.Op == vtab.OpISNOTNULL
		p = append(p, term{c.Column, c.Op})
		result *= share
		if indexed {
			scanned = min(scanned, stats.rows*share)
		}
	}
	info.IdxNum = int64(t.number(p))
	if t.conn.text.explains {
		info.IdxStr = t.describe(p)
	}
	info.EstimatedRows = max(1, int64(result))
	// A row costs 1, a row only looked at a fifth, beginning a scan about as
	// much as ten rows.
	info.EstimatedCost = 10 + scanned/5 + result
	return nil
}

// describe is what EXPLAIN QUERY PLAN shows of a plan. Other statements do
// without: it would be copied for every scan.
func (t *table) describe(p plan) string {
	terms := make([]string, len(p))
	for i, term := range p {
		terms[i] = t.Columns[term.column].Name + " " + operators[term.op]
	}
	return strings.Join(terms, " AND ")
}

var operators = map[vtab.ConstraintOp]string{
	vtab.OpEQ: "= ?", vtab.OpIS: "IS ?", vtab.OpISNULL: "IS NULL", vtab.OpISNOTNULL: "IS NOT NULL",
	vtab.OpNE: "!= ?", vtab.OpISNOT: "IS NOT ?", vtab.OpGT: "> ?", vtab.OpGE: ">= ?", vtab.OpLT: "< ?", vtab.OpLE: "<= ?",
	vtab.OpLIKE: "LIKE ?", vtab.OpGLOB: "GLOB ?",
}

func isRange(op vtab.ConstraintOp) bool {
	return op == vtab.OpGT || op == vtab.OpGE || op == vtab.OpLT || op == vtab.OpLE
}

// number returns the index of the plan.
func (t *table) number(p plan) int {
	var key strings.Builder
	for _, term := range p {
		key.WriteByte(byte(term.op))
		key.WriteByte(byte(term.column))
		key.WriteByte(byte(term.column >> 8))
	}
	n, ok := t.known[key.String()]
	if !ok {
		n = len(t.plans)
		t.plans = append(t.plans, p)
		t.known[key.String()] = n
	}
	return n
}

// stats is what is known of a table's rows when a query is planned.
type stats struct {
	rows  float64
	table *tables.Table
	at    *rows.Table // nil when no row was read yet
}

// assumedRows is a table's size when nothing is known of it.
const assumedRows = 2000

func (t *table) stats() stats {
	s := stats{rows: assumedRows, table: t.Table}
	if s.at = t.conn.peek(t.Table); s.at != nil {
		s.rows = float64(max(1, s.at.Len))
	}
	return s
}

// share is the part of the rows that a term leaves, 0 when the term is not for
// us; indexed says that the others are not even looked at.
func (s stats) share(column int, op vtab.ConstraintOp) (share float64, indexed bool) {
	switch op {
	case vtab.OpEQ, vtab.OpIS:
		return 1 / min(s.distinct(column), s.rows), true
	case vtab.OpISNULL:
		return 0.3, true
	case vtab.OpGT, vtab.OpGE, vtab.OpLT, vtab.OpLE, vtab.OpLIKE, vtab.OpGLOB:
		return 0.3, false
	case vtab.OpNE, vtab.OpISNOT, vtab.OpISNOTNULL:
		return 0.8, false
	}
	return 0, false
}

// distinct is how many values a column has.
func (s stats) distinct(column int) float64 {
	if s.at != nil {
		if c := s.at.Columns[column]; c != nil {
			return float64(max(2, len(c.Values)-1))
		}
	}
	c := s.table.Columns[column]
	switch {
	case !c.Key && c.Type == tables.TypeInteger:
		return 3
	case !c.Key:
		return 10
	case strings.HasSuffix(c.Name, "uid"), strings.HasSuffix(c.Name, "id"):
		return s.rows
	case strings.HasSuffix(c.Name, "namespace"):
		return s.rows / 50
	}
	return s.rows / 4
}
