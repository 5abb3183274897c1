// Package engine runs SQL over tables that are not stored in a database: each
// is a SQLite virtual table whose rows come, as columns, from whoever asks.
// Queries can only read, are bounded in memory, and stop when their context
// ends. The package knows nothing of Kubernetes clients or of osquery.
package engine

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// ErrClosed is returned for queries on a closed DB.
var ErrClosed = errors.New("the database is closed")

// DB answers queries over declared tables. It is safe for concurrent use: each
// running query has a connection of its own. The connections hold no rows.
type DB struct {
	driver  *sqlite.Driver
	module  *module
	resolve func(ctx context.Context, name string) (*tables.Table, error)
	more    func() []string
	lengths int
	slots   chan struct{} // one element for each connection in use
	done    chan struct{} // closed with the DB
	lastID  atomic.Uint64

	mu     sync.Mutex
	tables map[string]*tables.Table // by name and alias, in lower case
	idle   []*conn
	closed bool
}

// Option changes how a DB is opened.
type Option func(*DB)

// WithConnections bounds the queries that run at once; the default is the
// number of CPUs, at least 2.
func WithConnections(n int) Option {
	return func(db *DB) { db.slots = make(chan struct{}, max(1, n)) }
}

// WithResolve names a function that is asked about table names nobody
// declared, in the letter case of the query. It returns nil for a name it does
// not know either; a table it returns, which may be a declared one under
// another name, keeps that name as long as the DB is open. It may be called by
// several queries at once.
func WithResolve(resolve func(ctx context.Context, name string) (*tables.Table, error)) Option {
	return func(db *DB) { db.resolve = resolve }
}

// WithNames names a function that knows more names than those of tables, to be
// suggested for one that is not known.
func WithNames(names func() []string) Option {
	return func(db *DB) { db.more = names }
}

// WithMaxLength bounds each string a query makes or reads, and each row, in
// bytes; the default is 32 MiB.
func WithMaxLength(bytes int) Option {
	return func(db *DB) { db.lengths = bytes }
}

// Open makes a DB of the given tables. Connections are opened, and tables
// declared on them, when a query needs them.
func Open(ts []*tables.Table, opts ...Option) (*DB, error) {
	db := &DB{
		driver:  &sqlite.Driver{},
		module:  newModule(),
		lengths: 32 << 20,
		slots:   make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
		done:    make(chan struct{}),
		tables:  make(map[string]*tables.Table, len(ts)),
	}
	for _, t := range ts {
		db.tables[strings.ToLower(t.Name)] = t
	}
	for _, opt := range opts {
		opt(db)
	}
	limitHeap()
	return db, db.driver.RegisterModule(moduleName, db.module)
}

// Close waits for running queries and closes every connection.
func (db *DB) Close() error {
	db.mu.Lock()
	wasClosed := db.closed
	db.closed = true
	db.mu.Unlock()
	if wasClosed {
		return nil
	}
	close(db.done)
	for range cap(db.slots) {
		db.slots <- struct{}{}
	}
	var errs []error
	for _, c := range db.idle {
		errs = append(errs, c.close())
	}
	db.idle = nil
	return errors.Join(errs...)
}

// acquire returns a connection, waiting for one while all are in use.
func (db *DB) acquire(ctx context.Context) (*conn, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	select {
	case db.slots <- struct{}{}:
	case <-db.done:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		<-db.slots
		return nil, ErrClosed
	}
	if n := len(db.idle); n > 0 {
		c := db.idle[n-1]
		db.idle = db.idle[:n-1]
		db.mu.Unlock()
		return c, nil
	}
	db.mu.Unlock()
	c, err := db.connect()
	if err != nil {
		<-db.slots
	}
	return c, err
}

// release takes a connection back; a broken one is closed, and its place is
// free for another.
func (db *DB) release(c *conn) {
	c.end()
	if c.broken {
		_ = c.close()
	} else {
		db.mu.Lock()
		db.idle = append(db.idle, c)
		db.mu.Unlock()
	}
	<-db.slots
}

// lookup finds a table by the name that a query gives it.
func (db *DB) lookup(ctx context.Context, name string) (*tables.Table, error) {
	key := strings.ToLower(name)
	db.mu.Lock()
	t := db.tables[key]
	db.mu.Unlock()
	if t != nil || db.resolve == nil || strings.HasPrefix(key, "sqlite_") {
		return t, nil
	}
	t, err := db.resolve(ctx, name)
	if t == nil || err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if have := db.tables[key]; have != nil { // another query was faster
		return have, nil
	}
	db.tables[key] = t
	return t, nil
}

// names returns the names of all tables known so far.
func (db *DB) names() []string {
	db.mu.Lock()
	defer db.mu.Unlock()
	names := make([]string, 0, len(db.tables))
	for _, t := range db.tables {
		names = append(names, t.Name)
	}
	if db.more != nil {
		names = append(names, db.more()...)
	}
	return names
}
