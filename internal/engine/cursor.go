package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite/vtab"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// cursor is one scan of a table. It runs over a list of rows that an index
// gave, or over all rows, and skips those that fail a check.
type cursor struct {
	*table
	rows   *rows.Table
	last   rows.Scope // of rows
	order  []int      // scratch
	lead   check      // what list satisfies
	all    bool       // not only those of list
	list   []uint32   // ascending
	next   int        // in list, or the next row
	row    uint32
	eof    bool
	checks []check
	memos  []memo // by term
	steps  uint32
	atHand bool // the rows are, whatever the scope
}

// checkEvery is after how many rows a cursor looks whether the query's context
// ended.
const checkEvery = 1024

// Filter implements vtab.Cursor: it begins a scan.
func (c *cursor) Filter(number int, _ string, args []vtab.Value) (err error) {
	defer c.recovered(&err)
	p := c.plans[number]
	if err := c.load(p, args); err != nil {
		return c.conn.fail(err)
	}
	c.all, c.list, c.next = true, nil, 0
	c.checks = c.checks[:0]
	c.eof = !c.seek(p, args) || !c.restrict(p, args)
	if c.eof {
		return nil
	}
	return c.Next()
}

// load gets the rows. A scan that begins again often has them already.
func (c *cursor) load(p plan, args []vtab.Value) (err error) {
	if c.rows == nil {
		c.atHand = c.conn.peek(c.Table) != nil
	}
	scope := c.scopeOf(p, args)
	if c.rows != nil && scope == c.last && c.conn.ctx.Err() == nil {
		return nil
	}
	c.last = scope
	c.rows, err = c.conn.rows(c.table, scope)
	return err
}

// scopeOf is what equality on the namespace and name columns says to data that
// is not at hand. A value that only equals what it asks for under some
// collation is none.
func (c *cursor) scopeOf(p plan, args []vtab.Value) (scope rows.Scope) {
	if c.atHand || c.conn.text.collates {
		return scope
	}
	for i, term := range p {
		value, ok := args[i].(string)
		if !ok || !term.equality() {
			continue
		}
		switch term.column {
		case c.scope.namespace:
			scope.Namespace = strings.Clone(value)
		case c.scope.name:
			scope.Name = strings.Clone(value)
		}
	}
	return scope
}

// column returns a loaded column.
func (c *cursor) column(i int) *rows.Column {
	col := c.rows.Columns[i]
	if col == nil {
		panic(fmt.Sprintf("column %s was not loaded", c.Columns[i].Name))
	}
	return col
}

// enough is the length of a list that is not worth shortening: SQLite compares
// again anyway, except IS NULL.
const enough = 8

// seek picks the list of rows that the equalities leave; it returns false when
// there are none.
func (c *cursor) seek(p plan, args []vtab.Value) bool {
	for _, i := range c.bySelectivity(p) {
		if !c.all && len(c.list) <= enough && p[i].op != vtab.OpISNULL {
			continue
		}
		codes, col := c.codesEqual(p[i], args[i]), c.column(p[i].column)
		if len(codes) == 0 {
			return false
		}
		list := col.Rows(codes[0])
		if len(codes) > 1 {
			for _, code := range codes[1:] {
				list = append(list[:len(list):len(list)], col.Rows(code)...)
			}
			slices.Sort(list)
		}
		// The shortest list leads, the others are checked.
		own := check{codes: &col.Codes, code: codes[0], others: codes[1:]}
		switch {
		case c.all:
			c.all, c.list, c.lead = false, list, own
		case len(list) < len(c.list):
			c.checks = append(c.checks, c.lead)
			c.list, c.lead = list, own
		default:
			c.checks = append(c.checks, own)
		}
	}
	return c.all || len(c.list) > 0
}

// bySelectivity returns the plan's equalities, that of the column with the
// most values first.
func (c *cursor) bySelectivity(p plan) []int {
	c.order = c.order[:0]
	for i, term := range p {
		if !term.equality() {
			continue
		}
		at := len(c.order)
		c.order = append(c.order, i)
		for ; at > 0 && len(c.column(p[c.order[at-1]].column).Values) < len(c.column(term.column).Values); at-- {
			c.order[at], c.order[at-1] = c.order[at-1], i
		}
	}
	return c.order
}

// codesEqual returns the codes that may satisfy an equality.
func (c *cursor) codesEqual(term term, value any) []uint32 {
	switch {
	case term.op == vtab.OpISNULL, term.op == vtab.OpIS && value == nil:
		return null
	case value == nil:
		return nil
	}
	return c.column(term.column).MayEqual(value)
}

var null = []uint32{0}

// Next implements vtab.Cursor.
func (c *cursor) Next() (err error) {
	defer c.recovered(&err)
	if c.steps++; c.steps%checkEvery == 0 && c.conn.ctx.Err() != nil {
		return c.conn.fail(context.Cause(c.conn.ctx))
	}
	if c.all {
		n := c.rows.Len
		for row := c.next; row < n; row++ {
			if c.passes(uint32(row)) {
				c.conn.looked += int64(row + 1 - c.next)
				c.row, c.next = uint32(row), row+1
				return nil
			}
		}
		c.conn.looked += int64(n - c.next)
		c.eof = true
		return nil
	}
	for i := c.next; i < len(c.list); i++ {
		if c.passes(c.list[i]) {
			c.conn.looked += int64(i + 1 - c.next)
			c.row, c.next = c.list[i], i+1
			return nil
		}
	}
	c.conn.looked += int64(len(c.list) - c.next)
	c.eof = true
	return nil
}

// Eof implements vtab.Cursor.
func (c *cursor) Eof() bool { return c.eof }

// Column implements vtab.Cursor.
func (c *cursor) Column(i int) (v vtab.Value, err error) {
	defer c.recovered(&err)
	if col := c.rows.Columns[i]; col != nil {
		return col.Values[col.Codes.At(int(c.row))], nil
	}
	return nil, c.conn.fail(fmt.Errorf("internal error: column %s.%s was not loaded", c.Name, c.Columns[i].Name))
}

// Rowid implements vtab.Cursor.
func (c *cursor) Rowid() (id int64, err error) {
	defer c.recovered(&err)
	if c.atHand || c.scope.uid < 0 {
		return int64(c.row) + 1, nil
	}
	// One object may have been found in two scopes, and SQLite tells by the
	// rowid whether it has seen a row: for `namespace = 'x' OR name = 'y'`.
	uids := c.column(c.scope.uid)
	uid, _ := uids.At(int(c.row)).(string)
	nth, _ := slices.BinarySearch(uids.Rows(uids.Codes.At(int(c.row))), c.row)
	return c.conn.object(uid)<<maxRowsShift + int64(nth) + 1, nil
}

// maxRowsShift leaves room for a million rows of one object.
const maxRowsShift = 20

// Close implements vtab.Cursor.
func (c *cursor) Close() error { return nil }
