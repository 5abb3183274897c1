package engine

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"modernc.org/libc"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// driverConn is what is used of the driver's connections.
type driverConn interface {
	driver.Conn
	driver.ExecerContext
	sqlite.AuthorizerRegisterer
}

// conn is one connection and the session that uses it: virtual tables get no
// context when SQLite calls them, and find here what the query brought along.
type conn struct {
	driverConn
	db       *DB
	id       uint64
	handle   uintptr // sqlite3*
	tls      *libc.TLS
	declared map[string]*tables.Table
	// declaring is the table that is being declared: while it is set, the
	// connection may do what queries may not.
	declaring *tables.Table
	virtual   []*table
	broken    bool

	session
}

// session is what lasts for one query.
type session struct {
	ctx     context.Context
	text    *text
	data    Data
	peeker  Peeker // data, if it is one
	loaded  map[load]*rows.Table
	objects map[string]int64 // numbers of objects, for rowids
	reads   rows.Plan        // reported by the authorizer
	refusal *Error           // why the authorizer refused the statement
	err     error            // the first error of a callback, in its own words
	looked  int64            // rows that cursors looked at
}

// load is what Data was asked for.
type load struct {
	table *tables.Table
	scope rows.Scope
}

// dsn: double quotes never make a string; nothing can change the schema behind
// SQLite's back; sorting stays in memory.
const dsn = ":memory:?_dqs=0&_defensive=1&_pragma=trusted_schema(0)&_pragma=temp_store(memory)"

func (db *DB) connect() (*conn, error) {
	opened, err := db.driver.Open(dsn)
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	dc, ok := opened.(driverConn)
	if !ok {
		_ = opened.Close()
		return nil, fmt.Errorf("open SQLite: %T lacks what the engine needs", opened)
	}
	c := &conn{driverConn: dc, db: db, id: db.lastID.Add(1), declared: map[string]*tables.Table{}}
	if err := c.internals(); err != nil {
		_ = opened.Close()
		return nil, err
	}
	c.limit()
	if err := c.RegisterAuthorizer(c.authorize); err != nil {
		_ = opened.Close()
		return nil, err
	}
	db.module.add(c)
	return c, nil
}

// internals finds the thread and the handle with which the driver calls
// SQLite. The driver has no way to ask for them, and without them a running
// query cannot be interrupted.
func (c *conn) internals() error {
	if v := reflect.ValueOf(c.driverConn); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		db, tls := v.Elem().FieldByName("db"), v.Elem().FieldByName("tls")
		if db.Kind() == reflect.Uintptr && tls.IsValid() && tls.Type() == reflect.TypeFor[*libc.TLS]() {
			c.handle, c.tls = uintptr(db.Uint()), (*libc.TLS)(tls.UnsafePointer())
		}
	}
	if c.handle == 0 || c.tls == nil {
		return fmt.Errorf("open SQLite: %T keeps its handle elsewhere: this version of the driver is not supported", c.driverConn)
	}
	return nil
}

// limit sets what one statement may cost.
func (c *conn) limit() {
	for id, n := range map[int32]int{
		lib.SQLITE_LIMIT_LENGTH:              c.db.lengths,
		lib.SQLITE_LIMIT_SQL_LENGTH:          maxSQL,
		lib.SQLITE_LIMIT_VDBE_OP:             1 << 20,
		lib.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: maxPattern,
		lib.SQLITE_LIMIT_ATTACHED:            0,
		lib.SQLITE_LIMIT_WORKER_THREADS:      0,
	} {
		lib.Xsqlite3_limit(c.tls, c.handle, id, int32(n))
	}
}

// declare makes a virtual table known to the connection under a name.
func (c *conn) declare(name string, t *tables.Table) error {
	c.declaring = t
	defer func() { c.declaring = nil }()
	ddl := fmt.Sprintf("CREATE VIRTUAL TABLE temp.%s USING %s(%d)", quote(name), moduleName, c.id)
	if _, err := c.ExecContext(context.Background(), ddl, nil); err != nil {
		return fmt.Errorf("declare table %s: %w", t.Name, err)
	}
	c.declared[strings.ToLower(name)] = t
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (c *conn) close() error {
	c.db.module.remove(c)
	return c.Close()
}

// begin starts a session; no statement is alive on the connection.
func (c *conn) begin(ctx context.Context, x *text, data Data) {
	peeker, _ := data.(Peeker)
	c.session = session{ctx: ctx, text: x, data: data, peeker: peeker, loaded: map[load]*rows.Table{}}
	for _, t := range c.virtual {
		t.forget()
	}
}

func (c *conn) end() { c.session = session{} }

// fail keeps the first error of a session's callbacks: what SQLite makes of it
// is another text, or nothing.
func (c *conn) fail(err error) error {
	if c.err == nil {
		c.err = err
	}
	return err
}

// peek returns the rows of a table if they are at hand.
func (c *conn) peek(t *tables.Table) *rows.Table {
	if c.peeker == nil {
		return nil
	}
	return c.peeker.Peek(t)
}

// rows returns the rows of a table, asking for each scope once.
func (c *conn) rows(t *table, scope rows.Scope) (*rows.Table, error) {
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	key := load{t.Table, scope}
	if have := c.loaded[key]; have != nil {
		return have, nil
	}
	if c.data == nil {
		return nil, fmt.Errorf("internal error: table %s is read without data", t.Name)
	}
	cols := c.reads[t.Table]
	if t.scope.uid >= 0 && c.peek(t.Table) == nil && !slices.Contains(cols, t.scope.uid) {
		cols = append(slices.Clone(cols), t.scope.uid)
	}
	have, err := c.data.Rows(c.ctx, t.Table, cols, scope)
	if err != nil {
		return nil, err
	}
	c.loaded[key] = have
	return have, nil
}

// object numbers the objects of a session.
func (c *conn) object(uid string) int64 {
	n, ok := c.objects[uid]
	if !ok {
		if c.objects == nil {
			c.objects = map[string]int64{}
		}
		n = int64(len(c.objects))
		c.objects[uid] = n
	}
	return n
}
