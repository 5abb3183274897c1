package engine

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// api is data that reads only what it is asked for, as the API server does.
type api struct {
	asked []rows.Scope
}

func (a *api) data() dataFunc {
	return func(t *tables.Table, cols []int, scope rows.Scope) (*rows.Table, error) {
		a.asked = append(a.asked, scope)
		var cells [][]any
		for _, row := range [][]any{ // two rows an object
			{"u1", "shop", "web"}, {"u1", "shop", "web"}, {"u2", "shop", "db"}, {"u2", "shop", "db"}, {"u3", "pay", "web"}, {"u3", "pay", "web"},
		} {
			if (scope.Namespace == "" || scope.Namespace == row[1]) && (scope.Name == "" || scope.Name == row[2]) {
				cells = append(cells, append(row, nil, nil, nil, nil, nil))
			}
		}
		all := columnar(t, cells...)
		for i := range all.Columns {
			if !slices.Contains(cols, i) {
				all.Columns[i] = nil
			}
		}
		return all, nil
	}
}

func TestScope(t *testing.T) {
	db := open(t)
	in := func(namespace, name string) rows.Scope { return rows.Scope{Namespace: namespace, Name: name} }
	for _, tt := range []struct {
		sql, want string
		asked     []rows.Scope
	}{
		{"SELECT count(*) FROM k8s_pods", "6", []rows.Scope{in("", "")}},
		{"SELECT count(name) FROM k8s_pods WHERE namespace = 'shop'", "4", []rows.Scope{in("shop", "")}},
		{"SELECT count(name) FROM k8s_pods WHERE namespace = 'shop' AND name = 'db'", "2", []rows.Scope{in("shop", "db")}},
		{"SELECT count(*) FROM k8s_pods WHERE namespace IN ('pay', 'shop', 'none')", "6", []rows.Scope{in("none", ""), in("pay", ""), in("shop", "")}},
		{"SELECT count(*) FROM k8s_pods WHERE namespace = 'SHOP' COLLATE NOCASE", "4", []rows.Scope{in("", "")}},
		{"SELECT count(*) FROM k8s_pods WHERE namespace = 1", "0", []rows.Scope{in("", "")}},
		{
			"SELECT count(*) FROM k8s_pods a JOIN k8s_pods b ON a.namespace = b.namespace AND a.name = 'db' AND b.name = 'web'", "4",
			[]rows.Scope{in("", "db"), in("shop", "web")},
		},
	} {
		a := &api{}
		got, err := run(db, a.data(), tt.sql)
		if got != tt.want || err != nil {
			t.Errorf("%s: %q, %v", tt.sql, got, err)
		}
		slices.SortFunc(a.asked, func(x, y rows.Scope) int {
			return slices.Compare([]string{x.Namespace, x.Name}, []string{y.Namespace, y.Name})
		})
		if diff := cmp.Diff(tt.asked, a.asked); diff != "" {
			t.Errorf("%s:\n%s", tt.sql, diff)
		}
	}
}

// TestRowsOfTwoScopesAreToldApart: SQLite reads each side of an OR by itself
// and knows by the rowid which rows it has seen.
func TestRowsOfTwoScopesAreToldApart(t *testing.T) {
	db := open(t)
	for sql, want := range map[string]string{
		"SELECT uid, namespace FROM k8s_pods WHERE namespace = 'pay' OR namespace = 'shop' AND name = 'db' ORDER BY 1": "u2|shop\nu2|shop\nu3|pay\nu3|pay",
		"SELECT uid FROM k8s_pods WHERE namespace = 'pay' OR name = 'web' ORDER BY 1":                                  "u1\nu1\nu3\nu3",
		"SELECT phase FROM k8s_pods WHERE name = 'web' OR (namespace = 'shop' AND name = 'web') OR namespace = 'none'": "<nil>\n<nil>\n<nil>\n<nil>",
	} {
		got, err := run(db, (&api{}).data(), sql)
		if got != want || err != nil {
			t.Errorf("%s: %q, %v", sql, got, err)
		}
	}
}

// TestNoScope: rows computed from all objects together are read together.
func TestNoScope(t *testing.T) {
	grants := &tables.Table{Name: "grants", Columns: pods.Columns, Derive: func(*tables.World, []int, tables.Appender) {}}
	db, err := Open([]*tables.Table{grants})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a := &api{}
	if got, err := run(db, a.data(), "SELECT count(name) FROM grants WHERE namespace = 'shop'"); got != "4" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if diff := cmp.Diff([]rows.Scope{{}}, a.asked); diff != "" {
		t.Error(diff)
	}
}
