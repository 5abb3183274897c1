package rows

import (
	"math"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func columnOf(values ...tables.Value) *Column {
	return builderOf(values...).column()
}

func builderOf(values ...tables.Value) *builder {
	b := newBuilder()
	for _, v := range values {
		b.append(v)
	}
	return b
}

func cellsOf(c *Column) []any {
	out := []any{}
	for row := range c.Codes.Len() {
		out = append(out, c.At(row))
	}
	return out
}

var mixed = []tables.Value{tables.Str("b"), tables.Null, tables.Int(1), tables.Str("1"), tables.Real(1), tables.Str("b"), tables.Null, tables.StrPtr(new(string))}

func TestColumn(t *testing.T) {
	c := columnOf(mixed...)
	want := []any{"b", nil, int64(1), "1", float64(1), "b", nil, ""}
	if diff := gocmp.Diff(want, cellsOf(c)); diff != "" {
		t.Error(diff)
	}
	if len(c.Values) != 6 { // NULL, b, 1, '1', 1.0 and ''
		t.Errorf("values are not kept once: %v", c.Values)
	}
	for row := range c.Codes.Len() {
		code := c.Codes.At(row)
		if !slices.Contains(c.Rows(code), uint32(row)) || !slices.IsSorted(c.Rows(code)) {
			t.Errorf("rows of %v: %v", c.At(row), c.Rows(code))
		}
	}
	if got := len(c.Rows(0)); got != 2 {
		t.Errorf("%d rows of NULL", got)
	}
}

func TestConcatColumns(t *testing.T) {
	others := []tables.Value{tables.Int(1), tables.Null, tables.Str("c"), tables.Str("b")}
	got := concat([]*builder{builderOf(mixed...), builderOf(), builderOf(others...)})
	if diff := gocmp.Diff(append(cellsOf(columnOf(mixed...)), cellsOf(columnOf(others...))...), cellsOf(got)); diff != "" {
		t.Error(diff)
	}
	if len(got.Values) != 7 {
		t.Errorf("values are not kept once: %v", got.Values)
	}
}

func TestResolve(t *testing.T) {
	calls := 0
	got := columnOf(tables.Str("x"), tables.Null, tables.Str("y"), tables.Str("x"), tables.Str("gone")).resolve(func(key string) tables.Value {
		calls++
		return map[string]tables.Value{"x": tables.Int(1), "y": tables.Str("why")}[key]
	}, func(key string) tables.Value { return tables.Int(len(key)) })
	if diff := gocmp.Diff([]any{int64(1), nil, int64(1), int64(1), int64(4)}, cellsOf(got[1])); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]any{int64(1), nil, "why", int64(1), nil}, cellsOf(got[0])); diff != "" || calls != 3 {
		t.Errorf("%d calls: %s", calls, diff)
	}
}

// Whatever SQLite may call equal, under any affinity and collation, is among
// the candidates.
func TestMayEqual(t *testing.T) {
	for _, test := range []struct {
		v, equal any
	}{
		{"abc", "abc"},
		{"ABC", "abc"},
		{"abc", "abc   "},
		{"abc  ", "ABC"},
		{int64(1), "1"},
		{"1", int64(1)},
		{1.0, int64(1)},
		{int64(1), 1.0},
		{"1.0", int64(1)},
		{"1e0", int64(1)},
		{" 1", int64(1)},
		{"\t1 ", 1.0},
		{"+1", int64(1)},
		{"01", int64(1)},
		{int64(9007199254740993), "9007199254740993"},
		{math.Copysign(0, -1), int64(0)},
		{"", "  "},
		{"", ""},
	} {
		const code = 3
		c := &Column{Codes: CodesOf(0, 1, 2, code), Values: []any{nil, "other", int64(7), test.equal}}
		if !slices.Contains(c.MayEqual(test.v), code) {
			t.Errorf("%#v may not equal %#v", test.v, test.equal)
		}
		if slices.Contains(c.MayEqual(test.v), 0) {
			t.Errorf("%#v may equal NULL", test.v)
		}
	}
	c := columnOf(tables.Null, tables.Str("web"), tables.Int(7))
	for _, v := range []any{"we", "webs", int64(8), nil, "seven"} {
		if got := c.MayEqual(v); len(got) > 0 {
			t.Errorf("%#v may equal %v", v, got)
		}
	}
}

func TestConcatTables(t *testing.T) {
	table := tables.K8sPods
	name := table.Column("name")
	part := func(names ...string) *Table {
		columns := make([]*Column, len(table.Columns))
		b := newBuilder()
		for _, n := range names {
			b.append(tables.Str(n))
		}
		columns[name] = b.column()
		return &Table{Len: len(names), Columns: columns}
	}
	got := Concat(table, []int{name}, []*Table{part("a", "b"), part(), part("b", "c")})
	if diff := gocmp.Diff([]any{"a", "b", "b", "c"}, cellsOf(got.Columns[name])); diff != "" || got.Len != 4 {
		t.Errorf("%d rows: %s", got.Len, diff)
	}
	if got := Concat(table, []int{name}, nil); got.Len != 0 || got.Columns[name].Codes.Len() != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestPlan(t *testing.T) {
	plan := Plan{}
	plan.Add(tables.K8sPods, -1)
	plan.Add(tables.K8sPods, 3)
	plan.Add(tables.K8sPods, 3)
	other := Plan{}
	other.Add(tables.K8sPods, 4)
	other.Add(tables.K8sNamespaces, -1)
	plan.Merge(other)
	if diff := gocmp.Diff([]int{3, 4}, plan[tables.K8sPods]); diff != "" {
		t.Error(diff)
	}
	var reads []string
	for _, r := range plan.Reads() {
		reads = append(reads, r.String())
	}
	if diff := gocmp.Diff([]string{"namespaces", "pods"}, reads); diff != "" {
		t.Error(diff)
	}
}
