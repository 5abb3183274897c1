package engine

import (
	"strings"

	"modernc.org/sqlite/vtab"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// check is a condition on a row, looked up by the code its column has there:
// one of a few codes, a set, or, where a set would cost more than it saves,
// the value itself.
type check struct {
	codes  *rows.Codes
	code   uint32
	others []uint32
	may    []bool // by code
	value  func(v any) bool
	values []any
}

func (c *cursor) passes(row uint32) bool {
	for i := range c.checks {
		check := &c.checks[i]
		code := check.codes.At(int(row))
		switch {
		case check.may != nil:
			if !check.may[code] {
				return false
			}
		case check.value != nil:
			if !check.value(check.values[code]) {
				return false
			}
		case code != check.code && !contains(check.others, code):
			return false
		}
	}
	return true
}

func contains(codes []uint32, code uint32) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// memo is the set of codes that a comparison found last time, for scans that
// begin again with the same right-hand side.
type memo struct {
	column *rows.Column
	op     vtab.ConstraintOp
	value  any
	may    []bool
	some   bool
}

// restrict adds the checks of the terms that are no equalities; it returns
// false when no row can satisfy one.
func (c *cursor) restrict(p plan, args []vtab.Value) bool {
	if len(c.memos) < len(p) {
		c.memos = make([]memo, len(p))
	}
	for i, term := range p {
		if !term.equality() && !c.compare(&c.memos[i], term, args[i]) {
			return false
		}
	}
	return true
}

func (c *cursor) compare(m *memo, term term, value any) bool {
	col := c.column(term.column)
	if m.column == col && m.op == term.op && same(m.value, value) {
		c.checks = append(c.checks, check{codes: &col.Codes, may: m.may})
		return m.some
	}
	may := comparison(term.op, value)
	if may == nil {
		return false
	}
	candidates := len(c.list)
	if c.all {
		candidates = c.rows.Len
	}
	if len(col.Values) > candidates {
		c.checks = append(c.checks, check{codes: &col.Codes, values: col.Values, value: may})
		return true
	}
	if s, ok := value.(string); ok {
		value = strings.Clone(s)
	}
	*m = memo{column: col, op: term.op, value: value, may: make([]bool, len(col.Values))}
	for code, v := range col.Values {
		m.may[code] = may(v)
		m.some = m.some || m.may[code]
	}
	c.checks = append(c.checks, check{codes: &col.Codes, may: m.may})
	return m.some
}

// same reports whether two right-hand sides are one; BLOBs never are.
func same(a, b any) bool {
	switch a.(type) {
	case nil, int64, float64, string:
		return a == b
	}
	return false
}
