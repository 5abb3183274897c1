package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrate makes the tables, or brings them up to date.
func (h *history) migrate(ctx context.Context) error {
	version, err := h.version(ctx)
	if err != nil {
		return err
	}
	p, err := h.migrations()
	if err != nil {
		return err
	}
	newest := p.ListSources()[len(p.ListSources())-1].Version
	switch {
	case version == newest:
		return nil
	case version > newest:
		return fmt.Errorf("it was written by a newer version of kubectl-kspm (schema %d, this one knows %d)", version, newest)
	}
	for try := 0; ; try++ {
		_, err = p.Up(ctx)
		if err == nil {
			return nil
		}
		// Another process may have been at it: then it is done, or will be.
		if now, again := h.version(ctx); again == nil && now == newest {
			return nil
		}
		if try == 20 || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

const versions = "schema_version"

func (h *history) migrations() (*goose.Provider, error) {
	dialect, dir := database.DialectSQLite3, "migrations/sqlite"
	options := []goose.ProviderOption{goose.WithTableName(versions), goose.WithDisableGlobalRegistry(true)}
	if h.kind == postgres {
		dialect, dir = database.DialectPostgres, "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // looks again each second
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, h.db, files, options...)
}

// version is that of the tables, 0 where there are none yet.
func (h *history) version(ctx context.Context) (int64, error) {
	tables := `SELECT count(*), count(CASE WHEN name = '` + versions + `' THEN 1 END) FROM sqlite_master`
	if h.kind == postgres {
		tables = `SELECT count(*), count(CASE WHEN tablename = '` + versions + `' THEN 1 END) FROM pg_tables WHERE schemaname = current_schema()`
	}
	var all, ours, version int64
	c := h.reading()
	if err := c.row(ctx, tables, nil, &all, &ours); err != nil {
		return 0, err
	}
	if ours == 0 {
		if all > 0 && h.kind == sqlite {
			return 0, errors.New("this is a database of something else")
		}
		return 0, nil
	}
	err := c.row(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versions+` WHERE is_applied`, nil, &version)
	return version, err
}
