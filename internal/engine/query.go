package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"modernc.org/sqlite"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// Statement is what compiling a query tells about it.
type Statement struct {
	SQL     string
	Columns []string
	// Reads are the tables and columns that the query reads. A table of which
	// only the number of rows matters has no columns.
	Reads rows.Plan
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

	st := &Statement{SQL: sql}
	err = c.compile(func() error {
		info, err := c.ColumnInfo(x.sql)
		for _, column := range info {
			st.Columns = append(st.Columns, column.Name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	st.Reads = c.reads
	return st, nil
}

// Query runs one statement over data and calls row for each row of the result;
// the slice is reused. Values are nil, int64, float64 or string; a BLOB, which
// no table holds but a query can make, is a string like X'00ff'. Arguments may
// be sql.NamedArg. When ctx ends the query ends with context.Cause(ctx); an
// error of data or row is returned as it is. row must not query the same DB.
func (db *DB) Query(ctx context.Context, data Data, sql string, args []any, row func([]any) error) (columns []string, err error) {
	x, err := newText(sql)
	if err != nil {
		return nil, err
	}
	bound, err := bind(args)
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

	var stmt driver.Stmt
	err = c.compile(func() (err error) {
		stmt, err = c.PrepareContext(context.Background(), x.sql)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer stmt.Close()
	// The driver is given no context: it would watch it a second time, and
	// only until the first row.
	result, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), bound)
	if err != nil {
		return nil, c.explain(err)
	}
	defer result.Close()
	return result.Columns(), c.each(result, row)
}

func (c *conn) each(result driver.Rows, row func([]any) error) error {
	values := make([]driver.Value, len(result.Columns()))
	out := make([]any, len(values))
	for {
		switch err := result.Next(values); {
		case err == io.EOF:
			return nil
		case err != nil:
			return c.explain(err)
		}
		for i, v := range values {
			if blob, ok := v.([]byte); ok {
				v = "X'" + hex.EncodeToString(blob) + "'"
			}
			out[i] = v
		}
		if err := row(out); err != nil {
			return err
		}
	}
}

func bind(args []any) ([]driver.NamedValue, error) {
	bound := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		bound[i].Ordinal = i + 1
		if named, ok := arg.(sql.NamedArg); ok {
			bound[i].Name, arg = named.Name, named.Value
		}
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		bound[i].Value = v
	}
	return bound, nil
}

// compile runs prepare, and again each time a table was missing that can be
// declared.
func (c *conn) compile(prepare func() error) error {
	for {
		c.reads, c.refusal = rows.Plan{}, nil
		err := prepare()
		if err == nil {
			return nil
		}
		name, ok := strings.CutPrefix(message(err), "no such table: ")
		name = strings.TrimPrefix(name, "temp.")
		if !ok || c.declared[strings.ToLower(name)] != nil {
			return c.explain(err)
		}
		t, err := c.db.lookup(c.ctx, name)
		switch {
		case c.ctx.Err() != nil:
			return context.Cause(c.ctx)
		case err != nil:
			return err
		case t == nil:
			return c.noSuchTable(name)
		}
		if err := c.declare(name, t); err != nil {
			return err
		}
	}
}

// message is what SQLite says, without what the driver puts around it.
func message(err error) string {
	msg := err.Error()
	var e *sqlite.Error
	if errors.As(err, &e) {
		msg = strings.TrimSuffix(msg, fmt.Sprintf(" (%d)", e.Code()))
		if _, after, ok := strings.Cut(msg, ": "); ok && strings.HasPrefix(msg, errorText(e.Code())+": ") {
			msg = after
		}
	}
	return msg
}
