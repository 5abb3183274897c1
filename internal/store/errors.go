package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedb "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// plain puts an error of a database into a line that says what to do about it.
func plain(err error) error {
	var lite *sqlitedb.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return errors.New("another process holds the lock on it: end it, or use PostgreSQL, which many can share")
		case sqlite3.SQLITE_NOTADB:
			return errors.New("this is not a database")
		case sqlite3.SQLITE_CORRUPT:
			return fmt.Errorf("the database is damaged: restore it from a backup (%w)", err)
		case sqlite3.SQLITE_FULL:
			return errors.New("the disk is full")
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
			return errors.New("the file, or its folder, cannot be written to")
		}
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fmt.Errorf("PostgreSQL: %s (%s)", strings.Join(strings.Fields(pg.Message), " "), pg.Code)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("PostgreSQL does not answer: %s", root(connect))
	}
	var parse *pgconn.ParseConfigError
	if errors.As(err, &parse) {
		return errors.New("this is not an address of PostgreSQL: want postgres://USER@HOST:PORT/DATABASE")
	}
	return err
}

// root is the innermost error, and for one of the network what was dialled.
func root(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Error()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return strings.Join(strings.Fields(err.Error()), " ")
		}
		err = next
	}
}
