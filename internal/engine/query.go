package engine

import (
	"context"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Statement is what compiling a query tells about it.
type Statement struct {
	SQL     string
	Columns []string
	// Reads are the tables and columns that the query reads. A table of which
	// only the number of rows matters has no columns.
	Reads rows.Plan
	// Strings are those that the statement's text holds.
	Strings []string
	// Judged are those of the tables of which Pods, ReplicaSets and Jobs that
	// are neither judged nor in kube-system change nothing about the result.
	Judged map[*tables.Table]bool
}

// Prepare compiles one statement, without data. What is wrong with the
// statement itself is an *Error.
func (db *DB) Prepare(ctx context.Context, sql string) (*Statement, error) {
	x, err := newText(sql)
	if err != nil {
		return nil, err
	}
	c, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer db.release(c)
	c.begin(ctx, x, nil)
	defer c.watch(ctx)()

	compiled, err := c.compile()
	if err != nil {
		return nil, err
	}
	compiled.close()
	return &Statement{SQL: sql, Columns: compiled.columns, Reads: c.reads, Strings: x.strings(), Judged: c.judged()}, nil
}

// Query runs one statement over data and calls row for each row of the result;
// the slice is reused. Values are nil, int64, float64 or string; a BLOB, which
// no table holds but a query can make, is a string like X'00ff'. Arguments may
// be sql.NamedArg. When ctx ends the query ends with context.Cause(ctx); an
// error of data or row is returned as it is. row must not query the same DB.
func (db *DB) Query(ctx context.Context, data Data, sql string, args []any, row func([]any) error) (columns []string, err error) {
	return db.QueryCounted(ctx, data, sql, args, row, nil)
}

// QueryCounted is Query, and adds to steps how much work the query was: the
// instructions of SQLite's virtual machine and the rows of ours that it looked
// at. Over the same rows it is the same number again.
func (db *DB) QueryCounted(ctx context.Context, data Data, sql string, args []any, row func([]any) error, steps *int64) (columns []string, err error) {
	x, err := newText(sql)
	if err != nil {
		return nil, err
	}
	c, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer db.release(c)
	c.begin(ctx, x, data)
	defer c.watch(ctx)()

	st, err := c.compile()
	if err != nil {
		return nil, err
	}
	defer st.close()
	if err := st.bind(args); err != nil {
		return nil, err
	}
	if t := c.counted(); t != nil {
		n, err := t.count()
		if err != nil {
			return st.columns, err
		}
		return st.columns, row([]any{n})
	}
	if steps != nil {
		defer func() { *steps += c.looked + st.steps() }()
	}
	values := make([]any, len(st.columns))
	for {
		more, err := st.step()
		switch {
		case err != nil:
			return st.columns, c.explain(err)
		case !more:
			return st.columns, nil
		}
		st.row(values)
		if err := row(values); err != nil {
			return st.columns, err
		}
	}
}

// compile compiles the session's statement, again each time a table was
// missing that can be declared.
func (c *conn) compile() (*stmt, error) {
	for {
		c.reads, c.refusal = rows.Plan{}, nil
		st, err := c.prepare(c.text.sql)
		if err == nil {
			return st, nil
		}
		name, ok := strings.CutPrefix(err.Error(), "no such table: ")
		name = strings.TrimPrefix(name, "temp.")
		if ok && c.declared[strings.ToLower(name)] != nil && strings.Contains(name, ".") {
			return nil, c.unquoted(name)
		}
		if !ok || c.declared[strings.ToLower(name)] != nil {
			return nil, c.explain(err)
		}
		t, err := c.db.lookup(c.ctx, name)
		switch {
		case c.ctx.Err() != nil:
			return nil, context.Cause(c.ctx)
		case err != nil:
			return nil, err
		case t == nil:
			return nil, c.noSuchTable(name)
		}
		if err := c.declare(name, t); err != nil {
			c.broken = true
			return nil, c.explain(err)
		}
	}
}
