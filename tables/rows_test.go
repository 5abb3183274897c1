package tables

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cells takes rows as the loader does.
type cells struct {
	table *Table
	row   map[string]any
	rows  []map[string]any
}

func (c *cells) Append(col int, v Value) {
	if c.row == nil {
		c.row = map[string]any{}
	}
	c.row[c.table.Columns[col].Name] = v.Any()
}

func (c *cells) EndRow() { c.rows, c.row = append(c.rows, c.row), nil }

// object makes a value one that a source gives.
func object(r *Resource, value metav1.Object) *Object {
	return &Object{Resource: r, Value: value, Meta: value.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta), Cluster: "test"}
}

// rowsOf runs a table over objects: each resource by itself, then what all
// said together.
func rowsOf(t *testing.T, table *Table, objects ...*Object) []map[string]any {
	t.Helper()
	var all []int
	for i := range table.Columns {
		all = append(all, i)
	}
	var parts []*Part
	seen := map[*Fact]bool{}
	for _, f := range table.FactsFor(all) {
		if seen[f] {
			continue
		}
		seen[f] = true
		for _, r := range f.Resources {
			part := f.Part()
			for _, o := range objects {
				if o.Resource == r {
					part.Add(o)
				}
			}
			parts = append(parts, part)
		}
	}
	c := &cells{table: table}
	for _, s := range table.Sources {
		for _, o := range objects {
			if o.Resource == s.Resource {
				s.Rows(o, all, c)
			}
		}
	}
	world := NewWorld(parts)
	if table.Derive != nil {
		table.Derive(world, all, c)
	}
	for _, row := range c.rows {
		for _, column := range table.Columns {
			if key, ok := row[column.Name].(string); ok && column.Late != nil {
				row[column.Name] = column.Late.Value(world, key).Any()
			}
		}
	}
	return c.rows
}

// pick leaves of rows the named columns, in a line each.
func pick(rows []map[string]any, columns ...string) [][]any {
	var out [][]any
	for _, row := range rows {
		var line []any
		for _, c := range columns {
			line = append(line, row[c])
		}
		out = append(out, line)
	}
	return out
}

// one is pick of the only row.
func one(t *testing.T, rows []map[string]any, columns ...string) []any {
	t.Helper()
	if len(rows) != 1 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	return pick(rows, columns...)[0]
}

func ptr[T any](v T) *T { return &v }
