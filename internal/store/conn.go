package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// kind is of a database.
type kind int

const (
	sqlite kind = iota
	postgres
)

// conn is where statements go: the database or a transaction. Statements have
// ? for their arguments, whatever the database.
type conn struct {
	kind kind
	q    interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		PrepareContext(context.Context, string) (*sql.Stmt, error)
	}
	// raw hands out the driver's connection, in a transaction that writes.
	raw func(func(driver any) error) error
}

func (h *history) reading() conn { return conn{kind: h.kind, q: h.db} }

// read has f see one state of the database.
func (h *history) read(ctx context.Context, f func(conn) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if h.kind == postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := h.db.BeginTx(ctx, options)
	if err != nil {
		return plain(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return plain(f(conn{kind: h.kind, q: tx}))
}

// write does f in one transaction.
func (h *history) write(ctx context.Context, f func(conn) error) error {
	if h.kind == sqlite {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case h.turn <- struct{}{}:
		}
		defer func() { <-h.turn }()
	}
	db, err := h.db.Conn(ctx)
	if err != nil {
		return plain(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return plain(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := f(conn{h.kind, tx, db.Raw}); err != nil {
		return plain(err)
	}
	return plain(tx.Commit())
}

// bind puts in what the database has for the n-th argument.
func (c conn) bind(query string) string {
	if c.kind == sqlite {
		return query
	}
	var b strings.Builder
	n := 0
	for {
		before, rest, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = rest
	}
}

func (c conn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := c.q.ExecContext(ctx, c.bind(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// each calls f for every row.
func (c conn) each(ctx context.Context, query string, args []any, f func(scan func(...any) error) error) error {
	rows, err := c.q.QueryContext(ctx, c.bind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// row reads the first row; sql.ErrNoRows without one.
func (c conn) row(ctx context.Context, query string, args []any, into ...any) error {
	found := false
	err := c.each(ctx, query, args, func(scan func(...any) error) error {
		if found {
			return nil
		}
		found = true
		return scan(into...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// many is how many rows one statement writes or names.
const many = 250

// insert writes rows; tail is what follows the values, as in ON CONFLICT.
func (c conn) insert(ctx context.Context, table, columns, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if c.kind == postgres && tail == "" && len(rows) >= many {
		return c.copy(ctx, table, columns, rows)
	}
	one := "(?" + strings.Repeat(", ?", len(rows[0])-1) + ")"
	statement := func(n int) string {
		return c.bind("INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(", "+one, n-1) + " " + tail)
	}
	var full *sql.Stmt
	if len(rows) >= 2*many {
		var err error
		if full, err = c.q.PrepareContext(ctx, statement(many)); err != nil {
			return err
		}
		defer full.Close()
	}
	args := make([]any, 0, min(many, len(rows))*len(rows[0]))
	for len(rows) > 0 {
		n := min(many, len(rows))
		args = args[:0]
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		var err error
		if full != nil && n == many {
			_, err = full.ExecContext(ctx, args...)
		} else {
			_, err = c.q.ExecContext(ctx, statement(n), args...)
		}
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// list is (?, ?, …) for values, with them as arguments.
func list[T any](values []T) (string, []any) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return "(?" + strings.Repeat(", ?", len(values)-1) + ")", args
}
