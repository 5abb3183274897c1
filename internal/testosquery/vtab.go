package testosquery

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/osquery/osquery-go/gen/osquery"
	"modernc.org/sqlite/vtab"
)

// osquery's column options.
const (
	optionIndex      = 1
	optionAdditional = 4
	optionHidden     = 16
)

// column is what an extension says of one.
type column struct {
	name, typ string
	options   int
}

// columnsOf reads routes as osquery does: a column without options becomes an
// index, for extensions.
func columnsOf(routes osquery.ExtensionPluginResponse) (columns []column) {
	for _, r := range routes {
		if r["id"] != "column" {
			continue
		}
		options, _ := strconv.Atoi(r["op"])
		if options == 0 {
			options = optionIndex
		}
		columns = append(columns, column{r["name"], r["type"], options})
	}
	return columns
}

// plan is what BestIndex decided: osquery numbers plans over all tables.
type plan struct {
	constraints []constraint
	used        []string
}

type constraint struct {
	column string
	op     int
}

// operators are SQLite's numbers, which osquery passes on.
var operators = map[vtab.ConstraintOp]int{
	vtab.OpEQ: 2, vtab.OpGT: 4, vtab.OpLE: 8, vtab.OpLT: 16, vtab.OpGE: 32, vtab.OpMATCH: 64, vtab.OpLIKE: 65, vtab.OpGLOB: 66,
	vtab.OpREGEXP: 67, vtab.OpNE: 68, vtab.OpISNOT: 69, vtab.OpISNOTNULL: 70, vtab.OpISNULL: 71, vtab.OpIS: 72,
}

type module struct{ o *Osqueryd }

type table struct {
	o       *Osqueryd
	uuid    osquery.ExtensionRouteUUID
	name    string
	columns []column
}

// Connect implements vtab.Module.
func (m module) Connect(ctx vtab.Context, args []string) (vtab.Table, error) {
	return m.Create(ctx, args)
}

// Create implements vtab.Module.
func (m module) Create(ctx vtab.Context, args []string) (vtab.Table, error) {
	name := args[2]
	for uuid, e := range m.o.extensions {
		routes, ok := e.registry["table"][name]
		if !ok {
			continue
		}
		t := &table{o: m.o, uuid: uuid, name: name, columns: columnsOf(routes)}
		var declared []string
		for _, c := range t.columns {
			text := "`" + c.name + "` " + c.typ
			if c.options&optionHidden != 0 {
				text += " HIDDEN"
			}
			declared = append(declared, text)
		}
		return t, ctx.Declare("CREATE TABLE " + name + "(" + strings.Join(declared, ", ") + ")")
	}
	return nil, fmt.Errorf("no extension has table %s", name)
}

// BestIndex implements vtab.Table with osquery's rules: conditions on index
// and additional columns are taken, but for ranges of text, and make a scan
// cheap; every other one is left to SQLite.
func (t *table) BestIndex(info *vtab.IndexInfo) error {
	var p plan
	info.EstimatedCost = 1e6
	for i := range info.Constraints {
		c := &info.Constraints[i]
		c.ArgIndex = -1
		op, passed := operators[c.Op]
		if !c.Usable || c.Column < 0 || c.Column >= len(t.columns) || !passed {
			continue
		}
		col := t.columns[c.Column]
		if col.typ == "TEXT" && slices.Contains([]vtab.ConstraintOp{vtab.OpGT, vtab.OpGE, vtab.OpLT, vtab.OpLE}, c.Op) {
			continue
		}
		if col.options&(optionIndex|optionAdditional) == 0 {
			continue
		}
		info.EstimatedCost = 1
		c.ArgIndex = len(p.constraints)
		p.constraints = append(p.constraints, constraint{col.name, op})
	}
	for i, col := range t.columns {
		if info.ColUsed&(1<<min(i, 63)) != 0 {
			p.used = append(p.used, col.name)
		}
	}
	info.IdxNum = int64(len(t.o.plans))
	t.o.plans = append(t.o.plans, p)
	return nil
}

// Open implements vtab.Table.
func (t *table) Open() (vtab.Cursor, error) { return &cursor{table: t}, nil }

// Disconnect implements vtab.Table.
func (t *table) Disconnect() error { return nil }

// Destroy implements vtab.Table.
func (t *table) Destroy() error { return nil }

type cursor struct {
	*table
	rows osquery.ExtensionPluginResponse
	at   int
}

// Filter implements vtab.Cursor: it is a call of the extension, each time.
func (c *cursor) Filter(number int, _ string, args []vtab.Value) (err error) {
	p := c.o.plans[number]
	type condition struct {
		Op   int    `json:"op"`
		Expr string `json:"expr"`
	}
	type list struct {
		Name     string `json:"name"`
		Affinity string `json:"affinity"`
		List     any    `json:"list"`
	}
	conditions := map[string][]condition{}
	for i, arg := range args {
		if arg == nil || arg == "" {
			continue // osquery does not tell these apart, and leaves them out
		}
		k := p.constraints[i]
		conditions[k.column] = append(conditions[k.column], condition{k.op, fmt.Sprint(arg)})
	}
	request := struct {
		Constraints []list   `json:"constraints"`
		ColsUsed    []string `json:"colsUsed"`
		Bitset      uint64   `json:"colsUsedBitset"`
	}{ColsUsed: append([]string{}, p.used...), Bitset: 1<<bits.Len(uint(len(p.used))) - 1}
	for _, col := range c.columns {
		l := list{Name: col.name, Affinity: col.typ, List: ""}
		if len(conditions[col.name]) > 0 {
			l.List = conditions[col.name]
		}
		request.Constraints = append(request.Constraints, l)
	}
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	c.at = 0
	c.rows, err = c.o.generate(c.uuid, c.name, string(text))
	return err
}

// Next implements vtab.Cursor.
func (c *cursor) Next() error {
	c.at++
	return nil
}

// Eof implements vtab.Cursor.
func (c *cursor) Eof() bool { return c.at >= len(c.rows) }

// Column implements vtab.Cursor: a key that is missing is NULL, and so is a
// number that is none.
func (c *cursor) Column(i int) (vtab.Value, error) {
	text, ok := c.rows[c.at][c.columns[i].name]
	if !ok {
		return nil, nil
	}
	switch c.columns[i].typ {
	case "INTEGER", "BIGINT":
		bits := map[string]int{"INTEGER": 32, "BIGINT": 64}[c.columns[i].typ]
		if n, err := strconv.ParseInt(text, 10, bits); err == nil {
			return n, nil
		}
		return nil, nil
	case "DOUBLE":
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			return n, nil
		}
		return nil, nil
	}
	return text, nil
}

// Rowid implements vtab.Cursor.
func (c *cursor) Rowid() (int64, error) { return int64(c.at), nil }

// Close implements vtab.Cursor.
func (c *cursor) Close() error { return nil }

// SQL runs a query as the scheduler does.
func (o *Osqueryd) SQL(ctx context.Context, query string) (columns []string, rows [][]any, err error) {
	o.sql.Lock()
	defer o.sql.Unlock()
	if o.conn == nil {
		return nil, nil, errors.New("osqueryd has ended")
	}
	if err := o.attach(ctx); err != nil {
		return nil, nil, err
	}
	o.plans = o.plans[:0]
	result, err := o.conn.(driver.QueryerContext).QueryContext(ctx, query, nil)
	if err != nil {
		return nil, nil, err
	}
	defer result.Close()
	columns = result.Columns()
	for {
		values := make([]driver.Value, len(columns))
		if err := result.Next(values); errors.Is(err, io.EOF) {
			return columns, rows, nil
		} else if err != nil {
			return nil, nil, err
		}
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = v
		}
		rows = append(rows, row)
	}
}

// Exec runs a statement that makes a view.
func (o *Osqueryd) Exec(ctx context.Context, statement string) error {
	o.sql.Lock()
	defer o.sql.Unlock()
	if err := o.attach(ctx); err != nil {
		return err
	}
	_, err := o.conn.(driver.ExecerContext).ExecContext(ctx, statement, nil)
	return err
}

// attach makes the tables of extensions that came, and drops those of
// extensions that went.
func (o *Osqueryd) attach(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	exec := o.conn.(driver.ExecerContext)
	for name, uuid := range o.made {
		if o.extensions[uuid] == nil {
			if _, err := exec.ExecContext(ctx, "DROP TABLE temp."+name, nil); err != nil {
				return err
			}
			delete(o.made, name)
		}
	}
	for uuid, e := range o.extensions {
		for name := range e.registry["table"] {
			if _, ok := o.made[name]; ok {
				continue
			}
			if _, err := exec.ExecContext(ctx, "CREATE VIRTUAL TABLE temp."+name+" USING osquery", nil); err != nil {
				return err
			}
			o.made[name] = uuid
		}
	}
	return nil
}
