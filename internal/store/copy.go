package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// copy is insert of rows that are not there yet, by way of PostgreSQL's COPY.
// For those that may be there it does not pay: a table beside that is then
// merged costs more than the values in the statement.
func (c conn) copy(ctx context.Context, table, columns string, rows [][]any) error {
	return c.raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{table}, strings.Split(columns, ", "), pgx.CopyFromRows(rows))
		return err
	})
}
