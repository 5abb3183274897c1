package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // pgx
	_ "modernc.org/sqlite"             // sqlite
)

// history is a Store in a database.
type history struct {
	db   *sql.DB
	kind kind
	// turn is whose turn it is to write to a SQLite file, within this process:
	// waiting here costs nothing, while SQLite would sleep and look again.
	turn chan struct{}
}

// Open opens the history at dsn, which is a file or sqlite://FILE, :memory:, or
// postgres://…, and makes it or brings it up to date as need be.
func Open(ctx context.Context, dsn string) (Store, error) {
	h, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// ErrNoHistory is returned where there is no database to read.
var ErrNoHistory = errors.New("there is no history")

// OpenExisting is Open for who only reads: a file that does not exist is
// ErrNoHistory.
func OpenExisting(ctx context.Context, dsn string) (Store, error) {
	if file, ok := fileOf(dsn); ok {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", file, ErrNoHistory)
		}
	}
	return Open(ctx, dsn)
}

// fileOf is the SQLite file of a dsn; false for a dsn of something else.
func fileOf(dsn string) (string, bool) {
	if isPostgres(dsn) || dsn == memory {
		return "", false
	}
	return strings.TrimPrefix(strings.TrimPrefix(dsn, "sqlite://"), "file:"), true
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

const memory = ":memory:"

func connect(ctx context.Context, dsn string) (*history, error) {
	if scheme, _, ok := strings.Cut(dsn, "://"); ok && !isPostgres(dsn) && scheme != "sqlite" {
		return nil, fmt.Errorf("store %s: want a file, sqlite://FILE or postgres://…", Redact(dsn))
	}
	if dsn == "" {
		return nil, errors.New("store: want a file or postgres://…")
	}
	h := &history{kind: sqlite, turn: make(chan struct{}, 1)}
	var err error
	if isPostgres(dsn) {
		h.kind = postgres
		h.db, err = sql.Open("pgx", dsn)
	} else {
		h.db, err = openSQLite(dsn)
	}
	if err == nil {
		if err = h.migrate(ctx); err != nil {
			h.db.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", Redact(dsn), plain(err))
	}
	return h, nil
}

// openSQLite has readers see the last commit while another writes, and a commit
// be on disk when it returns. What is written by several processes waits.
func openSQLite(dsn string) (*sql.DB, error) {
	file, ok := fileOf(dsn)
	if !ok {
		// Gone with its last connection, of which one is kept.
		db, err := sql.Open("sqlite", "file:/kspm-"+rand.Text()+"?vfs=memdb&_txlock=immediate&_pragma=busy_timeout(60000)")
		if err == nil {
			db.SetMaxIdleConns(1)
			db.SetConnMaxLifetime(0)
		}
		return db, err
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no folder %s", filepath.Dir(file))
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return nil, errors.New("this is a folder; want a file")
	}
	if err := private(file); err != nil {
		return nil, err
	}
	params := "?_txlock=immediate&_pragma=busy_timeout(60000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=cache_size(-32768)&_pragma=wal_autocheckpoint(8192)"
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}).String()+params)
}

// private makes the file if there is none, for its owner to read: posture says
// where a cluster is weak.
func private(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			return path.Err
		}
		return err
	}
	return f.Close()
}

// Close implements Store.
func (h *history) Close() error { return h.db.Close() }

// Redact is a dsn without its password.
func Redact(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		if i := strings.LastIndex(dsn, "@"); i >= 0 && strings.Contains(dsn, "://") {
			return dsn[:strings.Index(dsn, "://")+3] + "…" + dsn[i:]
		}
		return dsn
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}
