package engine

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite/vtab"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const moduleName = "kspm"

// module makes the virtual tables of a DB. SQLite's driver never forgets a
// module, so it holds nothing but the open connections.
type module struct {
	mu    sync.Mutex
	conns map[uint64]*conn
}

func newModule() *module { return &module{conns: map[uint64]*conn{}} }

func (m *module) add(c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conns[c.id] = c
}

func (m *module) remove(c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.conns, c.id)
}

// VolatileArgs implements vtab.VolatileArgsOpter: strings given to Filter are
// valid only during the call.
func (m *module) VolatileArgs() bool { return true }

// Connect implements vtab.Module.
func (m *module) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Create(ctx, args)
}

// Create implements vtab.Module: the table is the one that the connection,
// whose id is the argument, is just declaring.
func (m *module) Create(ctx vtab.Context, args []string) (_ vtab.Table, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	id, err := strconv.ParseUint(args[len(args)-1], 10, 64)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	c := m.conns[id]
	m.mu.Unlock()
	if c == nil || c.declaring == nil {
		return nil, fmt.Errorf("internal error: no table is being declared")
	}
	t := &table{Table: c.declaring, conn: c, known: map[string]int{}}
	t.scope = scopeOf(t.Table)
	c.virtual = append(c.virtual, t)
	return t, ctx.Declare(schema(t.Table))
}

func schema(t *tables.Table) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE x(")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.Name) + " " + c.Type.SQL())
		if c.Hidden {
			b.WriteString(" HIDDEN")
		}
	}
	b.WriteString(")")
	return b.String()
}

// table is a declared table on one connection.
type table struct {
	*tables.Table
	conn  *conn
	plans []plan
	known map[string]int // index of a plan by its terms
	scope scopeColumns
}

// scopeColumns are the key columns that hold metadata's namespace, name and
// uid: equality on the first two is a scope, and the third tells rows of
// different scopes apart. Where one is missing it is -1.
type scopeColumns struct{ namespace, name, uid int }

// scopeOf finds the scope columns. A table computed from all objects together
// has none.
func scopeOf(t *tables.Table) scopeColumns {
	key := func(name string) int {
		if i := t.Column(name); i >= 0 && t.Columns[i].Key {
			return i
		}
		return -1
	}
	s := scopeColumns{key("namespace"), key("name"), key("uid")}
	if s.uid < 0 || t.Derive != nil || len(t.Facts) > 0 {
		return scopeColumns{-1, -1, -1}
	}
	return s
}

// recovered turns a panic of a callback into an error: SQLite's lock would
// stay taken.
func (t *table) recovered(err *error) {
	if p := recover(); p != nil {
		*err = t.conn.fail(fmt.Errorf("internal error: table %s: %v", t.Name, p))
	}
}

// Open implements vtab.Table.
func (t *table) Open() (vtab.Cursor, error) {
	return &cursor{table: t}, nil
}

// Disconnect implements vtab.Table.
func (t *table) Disconnect() error { return nil }

// Destroy implements vtab.Table.
func (t *table) Destroy() error { return nil }
