package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// The tables of these tests: a handful of rows each.
var (
	pods = &tables.Table{Name: "k8s_pods", Columns: []tables.Column{
		{Name: "uid", Key: true},
		{Name: "namespace", Key: true},
		{Name: "name", Key: true},
		{Name: "host_network", Type: tables.TypeInteger},
		{Name: "labels", Type: tables.TypeJSON},
		{Name: "phase"},
		{Name: "cpu", Type: tables.TypeReal},
		{Name: "secret", Hidden: true},
	}}
	namespaces = &tables.Table{Name: "k8s_namespaces", Columns: []tables.Column{
		{Name: "uid", Key: true}, {Name: "name", Key: true}, {Name: "labels", Type: tables.TypeJSON},
	}}
)

// columnar makes rows of literals.
func columnar(t *tables.Table, cells ...[]any) *rows.Table {
	out := &rows.Table{Len: len(cells)}
	for i := range t.Columns {
		col := &rows.Column{Values: []any{nil}}
		codes := map[any]uint32{nil: 0}
		for _, row := range cells {
			code, ok := codes[row[i]]
			if !ok {
				code = uint32(len(col.Values))
				codes[row[i]] = code
				col.Values = append(col.Values, row[i])
			}
			col.Codes.Append(code)
		}
		out.Columns = append(out.Columns, col)
	}
	return out
}

func fixture() Data {
	return Snapshot(&rows.Set{Tables: map[*tables.Table]*rows.Table{
		pods: columnar(pods,
			[]any{"u1", "shop", "web", int64(1), `{"app":"web","tier":"front"}`, "Running", 0.5, "s"},
			[]any{"u2", "shop", "db", int64(0), `{"app":"db"}`, "Running", nil, nil},
			[]any{"u3", "pay", "api", nil, nil, "Pending", 2.0, nil},
			[]any{"u4", "kube-system", "dns", int64(1), `{"app":"dns"}`, nil, 0.1, nil}),
		namespaces: columnar(namespaces,
			[]any{"n1", "shop", nil}, []any{"n2", "pay", `{}`}, []any{"n3", "kube-system", nil}, []any{"n4", "empty", nil}),
	}})
}

func open(t testing.TB, opts ...Option) *DB {
	t.Helper()
	db, err := Open([]*tables.Table{pods, namespaces}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// run returns the result as text: cells separated by |, rows by newlines.
func run(db *DB, data Data, sql string, args ...any) (string, error) {
	var lines []string
	_, err := db.Query(context.Background(), data, sql, args, func(values []any) error {
		cells := make([]string, len(values))
		for i, v := range values {
			cells[i] = fmt.Sprint(v)
		}
		lines = append(lines, strings.Join(cells, "|"))
		return nil
	})
	return strings.Join(lines, "\n"), err
}

func TestQuery(t *testing.T) {
	db := open(t)
	for _, tt := range []struct{ sql, want string }{
		{"SELECT count(*) FROM k8s_pods", "4"},
		{"SELECT Count(*) AS n FROM K8S_PODS p;", "4"},
		{"SELECT count(*) FROM k8s_pods p WHERE p.phase = 'Running'", "2"},
		{"SELECT name FROM k8s_pods WHERE host_network = 1", "web\ndns"},
		{"SELECT name FROM k8s_pods WHERE namespace = 'shop' AND name = 'db'", "db"},
		{"SELECT name FROM K8S_Pods WHERE namespace IN ('pay', 'shop') ORDER BY name", "api\ndb\nweb"},
		{"SELECT name FROM k8s_pods WHERE name = 'WEB' COLLATE NOCASE", "web"},
		{"SELECT name FROM k8s_pods WHERE host_network IS NULL", "api"},
		{"SELECT name FROM k8s_pods WHERE host_network IS NOT 1 ORDER BY 1", "api\ndb"},
		{"SELECT name FROM k8s_pods WHERE phase LIKE 'run%' AND cpu > 0", "web"},
		{"SELECT labels->>'$.tier' FROM k8s_pods WHERE name GLOB 'w*'", "front"},
		{"SELECT n.name FROM k8s_namespaces n LEFT JOIN k8s_pods p ON p.namespace = n.name WHERE p.name IS NULL", "empty"},
		{
			"SELECT n.name, count(p.name) FROM k8s_namespaces n LEFT JOIN k8s_pods p ON p.namespace = n.name GROUP BY n.name ORDER BY n.name",
			"empty|0\nkube-system|1\npay|1\nshop|2",
		},
		{"SELECT name FROM k8s_namespaces n WHERE NOT EXISTS (SELECT 1 FROM k8s_pods WHERE namespace = n.name)", "empty"},
		{"SELECT name FROM k8s_pods WHERE namespace = 'pay' OR name = 'web' ORDER BY 1", "api\nweb"},
		{"SELECT key FROM k8s_pods, json_each(labels) WHERE name = 'web'", "app\ntier"},
		{"SELECT rowid FROM k8s_pods WHERE uid = 'u3'", "3"},
		{"SELECT secret FROM k8s_pods WHERE name = 'web'", "s"},
		{"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x < 3) SELECT count(*) FROM c", "3"},
		{"VALUES (1, 2.5, 'x', NULL, x'00ff')", "1|2.5|x|<nil>|X'00ff'"},
		{" ; -- a comment\n SELECT 1 /* one */ ; -- the end\n", "1"},
		{"SELECT ';', \"name\", [name], `name` FROM k8s_pods WHERE name = 'web'", ";|web|web|web"},
	} {
		got, err := run(db, fixture(), tt.sql)
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.sql, diff)
		}
	}
}

func TestHiddenColumnsAreLeftOutOfStar(t *testing.T) {
	st, err := open(t).Prepare(context.Background(), "SELECT * FROM k8s_pods")
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(st.Columns, "secret") || len(st.Columns) != 7 {
		t.Error(st.Columns)
	}
}

func TestPrepareReads(t *testing.T) {
	db := open(t)
	for _, tt := range []struct {
		sql  string
		want map[string][]string
	}{
		{"SELECT count(*) FROM k8s_pods", map[string][]string{"k8s_pods": nil}},
		{
			"WITH p AS (SELECT name n FROM k8s_pods WHERE host_network) SELECT n FROM p, k8s_namespaces WHERE n = name",
			map[string][]string{"k8s_pods": {"name", "host_network"}, "k8s_namespaces": {"name"}},
		},
		{"SELECT 1", map[string][]string{}},
	} {
		st, err := db.Prepare(context.Background(), tt.sql)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]string{}
		for table, cols := range st.Reads {
			got[table.Name] = nil
			for _, c := range cols {
				got[table.Name] = append(got[table.Name], table.Columns[c].Name)
			}
			slices.Sort(got[table.Name])
		}
		for _, names := range tt.want {
			slices.Sort(names)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s:\n%s", tt.sql, diff)
		}
	}
}

func TestArguments(t *testing.T) {
	got, err := run(open(t), fixture(), "SELECT name FROM k8s_pods WHERE namespace = ? AND host_network = ?", "shop", 1)
	if got != "web" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
