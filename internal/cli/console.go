package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/session"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// console answers SQL on the pages.
type console struct {
	db *engine.DB
	// over are the members of a query.
	over  func(ctx context.Context) ([]session.Member, error)
	scope rows.Scope
}

// newConsole is a console over the sources of an sql command.
func newConsole(ctx context.Context, o *sqlOptions) (*console, error) {
	if _, err := o.members(ctx); err != nil {
		return nil, err
	}
	db, err := o.openDB()
	return &console{db, o.members, rows.Scope{Namespace: o.source.kube.Namespace()}}, err
}

func (c *console) close() { _ = c.db.Close() }

// errEnough ends a query that has returned as many rows as are wanted.
var errEnough = errors.New("enough rows")

// Query implements web.Console.
func (c *console) Query(ctx context.Context, sql string, l web.QueryLimits) (*web.Result, error) {
	stmt, err := c.db.Prepare(ctx, sql)
	if err != nil {
		return nil, marked(err)
	}
	members, err := c.over(ctx)
	if err != nil {
		return nil, err
	}
	data := session.New(members, stmt.Reads, c.scope, stmt.Strings...)
	watch := newStopwatch(ctx, l.Time, fmt.Errorf("stopped after %s of computing: raise the seconds, or ask for less", l.Time))
	defer watch.end()
	result, cells := &web.Result{Columns: stmt.Columns}, 0
	_, err = c.db.Query(watch.ctx, watch.data(data), sql, nil, func(values []any) error {
		if cells += len(values); len(result.Rows) == l.Rows || cells > maxCells {
			return errEnough
		}
		row := slices.Clone(values)
		for i, v := range row {
			row[i] = tables.CleanAny(v)
		}
		result.Rows = append(result.Rows, row)
		return nil
	})
	if errors.Is(err, errEnough) {
		result.Truncated, err = true, nil
	}
	if err != nil {
		return nil, marked(err)
	}
	for _, f := range data.Failures() {
		result.Notes = append(result.Notes, tables.Clean(f.Member+": "+f.Err.Error()))
	}
	return result, nil
}

// marked is an error with the place of the mistake shown below it.
func marked(err error) error {
	var sql *engine.Error
	if errors.As(err, &sql) {
		if caret := sql.Caret(); caret != "" {
			return fmt.Errorf("%w\n%s", err, caret)
		}
	}
	return err
}

// Tables implements web.Console.
func (c *console) Tables(context.Context) ([]web.Table, error) {
	var out []web.Table
	for _, t := range tables.All() {
		one := web.Table{Name: t.Name, Doc: t.Doc}
		for _, col := range t.Columns {
			one.Columns = append(one.Columns, web.TableColumn{Name: col.Name, Type: fmt.Sprint(col.Type), Doc: col.Doc})
		}
		out = append(out, one)
	}
	return out, nil
}
