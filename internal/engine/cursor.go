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
	all    bool     // not only those of list
	list   []uint32 // ascending
	next   int      // in list, or the next row
	row    uint32
	eof    bool
	checks []check
	memos  []memo // by term
	steps  uint32
}

// checkEvery is after how many rows a cursor looks whether the query's context
// ended.
const checkEvery = 1024

// Filter implements vtab.Cursor: it begins a scan.
func (c *cursor) Filter(number int, _ string, args []vtab.Value) (err error) {
	defer c.recovered(&err)
	p := c.plans[number]
	if c.rows, err = c.conn.rows(c.Table, c.scopeOf(p, args)); err != nil {
		return c.conn.fail(err)
	}
	c.all, c.list, c.next, c.eof = true, nil, 0, false
	c.checks = c.checks[:0]
	if len(c.memos) < len(p) {
		c.memos = make([]memo, len(p))
	}
	for i, term := range p {
		if !c.equal(term, args[i]) {
			c.eof = true
			return nil
		}
	}
	for i, term := range p {
		if !c.compare(&c.memos[i], term, args[i]) {
			c.eof = true
			return nil
		}
	}
	return c.Next()
}

// scopeOf is what equality on the namespace and name columns says to the data.
// A value that only equals what it asks for under some collation is none.
func (c *cursor) scopeOf(p plan, args []vtab.Value) (scope rows.Scope) {
	if c.conn.text.collates {
		return scope
	}
	for i, term := range p {
		value, ok := args[i].(string)
		if !ok || term.op != vtab.OpEQ && term.op != vtab.OpIS {
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

// equal uses the index for an equality; it returns false when no row can
// satisfy it.
func (c *cursor) equal(term term, value any) bool {
	var codes []uint32
	switch {
	case term.op == vtab.OpISNULL, term.op == vtab.OpIS && value == nil:
		codes = null
	case term.op != vtab.OpEQ && term.op != vtab.OpIS:
		return true
	case value == nil:
		return false
	default:
		codes = c.column(term.column).MayEqual(value)
	}
	if len(codes) == 0 {
		return false
	}
	col := c.column(term.column)
	list := col.Rows(codes[0])
	if len(codes) > 1 {
		for _, code := range codes[1:] {
			list = append(list[:len(list):len(list)], col.Rows(code)...)
		}
		slices.Sort(list)
	}
	// The shortest list leads, the others are checked.
	if c.all || len(list) < len(c.list) {
		c.all, c.list = false, list
	}
	c.checks = append(c.checks, check{codes: col.Codes, code: codes[0], others: codes[1:]})
	return len(c.list) > 0
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
				c.row, c.next = uint32(row), row+1
				return nil
			}
		}
		c.eof = true
		return nil
	}
	for i := c.next; i < len(c.list); i++ {
		if c.passes(c.list[i]) {
			c.row, c.next = c.list[i], i+1
			return nil
		}
	}
	c.eof = true
	return nil
}

// Eof implements vtab.Cursor.
func (c *cursor) Eof() bool { return c.eof }

// Column implements vtab.Cursor.
func (c *cursor) Column(i int) (v vtab.Value, err error) {
	defer c.recovered(&err)
	if col := c.rows.Columns[i]; col != nil {
		return col.Values[col.Codes[c.row]], nil
	}
	return nil, c.conn.fail(fmt.Errorf("internal error: column %s.%s was not loaded", c.Name, c.Columns[i].Name))
}

// Rowid implements vtab.Cursor.
func (c *cursor) Rowid() (id int64, err error) {
	defer c.recovered(&err)
	return int64(c.row) + 1, nil
}

// Close implements vtab.Cursor.
func (c *cursor) Close() error { return nil }
